"""A socket on 127.0.0.1 that answers in any way, proper or not."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def listening(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port on which each connection is handed to `behave` after its request has come, one at a time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, behave, tls))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            # A connection without a request wakes the thread, and it sees that the socket is shut.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            assert not thread.is_alive()


def _serve(server: socket.socket, behave: Behaviour, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            speaking = connection if tls is None else tls.wrap_socket(connection, server_side=True)
            with speaking:
                speaking.recv(65536)
                behave(speaking)


def saying(*pieces: bytes) -> Behaviour:
    """Sends `pieces`, then closes."""

    def behave(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def trickling(start: bytes, byte: bytes) -> Behaviour:
    """Sends `start`, then one byte now and then for as long as anybody listens."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        pause = threading.Event()
        while True:
            pause.wait(0.02)
            connection.sendall(byte)

    return behave


def silent(connection: socket.socket) -> None:
    """Says nothing until the other side gives up."""
    connection.recv(1)

"""Endpoints that a careless administrator might point us at: each answers every request in its own bad way."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, content: bytes = b"", kind: str = "application/json", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def floods(size: int) -> Answer:
    """Begins a SCIM answer that is `size` bytes long, until the other side has had enough."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/scim+json")
        handler.end_headers()
        try:
            handler.wfile.write(b'{"Resources": ["')
            for _ in range(size // 65536):
                handler.wfile.write(b"a" * 65536)
        except OSError:
            return  # it has hung up

    return answer


class Hanging:
    """Answers nothing until it is let go."""

    def __init__(self) -> None:
        self._let_go = threading.Event()

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        self._let_go.wait()

    def let_go(self) -> None:
        self._let_go.set()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these endpoints are for."""


@contextmanager
def endpoint(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The base URL of an endpoint that gives `answer` to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_address[1]}/scim/v2"
    finally:
        if isinstance(answer, Hanging):
            answer.let_go()
        server.shutdown()
        thread.join()
        server.server_close()

"""The connection to the endpoint: one deadline for a whole exchange, and answers of bounded size.

An endpoint may be hostile or broken. It may send a byte now and then for ever, in the headers too, which a timeout of
single reads does not end; and it may send little that unpacks to much.
"""

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpcore
import httpx

from scimulate.harness.target import Target

LARGEST = 10 * 1024 * 1024
"""The most that is read of an answer, before and after decompression."""

PIECE = 64 * 1024
GZIP = b"\x1f\x8b"
NO_MEMBER = b"\0"
WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class AnswerTooLarge(httpx.ReadError):
    """More than `LARGEST` bytes."""


class AnswerUnreadable(httpx.ReadError):
    """The content coding of the answer is unknown or broken."""


class Connection(httpx.BaseTransport):
    """Sends over pooled connections. Nothing is taken from the environment: no proxy, no certificate."""

    def __init__(self, target: Target) -> None:
        self._timeout = target.timeout
        self._network = _Network()
        self._pool = _pool(target, self._network)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._network.begin(self._timeout)
        seconds = self._timeout.total_seconds()
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        sent = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=request.read(),
            extensions={"timeout": {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}},
        )
        with _as_httpx(self._timeout):
            answer = self._pool.handle_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer, self._timeout))

    def close(self) -> None:
        self._pool.close()


def _pool(target: Target, network: "_Network") -> httpcore.ConnectionPool:
    if target.proxy is None:
        return httpcore.ConnectionPool(ssl_context=target.tls(), network_backend=network)
    proxy = httpx.Proxy(target.proxy)
    return httpcore.HTTPProxy(
        str(proxy.url), proxy_auth=proxy.raw_auth, ssl_context=target.tls(), network_backend=network
    )


def read_answer(answer: httpx.Response) -> bytes:
    """The whole body of `answer`, decoded; it is closed in any case."""
    codings = [coding.strip().lower() for coding in answer.headers.get("content-encoding", "").split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    decode: Callable[[bytes], Iterator[bytes]] = _plain
    finish: Callable[[], None] = _nothing
    if codings:
        decoder = _Decoder(codings)
        decode, finish = decoder.decode, decoder.finish
    try:
        assert isinstance(answer.stream, httpx.SyncByteStream)
        body = bytearray()
        received = 0
        for piece in answer.stream:
            received += len(piece)
            for part in decode(piece):
                body += part
                if max(received, len(body)) > LARGEST:
                    raise AnswerTooLarge(f"the answer is larger than {LARGEST // 1024 // 1024} MiB")
        finish()
        return bytes(body)
    finally:
        answer.close()


def _plain(piece: bytes) -> Iterator[bytes]:
    yield piece


def _nothing() -> None:
    pass


class _Decoder:
    """Unpacks in pieces, so that no piece is larger than a bound whatever it unpacks to."""

    def __init__(self, codings: list[str]) -> None:
        if len(codings) > 1 or codings[0] not in WINDOW_BITS:
            raise AnswerUnreadable(
                f"the answer has the content coding {', '.join(codings)[:40]!r}, not gzip or deflate"
            )
        self._coding = codings[0]
        self._unpacker = zlib.decompressobj(WINDOW_BITS[self._coding])
        self._begun = False
        self._between = b""
        """What has come after the end of a member: the start of the next one's mark, or NO_MEMBER."""

    def decode(self, piece: bytes) -> Iterator[bytes]:
        if not self._begun and piece and self._coding == "deflate" and piece[0] & 0x0F != 8:
            # Many servers send a bare stream under this name, without the header of RFC 1950.
            self._unpacker = zlib.decompressobj(-15)
        self._begun = self._begun or bool(piece)
        while piece := self._of_a_member(piece):
            try:
                part = self._unpacker.decompress(piece, PIECE)
            except zlib.error:
                raise AnswerUnreadable(f"the answer is not valid {self._coding}") from None
            piece = self._unpacker.unconsumed_tail or self._unpacker.unused_data
            yield part

    def _of_a_member(self, piece: bytes) -> bytes:
        """What of `piece` is to be unpacked: when a gzip member has ended, the next may follow (RFC 1952 §2.2).

        What is no member, such as padding, is left out, as browsers do.
        """
        if not self._unpacker.eof:
            return piece
        self._between += piece
        if self._coding == "deflate" or not GZIP.startswith(self._between[: len(GZIP)]):
            self._between = NO_MEMBER
        if not self._between.startswith(GZIP):
            return b""
        piece, self._between = self._between, b""
        self._unpacker = zlib.decompressobj(WINDOW_BITS[self._coding])
        return piece

    def finish(self) -> None:
        if self._begun and not self._unpacker.eof:
            raise AnswerUnreadable(f"the {self._coding} answer ends in the middle")


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, timeout: timedelta) -> None:
        self._answer = answer
        self._timeout = timeout

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx(self._timeout):
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _as_httpx(self._timeout):
            self._answer.close()


ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.ProxyError, httpx.ProxyError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
)


@contextmanager
def _as_httpx(timeout: timedelta) -> Iterator[None]:
    """Callers of a transport expect the errors of httpx."""
    try:
        yield
    except httpcore.TimeoutException as problem:
        kind = next(ours for theirs, ours in ERRORS if isinstance(problem, theirs))
        raise kind(f"no complete answer within {timeout.total_seconds():g} s") from problem
    except tuple(theirs for theirs, _ in ERRORS) as problem:
        kind = next(ours for theirs, ours in ERRORS if isinstance(problem, theirs))
        raise kind(str(problem)) from problem


class _Network(httpcore.NetworkBackend):
    """Sockets whose reads and writes all end at the deadline of the exchange that their thread is in."""

    def __init__(self) -> None:
        self._sockets = httpcore.SyncBackend()
        self._of_thread = threading.local()

    def begin(self, timeout: timedelta) -> None:
        self._of_thread.deadline = time.monotonic() + timeout.total_seconds()

    def left(self, late: type[httpcore.TimeoutException]) -> float:
        seconds = float(self._of_thread.deadline) - time.monotonic()
        if seconds <= 0:
            raise late
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = self.left(httpcore.ConnectTimeout)
        return _Socket(self._sockets.connect_tcp(host, port, left, local_address, socket_options), self)


class _Socket(httpcore.NetworkStream):
    def __init__(self, socket: httpcore.NetworkStream, network: _Network) -> None:
        self._socket = socket
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._socket.read(max_bytes, self._network.left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.write(buffer, self._network.left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._network.left(httpcore.ConnectTimeout)
        return _Socket(self._socket.start_tls(ssl_context, server_hostname, left), self._network)

    def get_extra_info(self, info: str) -> object:
        return self._socket.get_extra_info(info)

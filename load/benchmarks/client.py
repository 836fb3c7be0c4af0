"""A client that is cheaper than any server it measures: bytes out, httptools in, as many connections as are asked for.

Each connection sends its next request when the answer to its last one is whole.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import httptools
import uvloop

from scimulate.load.benchmarks.servers import Server

PATIENCE_SECONDS = 120
LONGEST_SECONDS = 10


class WrongAnswer(Exception):
    """The server did not do the work that is measured."""


@dataclass(frozen=True)
class Asked:
    """A request, and the statuses that its answer may have when the work was done."""

    method: str
    path: str
    body: bytes
    statuses: tuple[int, ...]


@dataclass(frozen=True)
class Run:
    """What so many requests in a row took: of time, and of the server's CPU."""

    requests: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """Server CPU for each request."""
        return self.cpu_seconds / self.requests * 1e6


def drive(
    server: Server,
    requests: Iterator[Asked],
    connections: int,
    *,
    seconds: float = PATIENCE_SECONDS,
    least: int = 0,
    seen: Callable[[bytes], None] | None = None,
) -> Run:
    """Send requests until there are none, or until `seconds` have passed and `least` are answered.

    For `least` alone it goes on for `LONGEST_SECONDS` and no longer. `seen` is shown each body.
    """
    return uvloop.run(_drive(server, requests, connections, seconds, least, seen))


async def _drive(
    server: Server,
    requests: Iterator[Asked],
    connections: int,
    seconds: float,
    least: int,
    seen: Callable[[bytes], None] | None,
) -> Run:
    loop, goal = asyncio.get_running_loop(), _Goal(least)
    lanes = [_Lane(server, requests, goal, loop.create_future(), seen) for _ in range(connections)]
    transports = [await _connected(lane, server.port) for lane in lanes]
    cpu, began = server.cpu_seconds(), time.monotonic()
    goal.begin(began, seconds)
    for lane in lanes:
        lane.send_next()
    try:
        await asyncio.wait_for(asyncio.gather(*(lane.done for lane in lanes)), seconds + PATIENCE_SECONDS)
        return Run(goal.answered, time.monotonic() - began, server.cpu_seconds() - cpu)
    finally:
        for transport in transports:
            transport.close()


async def _connected(lane: "_Lane", port: int) -> asyncio.BaseTransport:
    transport, _ = await asyncio.get_running_loop().create_connection(lambda: lane, "127.0.0.1", port)
    return transport


@dataclass
class _Goal:
    """When all connections have done enough."""

    least: int
    answered: int = 0
    until: float = 0.0
    longest: float = 0.0

    def begin(self, now: float, seconds: float) -> None:
        self.until, self.longest = now + seconds, now + max(seconds, LONGEST_SECONDS)

    def is_reached(self) -> bool:
        now = time.monotonic()
        return now >= self.until and (self.answered >= self.least or now >= self.longest)


class _Lane(asyncio.Protocol):
    """One connection. httptools calls its `on_…` methods."""

    def __init__(
        self,
        server: Server,
        requests: Iterator[Asked],
        goal: _Goal,
        done: "asyncio.Future[None]",
        seen: Callable[[bytes], None] | None,
    ) -> None:
        self._server = server
        self._requests = requests
        self._seen = seen
        self._goal = goal
        self._asked = Asked("", "", b"", ())
        self.done = done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(WrongAnswer(f"{self._server.name} closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def send_next(self) -> None:
        asked = None if self._goal.is_reached() else next(self._requests, None)
        if asked is None:
            self._end(None)
            return
        self._asked = asked
        self._body: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(_bytes_of(asked, self._server))

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        status, asked = self._parser.get_status_code(), self._asked
        if status not in asked.statuses:
            kind = f"{self._server.name} answered {asked.method} {asked.path.partition('?')[0]} with {status}"
            self._end(WrongAnswer(f"{kind}: {b''.join(self._body)[:300]!r}"))
            return
        self._goal.answered += 1
        if self._seen is not None:
            self._seen(b"".join(self._body))
        # Not from within the parser that has just called: it is replaced.
        asyncio.get_running_loop().call_soon(self.send_next)

    def _end(self, problem: WrongAnswer | None) -> None:
        if self.done.done():
            return
        if problem is not None:
            self.done.set_exception(problem)
        else:
            self.done.set_result(None)


def _bytes_of(asked: Asked, server: Server) -> bytes:
    head = (
        f"{asked.method} {server.base}{asked.path} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
        f"authorization: Bearer {server.token}\r\naccept: application/scim+json\r\n"
    )
    if asked.body:
        head += f"content-type: application/scim+json\r\ncontent-length: {len(asked.body)}\r\n"
    return head.encode() + b"\r\n" + asked.body

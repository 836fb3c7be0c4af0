"""The connections of a listener within bounds: how long a client may take, how much it may send, how many there may be.

It is uvicorn's protocol for HTTP/1.1 with deadlines instead of timers: each connection knows until when it may wait
for what, and one watch of the whole listener looks at all of them, which costs a request next to nothing. What is no
request of HTTP, or is out of bounds, is answered here as a SCIM Error; no application hears of it.
"""

import asyncio
import math
from collections.abc import Sized
from typing import Any

import httptools
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from scimulate.mock_servers.bounds import Bounds
from scimulate.mock_servers.scim.errors import ScimError, error_body, unavailable
from scimulate.mock_servers.scim.limits import HEAD_BYTES, URL_BYTES
from scimulate.mock_servers.scim.messages import SCIM_TYPE


class BoundedConfig(uvicorn.Config):
    """uvicorn's settings and the bounds of the listener."""

    def __init__(self, app: Any, bounds: Bounds, **settings: Any) -> None:
        super().__init__(app, http=BoundedConnection, ws="none", **settings)
        self.watch = Watch(bounds.within_this_process())


class Watch:
    """Looks at the connections of a listener while there are any, and ends those that are late."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._open: set[BoundedConnection] = set()
        self._is_looking = False
        shortest = min(bounds.head_seconds, bounds.body_seconds, bounds.idle_seconds, bounds.stalled_seconds)
        self._interval = min(1.0, shortest / 4, bounds.farewell_seconds / 2)

    def enter(self, connection: "BoundedConnection") -> int:
        """How many there are with this one."""
        self._open.add(connection)
        if not self._is_looking:
            self._is_looking = True
            connection.loop.call_later(self._interval, self._look, connection.loop)
        return len(self._open)

    def leave(self, connection: "BoundedConnection") -> None:
        self._open.discard(connection)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._open):
            connection.look(now)
        self._is_looking = bool(self._open)
        if self._is_looking:
            loop.call_later(self._interval, self._look, loop)


class _Flow(FlowControl):
    """Reads on only when no request waits behind another: each piece read may bring thousands more of them."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if not self._waiting:
            super().resume_reading()


class OutOfBounds(Exception):
    """Ends the parsing of a request head; the refusal is kept by the connection."""


class BoundedConnection(HttpToolsProtocol):
    """One connection. Between requests it is neither in a head nor in a body."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config, BoundedConfig)
        self._watch = config.watch
        self._bounds = config.watch.bounds
        self._deadline = math.inf
        self._reading_deadline = math.inf
        self._in_head = self._in_body = False
        self._upgrades = False
        self._is_refused = False
        self._problem: ScimError | None = None
        self._farewell: ScimError | None = None
        self._in_work: RequestResponseCycle | None = None
        self._unread = self._chunk = self._hosts = 0

    # What the transport tells.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        bounds, now = self._bounds, self.loop.time()
        self._deadline = now + bounds.head_seconds
        number = self._watch.enter(self)
        if number > bounds.connections + bounds.turned_away:
            self._is_refused = True
            transport.abort()
        elif number > bounds.connections:
            self._refuse(unavailable("too many connections are open"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._chunk = len(data)
        if self._in_head or self._in_body:
            self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(self._problem or ScimError(400, "this is no request of HTTP/1.1"))
        if self._unread > HEAD_BYTES and (self._in_head or self._in_body):
            self._refuse(_head_too_large())

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading_deadline = self.loop.time() + self._bounds.stalled_seconds

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading_deadline = math.inf

    # What the parser tells.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._unread = self._hosts = 0
        self._deadline = self.loop.time() + self._bounds.head_seconds

    def on_url(self, url: bytes) -> None:
        self.url += url
        if len(self.url) > URL_BYTES:
            self._end_parsing(ScimError(414, f"a request target may have {URL_BYTES} bytes"))

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # A trailer field, which nobody here asks for.
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._unread + self._chunk > HEAD_BYTES and self._head_size() > HEAD_BYTES:
            self._end_parsing(_head_too_large())
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() == "1.1"):
            # RFC 9112 §3.2.
            self._end_parsing(ScimError(400, "a request has one Host header"))
        if self.parser.get_method() == b"CONNECT":
            self._end_parsing(ScimError(501, "this server is no proxy"))
        self._upgrades = self.parser.should_upgrade()
        if self._upgrades:
            return
        super().on_headers_complete()
        self._in_head, self._in_body = False, True
        self._deadline = self.loop.time() + self._bounds.body_seconds

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._upgrades:
            return
        self._in_body = False
        self._deadline = self._idle_deadline() if self.cycle.response_complete else math.inf
        super().on_message_complete()

    # What the answer tells.

    def on_response_complete(self) -> None:
        """As uvicorn has it, with a deadline in the place of its timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            self._deadline = self.loop.time() + self._bounds.stalled_seconds
            return
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        self.flow.resume_reading()
        if self._is_busy():
            return
        if self._farewell is not None:
            self._take_leave(self._farewell)
        elif self._in_body:
            self._deadline = self.loop.time() + self._bounds.farewell_seconds
        elif not self._in_head:
            self._deadline = self._idle_deadline()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._in_work = cycle
        super()._start_asgi_task(cycle, app)

    # What the watch tells.

    def look(self, now: float) -> None:
        """End what is late."""
        if self._reading_deadline < now or (self._deadline < now and self._is_refused):
            self._abort()
        elif self._deadline < now:
            if self.flow.read_paused:
                # Not the client is late: it has a request in work, and what it sends is left where it is.
                self._deadline = now + self._bounds.head_seconds
            elif self._in_head or (self._in_body and not self.cycle.response_started):
                self._refuse(ScimError(408, "the request did not arrive in time"))
            else:
                self._abort()

    def _idle_deadline(self) -> float:
        return self.loop.time() + self._bounds.idle_seconds

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _end_parsing(self, problem: ScimError) -> None:
        self._problem = problem
        raise OutOfBounds

    def _stay_with_http(self, rest: bytes) -> None:
        """Go on as if no other protocol had been offered: the parser would throw the body away (RFC 9110 §7.8)."""
        kept = [(name, value) for name, value in self.headers if name not in (b"connection", b"upgrade")]
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/1.1", *(b": ".join(field) for field in kept)]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*lines, b"", rest]))

    def _refuse(self, error: ScimError) -> None:
        """Read no more; answer `error` when it is its turn."""
        self._is_refused = True
        is_busy = self._is_busy()
        if is_busy and not self._in_body:
            self._farewell, self._deadline = error, math.inf
        elif self._in_body and (not is_busy or self.cycle.response_started or self.pipeline):
            self._abort()
        else:
            self._leave_application()
            self._take_leave(error)

    def _abort(self) -> None:
        self._leave_application()
        self.transport.abort()

    def _leave_application(self) -> None:
        """Whoever works on a request of this connection has nobody to answer any more."""
        if self._is_busy():
            assert self._in_work is not None
            self._in_work.disconnected = True
            self._in_work.message_event.set()

    def _is_busy(self) -> bool:
        return self._in_work is not None and not self._in_work.response_complete

    def _take_leave(self, error: ScimError) -> None:
        """The last answer. What the client still sends is read and thrown away, lest a reset take it the answer."""
        body = error_body(error)
        headers = [
            *self.server_state.default_headers,
            (b"content-type", SCIM_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *((name.encode(), value.encode()) for name, value in error.headers),
        ]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self._deadline = self.loop.time() + self._bounds.farewell_seconds
        self.transport.write(STATUS_LINE[error.status] + head + b"\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()


def _head_too_large() -> ScimError:
    return ScimError(431, f"a request line and its headers may have {HEAD_BYTES} bytes")

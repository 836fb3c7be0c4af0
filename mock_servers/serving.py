"""How an application is served: a listener, http or https, that runs in a thread; and the storage behind it.

ServingError
├── HostUnusable        the host is none of this machine's
├── PortUnusable        the port is taken or not allowed
└── StorageUnusable     the database path cannot be used
"""

import asyncio
import errno
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType
from typing import Self

import uvicorn

from scimulate.mock_servers.bounds import USUAL_BOUNDS, Bounds
from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.connections import BoundedConfig
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim.asgi import Application
from scimulate.mock_servers.scim.store import Database, DatabaseTrouble, DatabaseUnusable
from scimulate.mock_servers.tenants import DEFAULT_POLICY, Tenants

BACKLOG = 2_048
SHUTDOWN_SECONDS = 3


class ServingError(Exception):
    """The server cannot be started."""


class HostUnusable(ServingError):
    """The host is none of this machine's."""


class PortUnusable(ServingError):
    """The port is taken or not allowed."""


class StorageUnusable(ServingError):
    """The database path cannot be used."""


def open_tenants(
    path: str,
    new_clock: Callable[[str], Clock],
    *,
    default_policy: str = DEFAULT_POLICY,
    synchronous: str = "FULL",
) -> Tenants:
    """The tenants kept at `path` (or in ":memory:"); raises `StorageUnusable`."""
    try:
        return Tenants(Database(path, synchronous=synchronous), new_clock, default_policy=default_policy)
    except (DatabaseUnusable, DatabaseTrouble) as error:
        raise StorageUnusable(str(error)) from error


class _Server(uvicorn.Server):
    """uvicorn that says when it is up, and shakes hands within the bounds of the listener."""

    def __init__(self, config: BoundedConfig) -> None:
        super().__init__(config)
        self._handshake_seconds = config.watch.bounds.head_seconds
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.is_ssl:
            # uvicorn has no setting for it; the loop is this server's own.
            loop = asyncio.get_running_loop()
            create = partial(loop.create_server, ssl_handshake_timeout=self._handshake_seconds)
            loop.create_server = create  # type: ignore[method-assign]
        await super().startup(sockets)
        self.is_up.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.config.is_ssl:
            # A farewell over TLS is waited for, and a client that keeps its connection for later does not send one.
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)


class RunningServer(AbstractContextManager["RunningServer"]):
    """Serves an application from a thread until the `with` block ends; port 0 means a free one. With `tls` over https.

    `bounds`: what its clients may take.

    Raises `HostUnusable` or `PortUnusable` when it is made, before anything is served.
    """

    def __init__(
        self,
        app: Application,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        bounds: Bounds = USUAL_BOUNDS,
    ) -> None:
        self._socket = _bound_socket(host, port)
        self.url = _url_of(self._socket, "http" if tls is None else "https")
        _tell_url(app, self.url)
        self._server = _Server(_config(app, tls, bounds))
        self._thread = threading.Thread(target=self._run, name=f"scimulate-server-{self.url}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server.is_up.wait()
        if not self._server.started:
            self._stop()
            raise ServingError("the server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._server.is_up.set()

    def _stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _config(app: Application, tls: ssl.SSLContext | None, bounds: Bounds) -> BoundedConfig:
    return BoundedConfig(
        app,
        bounds,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        proxy_headers=False,
        ssl_context_factory=None if tls is None else lambda config, default: tls,
    )


def _bound_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError, UnicodeError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if _is_of_the_host(error):
            raise HostUnusable(f"cannot listen at {host}: {reason}") from error
        raise PortUnusable(f"cannot listen at {host} port {port}: {reason}") from error
    return listening


def _is_of_the_host(error: Exception) -> bool:
    """True when no port would do: the name is not known, is not a name, or belongs to another machine."""
    return isinstance(error, socket.gaierror | UnicodeError) or (
        isinstance(error, OSError) and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    )


def _url_of(listening: socket.socket, scheme: str) -> str:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"{scheme}://{shown}:{port}"


def _tell_url(app: Application, url: str) -> None:
    if isinstance(app, MdmApplication):
        app.listens_at(url)

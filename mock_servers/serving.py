"""The reference MDM as a server: SCIM, portal and control surface in one ASGI application, and how to run it.

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
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

import uvicorn

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.connections import USUAL_BOUNDS, BoundedConfig, Bounds
from scimulate.mock_servers.control import create_control
from scimulate.mock_servers.oauth.token_endpoint import serve_token_endpoint
from scimulate.mock_servers.portal.administrators import Administrator
from scimulate.mock_servers.portal.pages import create_portal
from scimulate.mock_servers.scim.asgi import Receive, ScimRim, Scope, Send
from scimulate.mock_servers.scim.endpoint import Endpoint, refusal
from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import SCIM_TYPE
from scimulate.mock_servers.scim.store import Database, DatabaseTrouble, DatabaseUnusable
from scimulate.mock_servers.scim.traffic import Traffic
from scimulate.mock_servers.sessions import Sessions
from scimulate.mock_servers.tenants import DEFAULT_POLICY, DEFAULT_TENANT, Tenant, Tenants

SCIM_BASE = "/scim/v2"
TOKEN_PATH = "/oauth2/token"
BACKLOG = 2_048
SHUTDOWN_SECONDS = 3

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


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


class MdmApplication:
    """Routes by path. SCIM goes straight to its rim; everything else is rarer and goes through Starlette."""

    def __init__(self, tenants: Tenants, *, control: bool = False, public_url: str | None = None) -> None:
        self.tenants = tenants
        self._public_url = public_url.rstrip("/") if public_url is not None else None
        self._own_url = "http://127.0.0.1"
        self._watched = control
        self._rims: dict[str, ScimRim] = {}
        self._traffic: dict[str, Traffic] = {}
        self.sessions: Sessions[Administrator] = Sessions()
        self._portal: Application = create_portal(tenants, scim_url_of=self.scim_url_of, sessions=self.sessions)
        self._control: Application | None = create_control(self) if control else None

    def scim_url_of(self, tenant: Tenant) -> str:
        """The URL to paste into Entra ID (SEED-020: it never changes)."""
        return f"{self._public_url or self._own_url}{tenant.scim_path}"

    def portal_url_of(self, tenant: Tenant) -> str:
        return f"{self._public_url or self._own_url}{tenant.portal_path}"

    def token_url_of(self, tenant: Tenant) -> str:
        """Where the tenant's OAuth clients get their access tokens."""
        return f"{self._public_url or self._own_url}{tenant.path}{TOKEN_PATH}"

    def traffic_of(self, tenant: Tenant) -> Traffic:
        """The journal and faults of a tenant; kept only while the control surface is on."""
        return self._traffic.setdefault(tenant.name, Traffic())

    def listens_at(self, url: str) -> None:
        """Told by the server once its port is known."""
        self._own_url = url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send, self.tenants.database.close)
            return
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path.startswith(SCIM_BASE) and path[len(SCIM_BASE) :][:1] in ("", "/"):
            await self._rim(self.tenants.default).serve(path[len(SCIM_BASE) :], scope, receive, send)
            return
        name, rest = _tenant_and_rest(path)
        is_scim = rest == SCIM_BASE or rest.startswith(f"{SCIM_BASE}/")
        if (is_scim or rest == TOKEN_PATH) and (tenant := await self._tenant(name)) is not None:
            if is_scim:
                await self._rim(tenant).serve(rest[len(SCIM_BASE) :], scope, receive, send)
            else:
                await serve_token_endpoint(tenant.authorization, self.token_url_of(tenant), scope, receive, send)
            return
        if rest == "/portal" or rest.startswith("/portal/"):
            await self._portal(scope, receive, send)
        elif self._control is not None and (path == "/control" or path.startswith("/control/")):
            await self._control(scope, receive, send)
        elif path == "/":
            await _send_plain(send, 307, b"", [(b"location", b"/portal")])
        else:
            body = refusal(ScimError(404, "there is no such endpoint")).body
            await _send_plain(send, 404, body, [(b"content-type", SCIM_TYPE.encode())])

    async def _tenant(self, name: str) -> Tenant | None:
        if self.tenants.is_to_be_opened(name):
            return await asyncio.to_thread(self.tenants.get, name)
        return self.tenants.get(name)

    def _rim(self, tenant: Tenant) -> ScimRim:
        rim = self._rims.get(tenant.name)
        if rim is None:
            endpoint = Endpoint(tenant)
            traffic = self.traffic_of(tenant) if self._watched else None
            rim = ScimRim(endpoint, self.tenants.database, tenant.scim_path, self._public_url, traffic)
            self._rims[tenant.name] = rim
        return rim


async def _live(receive: Receive, send: Send, at_the_end: Callable[[], None]) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            at_the_end()
            await send({"type": "lifespan.shutdown.complete"})
            return


def alongside(app: MdmApplication) -> Application:
    """The same tenants at a further listener, which is not where the application says it is, and does not end it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send, lambda: None)
        else:
            await app(scope, receive, send)

    return serve


def create_app(tenants: Tenants, *, control: bool = False, public_url: str | None = None) -> MdmApplication:
    """The application for these tenants. The database is closed when it is shut down."""
    return MdmApplication(tenants, control=control, public_url=public_url)


def _tenant_and_rest(path: str) -> tuple[str, str]:
    """The tenant that a path names, and the path below it."""
    if not path.startswith("/tenants/"):
        return DEFAULT_TENANT, path
    name, slash, rest = path.removeprefix("/tenants/").partition("/")
    return name, slash + rest


async def _send_plain(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Server(uvicorn.Server):
    """uvicorn that says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
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


def _config(app: Application, tls: ssl.SSLContext | None, bounds: Bounds) -> uvicorn.Config:
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

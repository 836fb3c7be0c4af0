"""The reference MDM: SCIM, token endpoint, portal and control surface in one ASGI application."""

import asyncio
from collections.abc import Callable

from scimulate.mock_servers.control import create_control
from scimulate.mock_servers.oauth.token_endpoint import serve_token_endpoint
from scimulate.mock_servers.portal.administrators import Administrator
from scimulate.mock_servers.portal.pages import create_portal
from scimulate.mock_servers.scim.asgi import Application, Receive, ScimRim, Scope, Send
from scimulate.mock_servers.scim.endpoint import Endpoint, refusal
from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import SCIM_TYPE
from scimulate.mock_servers.scim.traffic import Traffic
from scimulate.mock_servers.sessions import Sessions
from scimulate.mock_servers.tenants import DEFAULT_TENANT, Tenant, Tenants

SCIM_BASE = "/scim/v2"
TOKEN_PATH = "/oauth2/token"


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

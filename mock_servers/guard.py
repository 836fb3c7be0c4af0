"""Who may open a portal, and the headers that each of its answers carries.

A change has to come from the portal's own pages or from a program, never from another site's page. A portal that is
local only answers the machine that it runs on and nobody else: the connection comes from a loopback address, was not
forwarded by a proxy or tunnel, and names a loopback host.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scimulate.mock_servers.refusal import PortalRefused

ANSWER_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # Under "no-referrer" a browser hides the origin of the portal's own forms as well ("Origin: null").
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
READING = frozenset({"GET", "HEAD"})
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "cf-connecting-ip", "via")

Refuse = Callable[[Request, PortalRefused], Response]


class Guard:
    """ASGI middleware. `refuse` turns a refusal into a page or a JSON answer."""

    def __init__(self, app: ASGIApp, refuse: Refuse, *, local_only: bool = False) -> None:
        self._app = app
        self._refuse = refuse
        self._local_only = local_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(ANSWER_HEADERS)
            await send(message)

        # Routes are whole paths, wherever the portal is mounted.
        scope = {**scope, "root_path": ""}
        client = scope.get("client")
        headers = Headers(scope=scope)
        refused = refusal_of_stranger(headers, client[0] if client else "") if self._local_only else None
        if refused is None and scope["method"] not in READING and not is_from_own_pages(headers):
            refused = PortalRefused(403, "cross_site")
        app = self._app if refused is None else self._refuse(Request(scope), refused)
        await app(scope, receive, send_with_headers)


def refusal_of_stranger(headers: Headers, client_host: str) -> PortalRefused | None:
    """Why a request is not from this machine, or None."""
    if not is_loopback(client_host) or any(name in headers for name in FORWARDING_HEADERS):
        return PortalRefused(403, "not_local")
    if not is_loopback(host_of(headers.get("host", ""))):
        return PortalRefused(403, "foreign_host")
    return None


def host_of(netloc: str) -> str:
    """The host of a Host header or an origin, without its port; empty when it makes no sense."""
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def is_from_own_pages(headers: Headers) -> bool:
    """A browser says where a request comes from; a program says nothing, and no page can make it ask."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host")

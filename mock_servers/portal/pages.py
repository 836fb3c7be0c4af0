"""The portal as pages: server-rendered, working without JavaScript, each secret on one page once."""

import sqlite3
from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from scimulate.mock_servers.guard import Guard
from scimulate.mock_servers.html_pages import static_routes
from scimulate.mock_servers.language import load_labels
from scimulate.mock_servers.messages import language_of
from scimulate.mock_servers.portal import api
from scimulate.mock_servers.portal.administrators import Administrator
from scimulate.mock_servers.portal.audit_pages import AuditPages
from scimulate.mock_servers.portal.groups_pages import GroupsPages
from scimulate.mock_servers.portal.migration_pages import MigrationPages
from scimulate.mock_servers.portal.portal import DEFAULT_TENANT_PATH, FOLDER, TENANT_PATH, Portal, Visit, address_of
from scimulate.mock_servers.portal.settings_pages import SettingsPages
from scimulate.mock_servers.portal.sign_in import SignIn
from scimulate.mock_servers.portal.support_pages import SupportPages
from scimulate.mock_servers.portal.token_pages import TokenPages
from scimulate.mock_servers.portal.users_pages import UsersPages
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.store import StoreError
from scimulate.mock_servers.sessions import Sessions
from scimulate.mock_servers.tenants import Tenant, Tenants

CODES = {404: "page_not_found", 405: "method_not_allowed"}
HEADINGS = {403: "refused.heading.not_allowed", 404: "refused.heading.not_found"}


def create_portal(
    tenants: Tenants, *, scim_url_of: Callable[[Tenant], str], sessions: Sessions[Administrator] | None = None
) -> Starlette:
    """One application for the portals of all tenants. It is given whole paths: `/portal/…` and so on."""
    portal = Portal(tenants, scim_url_of, sessions or Sessions())

    def refuse_stranger(request: Request, refused: PortalRefused) -> Response:
        """Where nobody asks who it is, or the database cannot tell."""
        if "/portal/api/" in request.scope["path"]:
            return api.refusal_as_json(request, refused)
        return _refusal_page(portal, request, refused, None)

    def refuse(request: Request, refused: PortalRefused) -> Response:
        if "/portal/api/" in request.scope["path"]:
            return api.refusal_as_json(request, refused)
        return _refusal_page(portal, request, refused, _visit_of(portal, request))

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, PortalRefused)
        return refuse(request, error)

    async def on_store_error(request: Request, error: Exception) -> Response:
        return refuse_stranger(request, PortalRefused(503, "store_unusable"))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "bad_request")
        response = refuse(request, PortalRefused(error.status_code, code))
        response.headers.update(error.headers or {})
        return response

    routes = _routes(portal)
    return Starlette(
        routes=[Mount(DEFAULT_TENANT_PATH, routes=routes), Mount(TENANT_PATH, routes=routes)],
        middleware=[Middleware(Guard, refuse=refuse_stranger)],
        exception_handlers={
            PortalRefused: on_refused,
            HTTPException: on_http_error,
            StoreError: on_store_error,
            sqlite3.Error: on_store_error,
        },
    )


def _routes(portal: Portal) -> list[BaseRoute]:
    tokens, pages, sign_in, audit = TokenPages(portal), _Pages(portal), SignIn(portal), AuditPages(portal)
    return [
        Mount("/api", routes=api.routes_of(portal)),
        *static_routes(FOLDER),
        *sign_in.routes(),
        *tokens.routes(),
        *SupportPages(portal).routes(),
        Route("/", pages.home, methods=["GET"]),
        *UsersPages(portal).routes(),
        *GroupsPages(portal).routes(),
        *SettingsPages(portal).routes(),
        *MigrationPages(portal).routes(),
        *audit.routes(),
        # IVANTI-016: two ways to the same page.
        Route("/admin/audit", audit.audit, methods=["GET"]),
    ]


class _Pages:
    """Where the portal opens."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def home(self, request: Request) -> Response:
        visit = self._portal.visit(request, None)
        return RedirectResponse(f"{visit.tenant.portal_path}{visit.navigation[0].path}", 303)


def _visit_of(portal: Portal, request: Request) -> Visit | None:
    """Who is signed in, if anybody is, at a portal that there is."""
    try:
        tenant, session = portal.tenant_of(request), portal.session_of(request)
    except PortalRefused:
        return None
    return Visit(tenant, session, language_of(request), address_of(request, tenant)) if session else None


def _refusal_page(portal: Portal, request: Request, refused: PortalRefused, visit: Visit | None) -> Response:
    """A sentence, a way back and a way out; without the tenant's navigation, as the tenant itself may be unknown."""
    root = request.scope["path"].partition("/portal")[0] + "/portal"
    if refused.status == 401:
        return RedirectResponse(f"{quote(root)}/sign-in?{_why_and_next(portal, request, refused)}", 303)
    language = language_of(request)
    say = load_labels().said_in(language)
    values = {
        "heading": say(HEADINGS.get(refused.status, "refused.heading.not_done")),
        "sentence": refused.sentence_in(language),
        "code": refused.code,
        "t": say,
        "language": language,
        "static": f"{DEFAULT_TENANT_PATH}/static",
        "back": quote(root) + "/",
        "root": quote(root),
        "visit": visit,
        "here": visit.here if visit else "",
    }
    return HTMLResponse(portal.templates.get_template("refused.html").render(values), refused.status)


def _why_and_next(portal: Portal, request: Request, refused: PortalRefused) -> str:
    """After signing in the page that was asked for is opened. A form that was sent is not sent again (NEG-04).

    Whoever only opens the portal for the first time is told nothing: nothing was refused.
    """
    arrives = refused.code == "signed_out" and request.method in ("GET", "HEAD")
    why = {} if arrives else {"why": refused.code}
    return urlencode({**why, "next": address_of(request, portal.tenant_of(request))})

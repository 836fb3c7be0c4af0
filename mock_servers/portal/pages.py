"""The portal as pages: server-rendered, working without JavaScript, each secret on one page once."""

import sqlite3
from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from scimulate.mock_servers.html_pages import static_routes
from scimulate.mock_servers.language import load_labels
from scimulate.mock_servers.portal import api, user_administration
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.audit_pages import AuditPages
from scimulate.mock_servers.portal.guard import Guard
from scimulate.mock_servers.portal.listing import Line, Page
from scimulate.mock_servers.portal.messages import page_number, paging_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import (
    DEFAULT_TENANT_PATH,
    FOLDER,
    TENANT_PATH,
    Portal,
    address_of,
    language_of,
)
from scimulate.mock_servers.portal.sign_in import SignIn
from scimulate.mock_servers.portal.support_pages import SupportPages
from scimulate.mock_servers.portal.token_pages import TokenPages
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.store import StoreError
from scimulate.mock_servers.tenants import Tenant, Tenants

CODES = {404: "page_not_found", 405: "method_not_allowed"}
HEADINGS = {403: "refused.heading.not_allowed", 404: "refused.heading.not_found"}


def create_portal(tenants: Tenants, *, scim_url_of: Callable[[Tenant], str]) -> Starlette:
    """One application for the portals of all tenants. It is given whole paths: `/portal/…` and so on."""
    portal = Portal(tenants, scim_url_of)

    def refuse(request: Request, refused: PortalRefused) -> Response:
        if "/portal/api/" in request.scope["path"]:
            return api.refusal_as_json(request, refused)
        return _refusal_page(portal, request, refused)

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, PortalRefused)
        return refuse(request, error)

    async def on_store_error(request: Request, error: Exception) -> Response:
        return refuse(request, PortalRefused(503, "store_unusable"))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "bad_request")
        response = refuse(request, PortalRefused(error.status_code, code))
        response.headers.update(error.headers or {})
        return response

    routes = _routes(portal)
    return Starlette(
        routes=[Mount(DEFAULT_TENANT_PATH, routes=routes), Mount(TENANT_PATH, routes=routes)],
        middleware=[Middleware(Guard, refuse=refuse)],
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
        Route("/admin", pages.custom_attributes, methods=["GET"]),
        Route("/users", pages.users, methods=["GET"]),
        Route("/users/add", pages.ask_for_user, methods=["GET"]),
        Route("/users/add", pages.add_user, methods=["POST"]),
        Route("/users/{id}", pages.user, methods=["GET"]),
        Route("/users/{id}/remove", pages.confirm_removal, methods=["GET"]),
        Route("/users/{id}/remove", pages.remove_user, methods=["POST"]),
        Route("/groups", pages.groups, methods=["GET"]),
        Route("/groups/{id}", pages.group, methods=["GET"]),
        *audit.routes(),
        # IVANTI-016: two ways to the same page.
        Route("/admin/audit", audit.audit, methods=["GET"]),
    ]


class _Pages:
    """Users and User Groups."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def home(self, request: Request) -> Response:
        visit = self._portal.visit(request, None)
        return RedirectResponse(f"{visit.tenant.portal_path}{visit.navigation[0].path}", 303)

    async def custom_attributes(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        return self._portal.page(visit, "custom_attributes.html", {}, section="custom_attributes")

    async def users(self, request: Request) -> Response:
        return self._listed(request, "users", user_administration.find_users)

    async def user(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        detail = user_administration.user_of(visit.tenant, request.path_params["id"])
        return self._portal.page(visit, "user.html", {"user": detail.line, "groups": detail.groups}, section="users")

    async def ask_for_user(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        return self._portal.page(visit, "add_user.html", {}, section="users")

    async def add_user(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_USERS)
        user = await run_in_threadpool(
            user_administration.add_user,
            visit.tenant,
            user_name=form.get("user_name", ""),
            display_name=form.get("display_name", ""),
            email=form.get("email", ""),
        )
        return RedirectResponse(f"{visit.tenant.portal_path}/users/{user.id}", 303)

    async def confirm_removal(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        detail = user_administration.user_of(visit.tenant, request.path_params["id"])
        return self._portal.confirm(
            visit,
            section="users",
            back=f"/users/{detail.line.id}",
            title="Remove user",
            question=f"Remove {detail.line.display_name or detail.line.user_name} for good?",
            consequence="The user and the user's memberships are deleted. This cannot be undone.",
            act="Remove",
            danger=True,
            path=f"/users/{detail.line.id}/remove",
        )

    async def remove_user(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_USERS)
        await run_in_threadpool(user_administration.remove_user, visit.tenant, request.path_params["id"])
        return RedirectResponse(f"{visit.tenant.portal_path}/users", 303)

    async def groups(self, request: Request) -> Response:
        return self._listed(request, "groups", user_administration.find_groups)

    async def group(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        detail = user_administration.group_of(visit.tenant, request.path_params["id"])
        page = page_number(request)
        shown = detail.members[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        values = {"group": detail.line, "members": shown, **paging_of(len(detail.members), page, "")}
        return self._portal.page(visit, "group.html", values, section="groups")

    def _listed(self, request: Request, name: str, find: Callable[[Tenant, str, int], Page[Line]]) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        search, page = request.query_params.get("search", ""), page_number(request)
        found = find(visit.tenant, search, page)
        values = {name: found.lines, **paging_of(found.total, page, search)}
        return self._portal.page(visit, f"{name}.html", values, section=name)


def _refusal_page(portal: Portal, request: Request, refused: PortalRefused) -> Response:
    """A sentence and a way back; without the tenant's navigation, as the tenant itself may be unknown."""
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
    }
    return HTMLResponse(portal.templates.get_template("refused.html").render(values), refused.status)


def _why_and_next(portal: Portal, request: Request, refused: PortalRefused) -> str:
    """After signing in the page that was asked for is opened. A form that was sent is not sent again (NEG-04)."""
    return urlencode({"why": refused.code, "next": address_of(request, portal.tenant_of(request))})

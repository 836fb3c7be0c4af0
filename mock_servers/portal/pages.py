"""The portal as pages: server-rendered, working without JavaScript, each secret on one page once."""

import sqlite3
from collections.abc import Callable
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from scimulate.mock_servers.html_pages import static_routes
from scimulate.mock_servers.portal import administration, api
from scimulate.mock_servers.portal.administration import PortalRefused
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.guard import Guard
from scimulate.mock_servers.portal.listing import Line, Page
from scimulate.mock_servers.portal.messages import page_number, read_form
from scimulate.mock_servers.portal.portal import DEFAULT_TENANT_PATH, FOLDER, TENANT_PATH, Portal
from scimulate.mock_servers.portal.token_pages import TokenPages
from scimulate.mock_servers.scim.store import StoreError
from scimulate.mock_servers.tenants import Tenant, Tenants

SENTENCES = {
    404: ("page_not_found", "There is no such page."),
    405: ("method_not_allowed", "That cannot be done with this page."),
}

HEADINGS = {403: "Not allowed", 404: "Not found"}


def create_portal(tenants: Tenants, *, scim_url_of: Callable[[Tenant], str]) -> Starlette:
    """One application for the portals of all tenants. It is given whole paths: `/portal/…` and so on."""
    portal = Portal(tenants, scim_url_of)

    def refuse(request: Request, refused: PortalRefused) -> Response:
        if "/portal/api/" in request.scope["path"]:
            return api.refusal_as_json(refused)
        return _refusal_page(portal, request, refused)

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, PortalRefused)
        return refuse(request, error)

    async def on_store_error(request: Request, error: Exception) -> Response:
        return refuse(request, PortalRefused(503, "store_unusable", "The server's database cannot be used just now."))

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code, sentence = SENTENCES.get(error.status_code, ("bad_request", "The portal cannot make sense of that."))
        response = refuse(request, PortalRefused(error.status_code, code, sentence))
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
    tokens, pages = TokenPages(portal), _Pages(portal)
    return [
        Mount("/api", routes=api.routes_of(portal)),
        *static_routes(FOLDER),
        *tokens.routes(),
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
        Route("/audit", pages.audit, methods=["GET"]),
    ]


class _Pages:
    """Users, User Groups and Audit Trails."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def home(self, request: Request) -> Response:
        return RedirectResponse(f"{self._portal.tenant_of(request).portal_path}/admin", 303)

    async def custom_attributes(self, request: Request) -> Response:
        return self._portal.page(request, "custom_attributes.html", {}, section="custom_attributes")

    async def users(self, request: Request) -> Response:
        return self._listed(request, "users", administration.find_users)

    async def user(self, request: Request) -> Response:
        detail = administration.user_of(self._portal.tenant_of(request), request.path_params["id"])
        return self._portal.page(request, "user.html", {"user": detail.line, "groups": detail.groups}, section="users")

    async def ask_for_user(self, request: Request) -> Response:
        return self._portal.page(request, "add_user.html", {}, section="users")

    async def add_user(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        form = await read_form(request)
        user = await run_in_threadpool(
            administration.add_user,
            tenant,
            user_name=form.get("user_name", ""),
            display_name=form.get("display_name", ""),
            email=form.get("email", ""),
        )
        return RedirectResponse(f"{tenant.portal_path}/users/{user.id}", 303)

    async def confirm_removal(self, request: Request) -> Response:
        detail = administration.user_of(self._portal.tenant_of(request), request.path_params["id"])
        return self._portal.confirm(
            request,
            section="users",
            back=f"/users/{detail.line.id}",
            title="Remove user",
            question=f"Remove {detail.line.display_name or detail.line.user_name} for good?",
            consequence="The user and the user's memberships are deleted. This cannot be undone.",
            act="Remove",
            path=f"/users/{detail.line.id}/remove",
        )

    async def remove_user(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        await self._portal.confirmed(request)
        await run_in_threadpool(administration.remove_user, tenant, request.path_params["id"])
        return RedirectResponse(f"{tenant.portal_path}/users", 303)

    async def groups(self, request: Request) -> Response:
        return self._listed(request, "groups", administration.find_groups)

    async def group(self, request: Request) -> Response:
        detail = administration.group_of(self._portal.tenant_of(request), request.path_params["id"])
        page = page_number(request)
        shown = detail.members[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        values = {"group": detail.line, "members": shown, **_paging(len(detail.members), page, "")}
        return self._portal.page(request, "group.html", values, section="groups")

    async def audit(self, request: Request) -> Response:
        search, page = request.query_params.get("search", ""), page_number(request)
        found = self._portal.tenant_of(request).audit.rows(search=search, offset=(page - 1) * PAGE_SIZE)
        values = {"rows": found.rows, **_paging(found.total, page, search)}
        return self._portal.page(request, "audit.html", values, section="audit")

    def _listed(self, request: Request, name: str, find: Callable[[Tenant, str, int], Page[Line]]) -> Response:
        search, page = request.query_params.get("search", ""), page_number(request)
        found = find(self._portal.tenant_of(request), search, page)
        values = {name: found.lines, **_paging(found.total, page, search)}
        return self._portal.page(request, f"{name}.html", values, section=name)


def _paging(total: int, page: int, search: str) -> dict[str, object]:
    return {"total": total, "page": page, "pages": max(1, -(-total // PAGE_SIZE)), "search": search}


def _refusal_page(portal: Portal, request: Request, refused: PortalRefused) -> Response:
    """A sentence and a way back; without the tenant's navigation, as the tenant itself may be unknown."""
    values = {
        "heading": HEADINGS.get(refused.status, "That was not done"),
        "sentence": refused.sentence,
        "code": refused.code,
        "static": f"{DEFAULT_TENANT_PATH}/static",
        "back": quote(request.scope["path"].partition("/portal")[0]) + "/portal/",
    }
    return HTMLResponse(portal.templates.get_template("refused.html").render(values), refused.status)

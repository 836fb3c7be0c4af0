"""The Users pages: the list, one user with its tabs, and what may be done to a user by hand."""

from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import user_administration
from scimulate.mock_servers.portal.listing import ALL_USERS, CHOICES, UserLine
from scimulate.mock_servers.portal.paging import page_number, paging_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.users_api import csv_answer, filters_of
from scimulate.mock_servers.portal.users_export import users_as_csv
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

TABS = ("overview", "attributes", "groups")
GROUPS_OFFERED = 200
"""The filter offers this many groups; a link from a group's page reaches the others."""
ADDED = ("user_name", "display_name", "email")
"""What is asked of a user who is added by hand."""
DONE = ("added", "enabled", "disabled", "invited", "retired", "removed")


class UsersPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/users", self.users, methods=["GET"]),
            Route("/users/export", self.export, methods=["GET"]),
            Route("/users/add", self.ask_for_user, methods=["GET"]),
            Route("/users/add", self.add_user, methods=["POST"]),
            Route("/users/{id}", self.user, methods=["GET"]),
            Route("/users/{id}/enable", self.enable, methods=["POST"]),
            Route("/users/{id}/disable", self.disable, methods=["POST"]),
            Route("/users/{id}/invite", self.invite, methods=["POST"]),
            Route("/users/{id}/retire-devices", self.confirm_retirement, methods=["GET"]),
            Route("/users/{id}/retire-devices", self.retire_devices, methods=["POST"]),
            Route("/users/{id}/remove", self.confirm_removal, methods=["GET"]),
            Route("/users/{id}/remove", self.remove_user, methods=["POST"]),
        ]

    async def users(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        filters, page = filters_of(request), page_number(request)
        found = user_administration.find_users(visit.tenant, filters, page)
        values = {
            "users": found.lines,
            "filters": filters,
            "query": {name: value for name, value in asdict(filters).items() if value},
            "choices": CHOICES,
            "groups": user_administration.listing_of(visit.tenant).group_names(limit=GROUPS_OFFERED),
            "all_users": ALL_USERS,
            "notice": _notice(visit, request),
            **paging_of(found.total, page, filters.search),
        }
        return self._portal.page(visit, "users.html", values, section="users")

    async def export(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        return csv_answer(await run_in_threadpool(users_as_csv, tenant, filters_of(request)))

    async def user(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        tab = request.query_params.get("tab", TABS[0])
        if tab not in TABS:
            raise PortalRefused(404, "page_not_found")
        shown = user_administration.user_of(visit.tenant, request.path_params["id"])
        values = {"shown": shown, "user": shown.line, "tab": tab, "tabs": TABS, "notice": _notice(visit, request)}
        return self._portal.page(visit, "user.html", values, section="users")

    async def ask_for_user(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        return self._portal.page(visit, "add_user.html", {"typed": dict.fromkeys(ADDED, "")}, section="users")

    async def add_user(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_USERS)
        typed = {name: form.get(name, "") for name in ADDED}
        try:
            user = await run_in_threadpool(user_administration.add_user, visit.tenant, **typed, by=visit.by)
        except PortalRefused as refused:
            values = {"typed": typed, "refused": refused}
            return self._portal.page(visit, "add_user.html", values, section="users", status=refused.status)
        return _to_user(visit, user.id, "added")

    async def enable(self, request: Request) -> Response:
        return await self._changed(
            request,
            "enabled",
            lambda tenant, user, by: user_administration.set_enabled(tenant, user, enabled=True, by=by),
        )

    async def disable(self, request: Request) -> Response:
        return await self._changed(
            request,
            "disabled",
            lambda tenant, user, by: user_administration.set_enabled(tenant, user, enabled=False, by=by),
        )

    async def invite(self, request: Request) -> Response:
        return await self._changed(
            request, "invited", lambda tenant, user, by: user_administration.invite_user(tenant, user, by=by)
        )

    async def confirm_retirement(self, request: Request) -> Response:
        return self._confirm(request, "retire", "retire-devices")

    async def retire_devices(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_USERS)
        user_id = request.path_params["id"]
        await run_in_threadpool(user_administration.retire_devices, visit.tenant, user_id, by=visit.by)
        return _to_user(visit, user_id, "retired")

    async def confirm_removal(self, request: Request) -> Response:
        return self._confirm(request, "remove", "remove")

    async def remove_user(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_USERS)
        await run_in_threadpool(user_administration.remove_user, visit.tenant, request.path_params["id"], by=visit.by)
        return RedirectResponse(f"{visit.tenant.portal_path}/users?done=removed", 303)

    def _confirm(self, request: Request, label: str, path: str) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        line = user_administration.user_of(visit.tenant, request.path_params["id"]).line
        where = f"/users/{quote(line.id, safe='')}"
        return self._portal.confirm(
            visit,
            section="users",
            back=where,
            title=visit.say(f"users.{label}"),
            question=visit.say(f"users.{label}.question", name=line.display_name or line.user_name),
            consequence=visit.say(f"users.{label}.consequence"),
            act=visit.say(f"users.{label}"),
            danger=True,
            path=f"{where}/{path}",
        )

    async def _changed(self, request: Request, done: str, change: Callable[[Tenant, str, str], UserLine]) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.CHANGE_USERS)
        user = await run_in_threadpool(change, visit.tenant, request.path_params["id"], visit.by)
        return _to_user(visit, user.id, done)


def _to_user(visit: Visit, user_id: str, done: str) -> Response:
    return RedirectResponse(f"{visit.tenant.portal_path}/users/{quote(user_id, safe='')}?done={done}", 303)


def _notice(visit: Visit, request: Request) -> str:
    done = request.query_params.get("done", "")
    return visit.say(f"users.done.{done}") if done in DONE else ""

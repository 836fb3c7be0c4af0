"""The User Groups pages: the list, one group with its members and grants, and what may be done to a group by hand."""

from collections.abc import Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import group_administration
from scimulate.mock_servers.portal.grants import GrantKind
from scimulate.mock_servers.portal.group_administration import SCIM_SOURCE
from scimulate.mock_servers.portal.listing import ALL_USERS, GroupLine
from scimulate.mock_servers.portal.paging import page_number, paging_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.refusal import PortalRefused

DONE = ("added", "changed", "removed")


class GroupsPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/groups", self.groups, methods=["GET"]),
            Route("/groups/add", self.ask_for_group, methods=["GET"]),
            Route("/groups/add", self.add_group, methods=["POST"]),
            Route("/groups/import", self.ask_for_import, methods=["GET"]),
            Route("/groups/import", self.import_members, methods=["POST"]),
            Route("/groups/{id}", self.group, methods=["GET"]),
            Route("/groups/{id}/grant", self.grant, methods=["POST"]),
            Route("/groups/{id}/withdraw", self.withdraw, methods=["POST"]),
            Route("/groups/{id}/remove", self.confirm_removal, methods=["GET"]),
            Route("/groups/{id}/remove", self.remove_group, methods=["POST"]),
        ]

    async def groups(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_USERS)
        search, page = request.query_params.get("search", ""), page_number(request)
        found = group_administration.find_groups(visit.tenant, search, page)
        values = {"groups": found.lines, "notice": _notice(visit, request), **paging_of(found.total, page, search)}
        return self._portal.page(visit, "groups.html", values, section="groups")

    async def group(self, request: Request) -> Response:
        visit, page = self._portal.visit(request, Permission.SEE_USERS), page_number(request)
        shown = group_administration.group_of(visit.tenant, request.path_params["id"], page)
        group = shown.detail.line
        values = {
            "group": group,
            "members": shown.detail.members,
            "grants": shown.grants,
            "grant_kinds": list(GrantKind),
            "fixed": group.id == ALL_USERS,
            "removable": group.id != ALL_USERS and not group.source.startswith(SCIM_SOURCE),
            "notice": _notice(visit, request),
            **paging_of(shown.detail.total, page, ""),
        }
        return self._portal.page(visit, "group.html", values, section="groups")

    async def ask_for_group(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        return self._portal.page(visit, "add_group.html", {"typed": {"name": ""}}, section="groups")

    async def add_group(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_USERS)
        typed = {"name": form.get("name", "")}
        try:
            group = await run_in_threadpool(group_administration.add_group, visit.tenant, **typed, by=visit.by)
        except PortalRefused as refused:
            values = {"typed": typed, "refused": refused}
            return self._portal.page(visit, "add_group.html", values, section="groups", status=refused.status)
        return _to_group(visit, group.id, "added")

    async def ask_for_import(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        return self._portal.page(visit, "import_members.html", {"rows": []}, section="groups")

    async def import_members(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_USERS)
        rows = await run_in_threadpool(
            group_administration.import_members, visit.tenant, form.get("csv", ""), by=visit.by
        )
        return self._portal.page(visit, "import_members.html", {"rows": rows}, section="groups")

    async def grant(self, request: Request) -> Response:
        return await self._granted(request, group_administration.grant)

    async def withdraw(self, request: Request) -> Response:
        return await self._granted(request, group_administration.withdraw)

    async def confirm_removal(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_USERS)
        group = group_administration.group_of(visit.tenant, request.path_params["id"]).detail.line
        where = f"/groups/{quote(group.id, safe='')}"
        return self._portal.confirm(
            visit,
            section="groups",
            back=where,
            title=visit.say("groups.remove"),
            question=visit.say("groups.remove.question", name=group.name),
            consequence=visit.say("groups.remove.consequence"),
            act=visit.say("groups.remove"),
            danger=True,
            path=f"{where}/remove",
        )

    async def remove_group(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_USERS)
        await run_in_threadpool(group_administration.remove_group, visit.tenant, request.path_params["id"], by=visit.by)
        return RedirectResponse(f"{visit.tenant.portal_path}/groups?done=removed", 303)

    async def _granted(self, request: Request, change: Callable[..., GroupLine]) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_USERS)
        group = await run_in_threadpool(
            change,
            visit.tenant,
            request.path_params["id"],
            kind=form.get("kind", ""),
            name=form.get("name", ""),
            by=visit.by,
        )
        return _to_group(visit, group.id, "changed")


def _to_group(visit: Visit, group_id: str, done: str) -> Response:
    return RedirectResponse(f"{visit.tenant.portal_path}/groups/{quote(group_id, safe='')}?done={done}", 303)


def _notice(visit: Visit, request: Request) -> str:
    done = request.query_params.get("done", "")
    return visit.say(f"groups.done.{done}") if done in DONE else ""

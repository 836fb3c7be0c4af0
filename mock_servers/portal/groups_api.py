"""User groups as JSON, under `api/` of each portal: the same functions as the pages."""

from collections.abc import Callable
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.portal import group_administration
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import GroupLine
from scimulate.mock_servers.portal.paging import page_number
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/groups", api.groups, methods=["GET"]),
        Route("/groups", api.add_group, methods=["POST"]),
        Route("/groups/import", api.import_members, methods=["POST"]),
        Route("/groups/{id}", api.group, methods=["GET"]),
        Route("/groups/{id}", api.remove_group, methods=["DELETE"]),
        Route("/groups/{id}/grants", api.grant, methods=["POST"]),
        Route("/groups/{id}/grants", api.withdraw, methods=["DELETE"]),
    ]


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def groups(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        found = group_administration.find_groups(tenant, request.query_params.get("search", ""), page_number(request))
        return json_answer({"total": found.total, "page_size": PAGE_SIZE, "groups": found.lines})

    async def group(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        shown = group_administration.group_of(tenant, request.path_params["id"], page_number(request))
        detail = shown.detail
        return json_answer(
            {
                **asdict(detail.line),
                "total": detail.total,
                "page_size": PAGE_SIZE,
                "members": detail.members,
                "grants": shown.grants,
            }
        )

    async def add_group(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        group = await run_in_threadpool(
            group_administration.add_group, visit.tenant, name=text_of(wanted, "name"), by=visit.by
        )
        return json_answer(group, 201)

    async def remove_group(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_USERS)
        await run_in_threadpool(group_administration.remove_group, visit.tenant, request.path_params["id"], by=visit.by)
        return Response(status_code=204)

    async def grant(self, request: Request) -> Response:
        return await self._granted(request, group_administration.grant)

    async def withdraw(self, request: Request) -> Response:
        return await self._granted(request, group_administration.withdraw)

    async def import_members(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        rows = await run_in_threadpool(
            group_administration.import_members, visit.tenant, text_of(wanted, "csv"), by=visit.by
        )
        return json_answer({"rows": rows})

    async def _granted(self, request: Request, change: Callable[..., GroupLine]) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        group = await run_in_threadpool(
            change,
            visit.tenant,
            request.path_params["id"],
            kind=text_of(wanted, "kind"),
            name=text_of(wanted, "name"),
            by=visit.by,
        )
        return json_answer(group)

"""Users and user groups as JSON, under `api/` of each portal: the same functions as the pages."""

from collections.abc import Callable
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.portal import user_administration
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import Line, Page
from scimulate.mock_servers.portal.messages import page_number, text_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal
from scimulate.mock_servers.tenants import Tenant


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/users", api.users, methods=["GET"]),
        Route("/users", api.add_user, methods=["POST"]),
        Route("/users/{id}", api.user, methods=["GET"]),
        Route("/users/{id}", api.remove_user, methods=["DELETE"]),
        Route("/groups", api.groups, methods=["GET"]),
        Route("/groups/{id}", api.group, methods=["GET"]),
    ]


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def users(self, request: Request) -> Response:
        return self._listed(request, "users", user_administration.find_users)

    async def user(self, request: Request) -> Response:
        detail = user_administration.user_of(
            self._portal.visit(request, Permission.SEE_USERS).tenant, request.path_params["id"]
        )
        return json_answer({**asdict(detail.line), "groups": detail.groups})

    async def add_user(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        user = await run_in_threadpool(
            user_administration.add_user,
            visit.tenant,
            user_name=text_of(wanted, "user_name"),
            display_name=text_of(wanted, "display_name"),
            email=text_of(wanted, "email"),
        )
        return json_answer(user, 201)

    async def remove_user(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_USERS)
        await run_in_threadpool(user_administration.remove_user, visit.tenant, request.path_params["id"])
        return Response(status_code=204)

    async def groups(self, request: Request) -> Response:
        return self._listed(request, "groups", user_administration.find_groups)

    async def group(self, request: Request) -> Response:
        detail = user_administration.group_of(
            self._portal.visit(request, Permission.SEE_USERS).tenant, request.path_params["id"]
        )
        return json_answer({**asdict(detail.line), "members": detail.members})

    def _listed(self, request: Request, name: str, find: Callable[[Tenant, str, int], Page[Line]]) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        found = find(tenant, request.query_params.get("search", ""), page_number(request))
        return json_answer({"total": found.total, "page_size": PAGE_SIZE, name: found.lines})

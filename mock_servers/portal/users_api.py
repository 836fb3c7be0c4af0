"""Users as JSON, under `api/` of each portal: the same functions as the pages."""

from collections.abc import Callable
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.portal import user_administration
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import FILTER_NAMES, UserFilters, UserLine
from scimulate.mock_servers.portal.paging import page_number
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal
from scimulate.mock_servers.portal.users_export import users_as_csv
from scimulate.mock_servers.tenants import Tenant


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/users", api.users, methods=["GET"]),
        Route("/users", api.add_user, methods=["POST"]),
        Route("/users/export", api.export, methods=["GET"]),
        Route("/users/{id}", api.user, methods=["GET"]),
        Route("/users/{id}", api.remove_user, methods=["DELETE"]),
        Route("/users/{id}/enable", api.enable, methods=["POST"]),
        Route("/users/{id}/disable", api.disable, methods=["POST"]),
        Route("/users/{id}/retire-devices", api.retire_devices, methods=["POST"]),
        Route("/users/{id}/invite", api.invite, methods=["POST"]),
        Route("/invitations", api.invitations, methods=["GET"]),
    ]


def filters_of(request: Request) -> UserFilters:
    """The filters in the query of a request."""
    return UserFilters(**{name: request.query_params.get(name, "") for name in FILTER_NAMES})


def csv_answer(text: str) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="users.csv"'}
    return Response(text.encode("utf-8", "replace"), media_type="text/csv; charset=utf-8", headers=headers)


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def users(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        found = user_administration.find_users(tenant, filters_of(request), page_number(request))
        return json_answer({"total": found.total, "page_size": PAGE_SIZE, "users": found.lines})

    async def export(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        return csv_answer(await run_in_threadpool(users_as_csv, tenant, filters_of(request)))

    async def user(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        page = user_administration.user_of(tenant, request.path_params["id"])
        return json_answer(
            {
                **asdict(page.line),
                "groups": page.groups,
                "department": page.department,
                "attributes": page.attributes,
                "grants": page.grants,
                "sign_in": page.sign_in,
            }
        )

    async def add_user(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        user = await run_in_threadpool(
            user_administration.add_user,
            visit.tenant,
            user_name=text_of(wanted, "user_name"),
            display_name=text_of(wanted, "display_name"),
            email=text_of(wanted, "email"),
            by=visit.by,
        )
        return json_answer(user, 201)

    async def remove_user(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_USERS)
        await run_in_threadpool(user_administration.remove_user, visit.tenant, request.path_params["id"], by=visit.by)
        return Response(status_code=204)

    async def enable(self, request: Request) -> Response:
        return await self._changed(
            request, lambda tenant, user, by: user_administration.set_enabled(tenant, user, enabled=True, by=by)
        )

    async def disable(self, request: Request) -> Response:
        return await self._changed(
            request, lambda tenant, user, by: user_administration.set_enabled(tenant, user, enabled=False, by=by)
        )

    async def retire_devices(self, request: Request) -> Response:
        return await self._changed(
            request, lambda tenant, user, by: user_administration.retire_devices(tenant, user, by=by)
        )

    async def invite(self, request: Request) -> Response:
        return await self._changed(
            request, lambda tenant, user, by: user_administration.invite_user(tenant, user, by=by)
        )

    async def invitations(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        return json_answer({"invitations": tenant.invitations.all()})

    async def _changed(self, request: Request, change: Callable[[Tenant, str, str], UserLine]) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_USERS)
        return json_answer(await run_in_threadpool(change, visit.tenant, request.path_params["id"], visit.by))

"""Tickets to Support and the feature that they ask for, as JSON."""

from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.portal import support_desk
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: Portal) -> list[Route]:
    """The routes of tickets and of the feature flag, relative to `api`."""
    api = _SupportApi(portal)
    return [
        Route("/tickets", api.tickets, methods=["GET"]),
        Route("/tickets", api.file_ticket, methods=["POST"]),
        Route("/tickets/{id}/approve", api.approve_ticket, methods=["POST"]),
        Route("/support/scim", api.switch_scim, methods=["POST"]),
    ]


class _SupportApi:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def tickets(self, request: Request) -> Response:
        support = self._portal.visit(request, Permission.SEE_TICKETS).tenant.support
        return json_answer(
            {"scim_is_on": support.scim_is_on, "tickets": [asdict(ticket) for ticket in support.tickets()]}
        )

    async def file_ticket(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        ticket = await run_in_threadpool(support_desk.file_ticket, visit, text_of(wanted, "reason"))
        return json_answer(asdict(ticket), 201)

    async def approve_ticket(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.SWITCH_FEATURES)
        ticket = await run_in_threadpool(support_desk.approve_ticket, visit, request.path_params["id"])
        return json_answer(asdict(ticket))

    async def switch_scim(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.SWITCH_FEATURES)
        on = wanted.get("on")
        if not isinstance(on, bool):
            raise PortalRefused(400, "bad_value", name="on")
        await run_in_threadpool(support_desk.switch_scim, visit, on=on)
        return json_answer({"scim_is_on": visit.tenant.support.scim_is_on})

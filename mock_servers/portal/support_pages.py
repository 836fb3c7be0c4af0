"""The page "Support": whether SCIM provisioning is on, the tickets that ask for it, and the switch."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import support_desk
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.support import TicketStatus

DONE = ("filed", "approved", "on", "off")


class SupportPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/support", self.page, methods=["GET"]),
            Route("/support/tickets", self.file_ticket, methods=["POST"]),
            Route("/support/tickets/{id}/approve", self.approve_ticket, methods=["POST"]),
            Route("/support/scim/on", self.switch_on, methods=["POST"]),
            Route("/support/scim/off", self.confirm_off, methods=["GET"]),
            Route("/support/scim/off", self.switch_off, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_TICKETS)
        support, done = visit.tenant.support, request.query_params.get("done", "")
        tickets = support.tickets()
        waiting = any(ticket.status is TicketStatus.OPEN for ticket in tickets)
        values = {
            "scim_is_on": support.scim_is_on,
            "tickets": tickets,
            "may_file": visit.administrator.may(Permission.CHANGE_SYSTEM) and not support.scim_is_on and not waiting,
            "may_switch": visit.administrator.may(Permission.SWITCH_FEATURES),
            "notice": visit.say(f"support.done.{done}") if done in DONE else "",
        }
        return self._portal.page(visit, "support.html", values, section="support")

    async def file_ticket(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(support_desk.file_ticket, visit, form.get("reason", ""))
        return _back(visit, "filed")

    async def approve_ticket(self, request: Request) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.SWITCH_FEATURES)
        await run_in_threadpool(support_desk.approve_ticket, visit, request.path_params["id"])
        return _back(visit, "approved")

    async def switch_on(self, request: Request) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.SWITCH_FEATURES)
        await run_in_threadpool(support_desk.switch_scim, visit, on=True)
        return _back(visit, "on")

    async def confirm_off(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SWITCH_FEATURES)
        return self._portal.confirm(
            visit,
            section="support",
            back="/support",
            title=visit.say("support.switch_off"),
            question=visit.say("support.switch_off.question"),
            consequence=visit.say("support.switch_off.consequence"),
            act=visit.say("support.switch_off"),
            danger=True,
            path="/support/scim/off",
        )

    async def switch_off(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.SWITCH_FEATURES)
        await run_in_threadpool(support_desk.switch_scim, visit, on=False)
        return _back(visit, "off")


def _back(visit: Visit, done: str) -> Response:
    return RedirectResponse(f"{visit.tenant.portal_path}/support?done={done}", 303)

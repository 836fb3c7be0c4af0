"""Users and groups of an application, and Add Assignment: search, Select, Assign (SEED-041…046, SEED-056…060)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.entra.portal import ROOT, EntraPortal, refusing, see
from scimulate.mock_servers.entra.principals import Group, Principal
from scimulate.mock_servers.entra.reading import ticked
from scimulate.mock_servers.refusal import PortalRefused

HITS_SHOWN = 40


def routes_of(portal: EntraPortal) -> list[Route]:
    pages = _AssignmentPages(portal)
    one = "/applications/{application}"
    return [
        Route(f"{one}/users-and-groups", pages.users_and_groups, methods=["GET"]),
        Route(f"{one}/users-and-groups/remove", pages.remove, methods=["POST"]),
        Route(f"{one}/add-assignment", pages.add_assignment, methods=["GET"]),
        Route(f"{one}/add-assignment", pages.assign, methods=["POST"]),
    ]


def groups_need_plan(portal: EntraPortal) -> bool:
    """NEG-35."""
    return portal.tenant.plan is Plan.FREE


class _AssignmentPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def users_and_groups(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_APPLICATIONS)
        values = {"assignments": self._portal.application_of(request).assignments()}
        return self._portal.application_page(request, visit, "users_and_groups.html", values, menu="users-and-groups")

    async def add_assignment(self, request: Request) -> Response:
        """The search. What was selected goes along in the address, and nothing is stored before Assign (NEG-36)."""
        visit = self._portal.visit(request, Permission.CHANGE_APPLICATIONS)
        search = request.query_params.get("search", "")
        chosen = [self._principal(each) for each in ticked(request.query_params)]
        found = [each for each in self._portal.tenant.directory.search(search)[:HITS_SHOWN] if each not in chosen]
        values = {"search": search, "found": found, "chosen": chosen, "no_groups": groups_need_plan(self._portal)}
        return self._portal.application_page(request, visit, "add_assignment.html", values, menu="users-and-groups")

    def _principal(self, principal_id: str) -> Principal:
        principal = refusing(lambda: self._portal.tenant.directory.principal(principal_id))
        if isinstance(principal, Group) and groups_need_plan(self._portal):
            raise PortalRefused(409, "plan_needed", name=principal.display_name)
        return principal

    async def assign(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_APPLICATIONS)
        application, chosen = self._portal.application_of(request), ticked(form)
        if not chosen:
            raise PortalRefused(400, "nobody_selected")
        await self._portal.do(lambda: application.assign(*chosen))
        return see(f"{ROOT}/applications/{application.id}/users-and-groups")

    async def remove(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, Permission.CHANGE_APPLICATIONS)
        application, chosen = self._portal.application_of(request), ticked(form)
        if not chosen:
            raise PortalRefused(400, "nobody_selected")
        await self._portal.do(lambda: application.unassign(*chosen))
        return see(f"{ROOT}/applications/{application.id}/users-and-groups")

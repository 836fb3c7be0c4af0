"""Attribute Mapping of Provision Entra ID Users and the switch of groups (IVANTI-026, IVANTI-038, IVANTI-039)."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.attribute_mappings import MATCHING
from scimulate.mock_servers.entra.mapping import GROUP_MAPPING
from scimulate.mock_servers.entra.portal import ROOT, EntraPortal, see
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: EntraPortal) -> list[Route]:
    pages = _MappingPages(portal)
    one = "/applications/{application}/mappings"
    return [
        Route(one, pages.mappings, methods=["GET"]),
        Route(f"{one}/add", pages.add, methods=["POST"]),
        Route(f"{one}/delete", pages.delete, methods=["POST"]),
        Route(f"{one}/restore", pages.restore, methods=["POST"]),
        Route(f"{one}/attributes", pages.add_attribute, methods=["POST"]),
        Route(f"{one}/groups", pages.switch_groups, methods=["POST"]),
    ]


class _MappingPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def mappings(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.PROVISION)
        mappings = self._portal.application_of(request).mappings
        values = {
            "rows": mappings.rows(),
            "matching": MATCHING,
            "sources": mappings.unused_sources(),
            "targets": mappings.unused_attributes(),
            "group_rows": GROUP_MAPPING,
        }
        return self._portal.application_page(request, visit, "mappings.html", values, menu="provisioning")

    async def add(self, request: Request) -> Response:
        return await self._change(request, lambda app, form: app.mappings.add(form.get("source", ""), form["target"]))

    async def delete(self, request: Request) -> Response:
        return await self._change(request, lambda app, form: app.mappings.remove(form["target"]))

    async def restore(self, request: Request) -> Response:
        return await self._change(request, lambda app, form: app.mappings.restore())

    async def add_attribute(self, request: Request) -> Response:
        return await self._change(request, lambda app, form: app.mappings.add_attribute(form["target"]))

    async def switch_groups(self, request: Request) -> Response:
        def switch(application: Application, form: dict[str, str]) -> None:
            application.provisions_groups = form.get("groups") == "on"

        return await self._change(request, switch)

    async def _change(self, request: Request, change: Callable[[Application, dict[str, str]], None]) -> Response:
        _, form = await self._portal.submitted(request, Permission.PROVISION)
        application = self._portal.application_of(request)
        form.setdefault("target", "")
        if not application.provisions_automatically:
            raise PortalRefused(409, "manual_only")
        await self._portal.do(lambda: change(application, form))
        return see(f"{ROOT}/applications/{application.id}/mappings")

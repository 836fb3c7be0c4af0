"""Settings, custom attributes and the migration as JSON, under `api/` of each portal, as on the pages."""

from collections.abc import Mapping
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.portal import settings_administration as administration
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.migration import STAGES
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

NEW_ATTRIBUTES = "new_attributes"


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/settings", api.settings, methods=["GET"]),
        Route("/settings", api.save_settings, methods=["PUT"]),
        Route("/attributes", api.attributes, methods=["GET"]),
        Route("/attributes", api.add_attribute, methods=["POST"]),
        Route("/attributes/{name}", api.remove_attribute, methods=["DELETE"]),
        Route("/migration", api.migration, methods=["GET"]),
        Route("/migration/begin", api.begin, methods=["POST"]),
        Route("/migration/advance", api.advance, methods=["POST"]),
        Route("/user-source", api.user_source, methods=["GET"]),
        Route("/user-source", api.edit_user_source, methods=["PUT"]),
        Route("/ldap-server", api.switch_ldap_server, methods=["PUT"]),
    ]


def migration_shown(tenant: Tenant) -> Mapping[str, object]:
    """What the page of the migration shows."""
    return {
        "stage": tenant.migration.stage,
        "stages": list(STAGES),
        "ldap_server_enabled": tenant.migration.ldap_server_enabled,
        "objects_left": administration.objects_left(tenant),
    }


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def settings(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_SYSTEM).tenant
        administration.check_token(tenant)
        return json_answer(tenant.settings.in_force)

    async def save_settings(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        new = wanted.pop(NEW_ATTRIBUTES, [])
        if not isinstance(new, list) or not all(isinstance(name, str) for name in new):
            raise PortalRefused(400, "bad_value", name=NEW_ATTRIBUTES)
        settings = await run_in_threadpool(
            administration.save_settings, visit.tenant, wanted, by=visit.by, new_attributes=new
        )
        return json_answer(settings)

    async def attributes(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_SYSTEM).tenant
        return json_answer(_attributes(tenant))

    async def add_attribute(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.add_attribute, visit.tenant, text_of(wanted, "name"), by=visit.by)
        return json_answer(_attributes(visit.tenant), 201)

    async def remove_attribute(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.remove_attribute, visit.tenant, request.path_params["name"], by=visit.by)
        return Response(status_code=204)

    async def migration(self, request: Request) -> Response:
        return json_answer(migration_shown(self._portal.visit(request, Permission.SEE_SYSTEM).tenant))

    async def begin(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.begin_migration, visit.tenant, by=visit.by)
        return json_answer(migration_shown(visit.tenant))

    async def advance(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.advance_migration, visit.tenant, by=visit.by)
        return json_answer(migration_shown(visit.tenant))

    async def user_source(self, request: Request) -> Response:
        return json_answer(_user_source(self._portal.visit(request, Permission.SEE_SYSTEM).tenant))

    async def edit_user_source(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.edit_legacy_source, visit.tenant, wanted, by=visit.by)
        return json_answer(_user_source(visit.tenant))

    async def switch_ldap_server(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        enabled = wanted.get("enabled")
        if not isinstance(enabled, bool):
            raise PortalRefused(400, "bad_value", name="enabled")
        await run_in_threadpool(administration.switch_ldap_server, visit.tenant, enabled=enabled, by=visit.by)
        return json_answer(migration_shown(visit.tenant))


def _attributes(tenant: Tenant) -> Mapping[str, object]:
    return {"attributes": tenant.attributes.all()}


def _user_source(tenant: Tenant) -> Mapping[str, object]:
    return {**asdict(tenant.migration.legacy_source), "read_only": tenant.migration.legacy_read_only}

"""The pages of the migration (IVANTI-067), and of the source that it leaves: "Entra ID User Source" (IVANTI-063)."""

from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import settings_administration as administration
from scimulate.mock_servers.portal.migration import STAGES, SYNC_MINUTES, LegacySource, Stage
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.settings_pages import typed_fields
from scimulate.mock_servers.seen import seen_mark

DONE = ("stage", "ldap", "saved")
SOURCE_KINDS = {name: type(value) for name, value in asdict(LegacySource()).items()}


class MigrationPages:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/admin/scim/migration", self.migration, methods=["GET"]),
            Route("/admin/scim/migration/begin", self.confirm_begin, methods=["GET"]),
            Route("/admin/scim/migration/begin", self.begin, methods=["POST"]),
            Route("/admin/scim/migration/advance", self.advance, methods=["POST"]),
            Route("/admin/scim/migration/ldap", self.switch_ldap_server, methods=["POST"]),
            Route("/admin/user-source", self.user_source, methods=["GET"]),
            Route("/admin/user-source", self.save_user_source, methods=["POST"]),
        ]

    async def migration(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        migration = visit.tenant.migration
        place = STAGES.index(migration.stage)
        values = {
            "stage": migration.stage,
            "seen": seen_mark({"stage": migration.stage}),
            "stages": STAGES,
            "place": place,
            "next_stage": STAGES[place + 1] if 0 < place < len(STAGES) - 1 else None,
            "not_started": migration.stage is Stage.NOT_STARTED,
            "ldap_server_enabled": migration.ldap_server_enabled,
            "objects_left": administration.objects_left(visit.tenant),
            "notice": _notice(visit, request),
        }
        return self._portal.page(visit, "migration.html", values, section="migration")

    async def confirm_begin(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        return self._portal.confirm(
            visit,
            section="migration",
            back="/admin/scim/migration",
            title=visit.say("migration.begin"),
            question=visit.say("migration.begin.question"),
            consequence=visit.say("migration.begin.consequence"),
            act=visit.say("migration.begin"),
            path="/admin/scim/migration/begin",
        )

    async def begin(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.begin_migration, visit.tenant, by=visit.by)
        return _back(visit, "stage")

    async def advance(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        seen = form.get("seen", "")
        await run_in_threadpool(administration.advance_migration, visit.tenant, by=visit.by, seen=seen)
        return _back(visit, "stage")

    async def switch_ldap_server(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        enabled = form.get("enabled") == "true"
        await run_in_threadpool(administration.switch_ldap_server, visit.tenant, enabled=enabled, by=visit.by)
        return _back(visit, "ldap")

    async def user_source(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        migration = visit.tenant.migration
        values = {
            "source": migration.legacy_source,
            "seen": seen_mark(asdict(migration.legacy_source)),
            "read_only": migration.legacy_read_only,
            "sync_minutes": SYNC_MINUTES,
            "notice": _notice(visit, request),
        }
        return self._portal.page(visit, "user_source.html", values, section="user_source")

    async def save_user_source(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        changes, seen = typed_fields(form, SOURCE_KINDS), form.get("seen", "")
        await run_in_threadpool(administration.edit_legacy_source, visit.tenant, changes, by=visit.by, seen=seen)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/user-source?done=saved", 303)


def _back(visit: Visit, done: str) -> Response:
    return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim/migration?done={done}", 303)


def _notice(visit: Visit, request: Request) -> str:
    done = request.query_params.get("done", "")
    return visit.say(f"migration.done.{done}") if done in DONE else ""

"""One application of the Entra portal as JSON: assignments, connection, settings, mapping, job and log."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.application_settings import ApplicationType
from scimulate.mock_servers.entra.connection import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.graph_json import json_answer, properties_of
from scimulate.mock_servers.entra.log_export import as_csv, as_json
from scimulate.mock_servers.entra.log_pages import downloaded
from scimulate.mock_servers.entra.portal import EntraPortal, Visit, refusing, scope_named
from scimulate.mock_servers.entra.provisioning_pages import sentence_of
from scimulate.mock_servers.entra.reading import log_filter, settings_of, type_named
from scimulate.mock_servers.entra.status import CycleSummary, shown_state
from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: EntraPortal) -> list[Route]:
    api = _ApplicationApi(portal)
    one = "/applications/{application}"
    table: list[tuple[str, str, Callable[..., object]]] = [
        ("GET", "/applications", api.listed),
        ("POST", "/applications", api.create),
        ("GET", one, api.one),
        ("GET", f"{one}/assignments", api.assignments),
        ("PUT", f"{one}/assignments/{{principal}}", api.assign),
        ("DELETE", f"{one}/assignments/{{principal}}", api.unassign),
        ("POST", f"{one}/connection-test", api.test_connection),
        ("PUT", f"{one}/credentials", api.save_credentials),
        ("PUT", f"{one}/scope", api.set_scope),
        ("GET", f"{one}/settings", api.settings),
        ("PUT", f"{one}/settings", api.save_settings),
        ("GET", f"{one}/mappings", api.mappings),
        ("POST", f"{one}/mappings", api.add_mapping),
        ("DELETE", f"{one}/mappings", api.delete_mapping),
        ("POST", f"{one}/attributes", api.add_attribute),
        ("POST", f"{one}/start", api.start),
        ("POST", f"{one}/stop", api.stop),
        ("POST", f"{one}/restart", api.restart),
        ("POST", f"{one}/on-demand", api.provision_on_demand),
        ("GET", f"{one}/status", api.status),
        ("GET", f"{one}/log", api.log),
        ("GET", f"{one}/log.csv", api.log_as_csv),
        ("GET", f"{one}/log.json", api.log_as_json),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class _ApplicationApi:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    def _seen(self, request: Request, permission: Permission) -> Application:
        self._portal.visit(request, permission)
        return self._portal.application_of(request)

    async def _called(self, request: Request, permission: Permission) -> tuple[Visit, Application, dict[str, object]]:
        visit, wanted = await self._portal.called(request, permission)
        application = self._portal.application_of(request)
        if permission is Permission.PROVISION:
            refusing(application.require_automatic)
        return visit, application, wanted

    async def listed(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_APPLICATIONS)
        return json_answer([_application(application, visit) for application in self._portal.tenant.applications()])

    async def create(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_APPLICATIONS)
        name, type = text_of(wanted, "displayName"), text_of(wanted, "type") or ApplicationType.NON_GALLERY
        made = await self._portal.do(lambda: self._portal.tenant.create_application(name, type_named(type)))
        return json_answer(_application(made, visit), 201)

    async def one(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_APPLICATIONS)
        return json_answer(_application(self._portal.application_of(request), visit))

    async def assignments(self, request: Request) -> Response:
        return _assignments(self._seen(request, Permission.SEE_APPLICATIONS))

    async def assign(self, request: Request) -> Response:
        _, application, _ = await self._called(request, Permission.CHANGE_APPLICATIONS)
        await self._portal.do(lambda: application.assign(request.path_params["principal"]))
        return _assignments(application)

    async def unassign(self, request: Request) -> Response:
        _, application, _ = await self._called(request, Permission.CHANGE_APPLICATIONS)
        await self._portal.do(lambda: application.unassign(request.path_params["principal"]))
        return _assignments(application)

    async def test_connection(self, request: Request) -> Response:
        visit, application, wanted = await self._called(request, Permission.PROVISION)
        url, token = _credentials(wanted)
        return json_answer(_test(await self._portal.do(lambda: application.test_connection(url, token)), visit))

    async def save_credentials(self, request: Request) -> Response:
        visit, application, wanted = await self._called(request, Permission.PROVISION)
        url, token = _credentials(wanted)
        try:
            await self._portal.do(lambda: application.save_credentials(url, token))
        except CredentialsRefused as refused:
            return json_answer(_test(refused.test, visit), 409)
        return json_answer(_application(application, visit))

    async def set_scope(self, request: Request) -> Response:
        visit, application, wanted = await self._called(request, Permission.PROVISION)
        application.scope = scope_named(text_of(wanted, "scope"))
        return json_answer(_application(application, visit))

    async def settings(self, request: Request) -> Response:
        return _settings(self._seen(request, Permission.PROVISION))

    async def save_settings(self, request: Request) -> Response:
        _, application, wanted = await self._called(request, Permission.PROVISION)
        send = wanted.get("sendOnFailure", False)
        if not isinstance(send, bool):
            raise PortalRefused(400, "bad_value", name="sendOnFailure")
        settings = settings_of(text_of(wanted, "notificationEmail"), send)
        if "scope" in wanted:
            application.scope = scope_named(text_of(wanted, "scope"))
        application.settings = settings
        return _settings(application)

    async def mappings(self, request: Request) -> Response:
        return _mappings(self._seen(request, Permission.PROVISION))

    async def add_mapping(self, request: Request) -> Response:
        _, application, wanted = await self._called(request, Permission.PROVISION)
        source, target = text_of(wanted, "source"), text_of(wanted, "target")
        await self._portal.do(lambda: application.mappings.add(source, target))
        return _mappings(application, 201)

    async def delete_mapping(self, request: Request) -> Response:
        _, application, wanted = await self._called(request, Permission.PROVISION)
        target = text_of(wanted, "target")
        await self._portal.do(lambda: application.mappings.remove(target))
        return _mappings(application)

    async def add_attribute(self, request: Request) -> Response:
        _, application, wanted = await self._called(request, Permission.PROVISION)
        target = text_of(wanted, "target")
        await self._portal.do(lambda: application.mappings.add_attribute(target))
        return _mappings(application, 201)

    async def start(self, request: Request) -> Response:
        return await self._acted(request, Application.start)

    async def stop(self, request: Request) -> Response:
        return await self._acted(request, Application.stop)

    async def restart(self, request: Request) -> Response:
        return await self._acted(request, Application.restart)

    async def _acted(self, request: Request, act: Callable[[Application], None]) -> Response:
        _, application, _ = await self._called(request, Permission.PROVISION)
        await self._portal.do(lambda: act(application))
        return json_answer(_status(application))

    async def provision_on_demand(self, request: Request) -> Response:
        _, application, wanted = await self._called(request, Permission.PROVISION)
        principal_id, members = text_of(wanted, "principalId"), wanted.get("members", [])
        if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
            raise PortalRefused(400, "bad_value", name="members")
        result = await self._portal.do(lambda: application.provision_on_demand(principal_id, members))
        failed = None if result.test is None else properties_of(result.test)
        return json_answer({"test": failed, "entries": [properties_of(entry) for entry in result.entries]})

    async def status(self, request: Request) -> Response:
        return json_answer(_status(self._seen(request, Permission.PROVISION)))

    async def log(self, request: Request) -> Response:
        entries = self._seen(request, Permission.SEE_LOGS).log.entries(**log_filter(request.query_params))
        return json_answer([properties_of(entry) for entry in entries])

    async def log_as_csv(self, request: Request) -> Response:
        entries = self._seen(request, Permission.SEE_LOGS).log.entries(**log_filter(request.query_params))
        return downloaded(as_csv(entries), "provisioning-log.csv", "text/csv")

    async def log_as_json(self, request: Request) -> Response:
        entries = self._seen(request, Permission.SEE_LOGS).log.entries(**log_filter(request.query_params))
        return downloaded(as_json(entries), "provisioning-log.json", "application/json")


def _credentials(wanted: dict[str, object]) -> tuple[str, str | None]:
    """Without a secretToken the saved one stays (SEED-033)."""
    token = text_of(wanted, "secretToken") if "secretToken" in wanted else None
    return text_of(wanted, "tenantUrl"), token


def _application(application: Application, visit: Visit) -> dict[str, object]:
    shown: dict[str, object] = {"id": application.id, "displayName": application.name, "type": application.type}
    if not visit.account.may(Permission.PROVISION):
        return shown
    return {
        **shown,
        "modes": ["Automatic", "Manual"] if application.provisions_automatically else ["Manual"],
        "tenantUrl": application.credentials.tenant_url if application.credentials else None,
        "scope": application.scope,
        "state": application.status().state,
    }


def _assignments(application: Application) -> Response:
    return json_answer(
        [
            {"principalId": row.principal_id, "displayName": row.display_name, "principalType": row.kind}
            for row in application.assignments()
        ]
    )


def _test(test: ConnectionTest, visit: Visit) -> dict[str, object]:
    return {
        "succeeded": test.succeeded,
        "code": test.code,
        "message": sentence_of(test, visit),
        "warning": test.warning,
        "innerCode": test.inner_code,
    }


def _settings(application: Application) -> Response:
    return json_answer({**properties_of(application.settings), "scope": application.scope, "interval": "PT40M"})


def _mappings(application: Application, status: int = 200) -> Response:
    mappings = application.mappings
    rows = [properties_of(row) for row in mappings.rows()]
    return json_answer({"mappings": rows, "attributes": list(mappings.attributes())}, status)


def _status(application: Application) -> dict[str, object]:
    status = application.status()
    return {
        **properties_of(status),
        "shownState": shown_state(status),
        "jobId": application.job_id,
        "lastCycle": _summary(status.last_cycle),
    }


def _summary(cycle: CycleSummary | None) -> dict[str, object] | None:
    if cycle is None:
        return None
    counts = [{"action": action, "status": ended, "count": n} for (action, ended), n in cycle.counts.items()]
    return {**properties_of(cycle), "counts": counts}

"""The Entra portal as JSON, over the same functions as the pages. Names are those of Graph where it has them."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.duration import DurationRefused, read_duration
from scimulate.mock_servers.entra import directory_api
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.connection import CredentialsRefused
from scimulate.mock_servers.entra.graph_json import json_answer, properties_of
from scimulate.mock_servers.entra.portal import EntraPortal, language_of, scope_named
from scimulate.mock_servers.entra.status import CycleSummary
from scimulate.mock_servers.portal.messages import read_object, text_of
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: EntraPortal) -> list[Route]:
    applications = _ApplicationApi(portal)
    one = "/applications/{application}"
    table: list[tuple[str, str, Callable[..., object]]] = [
        ("GET", "/clock", applications.clock),
        ("POST", "/clock", applications.advance),
        ("GET", "/applications", applications.listed),
        ("POST", "/applications", applications.create),
        ("GET", one, applications.one),
        ("GET", f"{one}/assignments", applications.assignments),
        ("PUT", f"{one}/assignments/{{principal}}", applications.assign),
        ("DELETE", f"{one}/assignments/{{principal}}", applications.unassign),
        ("POST", f"{one}/connection-test", applications.test_connection),
        ("PUT", f"{one}/credentials", applications.save_credentials),
        ("PUT", f"{one}/scope", applications.set_scope),
        ("POST", f"{one}/start", applications.start),
        ("POST", f"{one}/stop", applications.stop),
        ("POST", f"{one}/restart", applications.restart),
        ("GET", f"{one}/status", applications.status),
        ("GET", f"{one}/log", applications.log),
    ]
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]
    return [*directory_api.routes_of(portal), *routes]


def refusal_as_json(request: Request, refused: PortalRefused) -> Response:
    return json_answer({"code": refused.code, "message": refused.sentence_in(language_of(request))}, refused.status)


class _ApplicationApi:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def clock(self, request: Request) -> Response:
        return json_answer({"now": self._portal.tenant.clock.now(), "virtual": self._portal.advance is not None})

    async def advance(self, request: Request) -> Response:
        try:
            duration = read_duration((await read_object(request)).get("advance"))
        except DurationRefused as refused:
            raise PortalRefused(400, "not_a_duration", what=refused) from refused
        await self._portal.let_pass(duration)
        return await self.clock(request)

    async def listed(self, request: Request) -> Response:
        return json_answer([_application(application) for application in self._portal.tenant.applications()])

    async def create(self, request: Request) -> Response:
        name = text_of(await read_object(request), "displayName")
        return json_answer(
            _application(await self._portal.do(lambda: self._portal.tenant.create_application(name))), 201
        )

    async def one(self, request: Request) -> Response:
        return json_answer(_application(self._portal.application_of(request)))

    async def assignments(self, request: Request) -> Response:
        return json_answer(
            [
                {"principalId": row.principal_id, "displayName": row.display_name, "principalType": row.kind}
                for row in self._portal.application_of(request).assignments()
            ]
        )

    async def assign(self, request: Request) -> Response:
        application, principal = self._portal.application_of(request), request.path_params["principal"]
        await self._portal.do(lambda: application.assign(principal))
        return await self.assignments(request)

    async def unassign(self, request: Request) -> Response:
        application, principal = self._portal.application_of(request), request.path_params["principal"]
        await self._portal.do(lambda: application.unassign(principal))
        return await self.assignments(request)

    async def test_connection(self, request: Request) -> Response:
        application, (url, token) = self._portal.application_of(request), await _fields(request)
        return json_answer(properties_of(await self._portal.do(lambda: application.test_connection(url, token))))

    async def save_credentials(self, request: Request) -> Response:
        application, (url, token) = self._portal.application_of(request), await _fields(request)
        try:
            await self._portal.do(lambda: application.save_credentials(url, token))
        except CredentialsRefused as refused:
            return json_answer(properties_of(refused.test), 409)
        return json_answer(_application(application))

    async def set_scope(self, request: Request) -> Response:
        application = self._portal.application_of(request)
        application.scope = scope_named(text_of(await read_object(request), "scope"))
        return json_answer(_application(application))

    async def start(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).start)
        return await self.status(request)

    async def stop(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).stop)
        return await self.status(request)

    async def restart(self, request: Request) -> Response:
        await self._portal.do(self._portal.application_of(request).restart)
        return await self.status(request)

    async def status(self, request: Request) -> Response:
        return json_answer(_status(self._portal.application_of(request)))

    async def log(self, request: Request) -> Response:
        asked = (request.query_params.get(name) or None for name in ("identity", "action", "status"))
        return json_answer([properties_of(entry) for entry in self._portal.application_of(request).log.entries(*asked)])


async def _fields(request: Request) -> tuple[str, str]:
    document = await read_object(request)
    return text_of(document, "tenantUrl"), text_of(document, "secretToken")


def _application(application: Application) -> dict[str, object]:
    return {
        "id": application.id,
        "displayName": application.name,
        "tenantUrl": application.credentials.tenant_url if application.credentials else None,
        "scope": application.scope,
        "state": application.status().state,
    }


def _status(application: Application) -> dict[str, object]:
    status = application.status()
    return {**properties_of(status), "lastCycle": _summary(status.last_cycle)}


def _summary(cycle: CycleSummary | None) -> dict[str, object] | None:
    if cycle is None:
        return None
    counts = [{"action": action, "status": ended, "count": n} for (action, ended), n in cycle.counts.items()]
    return {**properties_of(cycle), "counts": counts}

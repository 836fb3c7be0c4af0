"""The Entra portal as JSON, over the same functions as the pages. Names are those of Graph where it has them."""

from collections.abc import Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.duration import DurationRefused, read_duration
from scimulate.mock_servers.entra import application_api, directory_api
from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.graph_json import json_answer
from scimulate.mock_servers.entra.portal import ROOT, SESSION_COOKIE, EntraPortal
from scimulate.mock_servers.entra.reading import plan_named
from scimulate.mock_servers.entra.sign_in import set_cookie
from scimulate.mock_servers.messages import language_of, read_object, text_of
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: EntraPortal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    table: list[tuple[str, str, Callable[..., object]]] = [
        ("POST", "/sign-in", api.sign_in),
        ("POST", "/sign-out", api.sign_out),
        ("GET", "/clock", api.clock),
        ("POST", "/clock", api.advance),
        ("GET", "/licences", api.licences),
        ("PUT", "/licences", api.choose_plan),
    ]
    routes = [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]
    return [*routes, *directory_api.routes_of(portal), *application_api.routes_of(portal)]


def refusal_as_json(request: Request, refused: PortalRefused) -> Response:
    return json_answer({"code": refused.code, "message": refused.sentence_in(language_of(request))}, refused.status)


class _Api:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def sign_in(self, request: Request) -> Response:
        wanted = await read_object(request)
        cookie, visit = self._portal.sign_in(request, text_of(wanted, "user_name"), text_of(wanted, "password"))
        response = json_answer({**asdict(visit.account), "csrf": visit.session.csrf})
        set_cookie(response, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        await self._portal.called(request, None)
        self._portal.sessions.close(request.cookies[SESSION_COOKIE])
        response = Response(status_code=204)
        response.delete_cookie(SESSION_COOKIE, path=ROOT)
        return response

    async def clock(self, request: Request) -> Response:
        self._portal.visit(request, None)
        return json_answer({"now": self._portal.tenant.clock.now(), "virtual": self._portal.advance is not None})

    async def advance(self, request: Request) -> Response:
        _, wanted = await self._portal.called(request, None)
        try:
            duration = read_duration(wanted.get("advance"))
        except DurationRefused as refused:
            raise PortalRefused(400, "not_a_duration", what=refused) from refused
        await self._portal.let_pass(duration)
        return await self.clock(request)

    async def licences(self, request: Request) -> Response:
        self._portal.visit(request, Permission.SEE_DIRECTORY)
        return json_answer({"plan": self._portal.tenant.plan})

    async def choose_plan(self, request: Request) -> Response:
        _, wanted = await self._portal.called(request, Permission.CHANGE_DIRECTORY)
        self._portal.tenant.plan = plan_named(text_of(wanted, "plan"))
        return json_answer({"plan": self._portal.tenant.plan})

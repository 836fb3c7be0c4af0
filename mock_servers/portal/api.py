"""The portal as JSON, under `api/` of each portal: the same functions as the pages, for scripts and tests."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.messages import language_of, read_object, text_of
from scimulate.mock_servers.portal import audit_api, groups_api, settings_api, support_api, token_api, users_api
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.navigation import Entry
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.sign_in import set_cookie, sign_in, sign_out
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/sign-in", api.sign_in, methods=["POST"]),
        Route("/sign-out", api.sign_out, methods=["POST"]),
        Route("/navigation", api.navigation, methods=["GET"]),
        *support_api.routes_of(portal),
        *token_api.routes_of(portal),
        *users_api.routes_of(portal),
        *groups_api.routes_of(portal),
        *settings_api.routes_of(portal),
        *audit_api.routes_of(portal),
    ]


def refusal_as_json(request: Request, refused: PortalRefused) -> Response:
    return json_answer({"code": refused.code, "message": refused.sentence_in(language_of(request))}, refused.status)


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def sign_in(self, request: Request) -> Response:
        wanted = await read_object(request)
        cookie, visit = sign_in(self._portal, request, text_of(wanted, "user_name"), text_of(wanted, "password"))
        account = visit.administrator
        response = json_answer(
            {"user_name": account.user_name, "roles": sorted(account.roles), "csrf": visit.session.csrf}
        )
        set_cookie(response, request, visit.tenant, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, None)
        response = Response(status_code=204)
        sign_out(self._portal, request, response, visit.tenant)
        return response

    async def navigation(self, request: Request) -> Response:
        visit = self._portal.visit(request, None)
        return json_answer([_shown(entry, visit) for entry in visit.navigation])


def _shown(entry: Entry, visit: Visit) -> dict[str, object]:
    return {
        "id": entry.label,
        "label": visit.say(entry.label),
        "path": f"{visit.tenant.portal_path}{entry.path}",
        "page": entry.page,
        "entries": [_shown(below, visit) for below in entry.entries],
    }

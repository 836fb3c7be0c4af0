"""The portal as JSON, under `api/` of each portal: the same functions as the pages, for scripts and tests."""

from collections.abc import Callable
from dataclasses import asdict

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.language import Say
from scimulate.mock_servers.portal import administration
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import Line, Page
from scimulate.mock_servers.portal.messages import page_number, read_object, text_of
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import SESSION_COOKIE, Portal, Visit, language_of
from scimulate.mock_servers.portal.sign_in import set_cookie, sign_in
from scimulate.mock_servers.portal.token_rules import VENDORS, GeneratedToken, Token, TokenAction
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/sign-in", api.sign_in, methods=["POST"]),
        Route("/sign-out", api.sign_out, methods=["POST"]),
        Route("/scim", api.provisioning, methods=["GET"]),
        Route("/tokens", api.generate, methods=["POST"]),
        Route("/tokens/{id}", api.remove_token, methods=["DELETE"]),
        Route("/tokens/{id}/activate", api.activate, methods=["POST"]),
        Route("/tokens/{id}/deactivate", api.deactivate, methods=["POST"]),
        Route("/tokens/{id}/renew", api.renew, methods=["POST"]),
        Route("/users", api.users, methods=["GET"]),
        Route("/users", api.add_user, methods=["POST"]),
        Route("/users/{id}", api.user, methods=["GET"]),
        Route("/users/{id}", api.remove_user, methods=["DELETE"]),
        Route("/groups", api.groups, methods=["GET"]),
        Route("/groups/{id}", api.group, methods=["GET"]),
        Route("/audit", api.audit, methods=["GET"]),
    ]


def refusal_as_json(request: Request, refused: PortalRefused) -> Response:
    return _json({"code": refused.code, "message": refused.sentence_in(language_of(request))}, refused.status)


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def sign_in(self, request: Request) -> Response:
        wanted = await read_object(request)
        cookie, visit = sign_in(self._portal, request, text_of(wanted, "user_name"), text_of(wanted, "password"))
        account = visit.administrator
        response = _json({"user_name": account.user_name, "roles": sorted(account.roles), "csrf": visit.session.csrf})
        set_cookie(response, request, visit.tenant, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        await self._portal.called(request, None)
        self._portal.sessions.close(request.cookies[SESSION_COOKIE])
        return Response(status_code=204)

    async def provisioning(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        return _json(
            {
                "target_url": self._portal.scim_url_of(visit.tenant),
                "providers": list(VENDORS),
                "tokens": [_token(token, visit.say) for token in visit.tenant.tokens.all()],
            }
        )

    async def generate(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        generated = await run_in_threadpool(
            administration.generate_token,
            visit.tenant,
            confirmed=wanted.get("confirm") is True,
            provider=text_of(wanted, "provider") or VENDORS[0],
        )
        return self._generated(visit, generated, 201)

    async def renew(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        renewed = await run_in_threadpool(administration.renew_token, visit.tenant, request.path_params["id"])
        return self._generated(visit, renewed, 200)

    async def activate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.ACTIVATE)

    async def deactivate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.DEACTIVATE)

    async def remove_token(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(administration.remove_token, visit.tenant, request.path_params["id"])
        return Response(status_code=204)

    async def users(self, request: Request) -> Response:
        return self._listed(request, "users", administration.find_users)

    async def user(self, request: Request) -> Response:
        detail = administration.user_of(
            self._portal.visit(request, Permission.SEE_USERS).tenant, request.path_params["id"]
        )
        return _json({**asdict(detail.line), "groups": detail.groups})

    async def add_user(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_USERS)
        user = await run_in_threadpool(
            administration.add_user,
            visit.tenant,
            user_name=text_of(wanted, "user_name"),
            display_name=text_of(wanted, "display_name"),
            email=text_of(wanted, "email"),
        )
        return _json(user, 201)

    async def remove_user(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_USERS)
        await run_in_threadpool(administration.remove_user, visit.tenant, request.path_params["id"])
        return Response(status_code=204)

    async def groups(self, request: Request) -> Response:
        return self._listed(request, "groups", administration.find_groups)

    async def group(self, request: Request) -> Response:
        detail = administration.group_of(
            self._portal.visit(request, Permission.SEE_USERS).tenant, request.path_params["id"]
        )
        return _json({**asdict(detail.line), "members": detail.members})

    async def audit(self, request: Request) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_AUDIT).tenant
        found = tenant.audit.rows(
            search=request.query_params.get("search", ""), offset=(page_number(request) - 1) * PAGE_SIZE
        )
        return _json({"total": found.total, "page_size": PAGE_SIZE, "rows": found.rows})

    def _listed(self, request: Request, name: str, find: Callable[[Tenant, str, int], Page[Line]]) -> Response:
        tenant = self._portal.visit(request, Permission.SEE_USERS).tenant
        found = find(tenant, request.query_params.get("search", ""), page_number(request))
        return _json({"total": found.total, "page_size": PAGE_SIZE, name: found.lines})

    async def _set_status(self, request: Request, action: TokenAction) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        token = await run_in_threadpool(
            administration.set_token_status, visit.tenant, request.path_params["id"], action
        )
        return _json(_token(token, visit.say))

    def _generated(self, visit: Visit, generated: GeneratedToken, status: int) -> Response:
        target_url = self._portal.scim_url_of(visit.tenant)
        return _json({"id": generated.token.id, "token": generated.secret, "target_url": target_url}, status)


def _token(token: Token, say: Say) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "status": token.status,
        "vendor": token.vendor,
        "created": token.created,
        "last_used": token.last_used,
        "masked": token.masked,
        "actions": [{"action": action, "label": say(f"token.{action}")} for action in token.actions],
    }


def _json(document: object, status: int = 200) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, status, media_type="application/json")

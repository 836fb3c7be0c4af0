"""The portal as JSON, under `api/` of each portal: the same functions as the pages, for scripts and tests."""

from collections.abc import Callable
from dataclasses import asdict

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.portal import administration
from scimulate.mock_servers.portal.administration import LABELS, PortalRefused
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import Line, Page
from scimulate.mock_servers.portal.messages import page_number, read_object, text_of
from scimulate.mock_servers.portal.portal import Portal
from scimulate.mock_servers.portal.token_rules import VENDORS, GeneratedToken, Token, TokenAction
from scimulate.mock_servers.tenants import Tenant


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
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


def refusal_as_json(refused: PortalRefused) -> Response:
    return _json({"code": refused.code, "message": refused.sentence}, refused.status)


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def provisioning(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        return _json(
            {
                "target_url": self._portal.scim_url_of(tenant),
                "providers": list(VENDORS),
                "tokens": [_token(token) for token in tenant.tokens.all()],
            }
        )

    async def generate(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        wanted = await read_object(request)
        generated = await run_in_threadpool(
            administration.generate_token,
            tenant,
            confirmed=wanted.get("confirm") is True,
            provider=text_of(wanted, "provider") or VENDORS[0],
        )
        return self._generated(request, generated, 201)

    async def renew(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        renewed = await run_in_threadpool(administration.renew_token, tenant, request.path_params["id"])
        return self._generated(request, renewed, 200)

    async def activate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.ACTIVATE)

    async def deactivate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.DEACTIVATE)

    async def remove_token(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        await run_in_threadpool(administration.remove_token, tenant, request.path_params["id"])
        return Response(status_code=204)

    async def users(self, request: Request) -> Response:
        return self._listed(request, "users", administration.find_users)

    async def user(self, request: Request) -> Response:
        detail = administration.user_of(self._portal.tenant_of(request), request.path_params["id"])
        return _json({**asdict(detail.line), "groups": detail.groups})

    async def add_user(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        wanted = await read_object(request)
        user = await run_in_threadpool(
            administration.add_user,
            tenant,
            user_name=text_of(wanted, "user_name"),
            display_name=text_of(wanted, "display_name"),
            email=text_of(wanted, "email"),
        )
        return _json(user, 201)

    async def remove_user(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        await run_in_threadpool(administration.remove_user, tenant, request.path_params["id"])
        return Response(status_code=204)

    async def groups(self, request: Request) -> Response:
        return self._listed(request, "groups", administration.find_groups)

    async def group(self, request: Request) -> Response:
        detail = administration.group_of(self._portal.tenant_of(request), request.path_params["id"])
        return _json({**asdict(detail.line), "members": detail.members})

    async def audit(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        found = tenant.audit.rows(
            search=request.query_params.get("search", ""), offset=(page_number(request) - 1) * PAGE_SIZE
        )
        return _json({"total": found.total, "page_size": PAGE_SIZE, "rows": found.rows})

    def _listed(self, request: Request, name: str, find: Callable[[Tenant, str, int], Page[Line]]) -> Response:
        tenant = self._portal.tenant_of(request)
        found = find(tenant, request.query_params.get("search", ""), page_number(request))
        return _json({"total": found.total, "page_size": PAGE_SIZE, name: found.lines})

    async def _set_status(self, request: Request, action: TokenAction) -> Response:
        tenant = self._portal.tenant_of(request)
        return _json(
            _token(await run_in_threadpool(administration.set_token_status, tenant, request.path_params["id"], action))
        )

    def _generated(self, request: Request, generated: GeneratedToken, status: int) -> Response:
        target_url = self._portal.scim_url_of(self._portal.tenant_of(request))
        return _json({"id": generated.token.id, "token": generated.secret, "target_url": target_url}, status)


def _token(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "status": token.status,
        "vendor": token.vendor,
        "created": token.created,
        "last_used": token.last_used,
        "masked": token.masked,
        "actions": [{"action": action, "label": LABELS[action]} for action in token.actions],
    }


def _json(document: object, status: int = 200) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)
    return Response(body, status, media_type="application/json")

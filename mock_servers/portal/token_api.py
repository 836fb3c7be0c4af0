"""Tokens as JSON, under `api/` of each portal: the same functions as the pages, for scripts and tests."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.language import Say
from scimulate.mock_servers.messages import text_of
from scimulate.mock_servers.portal import token_administration
from scimulate.mock_servers.portal.answers import json_answer
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.token_rules import VENDORS, GeneratedToken, Token, TokenAction
from scimulate.mock_servers.refusal import PortalRefused


def routes_of(portal: Portal) -> list[Route]:
    """The JSON routes, relative to `api`."""
    api = _Api(portal)
    return [
        Route("/scim", api.provisioning, methods=["GET"]),
        Route("/tokens", api.generate, methods=["POST"]),
        Route("/tokens/{id}", api.remove, methods=["DELETE"]),
        Route("/tokens/{id}/activate", api.activate, methods=["POST"]),
        Route("/tokens/{id}/deactivate", api.deactivate, methods=["POST"]),
        Route("/tokens/{id}/renew", api.renew, methods=["POST"]),
        Route("/tokens/{id}/{action}", api.refuse_action, methods=["POST"]),
    ]


class _Api:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def provisioning(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        tenant = visit.tenant
        tokens, full = tenant.tokens.all(), token_administration.full_providers(tenant)
        may_change = visit.administrator.may(Permission.CHANGE_SYSTEM)
        return json_answer(
            {
                "target_url": self._portal.scim_url_of(tenant),
                "providers": list(VENDORS),
                "can_generate": may_change and len(full) < len(VENDORS),
                "can_edit_settings": may_change and bool(tokens),  # IVANTI-014
                "tokens": [_token(token, visit.say) for token in tokens],
            }
        )

    async def generate(self, request: Request) -> Response:
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        generated = await run_in_threadpool(
            token_administration.generate_token,
            visit.tenant,
            confirmed=wanted.get("confirm") is True,
            provider=text_of(wanted, "provider"),
            by=visit.by,
        )
        return self._generated(visit, generated, 201)

    async def renew(self, request: Request) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        token_id = request.path_params["id"]
        renewed = await run_in_threadpool(token_administration.renew_token, visit.tenant, token_id, by=visit.by)
        return self._generated(visit, renewed, 200)

    async def activate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.ACTIVATE)

    async def deactivate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.DEACTIVATE)

    async def remove(self, request: Request) -> Response:
        """The last token needs `{"confirm": true}` in the body (NEG-19)."""
        visit, wanted = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(
            token_administration.remove_token,
            visit.tenant,
            request.path_params["id"],
            confirmed=wanted.get("confirm") is True,
            by=visit.by,
        )
        return Response(status_code=204)

    async def refuse_action(self, request: Request) -> Response:
        await self._portal.called(request, Permission.CHANGE_SYSTEM)
        raise PortalRefused(400, "unknown_action", actions=", ".join(TokenAction))

    async def _set_status(self, request: Request, action: TokenAction) -> Response:
        visit, _ = await self._portal.called(request, Permission.CHANGE_SYSTEM)
        token = await run_in_threadpool(
            token_administration.set_token_status, visit.tenant, request.path_params["id"], action, by=visit.by
        )
        return json_answer(_token(token, visit.say))

    def _generated(self, visit: Visit, generated: GeneratedToken, status: int) -> Response:
        target_url = self._portal.scim_url_of(visit.tenant)
        return json_answer({"id": generated.token.id, "token": generated.secret, "target_url": target_url}, status)


def _token(token: Token, say: Say) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "status": token.status,
        "vendor": token.vendor,
        "created": token.created,
        "last_used": token.last_used,
        "expires_at": token.expires_at,
        "masked": token.masked,
        "actions": [{"action": action, "label": say(f"token.{action}")} for action in token.actions],
    }

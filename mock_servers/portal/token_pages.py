"""The page "User Provisioning Entra ID": generate a token, see it once, and change those that exist."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import token_administration
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.token_rules import MOST_TOKENS, VENDORS, GeneratedToken, Token, TokenAction

NOTICES = {
    "activate": "The token was set to Active.",
    "deactivate": "The token was set to Inactive. It is refused from now on.",
    "remove": "The token was removed.",
}


class TokenPages:
    """The provisioning page and what it leads to."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            # IVANTI-001: two ways to the same page.
            Route("/admin/scim", self.provisioning, methods=["GET"]),
            Route("/admin/identity/provisioning", self.provisioning, methods=["GET"]),
            Route("/admin/scim/generate", self.confirm_generate, methods=["GET"]),
            Route("/admin/scim/generate", self.generate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/activate", self.activate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/deactivate", self.deactivate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/renew", self.confirm_renew, methods=["GET"]),
            Route("/admin/scim/tokens/{id}/renew", self.renew, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/remove", self.confirm_remove, methods=["GET"]),
            Route("/admin/scim/tokens/{id}/remove", self.remove, methods=["POST"]),
        ]

    async def provisioning(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        tokens = visit.tenant.tokens.all()
        values = {
            "target_url": self._portal.scim_url_of(visit.tenant),
            "providers": VENDORS,
            "tokens": tokens,
            "full": len(tokens) >= MOST_TOKENS,
            "notice": NOTICES.get(request.query_params.get("done", "")),
        }
        return self._portal.page(visit, "provisioning.html", values, section="provisioning")

    async def confirm_generate(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        provider = token_administration.provider_named(request.query_params.get("provider", VENDORS[0]))
        return self._portal.confirm(
            visit,
            section="provisioning",
            back="/admin/scim",
            title="Generate token",
            question=f"Generate a token for {provider}?",
            consequence="It works at once and is shown once, on the next page. Copy it there and keep it safe.",
            act="Generate",
            path="/admin/scim/generate",
            fields={"provider": provider},
        )

    async def generate(self, request: Request) -> Response:
        visit, form = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        provider = form.get("provider", "")
        generated = await run_in_threadpool(
            token_administration.generate_token, visit.tenant, confirmed=True, provider=provider
        )
        return self._generated(visit, generated, "New token")

    async def activate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.ACTIVATE)

    async def deactivate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.DEACTIVATE)

    async def confirm_renew(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        token = token_administration.token_of(visit.tenant, request.path_params["id"])
        consequence = "Its present secret is refused at once. The new one is shown once, on the next page."
        return self._confirm(visit, "Renew", token, consequence)

    async def renew(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        renewed = await run_in_threadpool(token_administration.renew_token, visit.tenant, request.path_params["id"])
        return self._generated(visit, renewed, "Renewed token")

    async def confirm_remove(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        token = token_administration.token_of(visit.tenant, request.path_params["id"])
        last = " It is the last token: provisioning stops." if len(visit.tenant.tokens.all()) == 1 else ""  # NEG-19
        consequence = f"It is refused for good. Users and user groups stay.{last}"
        return self._confirm(visit, "Remove", token, consequence)

    async def remove(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(token_administration.remove_token, visit.tenant, request.path_params["id"])
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim?done=remove", 303)

    def _confirm(self, visit: Visit, act: str, token: Token, consequence: str) -> Response:
        return self._portal.confirm(
            visit,
            section="provisioning",
            back="/admin/scim",
            title=f"{act} token",
            question=f"{act} {token.name}?",
            consequence=consequence,
            act=act,
            danger=act == "Remove",
            path=f"/admin/scim/tokens/{token.id}/{act.lower()}",
        )

    async def _set_status(self, request: Request, action: TokenAction) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(token_administration.set_token_status, visit.tenant, request.path_params["id"], action)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim?done={action}", 303)

    def _generated(self, visit: Visit, generated: GeneratedToken, title: str) -> Response:
        values = {
            "title": title,
            "token": generated.token,
            "secret": generated.secret,
            "target_url": self._portal.scim_url_of(visit.tenant),
        }
        return self._portal.page(visit, "generated.html", values, section="provisioning")

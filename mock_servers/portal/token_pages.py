"""The page "User Provisioning Entra ID": generate a token, see it once, and change those that exist."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.portal import token_administration
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.portal.portal import Portal, Visit
from scimulate.mock_servers.portal.token_rules import VENDORS, GeneratedToken, TokenAction
from scimulate.mock_servers.refusal import PortalRefused

NOTICES = {
    "activate": "token.notice.activated",
    "deactivate": "token.notice.deactivated",
    "remove": "token.notice.removed",
}


class TokenPages:
    """The provisioning page and what it leads to."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            # IVANTI-001: two ways to the same page; on the second one the provider has to be chosen.
            Route("/admin/scim", self.provisioning, methods=["GET"]),
            Route("/admin/identity/provisioning", self.choose_provider, methods=["GET"]),
            Route("/admin/scim/generate", self.confirm_generate, methods=["GET"]),
            Route("/admin/scim/generate", self.generate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/activate", self.activate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/deactivate", self.deactivate, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/renew", self.confirm_renew, methods=["GET"]),
            Route("/admin/scim/tokens/{id}/renew", self.renew, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/remove", self.confirm_remove, methods=["GET"]),
            Route("/admin/scim/tokens/{id}/remove", self.remove, methods=["POST"]),
            Route("/admin/scim/tokens/{id}/{action}", self.refuse_action, methods=["GET", "POST"]),
        ]

    async def provisioning(self, request: Request) -> Response:
        return self._page(request, VENDORS[0])

    async def choose_provider(self, request: Request) -> Response:
        return self._page(request, "")

    async def confirm_generate(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        provider = token_administration.provider_named(request.query_params.get("provider", ""))
        token_administration.check_room(visit.tenant, provider)
        return self._portal.confirm(
            visit,
            section="provisioning",
            back="/admin/scim",
            title=visit.say("token.generate.title"),
            question=visit.say("token.generate.question", provider=provider),
            consequence=visit.say("token.generate.consequence"),
            act=visit.say("token.generate"),
            path="/admin/scim/generate",
            fields={"provider": provider},
        )

    async def generate(self, request: Request) -> Response:
        visit, form = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        provider = form.get("provider", "")
        generated = await run_in_threadpool(
            token_administration.generate_token, visit.tenant, confirmed=True, provider=provider, by=visit.by
        )
        return self._generated(visit, generated, "token.new")

    async def activate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.ACTIVATE)

    async def deactivate(self, request: Request) -> Response:
        return await self._set_status(request, TokenAction.DEACTIVATE)

    async def confirm_renew(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        overlap = visit.tenant.settings.in_force.renew_overlap_seconds
        after = visit.say("token.renew.after_overlap", seconds=overlap) if overlap else visit.say("token.renew.at_once")
        return self._confirm(visit, request.path_params["id"], TokenAction.RENEW, after)

    async def renew(self, request: Request) -> Response:
        visit, _ = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        token_id = request.path_params["id"]
        renewed = await run_in_threadpool(token_administration.renew_token, visit.tenant, token_id, by=visit.by)
        return self._generated(visit, renewed, "token.renewed")

    async def confirm_remove(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_SYSTEM)
        is_last = len(visit.tenant.tokens.all()) == 1  # NEG-19
        consequence = visit.say("token.remove.consequence")
        if is_last:
            consequence += " " + visit.say("token.remove.last")
        warning = "last_token" if is_last else ""
        return self._confirm(visit, request.path_params["id"], TokenAction.REMOVE, consequence, warning)

    async def remove(self, request: Request) -> Response:
        visit, form = await self._portal.confirmed(request, Permission.CHANGE_SYSTEM)
        await run_in_threadpool(
            token_administration.remove_token,
            visit.tenant,
            request.path_params["id"],
            # The other token may have gone since the page was opened.
            confirmed=form.get("warning") == "last_token",
            by=visit.by,
        )
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim?done=remove", 303)

    async def refuse_action(self, request: Request) -> Response:
        self._portal.visit(request, Permission.CHANGE_SYSTEM)
        if request.method == "POST":
            raise PortalRefused(400, "unknown_action", actions=", ".join(TokenAction))
        raise PortalRefused(404, "page_not_found")

    def _page(self, request: Request, provider: str) -> Response:
        visit = self._portal.visit(request, Permission.SEE_SYSTEM)
        notice = NOTICES.get(request.query_params.get("done", ""))
        values = {
            "target_url": self._portal.scim_url_of(visit.tenant),
            "providers": VENDORS,
            "chosen": provider,
            "full": token_administration.full_providers(visit.tenant),
            "may_change": visit.administrator.may(Permission.CHANGE_SYSTEM),
            "tokens": visit.tenant.tokens.all(),
            "notice": visit.say(notice) if notice else "",
        }
        return self._portal.page(visit, "provisioning.html", values, section="provisioning")

    def _confirm(
        self, visit: Visit, token_id: str, action: TokenAction, consequence: str, warning: str = ""
    ) -> Response:
        token = token_administration.token_of(visit.tenant, token_id)
        return self._portal.confirm(
            visit,
            section="provisioning",
            back="/admin/scim",
            title=visit.say(f"token.{action}.title"),
            question=visit.say(f"token.{action}.question", token=token.name),
            consequence=consequence,
            act=visit.say(f"token.{action}"),
            danger=action is TokenAction.REMOVE,
            path=f"/admin/scim/tokens/{token.id}/{action}",
            fields={"warning": warning} if warning else {},
        )

    async def _set_status(self, request: Request, action: TokenAction) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.CHANGE_SYSTEM)
        token_id = request.path_params["id"]
        await run_in_threadpool(token_administration.set_token_status, visit.tenant, token_id, action, by=visit.by)
        return RedirectResponse(f"{visit.tenant.portal_path}/admin/scim?done={action}", 303)

    def _generated(self, visit: Visit, generated: GeneratedToken, title: str) -> Response:
        values = {
            "title": visit.say(title),
            "token": generated.token,
            "secret": generated.secret,
            "target_url": self._portal.scim_url_of(visit.tenant),
        }
        return self._portal.page(visit, "generated.html", values, section="provisioning")

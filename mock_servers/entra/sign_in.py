"""Signing in to the Entra portal and out of it, as pages; and the language that the reader chose."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.entra.portal import ROOT, SESSION_COOKIE, EntraPortal, see
from scimulate.mock_servers.language import Language
from scimulate.mock_servers.messages import LANGUAGE_COOKIE, read_form
from scimulate.mock_servers.refusal import PortalRefused

WHY = "session_expired"
"""What the page tells whoever was led to it; at a first visit there is nothing to tell."""


def routes_of(portal: EntraPortal) -> list[Route]:
    pages = _SignInPages(portal)
    return [
        Route("/sign-in", pages.page, methods=["GET"]),
        Route("/sign-in", pages.sign_in, methods=["POST"]),
        Route("/sign-out", pages.sign_out, methods=["POST"]),
        Route("/language", pages.choose_language, methods=["POST"]),
    ]


def set_cookie(response: Response, cookie: str) -> None:
    """The portal answers this machine only, over http. No form of another site sends the cookie."""
    response.set_cookie(SESSION_COOKIE, cookie, path=ROOT, httponly=True, samesite="lax")


class _SignInPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def page(self, request: Request) -> Response:
        expired = request.query_params.get("why") == WHY
        return self._portal.sign_in_page(request, f"refused.{WHY}" if expired else "")

    async def sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        try:
            cookie, _ = self._portal.sign_in(request, form.get("user_name", ""), form.get("password", ""))
        except PortalRefused as refused:
            return self._portal.sign_in_page(request, f"refused.{refused.code}", refused.status)
        response = see(f"{ROOT}/")
        set_cookie(response, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        await self._portal.submitted(request, None)
        self._portal.sessions.close(request.cookies[SESSION_COOKIE])
        response = see(f"{ROOT}/sign-in")
        response.delete_cookie(SESSION_COOKIE, path=ROOT)
        return response

    async def choose_language(self, request: Request) -> Response:
        form = await read_form(request)
        chosen, back = form.get("language", ""), form.get("back", "")
        if chosen not in tuple(Language):
            raise PortalRefused(400, "unknown_language")
        own = back.startswith(f"{ROOT}/") and "\\" not in back and back.isprintable()
        response = RedirectResponse(back if own else f"{ROOT}/", 303)
        response.set_cookie(LANGUAGE_COOKIE, chosen, path=ROOT, samesite="lax", httponly=True)
        return response

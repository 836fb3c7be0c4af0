"""Signing in to a portal and out of it, as pages; and the language that an administrator chose."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.language import Language, load_labels
from scimulate.mock_servers.portal.administrators import SignInRefused
from scimulate.mock_servers.portal.messages import read_form
from scimulate.mock_servers.portal.portal import LANGUAGE_COOKIE, SESSION_COOKIE, Portal, Visit, language_of
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

WHYS = ("signed_out", "session_expired")
_STATUS_OF_REASON = {"wrong_credentials": 401, "account_locked": 423}


def sign_in(portal: Portal, request: Request, user_name: str, password: str) -> tuple[str, Visit]:
    """The secret for the cookie, and the visit that begins. Raises `PortalRefused`."""
    tenant = portal.tenant_of(request)
    try:
        administrator = tenant.administrators.sign_in(user_name.strip(), password)
    except SignInRefused as refused:
        raise PortalRefused(_STATUS_OF_REASON[refused.reason], refused.reason) from refused
    cookie, session = portal.sessions.open(tenant.name, administrator, tenant.clock.now())
    return cookie, Visit(tenant, session, language_of(request))


def set_cookie(response: Response, request: Request, tenant: Tenant, cookie: str) -> None:
    """Of the portal of this tenant alone. A link from another site opens the portal, but no form sends the cookie."""
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, cookie, path=tenant.portal_path, httponly=True, samesite="lax", secure=secure)


class SignIn:
    """The sign-in page."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/sign-in", self.page, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
            Route("/language", self.choose_language, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        why = request.query_params.get("why", "")
        return self._page(request, f"refused.{why}" if why in WHYS else "", 200)

    async def sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        try:
            cookie, visit = sign_in(self._portal, request, form.get("user_name", ""), form.get("password", ""))
        except PortalRefused as refused:
            if refused.status not in _STATUS_OF_REASON.values():
                raise
            return self._page(request, f"refused.{refused.code}", refused.status)
        response = RedirectResponse(f"{visit.tenant.portal_path}/", 303)
        set_cookie(response, request, visit.tenant, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        visit, _ = await self._portal.submitted(request, None)
        self._portal.sessions.close(request.cookies[SESSION_COOKIE])
        response = RedirectResponse(f"{visit.tenant.portal_path}/sign-in", 303)
        response.delete_cookie(SESSION_COOKIE, path=visit.tenant.portal_path)
        return response

    async def choose_language(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        form = await read_form(request)
        chosen, back = form.get("language", ""), form.get("back", "")
        if chosen not in tuple(Language):
            raise PortalRefused(400, "unknown_language")
        own = back.startswith(f"{tenant.portal_path}/") and "\\" not in back
        response = RedirectResponse(back if own else f"{tenant.portal_path}/", 303)
        response.set_cookie(LANGUAGE_COOKIE, chosen, path=tenant.portal_path, samesite="lax", httponly=True)
        return response

    def _page(self, request: Request, message: str, status: int) -> Response:
        tenant, language = self._portal.tenant_of(request), language_of(request)
        values = {
            "root": tenant.portal_path,
            "static": f"{tenant.portal_path}/static",
            "tenant": tenant.name,
            "t": load_labels().said_in(language),
            "language": language,
            "message": message,
        }
        return HTMLResponse(self._portal.templates.get_template("sign_in.html").render(values), status)

"""Signing in to a portal and out of it, as pages; and the language that an administrator chose."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from scimulate.mock_servers.language import Language, load_labels
from scimulate.mock_servers.messages import LANGUAGE_COOKIE, language_of, read_form
from scimulate.mock_servers.portal.administrators import SignInRefused
from scimulate.mock_servers.portal.audit import AuditStatus
from scimulate.mock_servers.portal.portal import SESSION_COOKIE, Portal, Visit, own_address
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

STATES = {"signed_out": "anonymous", "session_expired": "timed_out", "account_locked": "locked"}
"""What the sign-in page is, by the code of what it says."""
STATUS_OF_REASON = {"wrong_credentials": 401, "account_locked": 423}


def sign_in(portal: Portal, request: Request, user_name: str, password: str) -> tuple[str, Visit]:
    """The secret for the cookie, and the visit that begins. Raises `PortalRefused`."""
    tenant, user_name = portal.tenant_of(request), user_name.strip()
    try:
        administrator = tenant.administrators.sign_in(user_name, password)
    except SignInRefused as refused:
        if refused.locks:
            tenant.audit.record(
                "Account Locked",
                subject=refused.locks,
                subject_type="Administrator",
                performed_by=refused.locks,
                status=AuditStatus.FAILURE,
            )
        raise PortalRefused(STATUS_OF_REASON[refused.reason], refused.reason) from refused
    cookie, session = portal.sessions.open(tenant.name, administrator, tenant.clock.now())
    return cookie, Visit(tenant, session, language_of(request), f"{tenant.portal_path}/")


def set_cookie(response: Response, request: Request, tenant: Tenant, cookie: str) -> None:
    """Of the portal of this tenant alone. A link from another site opens the portal, but no form sends the cookie."""
    secure = request.url.scheme == "https"
    response.set_cookie(SESSION_COOKIE, cookie, path=tenant.portal_path, httponly=True, samesite="lax", secure=secure)


def sign_out(portal: Portal, request: Request, response: Response, tenant: Tenant) -> None:
    portal.sessions.close(request.cookies[SESSION_COOKIE])
    response.delete_cookie(SESSION_COOKIE, path=tenant.portal_path)


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
        """Whoever is signed in goes on to the page that was asked for."""
        if self._portal.session_of(request) is not None:
            return RedirectResponse(self._next(request, request.query_params.get("next", "")), 303)
        why = request.query_params.get("why", "")
        return self._page(request, why if why in STATES else "", request.query_params.get("next", ""), 200)

    async def sign_in(self, request: Request) -> Response:
        form = await read_form(request)
        following = form.get("next", "")
        try:
            cookie, visit = sign_in(self._portal, request, form.get("user_name", ""), form.get("password", ""))
        except PortalRefused as refused:
            if refused.code not in STATUS_OF_REASON:
                raise
            return self._page(request, refused.code, following, refused.status)
        response = RedirectResponse(self._next(request, following), 303)
        set_cookie(response, request, visit.tenant, cookie)
        return response

    async def sign_out(self, request: Request) -> Response:
        visit, _ = await self._portal.submitted(request, None)
        response = RedirectResponse(f"{visit.tenant.portal_path}/sign-in", 303)
        sign_out(self._portal, request, response, visit.tenant)
        return response

    async def choose_language(self, request: Request) -> Response:
        tenant = self._portal.tenant_of(request)
        form = await read_form(request)
        chosen, back = form.get("language", ""), form.get("back", "")
        if chosen not in tuple(Language):
            raise PortalRefused(400, "unknown_language")
        response = RedirectResponse(own_address(tenant, back), 303)
        response.set_cookie(LANGUAGE_COOKIE, chosen, path=tenant.portal_path, samesite="lax", httponly=True)
        return response

    def _next(self, request: Request, following: str) -> str:
        return own_address(self._portal.tenant_of(request), following)

    def _page(self, request: Request, code: str, following: str, status: int) -> Response:
        tenant, language = self._portal.tenant_of(request), language_of(request)
        following = own_address(tenant, following)
        values = {
            "root": tenant.portal_path,
            "static": f"{tenant.portal_path}/static",
            "tenant": tenant.name,
            "t": load_labels().said_in(language),
            "language": language,
            "here": f"{tenant.portal_path}/sign-in?{urlencode({'next': following})}",
            "state": STATES.get(code, "anonymous"),
            "code": code,
            "next": following,
        }
        return HTMLResponse(self._portal.templates.get_template("sign_in.html").render(values), status)

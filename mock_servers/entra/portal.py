"""What all routes of the Entra portal share: who asks and may, the turn, the templates, and the words of refusals."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from scimulate.mock_servers.entra.accounts import Account, Permission
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.directory import UnknownPrincipal
from scimulate.mock_servers.entra.refused import EntraRefused
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.html_pages import page_environment
from scimulate.mock_servers.language import Language, Say, load_labels
from scimulate.mock_servers.messages import language_of
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.sessions import Session, Sessions
from scimulate.mock_servers.signed_in import SignedIn

FOLDER = Path(__file__).parent
ROOT = "/portal"
SHOWN = 200
IDLE_TIME = timedelta(minutes=15)
# Browsers do not tell ports apart: the MDM's portal may be open at another port of the same host.
SESSION_COOKIE = "scimulate_entra"
Advance = Callable[[timedelta], None]
Result = TypeVar("Result")


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _templates() -> jinja2.Environment:
    environment = page_environment(FOLDER)
    environment.filters["moment"] = _moment
    environment.globals.update(static=f"{ROOT}/static", Permission=Permission)
    return environment


@dataclass(frozen=True)
class Visit:
    """Somebody who is signed in, and in which language they read."""

    session: Session[Account]
    language: Language

    @property
    def account(self) -> Account:
        return self.session.account

    @property
    def say(self) -> Say:
        return load_labels().said_in(self.language)


class EntraPortal(SignedIn[Permission, Visit]):
    """The portal of one tenant. With `advance` the clock is virtual, and one change at a time moves on it."""

    def __init__(self, tenant: EntraTenant, advance: Advance | None) -> None:
        self.tenant = tenant
        self.advance = advance
        self.sessions: Sessions[Account] = Sessions()
        self._templates = _templates()
        self._turn: AbstractContextManager[object] = nullcontext() if advance is None else threading.Lock()

    def session_of(self, request: Request) -> Session[Account] | None:
        cookie = request.cookies.get(SESSION_COOKIE)
        if not cookie:
            return None
        session = self.sessions.find(cookie, self.tenant.id, self.tenant.clock.now(), IDLE_TIME)
        if session is not None and not self.tenant.accounts.is_current(session.account):
            self.sessions.close(cookie)
            return None
        return session

    def visit(self, request: Request, permission: Permission | None) -> Visit:
        session = self.session_of(request)
        if session is None:
            raise PortalRefused(401, "session_expired" if request.cookies.get(SESSION_COOKIE) else "signed_out")
        if permission is not None and not session.account.may(permission):
            raise PortalRefused(403, "not_permitted")
        return Visit(session, language_of(request))

    def sign_in(self, request: Request, user_name: str, password: str) -> tuple[str, Visit]:
        """The secret for the cookie, and the visit that begins. Raises `PortalRefused`."""
        account = self.tenant.accounts.sign_in(user_name, password)
        if account is None:
            raise PortalRefused(401, "wrong_credentials")
        cookie, session = self.sessions.open(self.tenant.id, account, self.tenant.clock.now())
        return cookie, Visit(session, language_of(request))

    async def do(self, action: Callable[[], Result]) -> Result:
        """Carry out a change away from the event loop, since a cycle calls the endpoint. Raises `PortalRefused`."""

        def in_turn() -> Result:
            with self._turn:
                return refusing(action)

        return await run_in_threadpool(in_turn)

    async def let_pass(self, duration: timedelta) -> None:
        """Move the virtual clock, by which nobody becomes idle."""
        advance = self.advance
        if advance is None:
            raise PortalRefused(409, "real_clock")
        await self.do(lambda: advance(duration))
        self.sessions.let_pass(duration)

    def application_of(self, request: Request) -> Application:
        application = self.tenant.application(request.path_params["application"])
        if application is None:
            raise PortalRefused(404, "application_not_found")
        return application

    def page(
        self,
        request: Request,
        visit: Visit,
        template: str,
        values: Mapping[str, object],
        *,
        section: str,
        refused: PortalRefused | None = None,
    ) -> Response:
        """A page of the portal. `refused` is why what was sent was not done; the page tells above all else."""
        shared = {
            "now": self.tenant.clock.now(),
            "can_advance": self.advance is not None,
            "here": request.url.path,
            "visit": visit,
            "section": section,
            "refused": refused,
            "refusal": refused.sentence_in(visit.language) if refused else "",
            **words(request),
        }
        content = self._templates.get_template(template).render({**shared, **values})
        return HTMLResponse(content, refused.status if refused else 200)

    def application_page(
        self,
        request: Request,
        visit: Visit,
        template: str,
        values: Mapping[str, object],
        *,
        menu: str,
        refused: PortalRefused | None = None,
    ) -> Response:
        application = self.application_of(request)
        shared = {"application": application, "base": f"{ROOT}/applications/{application.id}", "menu": menu}
        return self.page(request, visit, template, {**shared, **values}, section="applications", refused=refused)

    def sign_in_page(self, request: Request, message: str, status: int = 200) -> Response:
        """`message` is the label of why one is here, or ""."""
        values = {"message": message, "here": f"{ROOT}/sign-in", **words(request)}
        return HTMLResponse(self._templates.get_template("sign_in.html").render(values), status)

    def refusal_page(
        self, request: Request, refused: PortalRefused, session: Session[Account] | None = None
    ) -> Response:
        """Whoever is signed in can sign out there, and go back to what the role opens, if it opens anything."""
        if refused.status == 401 and request.method == "GET":
            # Whoever opens the portal for the first time is told nothing: nothing was refused.
            why = "" if refused.code == "signed_out" else f"?why={refused.code}"
            return see(f"{ROOT}/sign-in{why}")
        language = language_of(request)
        values = {
            "code": refused.code,
            "sentence": refused.sentence_in(language),
            "visit": Visit(session, language) if session else None,
            "here": request.url.path if request.method == "GET" else f"{ROOT}/",
            "leads_back": session is None or session.account.may(Permission.SEE_APPLICATIONS),
            **words(request),
        }
        return HTMLResponse(self._templates.get_template("refused.html").render(values), refused.status)


def words(request: Request) -> dict[str, object]:
    """What a template needs in order to speak the reader's language."""
    language = language_of(request)
    return {"language": language, "t": load_labels().said_in(language)}


def refusing(action: Callable[[], Result]) -> Result:
    """What the tenant refuses, as the portal says it."""
    try:
        return action()
    except EntraRefused as refused:
        status = 404 if isinstance(refused, UnknownPrincipal) else 409
        raise PortalRefused(status, refused.code, **refused.values) from refused


def scope_named(name: str) -> Scope:
    """The scope with this label or name."""
    for scope in Scope:
        if name in (scope.value, scope.name):
            return scope
    raise PortalRefused(400, "unknown_scope", scopes="; ".join(Scope))


def see(path: str) -> Response:
    """After a change: the page that shows it."""
    return RedirectResponse(path, 303)

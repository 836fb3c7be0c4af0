"""What all routes of the Entra portal share: the tenant, the turn, the templates, and the words of refusals."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from scimulate.mock_servers.entra.application import Application, ProvisioningRefused
from scimulate.mock_servers.entra.directory import DirectoryRefused, UnknownPrincipal
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.html_pages import page_environment
from scimulate.mock_servers.language import Language, language_for, load_labels
from scimulate.mock_servers.refusal import PortalRefused

FOLDER = Path(__file__).parent
SHOWN = 200
LANGUAGE_COOKIE = "scimulate_language"
Advance = Callable[[timedelta], None]
Result = TypeVar("Result")


def _moment(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def _templates() -> jinja2.Environment:
    environment = page_environment(FOLDER)
    environment.filters["moment"] = _moment
    environment.globals["static"] = "/portal/static"
    return environment


class EntraPortal:
    """The portal of one tenant. With `advance` the clock is virtual, and one change at a time moves on it."""

    def __init__(self, tenant: EntraTenant, advance: Advance | None) -> None:
        self.tenant = tenant
        self.advance = advance
        self._templates = _templates()
        self._turn: AbstractContextManager[object] = nullcontext() if advance is None else threading.Lock()

    async def do(self, action: Callable[[], Result]) -> Result:
        """Carry out a change away from the event loop, since a cycle calls the endpoint. Raises `PortalRefused`."""

        def in_turn() -> Result:
            with self._turn:
                return refusing(action)

        return await run_in_threadpool(in_turn)

    async def let_pass(self, duration: timedelta) -> None:
        """Move the virtual clock."""
        advance = self.advance
        if advance is None:
            raise PortalRefused(409, "real_clock")
        await self.do(lambda: advance(duration))

    def application_of(self, request: Request) -> Application:
        application = self.tenant.application(request.path_params["application"])
        if application is None:
            raise PortalRefused(404, "application_not_found")
        return application

    def page(self, request: Request, template: str, values: Mapping[str, object], *, section: str) -> Response:
        here = request.url.path
        shared = {
            "now": self.tenant.clock.now(),
            "can_advance": self.advance is not None,
            "here": here,
            **words(request),
        }
        html = self._templates.get_template(template).render({**shared, "section": section, **values})
        return HTMLResponse(html)

    def application_page(self, request: Request, template: str, values: Mapping[str, object], *, menu: str) -> Response:
        application = self.application_of(request)
        shared = {"application": application, "base": f"/portal/applications/{application.id}", "menu": menu}
        return self.page(request, template, {**shared, **values}, section="applications")

    def refusal_page(self, request: Request, refused: PortalRefused) -> Response:
        shown = words(request)
        values = {"code": refused.code, "sentence": refused.sentence_in(language_of(request)), **shown}
        return HTMLResponse(self._templates.get_template("refused.html").render(values), refused.status)


def language_of(request: Request) -> Language:
    return language_for(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))


def words(request: Request) -> dict[str, object]:
    """What a template needs in order to speak the reader's language."""
    language = language_of(request)
    return {"language": language, "t": load_labels().said_in(language)}


def refusing(action: Callable[[], Result]) -> Result:
    """What the tenant refuses, as the portal says it."""
    try:
        return action()
    except UnknownPrincipal as refused:
        raise PortalRefused(404, "principal_not_found", what=refused) from refused
    except DirectoryRefused as refused:
        raise PortalRefused(409, "directory_refused", what=refused) from refused
    except ProvisioningRefused as refused:
        raise PortalRefused(409, "provisioning_refused", what=refused) from refused


def scope_named(name: str) -> Scope:
    """The scope with this label or name."""
    for scope in Scope:
        if name in (scope.value, scope.name):
            return scope
    raise PortalRefused(400, "unknown_scope", scopes="; ".join(Scope))


def see(path: str) -> Response:
    """After a change: the page that shows it."""
    return RedirectResponse(path, 303)

"""What all routes of the portal share: whose portal it is, who asks and may, in which language, and the templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, unquote

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scimulate.mock_servers.html_pages import page_environment
from scimulate.mock_servers.language import Language, Say, load_labels
from scimulate.mock_servers.messages import language_of
from scimulate.mock_servers.portal.administrators import Administrator
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.confirmations import Confirmations
from scimulate.mock_servers.portal.navigation import Entry, needs_scim, shown_to
from scimulate.mock_servers.portal.permissions import Permission
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.sessions import Session, Sessions
from scimulate.mock_servers.signed_in import SignedIn
from scimulate.mock_servers.tenants import Tenant, Tenants

FOLDER = Path(__file__).parent
DEFAULT_TENANT_PATH = "/portal"
TENANT_PATH = "/tenants/{tenant}/portal"
SESSION_COOKIE = "scimulate_portal"
_LEADS_ELSEWHERE = re.compile(r"\\|\.\.|//|%(?:2e|2f|5c)", re.IGNORECASE)
NO_FIELDS: Mapping[str, str] = {}


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else ""


def label_key(value: str) -> str:
    """The part of a label's id that stands for a value: "Not Invited" has not_invited."""
    return re.sub(r"[^a-z0-9]+", "_", value.lower())


def _templates() -> jinja2.Environment:
    environment = page_environment(FOLDER)
    environment.filters.update(moment=_moment, label_key=label_key)
    environment.globals.update(page_size=PAGE_SIZE, Permission=Permission)
    return environment


@dataclass(frozen=True)
class Visit:
    """A signed-in administrator at a tenant's portal."""

    tenant: Tenant
    session: Session[Administrator]
    language: Language
    here: str
    """The page that is looked at, where it can be opened again."""

    @property
    def administrator(self) -> Administrator:
        return self.session.account

    @property
    def by(self) -> str:
        """Who it is, for the audit trail."""
        return self.administrator.user_name

    @property
    def say(self) -> Say:
        return load_labels().said_in(self.language)

    @property
    def navigation(self) -> tuple[Entry, ...]:
        return shown_to(self.administrator.permissions, scim_is_on=self.tenant.support.scim_is_on)


@dataclass(frozen=True)
class Portal(SignedIn[Permission, Visit]):
    """The portals of all tenants of a server."""

    tenants: Tenants
    scim_url_of: Callable[[Tenant], str]
    sessions: Sessions[Administrator] = field(default_factory=Sessions)
    confirmations: Confirmations = field(default_factory=Confirmations)
    templates: jinja2.Environment = field(default_factory=_templates)

    def tenant_of(self, request: Request) -> Tenant:
        name = request.path_params.get("tenant")
        tenant = self.tenants.default if name is None else self.tenants.get(name)
        if tenant is None:
            raise PortalRefused(404, "tenant_not_found")
        return tenant

    def session_of(self, request: Request) -> Session[Administrator] | None:
        cookie, tenant = request.cookies.get(SESSION_COOKIE), self.tenant_of(request)
        if not cookie:
            return None
        session = self.sessions.find(cookie, tenant.name, tenant.clock.now(), tenant.settings.idle_time)
        if session is not None and not tenant.administrators.is_current(session.account):
            self.sessions.close(cookie)
            return None
        return session

    def visit(self, request: Request, permission: Permission | None) -> Visit:
        tenant, session = self.tenant_of(request), self.session_of(request)
        if session is None:
            timed_out = SESSION_COOKIE in request.cookies
            raise PortalRefused(401, "session_expired" if timed_out else "signed_out")
        if permission is not None and not session.account.may(permission):
            raise PortalRefused(403, "not_permitted")
        if not tenant.support.scim_is_on and needs_scim(request.scope["path"].removeprefix(tenant.portal_path)):
            raise PortalRefused(403, "scim_not_enabled")
        return Visit(tenant, session, language_of(request), address_of(request, tenant))

    def page(
        self, visit: Visit, template: str, values: Mapping[str, object], *, section: str, status: int = 200
    ) -> Response:
        """A page of the tenant. `t` says a label in the language of the visit, `refused` why a form was not taken."""
        root = visit.tenant.portal_path
        shared = {
            "root": root,
            "static": f"{root}/static",
            "visit": visit,
            "tenant": visit.tenant.name,
            "t": visit.say,
            "language": visit.language,
            "here": visit.here,
            "section": section,
            "refused": None,
        }
        return HTMLResponse(self.templates.get_template(template).render({**shared, **values}), status)

    def confirm(
        self,
        visit: Visit,
        *,
        section: str,
        back: str,
        title: str,
        question: str,
        consequence: str,
        act: str,
        path: str,
        danger: bool = False,
        fields: Mapping[str, str] = NO_FIELDS,
    ) -> Response:
        """A page that asks before something is done. Its form can be sent once."""
        asked = (visit.session.csrf, f"{visit.tenant.portal_path}{unquote(path)}")
        values = {
            "back": back,
            "title": title,
            "question": question,
            "consequence": consequence,
            "act": act,
            "danger": danger,
            "path": path,
            "fields": {**fields, "confirmation": self.confirmations.open(asked)},
        }
        return self.page(visit, "confirm.html", values, section=section)

    async def confirmed(self, request: Request, permission: Permission) -> tuple[Visit, dict[str, str]]:
        """The form of a page made by `confirm`. Raises `PortalRefused` when it was sent before, or never opened."""
        visit, form = await self.submitted(request, permission)
        self.confirmations.close(form.pop("confirmation", ""), (visit.session.csrf, request.scope["path"]))
        return visit, form


def address_of(request: Request, tenant: Tenant) -> str:
    """Path and query of the page that is asked for, or the portal's first page when a form was sent."""
    if request.method not in ("GET", "HEAD"):
        return f"{tenant.portal_path}/"
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{quote(request.scope['path'])}{query}"


def own_address(tenant: Tenant, address: str) -> str:
    """The address of a page, as a form brought it, or the portal's first page when it is none of this portal's."""
    first = f"{tenant.portal_path}/"
    is_own = address.startswith(first) and address.isascii() and address.isprintable()
    return address if is_own and not _LEADS_ELSEWHERE.search(address.partition("?")[0]) else first

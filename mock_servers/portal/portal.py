"""What all routes of the portal share: which tenant a request is about, its target URL, and its templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scimulate.mock_servers.html_pages import page_environment
from scimulate.mock_servers.portal.administration import LABELS, PortalRefused
from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.messages import Confirmations, read_form
from scimulate.mock_servers.tenants import Tenant, Tenants

FOLDER = Path(__file__).parent
DEFAULT_TENANT_PATH = "/portal"
TENANT_PATH = "/tenants/{tenant}/portal"
NO_FIELDS: Mapping[str, str] = {}


def _moment(when: datetime | None) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC" if when else "never"


def _templates() -> jinja2.Environment:
    environment = page_environment(FOLDER)
    environment.filters["moment"] = _moment
    environment.globals.update(labels=LABELS, page_size=PAGE_SIZE)
    return environment


@dataclass(frozen=True)
class Portal:
    """The portals of all tenants of a server."""

    tenants: Tenants
    scim_url_of: Callable[[Tenant], str]
    confirmations: Confirmations = field(default_factory=Confirmations)
    templates: jinja2.Environment = field(default_factory=_templates)

    def tenant_of(self, request: Request) -> Tenant:
        name = request.path_params.get("tenant")
        tenant = self.tenants.default if name is None else self.tenants.get(name)
        if tenant is None:
            raise PortalRefused(404, "tenant_not_found", "There is no such tenant.")
        return tenant

    def page(
        self, request: Request, template: str, values: Mapping[str, object], *, section: str, status: int = 200
    ) -> Response:
        """A page of the tenant that the request is about."""
        tenant = self.tenant_of(request)
        html = self.templates.get_template(template).render(
            {
                "root": tenant.portal_path,
                "static": f"{tenant.portal_path}/static",
                "tenant": tenant.name,
                "section": section,
                **values,
            }
        )
        return HTMLResponse(html, status)

    def confirm(
        self,
        request: Request,
        *,
        section: str,
        back: str,
        title: str,
        question: str,
        consequence: str,
        act: str,
        path: str,
        fields: Mapping[str, str] = NO_FIELDS,
    ) -> Response:
        """A page that asks before something is done. Its form can be sent once."""
        values = {
            "back": back,
            "title": title,
            "question": question,
            "consequence": consequence,
            "act": act,
            "path": path,
            "fields": {**fields, "confirmation": self.confirmations.open()},
        }
        return self.page(request, "confirm.html", values, section=section)

    async def confirmed(self, request: Request) -> dict[str, str]:
        """The form of a page made by `confirm`. Raises `PortalRefused` when it was sent before, or never opened."""
        form = await read_form(request)
        self.confirmations.close(form.get("confirmation", ""))
        return form

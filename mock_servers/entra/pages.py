"""The portal of the mock Entra ID as pages, server-rendered and without JavaScript; the same as JSON in `api.py`."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from scimulate.mock_servers.entra import (
    api,
    assignment_pages,
    directory_pages,
    log_pages,
    mapping_pages,
    provisioning_pages,
    sign_in,
)
from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.application_settings import ApplicationType
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.entra.links import INTERVAL
from scimulate.mock_servers.entra.portal import FOLDER, ROOT, Advance, EntraPortal, Visit, see
from scimulate.mock_servers.entra.reading import plan_named, type_named
from scimulate.mock_servers.entra.status import shown_state
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.guard import Guard
from scimulate.mock_servers.html_pages import static_routes
from scimulate.mock_servers.refusal import PortalRefused


def create_entra_portal(tenant: EntraTenant, *, advance: Advance | None) -> Starlette:
    """The application for `/portal`; it is given whole paths. `advance` moves a virtual clock."""
    portal = EntraPortal(tenant, advance)

    def refuse_stranger(request: Request, refused: PortalRefused) -> Response:
        """Before it is asked who it is."""
        if request.url.path.startswith(f"{ROOT}/api/"):
            return api.refusal_as_json(request, refused)
        return portal.refusal_page(request, refused)

    def refuse(request: Request, refused: PortalRefused) -> Response:
        if request.url.path.startswith(f"{ROOT}/api/"):
            return api.refusal_as_json(request, refused)
        return portal.refusal_page(request, refused, portal.session_of(request))

    async def on_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, PortalRefused)
        return refuse(request, error)

    async def on_http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = "page_not_found" if error.status_code == 404 else "not_possible"
        return refuse(request, PortalRefused(error.status_code, code))

    pages = _ApplicationPages(portal)
    routes = [
        Mount("/api", routes=api.routes_of(portal)),
        *static_routes(FOLDER),
        *sign_in.routes_of(portal),
        *directory_pages.routes_of(portal),
        *pages.routes(),
        *assignment_pages.routes_of(portal),
        *provisioning_pages.routes_of(portal),
        *mapping_pages.routes_of(portal),
        *log_pages.routes_of(portal),
    ]
    return Starlette(
        routes=[Route(ROOT, lambda request: see(f"{ROOT}/")), Mount(ROOT, routes=routes)],
        middleware=[Middleware(Guard, refuse=refuse_stranger, local_only=True)],
        exception_handlers={PortalRefused: on_refused, HTTPException: on_http_error},
    )


class _ApplicationPages:
    """Enterprise applications, the licence, and the clock of the demonstration."""

    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/clock/advance", self.advance, methods=["POST"]),
            Route("/licences", self.licences, methods=["GET"]),
            Route("/licences", self.choose_plan, methods=["POST"]),
            Route("/applications", self.applications, methods=["GET"]),
            Route("/applications", self.create, methods=["POST"]),
            Route("/applications/create", self.new, methods=["GET"]),
            Route("/applications/{application}", self.overview, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        self._portal.visit(request, None)
        return see(f"{ROOT}/applications")

    async def advance(self, request: Request) -> Response:
        _, form = await self._portal.submitted(request, None)
        back = form.get("back", "")
        await self._portal.let_pass(INTERVAL)
        return see(back if back.startswith(f"{ROOT}/") and back.isprintable() else f"{ROOT}/applications")

    async def licences(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_DIRECTORY)
        values = {"plan": self._portal.tenant.plan, "plans": list(Plan), "saved": False}
        return self._portal.page(request, visit, "licences.html", values, section="licences")

    async def choose_plan(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_DIRECTORY)
        self._portal.tenant.plan = plan_named(form.get("plan", ""))
        values = {"plan": self._portal.tenant.plan, "plans": list(Plan), "saved": True}
        return self._portal.page(request, visit, "licences.html", values, section="licences")

    async def applications(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_APPLICATIONS)
        search = request.query_params.get("search", "")
        listed = [
            (application, shown_state(application.status()))
            for application in self._portal.tenant.applications()
            if application.name.casefold().startswith(search.strip().casefold())
        ]
        values = {"applications": listed, "search": search}
        return self._portal.page(request, visit, "applications.html", values, section="applications")

    async def new(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.CHANGE_APPLICATIONS)
        return self._form(request, visit, {"name": "", "type": ApplicationType.NON_GALLERY})

    def _form(
        self, request: Request, visit: Visit, typed: Mapping[str, str], refused: PortalRefused | None = None
    ) -> Response:
        values = {"types": list(ApplicationType), "typed": typed}
        return self._portal.page(
            request, visit, "create_application.html", values, section="applications", refused=refused
        )

    async def create(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.CHANGE_APPLICATIONS)
        name, type = form.get("name", ""), form.get("type", ApplicationType.NON_GALLERY)
        try:
            application = await self._portal.do(lambda: self._portal.tenant.create_application(name, type_named(type)))
        except PortalRefused as refused:
            return self._form(request, visit, {"name": name, "type": type}, refused)
        return see(f"{ROOT}/applications/{application.id}")

    async def overview(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.SEE_APPLICATIONS)
        state = shown_state(self._portal.application_of(request).status())
        return self._portal.application_page(request, visit, "overview.html", {"state": state}, menu="overview")

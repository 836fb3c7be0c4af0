"""The portal of the mock Entra ID as pages, server-rendered and without JavaScript; the same as JSON in `api.py`."""

import secrets
from collections import OrderedDict
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from scimulate.mock_servers.entra import api, directory_pages
from scimulate.mock_servers.entra.application import MASK, Application
from scimulate.mock_servers.entra.connection import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.links import INTERVAL
from scimulate.mock_servers.entra.log import Action, Status
from scimulate.mock_servers.entra.portal import FOLDER, SHOWN, Advance, EntraPortal, scope_named, see
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.html_pages import static_routes
from scimulate.mock_servers.portal.guard import Guard
from scimulate.mock_servers.portal.messages import read_form
from scimulate.mock_servers.refusal import PortalRefused

TOKENS_KEPT = 20
HITS_SHOWN = 40


def create_entra_portal(tenant: EntraTenant, *, advance: Advance | None) -> Starlette:
    """The application for `/portal`; it is given whole paths. `advance` moves a virtual clock."""
    portal = EntraPortal(tenant, advance)

    def refuse(request: Request, refused: PortalRefused) -> Response:
        if request.url.path.startswith("/portal/api/"):
            return api.refusal_as_json(request, refused)
        return portal.refusal_page(request, refused)

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
        *directory_pages.routes_of(portal),
        *pages.routes(),
    ]
    return Starlette(
        routes=[Route("/portal", lambda request: see("/portal/applications")), Mount("/portal", routes=routes)],
        middleware=[Middleware(Guard, refuse=refuse, local_only=True)],
        exception_handlers={PortalRefused: on_refused, HTTPException: on_http_error},
    )


def ticked(form: dict[str, str]) -> list[str]:
    """The ids of the rows whose boxes are ticked."""
    return [name.removeprefix("principal:") for name in form if name.startswith("principal:")]


class _ApplicationPages:
    """Enterprise applications and the menu of one application."""

    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal
        # Tokens that were typed but not saved stay here between Test Connection and Save, never on a page.
        self._entered: OrderedDict[str, str] = OrderedDict()

    def routes(self) -> list[Route]:
        one = "/applications/{application}"
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/clock/advance", self.advance, methods=["POST"]),
            Route("/applications", self.applications, methods=["GET"]),
            Route("/applications", self.create, methods=["POST"]),
            Route(one, self.overview, methods=["GET"]),
            Route(f"{one}/users-and-groups", self.users_and_groups, methods=["GET"]),
            Route(f"{one}/users-and-groups/remove", self.remove, methods=["POST"]),
            Route(f"{one}/add-assignment", self.add_assignment, methods=["GET"]),
            Route(f"{one}/add-assignment", self.assign, methods=["POST"]),
            Route(f"{one}/provisioning", self.provisioning, methods=["GET"]),
            Route(f"{one}/provisioning/{{act}}", self.control, methods=["POST"]),
            Route(f"{one}/edit", self.edit, methods=["GET"]),
            Route(f"{one}/edit", self.test_or_save, methods=["POST"]),
            Route(f"{one}/scope", self.set_scope, methods=["POST"]),
            Route(f"{one}/logs", self.logs, methods=["GET"]),
            Route(f"{one}/logs/{{entry}}", self.entry, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        return see("/portal/applications")

    async def advance(self, request: Request) -> Response:
        back = (await read_form(request)).get("back", "")
        await self._portal.let_pass(INTERVAL)
        return see(back if back.startswith("/portal/") else "/portal/applications")

    async def applications(self, request: Request) -> Response:
        listed = [(application, application.status()) for application in self._portal.tenant.applications()]
        return self._portal.page(request, "applications.html", {"applications": listed}, section="applications")

    async def create(self, request: Request) -> Response:
        name = (await read_form(request)).get("name", "")
        application = await self._portal.do(lambda: self._portal.tenant.create_application(name))
        return see(f"/portal/applications/{application.id}")

    async def overview(self, request: Request) -> Response:
        status = self._portal.application_of(request).status()
        return self._portal.application_page(request, "overview.html", {"status": status}, menu="Overview")

    async def users_and_groups(self, request: Request) -> Response:
        values = {"assignments": self._portal.application_of(request).assignments()}
        return self._portal.application_page(request, "users_and_groups.html", values, menu="Users and groups")

    async def add_assignment(self, request: Request) -> Response:
        search = request.query_params.get("search", "")
        found = self._portal.tenant.directory.search(search)[:HITS_SHOWN]
        values = {"search": search, "found": found}
        return self._portal.application_page(request, "add_assignment.html", values, menu="Users and groups")

    async def assign(self, request: Request) -> Response:
        return await self._for_ticked(request, Application.assign)

    async def remove(self, request: Request) -> Response:
        return await self._for_ticked(request, Application.unassign)

    async def _for_ticked(self, request: Request, change: Callable[[Application, str], None]) -> Response:
        application = self._portal.application_of(request)
        chosen = ticked(await read_form(request))

        def change_all() -> None:
            for principal_id in chosen:
                change(application, principal_id)

        await self._portal.do(change_all)
        return see(f"/portal/applications/{application.id}/users-and-groups")

    async def provisioning(self, request: Request) -> Response:
        return self._provisioning(request, "")

    def _provisioning(self, request: Request, refused: str) -> Response:
        values = {"status": self._portal.application_of(request).status(), "refused": refused}
        return self._portal.application_page(request, "provisioning.html", values, menu="Provisioning")

    async def control(self, request: Request) -> Response:
        application = self._portal.application_of(request)
        acts = {"start": application.start, "stop": application.stop, "restart": application.restart}
        act = acts.get(request.path_params["act"])
        if act is None:
            raise PortalRefused(404, "page_not_found")
        try:
            await self._portal.do(act)
        except PortalRefused as refused:
            return self._provisioning(request, str(refused))
        return see(f"/portal/applications/{application.id}/provisioning")

    async def edit(self, request: Request) -> Response:
        return self._edit(request, tenant_url=self._saved_url(request))

    def _saved_url(self, request: Request) -> str:
        credentials = self._portal.application_of(request).credentials
        return credentials.tenant_url if credentials else ""

    def _edit(
        self,
        request: Request,
        *,
        tenant_url: str,
        test: ConnectionTest | None = None,
        entered: str = "",
        saved: bool = False,
    ) -> Response:
        has_secret = bool(entered) or self._portal.application_of(request).credentials is not None
        values = {
            "tenant_url": tenant_url,
            "test": test,
            "entered": entered,
            "saved": saved,
            "masked": MASK if has_secret else "",
            "scopes": list(Scope),
        }
        return self._portal.application_page(request, "edit.html", values, menu="Provisioning")

    async def test_or_save(self, request: Request) -> Response:
        application = self._portal.application_of(request)
        form = await read_form(request)
        url = form.get("tenant_url", "")
        token = form.get("secret_token", "") or self._entered.get(form.get("entered", ""))
        if form.get("act") == "save":
            try:
                await self._portal.do(lambda: application.save_credentials(url, token))
            except CredentialsRefused as refused:
                return self._edit(request, tenant_url=url, test=refused.test, entered=self._keep(token))
            return self._edit(request, tenant_url=url, saved=True)
        test = await self._portal.do(lambda: application.test_connection(url, token))
        return self._edit(request, tenant_url=url, test=test, entered=self._keep(token))

    def _keep(self, token: str | None) -> str:
        if not token:
            return ""
        handle = secrets.token_urlsafe(16)
        self._entered[handle] = token
        while len(self._entered) > TOKENS_KEPT:
            self._entered.popitem(last=False)
        return handle

    async def set_scope(self, request: Request) -> Response:
        application = self._portal.application_of(request)
        application.scope = scope_named((await read_form(request)).get("scope", ""))
        return self._edit(request, tenant_url=self._saved_url(request), saved=True)

    async def logs(self, request: Request) -> Response:
        asked = {name: request.query_params.get(name, "") for name in ("identity", "action", "status")}
        entries = self._portal.application_of(request).log.entries(
            asked["identity"] or None, asked["action"] or None, asked["status"] or None
        )
        values = {
            **asked,
            "entries": entries[::-1][:SHOWN],
            "total": len(entries),
            "actions": list(Action),
            "statuses": list(Status),
        }
        return self._portal.application_page(request, "logs.html", values, menu="Provisioning logs")

    async def entry(self, request: Request) -> Response:
        entry = self._portal.application_of(request).log.entry(request.path_params["entry"])
        if entry is None:
            raise PortalRefused(404, "entry_not_found")
        return self._portal.application_page(request, "entry.html", {"entry": entry}, menu="Provisioning logs")

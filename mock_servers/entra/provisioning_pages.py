"""Provisioning of an application: its overview and controls, Edit provisioning, and Provision on demand."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scimulate.mock_servers.entra.accounts import Permission
from scimulate.mock_servers.entra.application import MASK, Application, OnDemand
from scimulate.mock_servers.entra.connection import ConnectionTest, CredentialsRefused
from scimulate.mock_servers.entra.portal import ROOT, EntraPortal, Visit, refusing, scope_named, see
from scimulate.mock_servers.entra.principals import Group
from scimulate.mock_servers.entra.reading import settings_of, ticked
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.status import shown_state
from scimulate.mock_servers.entra.trouble import Told
from scimulate.mock_servers.refusal import PortalRefused

TOKENS_KEPT = 20
HITS_SHOWN = 40
NOTIFICATIONS_SHOWN = 5


def routes_of(portal: EntraPortal) -> list[Route]:
    pages, edit, on_demand = _ProvisioningPages(portal), _EditPages(portal), _OnDemandPages(portal)
    one = "/applications/{application}"
    return [
        Route(f"{one}/provisioning", pages.provisioning, methods=["GET"]),
        Route(f"{one}/provisioning/{{act}}", pages.control, methods=["POST"]),
        Route(f"{one}/edit", edit.edit, methods=["GET"]),
        Route(f"{one}/edit", edit.test_or_save, methods=["POST"]),
        Route(f"{one}/on-demand", on_demand.choose, methods=["GET"]),
        Route(f"{one}/on-demand", on_demand.provision, methods=["POST"]),
    ]


def sentence_of(test: ConnectionTest, visit: Visit) -> str:
    """What the test came to, in the reader's language."""
    return visit.say("entra.test.good") if test.succeeded else worded(test.message, test.told, visit)


def worded(message: str, told: Told | None, visit: Visit) -> str:
    """What is wrong with the connection, in the reader's language where it has a class."""
    return told.sentence_in(visit.language) if told else message


class _ProvisioningPages:
    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def provisioning(self, request: Request) -> Response:
        return self._page(request, self._portal.visit(request, Permission.PROVISION), None)

    def _page(self, request: Request, visit: Visit, refused: PortalRefused | None) -> Response:
        application = self._portal.application_of(request)
        status = application.status()
        failed = [
            entry
            for entry in application.log.entries(status="failure")
            if status.last_cycle is not None and entry.cycle_id == status.last_cycle.id
        ]
        values = {
            "status": status,
            "state": shown_state(status),
            "quarantine": worded(status.quarantine_message, status.quarantine_told, visit),
            "failed": failed,
            "notifications": [
                (sent, worded(sent.message, sent.told, visit))
                for sent in application.notifications[-NOTIFICATIONS_SHOWN:]
            ],
        }
        return self._portal.application_page(
            request, visit, "provisioning.html", values, menu="provisioning", refused=refused
        )

    async def control(self, request: Request) -> Response:
        visit, _ = await self._portal.submitted(request, Permission.PROVISION)
        application = self._portal.application_of(request)
        acts = {"start": application.start, "stop": application.stop, "restart": application.restart}
        act = acts.get(request.path_params["act"])
        if act is None:
            raise PortalRefused(404, "page_not_found")
        try:
            await self._portal.do(act)
        except PortalRefused as refused:
            return self._page(request, visit, refused)
        return see(f"{ROOT}/applications/{application.id}/provisioning")


@dataclass(frozen=True)
class _EditForm:
    """What stands in the form, sensible or not. A blank secret leaves the saved one as it is."""

    tenant_url: str
    secret_token: str | None = field(repr=False)
    notification_email: str
    send_on_failure: bool
    scope: str
    seen: str


def _saved(application: Application) -> _EditForm:
    return _EditForm(
        tenant_url=application.credentials.tenant_url if application.credentials else "",
        secret_token=None,
        notification_email=application.settings.notification_email,
        send_on_failure=application.settings.send_on_failure,
        scope=application.scope.name,
        seen=application.mark,
    )


class _EditPages:
    """Edit provisioning: one form with the credentials and the settings. Save keeps all of it or nothing."""

    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal
        # Tokens that were typed but not saved stay here between Test Connection and Save, never on a page.
        self._entered: OrderedDict[str, str] = OrderedDict()

    async def edit(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.PROVISION)
        return self._page(request, visit, _saved(self._portal.application_of(request)))

    def _page(
        self,
        request: Request,
        visit: Visit,
        form: _EditForm,
        *,
        test: ConnectionTest | None = None,
        saved: bool | None = None,
        refused: PortalRefused | None = None,
    ) -> Response:
        entered = self._keep(form.secret_token)
        has_secret = bool(entered) or self._portal.application_of(request).credentials is not None
        values = {
            "typed": form,
            "seen": form.seen,
            "test": test,
            "sentence": sentence_of(test, visit) if test else "",
            "warnings": [worded(str(told), told, visit) for told in test.warned] if test else [],
            "entered": entered,
            "saved": saved,
            "masked": MASK if has_secret else "",
            "scopes": list(Scope),
        }
        return self._portal.application_page(request, visit, "edit.html", values, menu="provisioning", refused=refused)

    async def test_or_save(self, request: Request) -> Response:
        visit, sent = await self._portal.submitted(request, Permission.PROVISION)
        application = self._portal.application_of(request)
        form = self._filled_in(application, sent)
        save = sent.get("act") == "save"
        try:
            scope, settings = scope_named(form.scope), settings_of(form.notification_email, form.send_on_failure)
            if not save:
                url, token = form.tenant_url, form.secret_token
                test = await self._portal.do(lambda: application.test_connection(url, token))
                return self._page(request, visit, form, test=test)
            await self._portal.do(
                lambda: application.save(form.tenant_url, form.secret_token, scope, settings, seen=form.seen)
            )
        except CredentialsRefused as failed:
            shown = self._page(request, visit, form, test=failed.test, saved=False)
            shown.status_code = 409
            return shown
        except PortalRefused as refused:
            return self._page(request, visit, form, saved=False if save else None, refused=refused)
        return self._page(request, visit, _saved(application), saved=True)

    def _filled_in(self, application: Application, sent: Mapping[str, str]) -> _EditForm:
        return _EditForm(
            tenant_url=sent.get("tenant_url", ""),
            secret_token=sent.get("secret_token", "") or self._entered.get(sent.get("entered", "")),
            notification_email=sent.get("notification_email", ""),
            send_on_failure=sent.get("send_on_failure") == "on",
            scope=sent.get("scope", application.scope.name),
            seen=sent.get("seen", ""),
        )

    def _keep(self, token: str | None) -> str:
        if not token:
            return ""
        handle = secrets.token_urlsafe(16)
        self._entered[handle] = token
        while len(self._entered) > TOKENS_KEPT:
            self._entered.popitem(last=False)
        return handle


class _OnDemandPages:
    """IVANTI-038, ENTRA-264: search, choose one, provision, and see step by step what was done."""

    def __init__(self, portal: EntraPortal) -> None:
        self._portal = portal

    async def choose(self, request: Request) -> Response:
        visit = self._portal.visit(request, Permission.PROVISION)
        return self._page(request, visit, request.query_params.get("principal", ""), None)

    def _page(self, request: Request, visit: Visit, principal_id: str, result: OnDemand | None) -> Response:
        directory, search = self._portal.tenant.directory, request.query_params.get("search", "")
        chosen = refusing(lambda: directory.principal(principal_id)) if principal_id else None
        members = [directory.principal(each) for each in chosen.members] if isinstance(chosen, Group) else []
        values = {
            "search": search,
            "found": directory.search(search)[:HITS_SHOWN],
            "chosen": chosen,
            "members": members[:HITS_SHOWN],
            "result": result,
            "sentence": worded(result.test.message, result.test.told, visit) if result and result.test else "",
        }
        return self._portal.application_page(request, visit, "on_demand.html", values, menu="provisioning")

    async def provision(self, request: Request) -> Response:
        visit, form = await self._portal.submitted(request, Permission.PROVISION)
        application, principal_id = self._portal.application_of(request), form.get("principal", "")
        result = await self._portal.do(lambda: application.provision_on_demand(principal_id, ticked(form)))
        return self._page(request, visit, principal_id, result)

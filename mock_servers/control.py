"""The control surface for tests and demonstrations: tenants, clock, journal, faults, reset.

It answers programs on this machine that ask for a loopback host, and nobody else, no page of another site in a browser
here either: it is not protected by anything more.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.control_faults import read_faults, shown_fault
from scimulate.mock_servers.control_messages import ControlRefused, body_of, check_keys, json_answer, object_of
from scimulate.mock_servers.control_oauth import OAuthControl
from scimulate.mock_servers.duration import DurationRefused, read_duration
from scimulate.mock_servers.given_people import GIVEN, GivenRefused
from scimulate.mock_servers.guard import is_from_own_pages
from scimulate.mock_servers.portal.administrators import FIRST_ADMINISTRATOR
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.portal.user_administration import LONGEST_TEXT
from scimulate.mock_servers.scim.limit_changes import LimitRefused
from scimulate.mock_servers.scim.policy_changes import PolicyRefused
from scimulate.mock_servers.scim.store import StoreError
from scimulate.mock_servers.scim.traffic import Traffic
from scimulate.mock_servers.tenants import DEFAULT_POLICY, DEFAULT_TENANT, Tenant, TenantError, TenantExists, Tenants

_LOOPBACK_HOST = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?", re.IGNORECASE)


class Controlled(Protocol):
    """What the control surface needs of the application."""

    @property
    def tenants(self) -> Tenants: ...

    def traffic_of(self, tenant: Tenant) -> Traffic: ...

    def scim_url_of(self, tenant: Tenant) -> str: ...

    def portal_url_of(self, tenant: Tenant) -> str: ...

    def token_url_of(self, tenant: Tenant) -> str: ...


def create_control(application: Controlled) -> ASGIApp:
    """The surface at `/control` and, for each tenant, at `/control/tenants/{name}`."""
    control = _Control(application)
    oauth = OAuthControl(control.tenant, application.token_url_of)
    routes: list[BaseRoute] = [
        Route("/clock", control.clock, methods=["GET", "POST"]),
        Route("/reset", control.reset, methods=["POST"]),
        Route("/policy", control.policy, methods=["GET", "PUT"]),
        Route("/limits", control.limits, methods=["GET", "PUT"]),
        *oauth.routes(),
        Route("/administrators", control.set_password, methods=["POST"]),
        Route("/requests", control.requests, methods=["GET"]),
        Route("/faults", control.faults, methods=["GET", "PUT"]),
        Route("/outbox", control.outbox, methods=["GET"]),
        *[Route(path, control.giving(give), methods=["POST"]) for path, give in GIVEN.items()],
    ]
    app = Starlette(
        routes=[
            Route("/control/tenants", control.create_tenant, methods=["POST"]),
            Mount("/control/tenants/{name}", routes=routes),
            Mount("/control", routes=routes),
        ],
        exception_handlers={ControlRefused: _on_refused, StoreError: _on_trouble},
    )
    return _guarded(app)


class _Control:
    def __init__(self, application: Controlled) -> None:
        self._application = application

    async def create_tenant(self, request: Request) -> Response:
        body = await object_of(request)
        check_keys(body, ("name", "policy"))
        name, policy = body.get("name"), body.get("policy", DEFAULT_POLICY)
        if not isinstance(name, str) or not isinstance(policy, str):
            raise ControlRefused(
                400, "a tenant has a name and, if it is to have another one than usual, a policy: strings"
            )
        try:
            tenant = await run_in_threadpool(self._application.tenants.create, name, policy)
        except TenantError as error:
            raise ControlRefused(409 if isinstance(error, TenantExists) else 400, str(error)) from error
        password = await run_in_threadpool(tenant.administrators.set_password, FIRST_ADMINISTRATOR)
        application = self._application
        urls = {"scim_url": application.scim_url_of(tenant), "portal_url": application.portal_url_of(tenant)}
        account = {"user_name": FIRST_ADMINISTRATOR, "password": password}
        return json_answer({"name": tenant.name, **urls, "administrator": account}, 201)

    async def set_password(self, request: Request) -> Response:
        """Make an account of the portal, or give it these roles and another password, which ends its sessions."""
        tenant, body = self.tenant(request), await object_of(request)
        check_keys(body, ("user_name", "roles"))
        user_name, roles = body.get("user_name"), body.get("roles")
        if not isinstance(user_name, str) or not _is_account_name(user_name):
            raise ControlRefused(400, f"user_name is up to {LONGEST_TEXT} printable characters, without < and >")
        if not isinstance(roles, list) or not roles or not all(role in tuple(Role) for role in roles):
            raise ControlRefused(400, f"roles are some of {', '.join(Role)}")
        wanted = [Role(role) for role in roles]
        is_there = await run_in_threadpool(tenant.administrators.knows, user_name)
        password = await run_in_threadpool(tenant.administrators.set_password, user_name, wanted)
        return json_answer({"user_name": user_name, "password": password}, 200 if is_there else 201)

    async def policy(self, request: Request) -> Response:
        """The policy in force; PUT gives fields of it other values, for this tenant and from now on."""
        tenant = self.tenant(request)
        if request.method == "PUT":
            rules = await object_of(request)
            try:
                await run_in_threadpool(partial(tenant.change_policy, **rules))
            except PolicyRefused as refused:
                raise ControlRefused(400, str(refused)) from refused
        return json_answer(tenant.policy.rules())

    async def limits(self, request: Request) -> Response:
        """The limits in force; PUT gives some of them other values, for this tenant and from now on."""
        tenant = self.tenant(request)
        if request.method == "PUT":
            limits = await object_of(request)
            try:
                await run_in_threadpool(partial(tenant.change_limits, **limits))
            except LimitRefused as refused:
                raise ControlRefused(400, str(refused)) from refused
        return json_answer(asdict(tenant.limits))

    async def clock(self, request: Request) -> Response:
        clock = self.tenant(request).clock
        if request.method == "POST":
            if not isinstance(clock, VirtualClock):
                raise ControlRefused(409, "this tenant lives by the machine's clock, which cannot be moved")
            try:
                duration = read_duration((await object_of(request)).get("advance"))
            except DurationRefused as refused:
                raise ControlRefused(400, str(refused)) from refused
            # What falls due may call this server, so the event loop must stay free.
            await run_in_threadpool(clock.advance, duration)
        kind = "virtual" if isinstance(clock, VirtualClock) else "real"
        return json_answer({"now": clock.now().isoformat(), "kind": kind})

    async def reset(self, request: Request) -> Response:
        """Forget users, groups, journal and faults. Tokens stay."""
        tenant = self.tenant(request)
        await run_in_threadpool(tenant.resources.database.write, tenant.resources.clear)
        self._application.traffic_of(tenant).clear()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        seen = self._application.traffic_of(self.tenant(request)).seen()
        return json_answer({"requests": [asdict(entry) for entry in seen]})

    async def faults(self, request: Request) -> Response:
        traffic = self._application.traffic_of(self.tenant(request))
        if request.method == "PUT":
            traffic.arm(read_faults(await body_of(request)))
        return json_answer([shown_fault(fault) for fault in traffic.armed()])

    async def outbox(self, request: Request) -> Response:
        return json_answer({"invitations": self.tenant(request).invitations.all()})

    def giving(self, give: Callable[[Tenant, object], object]) -> Callable[[Request], Awaitable[Response]]:
        async def give_it(request: Request) -> Response:
            try:
                return json_answer(await run_in_threadpool(give, self.tenant(request), await body_of(request)), 201)
            except GivenRefused as refused:
                raise ControlRefused(refused.status, str(refused)) from refused

        return give_it

    def tenant(self, request: Request) -> Tenant:
        tenant = self._application.tenants.get(request.path_params.get("name", DEFAULT_TENANT))
        if tenant is None:
            raise ControlRefused(404, "there is no such tenant")
        return tenant


def _is_account_name(name: str) -> bool:
    # Whoever signs in types it, and blanks around what is typed do not count.
    return 0 < len(name) <= LONGEST_TEXT and name.isprintable() and name == name.strip() and not set(name) & set("<>")


async def _on_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ControlRefused)
    return json_answer({"message": error.sentence}, error.status)


async def _on_trouble(request: Request, error: Exception) -> Response:
    return json_answer({"message": "the database cannot be used now"}, 503)


def _guarded(app: ASGIApp) -> ASGIApp:
    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        sentence = _why_stranger(scope)
        answering = app if sentence is None else json_answer({"message": sentence}, 403)
        await answering(scope, receive, send)

    return guarded


def _why_stranger(scope: Scope) -> str | None:
    """Why a request is refused whatever it asks for, or None."""
    if not _is_loopback(scope):
        return "the control surface answers this machine alone"
    if not is_from_own_pages(Headers(scope=scope)):
        return "the control surface answers programs, not the pages of other sites"
    return None


def _is_loopback(scope: Scope) -> bool:
    """The client's address, and the host it asked for: a web page elsewhere must not reach us by a name of its own."""
    client = scope.get("client")
    try:
        from_here = client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        from_here = False
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return from_here and _LOOPBACK_HOST.fullmatch(host) is not None

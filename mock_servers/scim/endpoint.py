"""The SCIM endpoint of one tenant: a request in, an answer out. No network, no framework, no waiting.

Who calls, by which rules, and the turning of refusals into Error messages are here; where a request goes is told by
routes.py.
"""

import threading
from datetime import timedelta
from typing import Protocol

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.oauth.callers import Callers
from scimulate.mock_servers.portal.arrivals import Arrivals
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.custom_attributes import CustomAttributes
from scimulate.mock_servers.portal.support import Support
from scimulate.mock_servers.scim.answer_shape import Shape
from scimulate.mock_servers.scim.caller import Caller
from scimulate.mock_servers.scim.cursor import Cursors
from scimulate.mock_servers.scim.discovery import CONFIGURATION, answer_discovery
from scimulate.mock_servers.scim.errors import (
    READINGS,
    ScimError,
    error_body,
    unauthorized,
)
from scimulate.mock_servers.scim.groups import Groups
from scimulate.mock_servers.scim.limits import Limits
from scimulate.mock_servers.scim.lists import Lists
from scimulate.mock_servers.scim.media_types import answer_type
from scimulate.mock_servers.scim.messages import Answer, Request, Response
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.routes import Routes
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.users import Users

_READS = ("GET", "HEAD")


class ServedTenant(Protocol):
    """What the endpoint needs of its tenant. Policy, limits, custom attributes and the flag may change at any time."""

    @property
    def policy(self) -> Policy: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def attributes(self) -> CustomAttributes: ...

    @property
    def resources(self) -> Resources: ...

    @property
    def cursor_key(self) -> bytes: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def callers(self) -> Callers: ...

    @property
    def audit(self) -> AuditTrail: ...

    @property
    def arrivals(self) -> Arrivals: ...

    @property
    def support(self) -> Support: ...


class Endpoint:
    """Answers the SCIM requests of one tenant."""

    def __init__(self, tenant: ServedTenant) -> None:
        self._tenant = tenant
        self._lock = threading.Lock()
        self._follow()

    def _follow(self) -> None:
        """Answer by the rules in force from now on."""
        with self._lock:  # Large bodies are read in threads of their own.
            tenant = self._tenant
            self._rules = rules = Rules.of(tenant.policy, tenant.attributes.names(), tenant.limits)
            lifetime = timedelta(seconds=rules.limits.cursor_seconds)
            self._routes = Routes(
                tenant.resources,
                Users(tenant.resources, tenant.audit, tenant.arrivals, rules),
                Groups(tenant.resources, tenant.audit, rules),
                Lists(tenant.resources, rules, Cursors(tenant.cursor_key, lifetime, tenant.clock)),
                rules,
            )

    def answer(self, request: Request) -> Answer:
        """The answer, or what must be done first to have it. Never raises `ScimError`."""
        try:
            caller = self._caller(request)
            if caller is None:
                return self._to_nobody(request)
            if not self._tenant.support.scim_is_on:
                raise ScimError(403, "SCIM provisioning is not enabled for this tenant")  # NEG-02, C-35
            if caller.reads_only and not _is_read(request):
                raise ScimError(403, "this credential is for reading alone")  # RFC 7644 §2.1
            self._keep_up()
            shape = Shape.of(answer_type(request.headers), self._rules.policy.readings)
            if shape is None:
                return self._routes.answer(request, caller)
            return shape.given_to(lambda: self._routes.answer(request, caller))
        except ScimError as error:
            return self.refusal(error)

    def refusal(self, error: ScimError) -> Response:
        """The answer to a request that was refused, in the form that the policy gives to errors."""
        return refusal(error, self._rules.policy.readings)

    def _keep_up(self) -> None:
        rules = self._rules
        if (
            (self._tenant.policy is not rules.policy)
            or (self._tenant.limits is not rules.limits)
            or (self._tenant.attributes.names() != rules.custom_names)
        ):
            self._follow()

    def _caller(self, request: Request) -> Caller | None:
        """Whom the credential presented stands for; None when it opens nothing (D-013, D-014)."""
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            return None
        return self._tenant.callers.authenticate(secret)

    def _to_nobody(self, request: Request) -> Answer:
        """RFC 7643 §5: how to authenticate is told without authentication; nothing else is."""
        presented = request.headers.get("authorization", "")
        if presented:
            raise unauthorized(token_sent=presented.lower().startswith("bearer "))
        if request.path.strip("/") != CONFIGURATION or request.method not in _READS:
            raise unauthorized(token_sent=False)
        self._keep_up()
        return answer_discovery(self._rules, CONFIGURATION, None, request)


def refusal(error: ScimError, readings: Readings = READINGS) -> Response:
    """The answer to a request that was refused."""
    return Response(error.status, error_body(error, readings), error.headers)


def _is_read(request: Request) -> bool:
    return request.method in ("GET", "HEAD") or (
        request.method == "POST" and request.path.rstrip("/").endswith("/.search")
    )

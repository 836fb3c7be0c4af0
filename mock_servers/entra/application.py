"""An enterprise application: who is assigned, with which credentials and scope, and its provisioning job.

CredentialsRefused    (connection.py) the credentials fail the test
ProvisioningRefused   what was asked cannot be done as things stand
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.entra.application_settings import ApplicationType, Notification, ProvisioningSettings
from scimulate.mock_servers.entra.attribute_mappings import AttributeMappings
from scimulate.mock_servers.entra.connection import (
    Connection,
    ConnectionTest,
    CredentialsRefused,
    FieldRefused,
    issued_token,
    probe,
    read_connection,
)
from scimulate.mock_servers.entra.conversation import Send, WireAnswer, WireRequest, converse
from scimulate.mock_servers.entra.cycle import CycleKind, CyclePlan, Quarantine
from scimulate.mock_servers.entra.delivery import Delivery
from scimulate.mock_servers.entra.dialect import Dialect
from scimulate.mock_servers.entra.directory import Directory, DirectoryRefused
from scimulate.mock_servers.entra.job import Job
from scimulate.mock_servers.entra.licence import Plan
from scimulate.mock_servers.entra.links import Links
from scimulate.mock_servers.entra.log import LogEntry, ProvisioningLog
from scimulate.mock_servers.entra.principals import Group, Principal, User
from scimulate.mock_servers.entra.refused import ProvisioningRefused
from scimulate.mock_servers.entra.scope import Scope, entitled
from scimulate.mock_servers.entra.status import JobStatus
from scimulate.mock_servers.entra.throttling import patient
from scimulate.mock_servers.seen import seen_mark

__all__ = [
    "Application",
    "Assignment",
    "ConnectionTest",
    "Credentials",
    "CredentialsRefused",
    "JobStatus",
    "ProvisioningLog",
    "ProvisioningRefused",
    "Scope",
]

MASK = "••••••••••"
ON_DEMAND_MEMBERS = 5


@dataclass(frozen=True)
class OnDemand:
    """What Provision on demand came to. `test` is there when the connection failed (ENTRA-266)."""

    test: Quarantine | None
    entries: tuple[LogEntry, ...] = field(default=())


@dataclass(frozen=True)
class Assignment:
    """A row of Users and groups; `kind` is User or Group."""

    principal_id: str
    display_name: str
    kind: str


@dataclass(frozen=True)
class Credentials:
    """What can be read back of the saved credentials: never the secret (SEED-033)."""

    tenant_url: str
    masked: str = MASK


class Application:
    """One application of the tenant. Its id, and every id it gives, comes from the tenant's seed."""

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        directory: Directory,
        delivery: Delivery,
        new_id: Callable[[], str],
        issuer_tenant: str,
        plan: Callable[[], Plan],
        type: ApplicationType = ApplicationType.NON_GALLERY,
    ) -> None:
        self.id = new_id()
        self.name = name
        self.type = type
        self.log = ProvisioningLog()
        self.provisions_groups = True
        """Whether the mapping of groups is enabled (ENTRA-164). Users come through assigned groups all the same."""
        self.obeys_retry_after = False
        """Whether a cycle pauses as long as the endpoint asks; else the object is left for the next one (ENTRA-584)."""
        self._clock = clock
        self._directory = directory
        self._delivery = delivery
        self._new_id = new_id
        self._issuer_tenant = issuer_tenant
        self._plan = plan
        self.settings = ProvisioningSettings()
        self.notifications: list[Notification] = []
        self._assigned: dict[str, None] = {}
        self._connection: Connection | None = None
        self._secrets_saved = 0
        self._scope = self._scope_in_force = Scope.ASSIGNED
        self._lock = threading.RLock()
        self._job = Job(clock, self, self.log, new_id)
        self.mappings = AttributeMappings(self._job.mapping_changed)

    @property
    def job_id(self) -> str:
        """ENTRA-003, ENTRA-620."""
        return f"scim.{self._issuer_tenant}.{self.id}"

    @property
    def provisions_automatically(self) -> bool:
        """An application that was only registered for sign-in offers the mode Manual and nothing else (NEG-28)."""
        return self.type is ApplicationType.NON_GALLERY

    def assign(self, *principal_ids: str) -> None:
        """All of them or none. Assigning twice leaves one assignment (SEED-044)."""
        for principal_id in principal_ids:
            self._require_assignable(self._directory.principal(principal_id))
        with self._lock:
            self._assigned.update(dict.fromkeys(principal_ids))

    def _require_assignable(self, principal: Principal) -> None:
        if isinstance(principal, User) and principal.deleted_at is not None:
            raise DirectoryRefused("principal_deleted", name=principal.display_name)
        if isinstance(principal, Group) and self._plan() is Plan.FREE:
            raise ProvisioningRefused("plan_needed", name=principal.display_name)

    def unassign(self, *principal_ids: str) -> None:
        with self._lock:
            for principal_id in principal_ids:
                self._assigned.pop(principal_id, None)

    def assignments(self) -> list[Assignment]:
        """The rows of Users and groups. Whoever left the directory for good has none."""
        directory = self._directory.snapshot()
        with self._lock:
            assigned = list(self._assigned)
        rows = []
        for principal_id in assigned:
            user, group = directory.users.get(principal_id), directory.groups.get(principal_id)
            if user is not None:
                rows.append(Assignment(principal_id, user.display_name, "User"))
            elif group is not None:
                rows.append(Assignment(principal_id, group.display_name, "Group"))
        return rows

    @property
    def scope(self) -> Scope:
        """The scope as set. From all to assigned only, it is in force after a restart (ENTRA-211)."""
        return self._scope

    @scope.setter
    def scope(self, scope: Scope) -> None:
        self._scope = scope

    @property
    def credentials(self) -> Credentials | None:
        """The saved credentials, without the secret; `None` before the first save."""
        return Credentials(self._connection.tenant_url) if self._connection else None

    def test_connection(self, tenant_url: str, secret_token: str | None) -> ConnectionTest:
        """Two reads, no write (SEED-034). Fields that cannot be used fail before anything is sent (NEG-12, NEG-13).

        `None` stands for a masked secret that was left as it is.
        """
        self.require_automatic()
        try:
            connection = self._entered(tenant_url, secret_token)
        except FieldRefused as refused:
            return refused.as_test()
        return self._test(connection)

    def save_credentials(self, tenant_url: str, secret_token: str | None) -> None:
        """Store what passes the test. Raises `CredentialsRefused`; the former credentials then stay (SEED-038)."""
        connection = self._tested(tenant_url, secret_token)
        with self._lock:
            self._keep(connection)

    def save(
        self, tenant_url: str, secret_token: str | None, scope: Scope, settings: ProvisioningSettings, *, seen: str
    ) -> None:
        """Edit provisioning as a whole, all of it or nothing; not over what others saved since `mark` was `seen`."""
        connection = self._tested(tenant_url, secret_token)
        with self._lock:
            if seen != self.mark:
                raise ProvisioningRefused("changed_meanwhile")
            self._keep(connection)
            self.scope, self.settings = scope, settings

    @property
    def mark(self) -> str:
        """Another one for other credentials, another scope and other settings; it tells nothing of the secret."""
        with self._lock:
            shown = {"secrets": self._secrets_saved, "url": self._connection and self._connection.tenant_url}
            return seen_mark({**shown, "scope": self._scope, **asdict(self.settings)})

    def _keep(self, connection: Connection) -> None:
        if self._connection is None or self._connection.secret_token != connection.secret_token:
            self._secrets_saved += 1
        self._connection = connection
        self._job.credentials_changed()

    def _tested(self, tenant_url: str, secret_token: str | None) -> Connection:
        self.require_automatic()
        try:
            connection = self._entered(tenant_url, secret_token)
        except FieldRefused as refused:
            raise CredentialsRefused(refused.as_test()) from None
        test = self._test(connection)
        if not test.succeeded:
            raise CredentialsRefused(test)
        return connection

    def _entered(self, tenant_url: str, secret_token: str | None) -> Connection:
        """The two fields. The saved secret goes with the base address it was saved for, and to no other (NEG-14)."""
        connection, saved = read_connection(tenant_url, secret_token or ""), self._connection
        if secret_token is None and saved is not None and saved.base == connection.base:
            return replace(connection, secret_token=saved.secret_token)
        return connection

    def _test(self, connection: Connection) -> ConnectionTest:
        return converse(
            probe(self._new_id(), self._new_id(), groups=self.provisions_groups), self._sender_to(connection)
        )

    def _sender_to(self, connection: Connection) -> Send:
        token = connection.secret_token or issued_token(self._issuer_tenant)
        return self._delivery.to(connection.base, token)

    def start(self) -> None:
        self._require_credentials()
        self._job.start()

    def stop(self) -> None:
        self._job.stop()

    def restart(self) -> None:
        self._require_credentials()
        self._job.restart()

    def provision_on_demand(self, principal_id: str, members: Sequence[str] = ()) -> OnDemand:
        """One user, or one group with up to five of its members, at once (ENTRA-264)."""
        self._require_credentials()
        principal = self._directory.principal(principal_id)
        if len(members) > ON_DEMAND_MEMBERS:
            raise ProvisioningRefused("on_demand_members", most=ON_DEMAND_MEMBERS)
        if not set(members) <= set(principal.members if isinstance(principal, Group) else ()):
            raise ProvisioningRefused("on_demand_no_member", name=principal.display_name)
        quarantine, entries = self._job.run_on_demand(frozenset({principal_id, *members}))
        return OnDemand(quarantine, tuple(entries))

    def quarantined(self, quarantine: Quarantine) -> None:
        """The job tells why it was put in quarantine, once for each reason (ENTRA-281)."""
        settings = self.settings
        if settings.send_on_failure and settings.notification_email:
            self.notifications.append(
                Notification(
                    self._clock.now(),
                    settings.notification_email,
                    quarantine.code,
                    quarantine.message,
                    quarantine.told,
                )
            )

    def forget_links(self) -> None:
        """The next cycle is an initial one that matches every object again (ENTRA-245, ENTRA-646)."""
        self._job.forget_links()

    def status(self) -> JobStatus:
        return self._job.status(configured=self._connection is not None)

    def require_automatic(self) -> None:
        """Raise `ProvisioningRefused` where the mode is Manual (NEG-28)."""
        if not self.provisions_automatically:
            raise ProvisioningRefused("manual_only")

    def _require_credentials(self) -> Connection:
        self.require_automatic()
        if self._connection is None:
            raise ProvisioningRefused("credentials_required")
        return self._connection

    def plan(self, kind: CycleKind, links: Links, only: frozenset[str] | None = None) -> CyclePlan:
        if only is None and (kind is CycleKind.INITIAL or self._scope is Scope.ALL):
            self._scope_in_force = self._scope
        directory = self._directory.snapshot()
        with self._lock:
            assigned = list(self._assigned)
        covered = entitled(directory, assigned, self._scope_in_force)
        return CyclePlan(
            kind=kind,
            began_at=self._clock.now(),
            directory=directory,
            changed=self._directory.changed_since(links.watermark or 0),
            entitled=covered if self.provisions_groups else replace(covered, groups=frozenset()),
            # The flag in the Tenant URL does not count on demand (ENTRA-007).
            dialect=self._require_credentials().dialect if only is None else Dialect.LEGACY,
            probe_names=(self._new_id(), self._new_id()),
            provisions_groups=self.provisions_groups,
            mapping=self.mappings.rows(),
            only=only,
        )

    def sender(self) -> Send:
        """A cycle goes on with the secret saved last for its endpoint: tokens can be rotated meanwhile (NEG-18)."""
        at_first = self._require_credentials()

        def send(request: WireRequest) -> WireAnswer:
            saved = self._connection or at_first
            return self._sender_to(saved if saved.base == at_first.base else at_first)(request)

        return patient(send, self._clock.wait) if self.obeys_retry_after else send

"""An enterprise application: who is assigned, with which credentials and scope, and its provisioning job.

CredentialsRefused    (connection.py) the credentials fail the test
ProvisioningRefused   provisioning cannot be started
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.entra.connection import (
    Connection,
    ConnectionTest,
    CredentialsRefused,
    FieldRefused,
    issued_token,
    probe,
    read_connection,
)
from scimulate.mock_servers.entra.conversation import Send, converse
from scimulate.mock_servers.entra.cycle import CycleKind, CyclePlan
from scimulate.mock_servers.entra.delivery import Delivery
from scimulate.mock_servers.entra.directory import Directory, DirectoryRefused
from scimulate.mock_servers.entra.job import Job
from scimulate.mock_servers.entra.links import Links
from scimulate.mock_servers.entra.log import ProvisioningLog
from scimulate.mock_servers.entra.principals import User
from scimulate.mock_servers.entra.scope import Scope, entitled
from scimulate.mock_servers.entra.status import JobStatus

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


class ProvisioningRefused(Exception):
    """Provisioning cannot be started as things stand (SEED-039, NEG-34)."""


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
    ) -> None:
        self.id = new_id()
        self.name = name
        self.log = ProvisioningLog()
        self.provisions_groups = True
        """Whether the mapping of groups is enabled (ENTRA-164). Users come through assigned groups all the same."""
        self._clock = clock
        self._directory = directory
        self._delivery = delivery
        self._new_id = new_id
        self._issuer_tenant = issuer_tenant
        self._assigned: dict[str, None] = {}
        self._connection: Connection | None = None
        self._scope = self._scope_in_force = Scope.ASSIGNED
        self._lock = threading.RLock()
        self._job = Job(clock, self, self.log, new_id)

    def assign(self, principal_id: str) -> None:
        """Assigning twice leaves one assignment (SEED-044)."""
        principal = self._directory.principal(principal_id)
        if isinstance(principal, User) and principal.deleted_at is not None:
            raise DirectoryRefused(f"{principal.display_name} is deleted and cannot be assigned")
        with self._lock:
            self._assigned[principal_id] = None

    def unassign(self, principal_id: str) -> None:
        with self._lock:
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
        try:
            connection = self._entered(tenant_url, secret_token)
        except FieldRefused as refused:
            return ConnectionTest(False, refused.code, refused.message)
        return self._test(connection)

    def save_credentials(self, tenant_url: str, secret_token: str | None) -> None:
        """Store what passes the test. Raises `CredentialsRefused`; the former credentials then stay (SEED-038)."""
        try:
            connection = self._entered(tenant_url, secret_token)
        except FieldRefused as refused:
            raise CredentialsRefused(ConnectionTest(False, refused.code, refused.message)) from None
        test = self._test(connection)
        if not test.succeeded:
            raise CredentialsRefused(test)
        self._connection = connection
        self._job.credentials_changed()

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

    def forget_links(self) -> None:
        """The next cycle is an initial one that matches every object again (ENTRA-245, ENTRA-646)."""
        self._job.forget_links()

    def status(self) -> JobStatus:
        return self._job.status(configured=self._connection is not None)

    def _require_credentials(self) -> Connection:
        if self._connection is None:
            raise ProvisioningRefused("Admin credentials are required: test the connection and save it first.")
        return self._connection

    def plan(self, kind: CycleKind, links: Links) -> CyclePlan:
        if kind is CycleKind.INITIAL or self._scope is Scope.ALL:
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
            dialect=self._require_credentials().dialect,
            probe_names=(self._new_id(), self._new_id()),
            provisions_groups=self.provisions_groups,
        )

    def sender(self) -> Send:
        return self._sender_to(self._require_credentials())

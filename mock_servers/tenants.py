"""Tenants of the reference MDM: each has its policy, clock, tokens, audit trail and resources, all in one database.

TenantError
├── TenantExists        the name is taken
├── TenantNameRefused   the name cannot be part of a URL
└── PolicyUnknown       no policy has this name
"""

import re
import threading
from collections.abc import Callable

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.portal.administrators import Administrators
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.custom_attributes import CustomAttributes
from scimulate.mock_servers.portal.settings import TenantSettings
from scimulate.mock_servers.portal.support import Support
from scimulate.mock_servers.portal.tokens import Tokens
from scimulate.mock_servers.scim.policy import POLICIES, Policy
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenant_values import TenantValues

DEFAULT_TENANT = "default"
DEFAULT_POLICY = "entra"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class TenantError(ValueError):
    """A tenant cannot be made as asked."""


class TenantExists(TenantError):
    """The name is taken."""


class TenantNameRefused(TenantError):
    """The name cannot be part of a URL."""


class PolicyUnknown(TenantError):
    """No policy has this name."""


class Tenant:
    """One customer of the MDM."""

    def __init__(self, database: Database, name: str, policy: Policy, clock: Clock) -> None:
        self.name = name
        self.policy = policy
        self.clock = clock
        self.tokens = Tokens(database, name, clock)
        self.audit = AuditTrail(database, name, clock)
        self.resources = Resources(database, name, clock)
        values = TenantValues(database, name)
        self.administrators = Administrators(database, name, clock)
        self.support = Support(values)
        self.settings = TenantSettings(values)
        self.attributes = CustomAttributes(values)

    @property
    def path(self) -> str:
        """Where the tenant's pages and endpoints start."""
        return "" if self.name == DEFAULT_TENANT else f"/tenants/{self.name}"

    @property
    def scim_path(self) -> str:
        return f"{self.path}/scim/v2"

    @property
    def portal_path(self) -> str:
        return f"{self.path}/portal"


class Tenants:
    """All tenants of a database. `new_clock` gives the clock of a tenant, by its name."""

    def __init__(
        self, database: Database, new_clock: Callable[[str], Clock], *, default_policy: str = DEFAULT_POLICY
    ) -> None:
        self.database = database
        self._new_clock = new_clock
        self._lock = threading.Lock()
        self._tenants: dict[str, Tenant] = database.write(self._stored)
        if DEFAULT_TENANT not in self._tenants:
            self.create(DEFAULT_TENANT, default_policy)

    def create(self, name: str, policy: str = DEFAULT_POLICY) -> Tenant:
        """A new tenant; raises `TenantError`."""
        if not _NAME.fullmatch(name):
            raise TenantNameRefused("a tenant's name has 1 to 64 letters, digits, dots, hyphens and underscores")
        if policy not in POLICIES:
            raise PolicyUnknown(f"there is no such policy; the policies are {', '.join(POLICIES)}")
        with self._lock:
            if name in self._tenants:
                raise TenantExists(f"the tenant {name} exists already")
            self._tenants[name] = self.database.write(lambda connection: self._store(connection, name, policy))
            return self._tenants[name]

    def get(self, name: str) -> Tenant | None:
        return self._tenants.get(name)

    @property
    def default(self) -> Tenant:
        return self._tenants[DEFAULT_TENANT]

    def names(self) -> list[str]:
        return list(self._tenants)

    def _store(self, connection: Connection, name: str, policy: str) -> Tenant:
        # The parts of a tenant write what they need at first. Within a change that joins it: a tenant is one commit.
        connection.execute("INSERT INTO tenants (name, policy) VALUES (?, ?)", (name, policy))
        return self._open(name, policy)

    def _stored(self, connection: Connection) -> dict[str, Tenant]:
        connection.execute("CREATE TABLE IF NOT EXISTS tenants (name TEXT PRIMARY KEY, policy TEXT NOT NULL)")
        found = connection.execute("SELECT name, policy FROM tenants ORDER BY rowid").fetchall()
        return {name: self._open(name, policy) for name, policy in found}

    def _open(self, name: str, policy: str) -> Tenant:
        return Tenant(self.database, name, POLICIES[policy], self._new_clock(name))

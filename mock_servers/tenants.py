"""Tenants of the reference MDM: each has its policy, clock, tokens, audit trail and resources, all in one database.

TenantError
├── TenantExists        the name is taken
├── TenantNameRefused   the name cannot be part of a URL
└── PolicyUnknown       no policy has this name
"""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.oauth.authorization_server import AuthorizationServer
from scimulate.mock_servers.oauth.callers import Callers
from scimulate.mock_servers.oauth.clients import OAuthClients
from scimulate.mock_servers.portal.administrators import Administrators
from scimulate.mock_servers.portal.arrivals import Arrivals
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.custom_attributes import CustomAttributes
from scimulate.mock_servers.portal.grants import Grants
from scimulate.mock_servers.portal.invitations import Invitations
from scimulate.mock_servers.portal.migration import Migration
from scimulate.mock_servers.portal.settings import TenantSettings
from scimulate.mock_servers.portal.support import Support
from scimulate.mock_servers.portal.tokens import Tokens, TokenTerms
from scimulate.mock_servers.portal.user_records import UserRecords
from scimulate.mock_servers.scim.cursor import kept_key
from scimulate.mock_servers.scim.limit_changes import changed_limits
from scimulate.mock_servers.scim.limits import Limits
from scimulate.mock_servers.scim.policy import POLICIES, Policy
from scimulate.mock_servers.scim.policy_changes import changed_policy, check_updatable
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenant_values import TenantValues

DEFAULT_TENANT = "default"
DEFAULT_POLICY = "entra"
_OWN_RULES = "own rules"
_OWN_LIMITS = "own limits"
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
        self.clock = clock
        values = TenantValues(database, name)
        self.values = values
        self.cursor_key = kept_key(values)
        self._named_policy = policy
        self._policy = changed_policy(policy, self._own_rules())
        self._limits = changed_limits(self._own_limits())
        self.tokens = Tokens(database, name, clock, self.token_terms)
        self.audit = AuditTrail(database, name, clock)
        clients = OAuthClients(values, self.audit, clock)
        self.authorization = AuthorizationServer(database, name, clock, clients, self.audit)
        self.callers = Callers(self.tokens, self.authorization.tokens)
        self.resources = Resources(database, name, clock)
        self.administrators = Administrators(database, name, clock)
        self.support = Support(values)
        self.settings = TenantSettings(values)
        self.attributes = CustomAttributes(values)
        self.migration = Migration(values)
        self.records = UserRecords(database, name)
        self.grants = Grants(database, name)
        self.invitations = Invitations(database, name, clock)
        self.arrivals = Arrivals(self.settings, self.records, self.invitations, self.audit)

    @property
    def policy(self) -> Policy:
        """The policy in force: the one that is named, with the tenant's own rules."""
        return self._policy

    @property
    def own_fields(self) -> tuple[str, ...]:
        """The fields of the policy that have another value here than in the one that is named."""
        named, own = self._named_policy.rules(), self._policy.rules()
        return tuple(name for name in own if own[name] != named[name])

    def change_policy(self, /, **rules: object) -> Policy:
        """Give fields of the policy values of the tenant's own; raises `PolicyRefused`."""
        kept = {**self._own_rules(), **rules}
        policy = changed_policy(self._named_policy, kept)
        if "updatable" in rules:
            check_updatable(policy.updatable or ())
        self.values.put(_OWN_RULES, kept)
        self._policy = policy
        return policy

    def _own_rules(self) -> dict[str, object]:
        kept: Any = self.values.get(_OWN_RULES, {})
        return dict(kept)

    @property
    def limits(self) -> Limits:
        """The limits in force: the same object until they are changed."""
        return self._limits

    def change_limits(self, /, **limits: object) -> Limits:
        """Give limits values of the tenant's own; raises `LimitRefused`."""
        kept = {**self._own_limits(), **limits}
        changed = changed_limits(kept)
        self.values.put(_OWN_LIMITS, kept)
        self._limits = changed
        return changed

    def _own_limits(self) -> dict[str, object]:
        kept: Any = self.values.get(_OWN_LIMITS, {})
        return dict(kept)

    def token_terms(self) -> TokenTerms:
        """What policy and settings say of tokens just now."""
        days, overlap = self.policy.token_lifetime_days, self.settings.in_force.renew_overlap_seconds
        return TokenTerms(
            most=self.policy.max_tokens,
            per_provider=self.policy.token_limit_per_provider,
            lifetime=timedelta(days=days) if days is not None else None,
            overlap=timedelta(seconds=overlap),
        )

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
    """All tenants of a database. `new_clock` gives the clock of a tenant, by its name.

    A tenant is opened when it is first asked for: those that nobody asks for cost nothing but their names.
    """

    def __init__(
        self, database: Database, new_clock: Callable[[str], Clock], *, default_policy: str = DEFAULT_POLICY
    ) -> None:
        self.database = database
        self._new_clock = new_clock
        self._lock = threading.Lock()
        self._open_tenants: dict[str, Tenant] = {}
        self._policies: dict[str, str] = database.write(_stored_policies)
        if DEFAULT_TENANT not in self._policies:
            self.create(DEFAULT_TENANT, default_policy)

    def create(self, name: str, policy: str = DEFAULT_POLICY) -> Tenant:
        """A new tenant; raises `TenantError`."""
        if not _NAME.fullmatch(name):
            raise TenantNameRefused("a tenant's name has 1 to 64 letters, digits, dots, hyphens and underscores")
        if policy not in POLICIES:
            raise PolicyUnknown(f"there is no such policy; the policies are {', '.join(POLICIES)}")
        with self._lock:
            if name in self._policies:
                raise TenantExists(f"the tenant {name} exists already")
            self._open_tenants[name] = tenant = self.database.write(
                lambda connection: self._store(connection, name, policy)
            )
            self._policies[name] = policy
            return tenant

    def get(self, name: str) -> Tenant | None:
        """The tenant of that name, which is opened now if it was not: then this waits for the database."""
        return self._open_tenants.get(name) or (self._opened(name) if name in self._policies else None)

    def is_to_be_opened(self, name: str) -> bool:
        """Whether `get` has to wait for the database."""
        return name in self._policies and name not in self._open_tenants

    @property
    def default(self) -> Tenant:
        return self._open_tenants.get(DEFAULT_TENANT) or self._opened(DEFAULT_TENANT)

    def names(self) -> list[str]:
        return list(self._policies)

    def _opened(self, name: str) -> Tenant:
        with self._lock:
            if name not in self._open_tenants:
                policy = self._policies[name]
                self._open_tenants[name] = self.database.write(lambda _: self._open(name, policy))
            return self._open_tenants[name]

    def _store(self, connection: Connection, name: str, policy: str) -> Tenant:
        # The parts of a tenant write what they need at first. Within a change that joins it: a tenant is one commit.
        connection.execute("INSERT INTO tenants (name, policy) VALUES (?, ?)", (name, policy))
        return self._open(name, policy)

    def _open(self, name: str, policy: str) -> Tenant:
        return Tenant(self.database, name, POLICIES[policy], self._new_clock(name))


def _stored_policies(connection: Connection) -> dict[str, str]:
    """The policy of each tenant by the tenant's name, oldest first."""
    connection.execute("CREATE TABLE IF NOT EXISTS tenants (name TEXT PRIMARY KEY, policy TEXT NOT NULL)")
    return dict(connection.execute("SELECT name, policy FROM tenants ORDER BY rowid").fetchall())

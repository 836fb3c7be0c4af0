"""Who may sign in to the portal of the mock Entra ID, with which role, and what each role may do, as a table.

Passwords are generated and shown once. Accounts live as long as the tenant, which is as long as the process.
"""

import hmac
import secrets
import threading
from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from scimulate.mock_servers.digest import digest_of

FIRST_ACCOUNT = "admin"


class Role(StrEnum):
    """The roles of Entra ID that matter to provisioning."""

    GLOBAL_ADMINISTRATOR = "Global Administrator"
    APPLICATION_ADMINISTRATOR = "Application Administrator"
    CLOUD_APPLICATION_ADMINISTRATOR = "Cloud Application Administrator"
    GLOBAL_READER = "Global Reader"
    REPORTS_READER = "Reports Reader"
    USER = "User"


class Permission(Enum):
    SEE_DIRECTORY = auto()
    CHANGE_DIRECTORY = auto()
    """Users, groups and the licence."""
    SEE_APPLICATIONS = auto()
    """Applications and who is assigned to them."""
    CHANGE_APPLICATIONS = auto()
    PROVISION = auto()
    """See and change how an application is provisioned: there is no reading without changing (SEED-029)."""
    SEE_LOGS = auto()


_EVERYTHING = frozenset(Permission)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.GLOBAL_ADMINISTRATOR: _EVERYTHING,
    Role.APPLICATION_ADMINISTRATOR: _EVERYTHING,
    Role.CLOUD_APPLICATION_ADMINISTRATOR: _EVERYTHING,
    Role.GLOBAL_READER: frozenset({Permission.SEE_DIRECTORY, Permission.SEE_APPLICATIONS, Permission.SEE_LOGS}),
    Role.REPORTS_READER: frozenset({Permission.SEE_APPLICATIONS, Permission.SEE_LOGS}),
    Role.USER: frozenset(),
}


@dataclass(frozen=True)
class Account:
    """One account."""

    user_name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]


class Accounts:
    """The accounts of one tenant."""

    def __init__(self) -> None:
        self._accounts: dict[str, tuple[Account, bytes]] = {}
        self._lock = threading.Lock()

    def set_password(self, user_name: str, role: Role = Role.CLOUD_APPLICATION_ADMINISTRATOR) -> str:
        """Make the account, or give it this role and another password. The password is returned this once.

        Whoever is signed in with the former ones is not any longer.
        """
        password = secrets.token_urlsafe(24)
        with self._lock:
            self._accounts[user_name.casefold()] = (Account(user_name, role), digest_of(password))
        return password

    def is_current(self, account: Account) -> bool:
        """Whether role and password are still those with which the account was signed in."""
        with self._lock:
            current, _ = self._accounts.get(account.user_name.casefold(), (None, b""))
        return current is account

    def sign_in(self, user_name: str, password: str) -> Account | None:
        """The account, or None. Which of name and password was wrong is not told."""
        with self._lock:
            account, digest = self._accounts.get(user_name.strip().casefold(), (None, b""))
        return account if hmac.compare_digest(digest, digest_of(password)) else None

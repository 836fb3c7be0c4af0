"""Who may sign in to a tenant's portal, and with which roles.

Passwords are generated, as long as a token's secret, and shown once: a plain digest of one cannot be searched for.
After a number of wrong ones in a row a user name is locked for a while, whether an account bears it or not.

    SignInRefused    unknown user name or wrong password; or the account is locked
"""

import hmac
import secrets
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.portal.permissions import GRANTS, Permission, Role
from scimulate.mock_servers.scim.store import Database

FIRST_ADMINISTRATOR = "admin"
EVERYDAY_ROLES = (Role.SYSTEM_MANAGEMENT, Role.USER_MANAGEMENT)
WRONG_IN_A_ROW = 5
LOCKED_FOR = timedelta(minutes=15)
NAMES_KEPT = 10_000


class SignInRefused(Exception):
    """`reason` is "wrong_credentials" or "account_locked"; `locks` names an account that was open until now."""

    def __init__(self, reason: str, *, locks: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.locks = locks


@dataclass(frozen=True)
class Administrator:
    """One account. Several roles add up."""

    user_name: str
    roles: frozenset[Role]
    change: int = 0
    """How often the account had been changed when this was true of it."""

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset[Permission]().union(*(GRANTS[role] for role in self.roles))

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True)
class _Attempts:
    wrong: int = 0
    locked_until: datetime | None = None


NO_ATTEMPTS = _Attempts()


class Administrators:
    """The accounts of one tenant."""

    def __init__(self, database: Database, tenant_name: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant_name
        self._clock = clock
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()
        self._changes: dict[str, int] = {}
        self._lock = threading.Lock()
        database.write(_create_table)

    def set_password(self, user_name: str, roles: Iterable[Role] = EVERYDAY_ROLES) -> str:
        """Make the account, or give it these roles and another password. The password is returned this once.

        Whoever is signed in with the former ones is not any longer.
        """
        password = secrets.token_urlsafe(24)
        held = ",".join(sorted(roles))
        self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO administrator (tenant, user_name, roles, digest) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (tenant, user_name) DO UPDATE SET roles = excluded.roles, digest = excluded.digest",
                (self._tenant, user_name, held, digest_of(password)),
            )
        )
        with self._lock:
            self._changes[user_name.lower()] = self._changes.get(user_name.lower(), 0) + 1
        return password

    def knows(self, user_name: str) -> bool:
        """Whether there is such an account. Letter case does not matter."""
        return self._database.read(lambda connection: self._find(connection, user_name)) is not None

    def is_current(self, administrator: Administrator) -> bool:
        """Whether roles and password are still those with which the account was signed in."""
        with self._lock:
            return self._changes.get(administrator.user_name.lower(), 0) == administrator.change

    def sign_in(self, user_name: str, password: str) -> Administrator:
        """The account, named as it was made; raises `SignInRefused`, which does not tell what was wrong (NEG-04)."""
        with self._lock:
            change = self._changes.get(user_name.lower(), 0)
        found = self._database.read(lambda connection: self._find(connection, user_name))
        known_as, roles, digest = found if found is not None else ("", "", b"")
        right = hmac.compare_digest(digest, digest_of(password))
        with self._lock:
            self._count(user_name.lower(), known_as, right=right)
        return Administrator(known_as, frozenset(Role(role) for role in roles.split(",") if role), change)

    def _count(self, user_name: str, known_as: str, *, right: bool) -> None:
        attempts, now = self._attempts.get(user_name, NO_ATTEMPTS), self._clock.now()
        if attempts.locked_until is not None:
            if now < attempts.locked_until:
                raise SignInRefused("account_locked")
            attempts = NO_ATTEMPTS
        self._attempts.pop(user_name, None)
        if right:
            return
        wrong = attempts.wrong + 1
        self._attempts[user_name] = _Attempts(wrong, now + LOCKED_FOR if wrong >= WRONG_IN_A_ROW else None)
        while len(self._attempts) > NAMES_KEPT:
            self._attempts.popitem(last=False)
        raise SignInRefused("wrong_credentials", locks=known_as if wrong >= WRONG_IN_A_ROW else "")

    def _find(self, connection: sqlite3.Connection, user_name: str) -> tuple[str, str, bytes] | None:
        found: tuple[str, str, bytes] | None = connection.execute(
            "SELECT user_name, roles, digest FROM administrator WHERE tenant = ? AND user_name = ?",
            (self._tenant, user_name),
        ).fetchone()
        return found


def _create_table(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS administrator (tenant TEXT NOT NULL, user_name TEXT NOT NULL COLLATE NOCASE,"
        " roles TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (tenant, user_name)) WITHOUT ROWID"
    )

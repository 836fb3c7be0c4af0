"""The provisioning tokens of a tenant: at most two, each active or inactive, and what may be done to each.

A secret is handed out once, by `generate` or `renew`; what is kept is its SHA-256 and its last four characters.
Every decision is taken inside the write, so that two administrators at once cannot both get the last free slot.
This module knows nothing of HTTP.
"""

import hmac
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.portal.audit import AuditTrail
from scimulate.mock_servers.portal.token_rules import (
    CREATED,
    MOST_TOKENS,
    TRANSITIONS,
    VENDORS,
    GeneratedToken,
    Token,
    TokenAction,
    TokenRefused,
    TokenStatus,
    check_vendor,
    limit_reached,
    not_found,
)
from scimulate.mock_servers.portal.token_secret import digest_of, ending_of, new_secret
from scimulate.mock_servers.scim.store import Database

__all__ = ["GeneratedToken", "Token", "TokenAction", "TokenRefused", "TokenStatus", "Tokens"]

T = TypeVar("T")

ADMINISTRATOR = "Administrator"
SUBJECT_TYPE = "SCIM Token"
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1
_LAST_USE_KEPT_EVERY = timedelta(minutes=1)


class _Kept(NamedTuple):
    token: Token
    digest: bytes


class _State(NamedTuple):
    """All tokens of the tenant as one change left them. The later change has the higher number."""

    change: int
    tokens: tuple[_Kept, ...]


class Tokens:
    """The tokens of one tenant, in its database and, for `authenticate`, in memory."""

    def __init__(self, database: Database, tenant_name: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant_name
        self._clock = clock
        self._audit = AuditTrail(database, tenant_name, clock)
        self._changes = 0
        self._lock = threading.Lock()
        database.write(_create_table)
        self._state = _State(0, database.read(self._select))
        self._last_used: dict[str, datetime] = {}
        self._last_use_kept: dict[str, datetime] = {}

    def generate(self, vendor: str = VENDORS[0]) -> GeneratedToken:
        """Make an active token (SEED-018), or refuse because two exist already (SEED-027)."""
        check_vendor(vendor)
        secret = new_secret()
        return GeneratedToken(self._change(lambda connection: self._insert(connection, secret, vendor)), secret)

    def adopt(self, secret: str, vendor: str = VENDORS[0]) -> Token:
        """Take in a token whose secret was chosen elsewhere. One that is known already is left as it is."""
        check_vendor(vendor)
        if not _BEARER_TOKEN.fullmatch(secret):
            raise TokenRefused("unusable_secret")

        def insert_unless_known(connection: sqlite3.Connection) -> Token:
            digest = digest_of(secret)
            known = [kept.token for kept in self._select(connection) if kept.digest == digest]
            return known[0] if known else self._insert(connection, secret, vendor)

        return self._change(insert_unless_known)

    def activate(self, token_id: str) -> Token:
        """Let the same secret authenticate again (SEED-023)."""
        return self._change(lambda connection: self._act(connection, token_id, TokenAction.ACTIVATE))

    def deactivate(self, token_id: str) -> Token:
        """Refuse the secret at once; the slot stays taken (SEED-024)."""
        return self._change(lambda connection: self._act(connection, token_id, TokenAction.DEACTIVATE))

    def renew(self, token_id: str) -> GeneratedToken:
        """Replace the secret. Id, slot and state stay, the old secret is dead at once (SEED-025)."""
        secret = new_secret()
        token = self._change(lambda connection: self._act(connection, token_id, TokenAction.RENEW, secret))
        return GeneratedToken(token, secret)

    def remove(self, token_id: str) -> None:
        """Refuse the secret for good and free the slot (SEED-026)."""
        self._change(lambda connection: self._act(connection, token_id, TokenAction.REMOVE))

    def all(self) -> list[Token]:
        """The tokens of the tenant, oldest first."""
        return [self._with_last_use(kept.token) for kept in self._state.tokens]

    def get(self, token_id: str) -> Token:
        """The token of that id; raises `TokenRefused` when there is none."""
        for token in self.all():
            if token.id == token_id:
                return token
        raise not_found()

    def authenticate(self, secret: str) -> Token | None:
        """The active token with that secret. Asked for every SCIM request: no database, at most two comparisons."""
        digest = digest_of(secret)
        found = None
        for kept in self._state.tokens:
            if hmac.compare_digest(kept.digest, digest) and kept.token.status is TokenStatus.ACTIVE:
                found = kept.token
        if found is not None:
            self._note_use(found.id)
        return found

    def _note_use(self, token_id: str) -> None:
        now = self._clock.now()
        self._last_used[token_id] = now
        kept = self._last_use_kept.get(token_id)
        if kept is None or now - kept >= _LAST_USE_KEPT_EVERY:
            self._last_use_kept[token_id] = now
            self._database.submit(lambda connection: self._keep_use(connection, token_id, now))

    def _keep_use(self, connection: sqlite3.Connection, token_id: str, when: datetime) -> None:
        connection.execute(
            "UPDATE token SET last_used = ? WHERE tenant = ? AND id = ?", (_text(when), self._tenant, token_id)
        )

    def _with_last_use(self, token: Token) -> Token:
        return replace(token, last_used=self._last_used.get(token.id, token.last_used))

    def _change(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Write `change`, then let memory follow: when this returns, `authenticate` knows of it."""

        def changed(connection: sqlite3.Connection) -> tuple[T, _State]:
            result = change(connection)
            self._changes += 1
            return result, _State(self._changes, self._select(connection))

        result, state = self._database.write(changed)
        with self._lock:
            if state.change > self._state.change:
                self._state = state
        return result

    def _insert(self, connection: sqlite3.Connection, secret: str, vendor: str) -> Token:
        kept = self._select(connection)
        if len(kept) >= MOST_TOKENS:
            raise limit_reached()
        taken = {other.token.number for other in kept}
        number = next(number for number in range(1, MOST_TOKENS + 1) if number not in taken)
        token = Token(
            secrets.token_hex(8), number, vendor, TokenStatus.ACTIVE, self._clock.now(), None, ending_of(secret)
        )
        connection.execute(
            "INSERT INTO token (id, tenant, number, vendor, status, created, ending, digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                token.id,
                self._tenant,
                number,
                vendor,
                token.status,
                _text(token.created),
                token.ending,
                digest_of(secret),
            ),
        )
        self._record(connection, CREATED, token)
        return token

    def _act(
        self, connection: sqlite3.Connection, token_id: str, action: TokenAction, secret: str | None = None
    ) -> Token:
        """Carry out what the table says; a new secret comes with `RENEW` only."""
        token = next((kept.token for kept in self._select(connection) if kept.token.id == token_id), None)
        if token is None:
            raise not_found()
        becomes, activity = TRANSITIONS[token.status, action]
        if activity is None:
            return token
        if becomes is None:
            connection.execute("DELETE FROM token WHERE tenant = ? AND id = ?", (self._tenant, token_id))
        else:
            token = replace(token, status=becomes)
            connection.execute(
                "UPDATE token SET status = ? WHERE tenant = ? AND id = ?", (becomes, self._tenant, token_id)
            )
        if secret is not None:
            token = replace(token, ending=ending_of(secret))
            connection.execute(
                "UPDATE token SET digest = ?, ending = ? WHERE tenant = ? AND id = ?",
                (digest_of(secret), token.ending, self._tenant, token_id),
            )
        self._record(connection, activity, token)
        return token

    def _record(self, connection: sqlite3.Connection, activity: str, token: Token) -> None:
        self._audit.append(
            connection,
            activity,
            subject=token.name,
            subject_type=SUBJECT_TYPE,
            performed_by=ADMINISTRATOR,
            details=token.vendor,
        )

    def _select(self, connection: sqlite3.Connection) -> tuple[_Kept, ...]:
        found = connection.execute(
            "SELECT id, number, vendor, status, created, last_used, ending, digest FROM token"
            " WHERE tenant = ? ORDER BY rowid",
            (self._tenant,),
        )
        return tuple(
            _Kept(
                Token(
                    token_id,
                    number,
                    vendor,
                    TokenStatus(status),
                    datetime.fromisoformat(created),
                    datetime.fromisoformat(last_used) if last_used else None,
                    ending,
                ),
                digest,
            )
            for token_id, number, vendor, status, created, last_used, ending, digest in found
        )


def _create_table(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS token (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, number INTEGER NOT NULL,"
        " vendor TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, last_used TEXT, ending TEXT NOT NULL,"
        " digest BLOB NOT NULL, UNIQUE (tenant, number), UNIQUE (tenant, digest))"
    )


def _text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()

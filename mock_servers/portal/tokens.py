"""The provisioning tokens of a tenant: at most two, each with a state, and what may be done to each.

A secret is handed out once, by `generate` or `renew`; what is kept is its SHA-256 and its last four characters.
Every decision is taken inside the write, so that two administrators at once cannot both get the last free slot.
This module knows nothing of HTTP.
"""

import hmac
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from scimulate.mock_servers.clock import Clock, Timer
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.portal.audit import SYSTEM, AuditTrail
from scimulate.mock_servers.portal.token_rules import (
    AUDIT_NAMES,
    CREATED,
    DOCUMENTED_TERMS,
    EXPIRED,
    EXPIRES_SOON,
    LET_IN,
    REMINDER,
    VENDORS,
    GeneratedToken,
    Token,
    TokenAction,
    TokenRefused,
    TokenStatus,
    TokenTerms,
    check_vendor,
    end_of_old_secret,
    expiry_of,
    not_found,
    number_for,
    transition_of,
)
from scimulate.mock_servers.portal.token_secret import ending_of, new_secret
from scimulate.mock_servers.portal.token_table import Kept, TokenTable
from scimulate.mock_servers.scim.store import Connection, Database

__all__ = ["GeneratedToken", "Token", "TokenAction", "TokenRefused", "TokenStatus", "TokenTerms", "Tokens"]

T = TypeVar("T")

SUBJECT_TYPE = "SCIM Token"
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1
_LAST_USE_KEPT_EVERY = timedelta(minutes=1)


class _State(NamedTuple):
    """All tokens of the tenant as one change left them. The later change has the higher number."""

    change: int
    tokens: tuple[Kept, ...]


def documented_terms() -> TokenTerms:
    return DOCUMENTED_TERMS


class Tokens:
    """The tokens of one tenant, in its database and, for `authenticate`, in memory.

    `terms` tells the terms in force. `by` is who does something, for the audit trail.
    """

    def __init__(
        self,
        database: Database,
        tenant_name: str,
        clock: Clock,
        terms: Callable[[], TokenTerms] = documented_terms,
    ) -> None:
        self._database = database
        self._table = TokenTable(tenant_name)
        self._clock = clock
        self._terms = terms
        self._audit = AuditTrail(database, tenant_name, clock)
        self._changes = 0
        self._lock = threading.Lock()
        database.write(self._table.create)
        self._state = _State(0, database.read(self._table.select))
        self._last_used: dict[str, datetime] = {}
        self._last_use_kept: dict[str, datetime] = {}
        self._watches: dict[str, list[Timer]] = {}
        for kept in self._state.tokens:
            self._watch(kept.token)

    def generate(self, vendor: str = VENDORS[0], *, by: str = SYSTEM) -> GeneratedToken:
        """Make an active token (SEED-018), or refuse because as many exist as may (SEED-027)."""
        check_vendor(vendor)
        secret = new_secret()
        token = self._change(lambda connection: self._insert(connection, secret, vendor, by))
        self._watch(token)
        return GeneratedToken(token, secret)

    def adopt(self, secret: str, vendor: str = VENDORS[0]) -> Token:
        """Take in a token whose secret was chosen elsewhere. One that is known already is left as it is."""
        check_vendor(vendor)
        if not _BEARER_TOKEN.fullmatch(secret):
            raise TokenRefused("unusable_secret")

        def insert_unless_known(connection: Connection) -> Token:
            digest = digest_of(secret)
            known = [kept.token for kept in self._table.select(connection) if kept.digest == digest]
            return known[0] if known else self._insert(connection, secret, vendor, SYSTEM)

        token = self._change(insert_unless_known)
        self._watch(token)
        return token

    def activate(self, token_id: str, *, by: str = SYSTEM) -> Token:
        """Let the same secret authenticate again (SEED-023)."""
        return self._change(lambda connection: self._act(connection, token_id, TokenAction.ACTIVATE, by))

    def deactivate(self, token_id: str, *, by: str = SYSTEM) -> Token:
        """Refuse the secret at once; the slot stays taken (SEED-024)."""
        return self._change(lambda connection: self._act(connection, token_id, TokenAction.DEACTIVATE, by))

    def renew(self, token_id: str, *, by: str = SYSTEM) -> GeneratedToken:
        """Replace the secret (SEED-025). Id and slot stay; the old secret is dead, at once or after the overlap."""
        secret = new_secret()
        token = self._change(lambda connection: self._act(connection, token_id, TokenAction.RENEW, by, secret))
        self._watch(token)
        return GeneratedToken(token, secret)

    def remove(self, token_id: str, *, by: str = SYSTEM, last_too: bool = True) -> None:
        """Refuse the secret for good and free the slot (SEED-026). Unless `last_too`, not the last one (NEG-19)."""

        def remove(connection: Connection) -> None:
            if not last_too and [kept.token.id for kept in self._table.select(connection)] == [token_id]:
                raise TokenRefused("last_token")
            self._act(connection, token_id, TokenAction.REMOVE, by)

        self._change(remove)
        self._unwatch(token_id)

    def all(self) -> list[Token]:
        """The tokens of the tenant, oldest first."""
        now = self._clock.now()
        return [self._with_last_use(kept.token).at(now) for kept in self._state.tokens]

    def get(self, token_id: str) -> Token:
        """The token of that id; raises `TokenRefused` when there is none."""
        for token in self.all():
            if token.id == token_id:
                return token
        raise not_found()

    def authenticate(self, secret: str) -> Token | None:
        """The active token with that secret. Asked for every SCIM request: no database, a few comparisons."""
        digest, now = digest_of(secret), self._clock.now()
        found = None
        for kept in self._state.tokens:
            is_it = hmac.compare_digest(kept.digest, digest)
            was_it = hmac.compare_digest(kept.old_digest, digest) and now < kept.old_until
            if (is_it or was_it) and kept.token.at(now).status in LET_IN:
                found = kept.token
        if found is not None:
            self._note_use(found.id, now)
        return found

    def check_room(self, vendor: str) -> None:
        """Raise `TokenRefused` when `generate` would be refused now."""
        number_for(self.all(), vendor, self._terms())

    def _note_use(self, token_id: str, now: datetime) -> None:
        self._last_used[token_id] = now
        kept = self._last_use_kept.get(token_id)
        if kept is None or now - kept >= _LAST_USE_KEPT_EVERY:
            self._last_use_kept[token_id] = now
            self._database.submit(lambda connection: self._table.keep_use(connection, token_id, now))

    def _with_last_use(self, token: Token) -> Token:
        return replace(token, last_used=self._last_used.get(token.id, token.last_used))

    def _change(self, change: Callable[[Connection], T]) -> T:
        """Write `change`, then let memory follow: when this returns, `authenticate` knows of it."""

        def changed(connection: Connection) -> tuple[T, _State]:
            result = change(connection)
            self._changes += 1
            return result, _State(self._changes, self._table.select(connection))

        result, state = self._database.write(changed)
        with self._lock:
            if state.change > self._state.change:
                self._state = state
        return result

    def _insert(self, connection: Connection, secret: str, vendor: str, by: str) -> Token:
        now, terms = self._clock.now(), self._terms()
        number = number_for([kept.token for kept in self._table.select(connection)], vendor, terms)
        expires_at = expiry_of(now, terms)
        token = Token(
            secrets.token_hex(8), number, vendor, TokenStatus.ACTIVE, now, None, ending_of(secret), expires_at
        )
        self._table.insert(connection, token, digest_of(secret))
        self._record(connection, CREATED, token, by)
        return token

    def _act(
        self, connection: Connection, token_id: str, action: TokenAction, by: str, secret: str | None = None
    ) -> Token:
        """Carry out what the table says; a new secret comes with `RENEW` only."""
        now = self._clock.now()
        kept = self._table.find(connection, token_id)
        if kept is None:
            raise not_found()
        token = kept.token.at(now)
        becomes, activity = transition_of(token, action)
        if activity is None:
            return token
        if becomes is None:
            self._table.delete(connection, token_id)
        elif secret is None:
            token = replace(token, status=becomes)
            self._table.set_status(connection, token)
        else:
            terms = self._terms()
            end = end_of_old_secret(token, now, terms)
            token = replace(token, status=becomes, ending=ending_of(secret), expires_at=expiry_of(now, terms))
            self._table.replace_secret(connection, token, digest_of(secret), kept.digest, end)
        self._record(connection, activity, token, by)
        return token

    def _record(self, connection: Connection, activity: str, token: Token, by: str) -> None:
        self._audit.append(
            connection,
            activity,
            subject=token.name,
            subject_type=SUBJECT_TYPE,
            performed_by=by,
            details=AUDIT_NAMES.get(token.vendor, token.vendor),
        )

    def _watch(self, token: Token) -> None:
        """See to it that the audit trail tells of a token that expires, before and when it does (NEG-61)."""
        self._unwatch(token.id)
        if token.expires_at is not None:
            for stage, (activity, before) in enumerate(((EXPIRES_SOON, REMINDER), (EXPIRED, timedelta(0))), start=1):
                timer = self._clock.call_at(token.expires_at - before, self._telling(token, stage, activity))
                self._watches.setdefault(token.id, []).append(timer)

    def _unwatch(self, token_id: str) -> None:
        for timer in self._watches.pop(token_id, []):
            timer.cancel()

    def _telling(self, token: Token, stage: int, activity: str) -> Callable[[], None]:
        """Told once, also after a restart; not of a token that was removed, or renewed since."""

        def tell(connection: Connection) -> None:
            if self._table.reach_stage(connection, token, stage):
                self._record(connection, activity, token, SYSTEM)

        return lambda: self._database.write(tell)

"""The access tokens of a tenant. They are opaque: what is kept of one is its SHA-256, its client and its end.

AssertionReplayed    an assertion has been used before
"""

import threading
from datetime import datetime
from typing import NamedTuple

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.digest import digest_of
from scimulate.mock_servers.oauth.assertions import Assertion
from scimulate.mock_servers.oauth.clients import OAuthClient, OAuthClients
from scimulate.mock_servers.portal.token_secret import new_secret
from scimulate.mock_servers.scim.caller import Caller
from scimulate.mock_servers.scim.store import Connection, Database

PREFIX = "scima_"
TOKENS_PER_CLIENT = 1_000
"""One more, and the oldest opens nothing any longer: a client that never reuses a token does not fill the memory."""


class AssertionReplayed(Exception):
    """An assertion has been used before (RFC 7523 §3, `jti`)."""


class _Kept(NamedTuple):
    """What is known of a token."""

    client_id: str
    expires_at: datetime
    reads_only: bool


class AccessTokens:
    """Tokens in the database, so that they outlive a restart, and in memory, for `caller_of`."""

    def __init__(self, database: Database, tenant_name: str, clock: Clock, clients: OAuthClients) -> None:
        self._database = database
        self._tenant = tenant_name
        self._clock = clock
        self._clients = clients
        self._lock = threading.Lock()
        self._tokens: dict[bytes, _Kept] = {}
        self._of_client: dict[str, dict[bytes, datetime]] = {}
        database.write(_create_tables)
        for digest, kept in database.read(self._select):
            self._remember(digest, kept)

    def issue(self, client: OAuthClient, assertion: Assertion | None = None, *, reads_only: bool = False) -> str:
        """A token for the client, which is the secret itself; raises `AssertionReplayed`."""
        secret, now = new_secret(PREFIX), self._clock.now()
        digest, kept = digest_of(secret), _Kept(client.id, now + client.registration.lifetime, reads_only)

        def change(connection: Connection) -> None:
            self._forget_old(connection, now)
            if assertion is not None and assertion.id is not None:
                self._use_up(connection, client, assertion.id, assertion.ends_at)
            connection.execute(
                "INSERT INTO access_token (tenant, digest, client, expires_at, reads_only) VALUES (?, ?, ?, ?, ?)",
                (self._tenant, digest, client.id, kept.expires_at.isoformat(), reads_only),
            )

        self._database.write(change)
        with self._lock:
            self._remember(digest, kept)
            superfluous = self._drop_superfluous(client.id, now)
        if superfluous:
            self._database.submit(lambda connection: self._delete(connection, superfluous))
        return secret

    def caller_of(self, secret: str) -> Caller | None:
        """Whom a token that is good now stands for. No database, and one look-up by a digest."""
        found = self._tokens.get(digest_of(secret))
        if found is None or self._clock.now() >= found.expires_at:
            return None
        client = self._clients.get(found.client_id)
        if client is None:
            return None
        return client.reading_caller if found.reads_only else client.caller

    def forget(self, client_id: str) -> None:
        """Drop the tokens of a client that was removed."""
        with self._lock:
            for digest in self._of_client.pop(client_id, {}):
                self._tokens.pop(digest, None)
        self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM access_token WHERE tenant = ? AND client = ?", (self._tenant, client_id)
            )
        )

    def _remember(self, digest: bytes, kept: _Kept) -> None:
        self._tokens[digest] = kept
        self._of_client.setdefault(kept.client_id, {})[digest] = kept.expires_at

    def _drop_superfluous(self, client_id: str, now: datetime) -> list[bytes]:
        """Those that have expired, and the oldest of too many. A client's tokens expire in the order of their issue."""
        mine = self._of_client[client_id]
        dropped: list[bytes] = []
        for digest, expires_at in mine.items():
            if expires_at > now and len(mine) - len(dropped) <= TOKENS_PER_CLIENT:
                break
            dropped.append(digest)
        for digest in dropped:
            del mine[digest], self._tokens[digest]
        return dropped

    def _select(self, connection: Connection) -> list[tuple[bytes, _Kept]]:
        found = connection.execute(
            "SELECT digest, client, expires_at, reads_only FROM access_token WHERE tenant = ? ORDER BY expires_at",
            (self._tenant,),
        )
        return [
            (digest, _Kept(client, datetime.fromisoformat(end), bool(reads))) for digest, client, end, reads in found
        ]

    def _delete(self, connection: Connection, digests: list[bytes]) -> None:
        connection.executemany(
            "DELETE FROM access_token WHERE tenant = ? AND digest = ?", [(self._tenant, digest) for digest in digests]
        )

    def _forget_old(self, connection: Connection, now: datetime) -> None:
        for table in ("access_token", "used_assertion"):
            connection.execute(
                f"DELETE FROM {table} WHERE tenant = ? AND expires_at <= ?", (self._tenant, now.isoformat())
            )

    def _use_up(self, connection: Connection, client: OAuthClient, identifier: str, ends_at: datetime) -> None:
        used = connection.execute(
            "INSERT OR IGNORE INTO used_assertion (tenant, client, digest, expires_at) VALUES (?, ?, ?, ?)",
            (self._tenant, client.id, digest_of(identifier), ends_at.isoformat()),
        )
        if used.rowcount == 0:
            raise AssertionReplayed


def _create_tables(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS access_token (tenant TEXT NOT NULL, digest BLOB NOT NULL, client TEXT NOT NULL,"
        " expires_at TEXT NOT NULL, reads_only INTEGER NOT NULL, PRIMARY KEY (tenant, digest)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS used_assertion (tenant TEXT NOT NULL, client TEXT NOT NULL, digest BLOB NOT NULL,"
        " expires_at TEXT NOT NULL, PRIMARY KEY (tenant, client, digest)) WITHOUT ROWID"
    )
    for table in ("access_token", "used_assertion"):
        connection.execute(f"CREATE INDEX IF NOT EXISTS {table}_expiry ON {table} (tenant, expires_at)")

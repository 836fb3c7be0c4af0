"""The tokens of a tenant as rows of the database. It judges nothing."""

from datetime import UTC, datetime
from typing import NamedTuple

from scimulate.mock_servers.portal.token_rules import Token, TokenStatus
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.stored_columns import add_missing_columns

_NEVER = datetime.min.replace(tzinfo=UTC)
_COLUMNS = "id, number, vendor, status, created, last_used, ending, digest, expires_at, old_digest, old_until"

_LATER_COLUMNS = {
    "expires_at": "TEXT",
    "told": "INTEGER NOT NULL DEFAULT 0",  # How far the audit trail has told of this expiry.
    "old_digest": "BLOB NOT NULL DEFAULT x''",
    "old_until": "TEXT",
}


class Kept(NamedTuple):
    """A token with the digests of its secret, and of the one before it, which lives until `old_until`."""

    token: Token
    digest: bytes
    old_digest: bytes
    old_until: datetime


class TokenTable:
    """The rows of one tenant, oldest first."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def create(self, connection: Connection) -> None:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS token (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, number INTEGER NOT NULL,"
            " vendor TEXT NOT NULL, status TEXT NOT NULL, created TEXT NOT NULL, last_used TEXT, ending TEXT NOT NULL,"
            " digest BLOB NOT NULL, UNIQUE (tenant, number), UNIQUE (tenant, digest))"
        )
        add_missing_columns(connection, "token", _LATER_COLUMNS)

    def select(self, connection: Connection) -> tuple[Kept, ...]:
        found = connection.execute(f"SELECT {_COLUMNS} FROM token WHERE tenant = ? ORDER BY rowid", (self._tenant,))
        return tuple(_kept(*values) for values in found)

    def find(self, connection: Connection, token_id: str) -> Kept | None:
        return next((kept for kept in self.select(connection) if kept.token.id == token_id), None)

    def insert(self, connection: Connection, token: Token, digest: bytes) -> None:
        connection.execute(
            "INSERT INTO token (id, tenant, number, vendor, status, created, ending, digest, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                token.id,
                self._tenant,
                token.number,
                token.vendor,
                token.status,
                _text(token.created),
                token.ending,
                digest,
                _text(token.expires_at),
            ),
        )

    def set_status(self, connection: Connection, token: Token) -> None:
        connection.execute(
            "UPDATE token SET status = ? WHERE tenant = ? AND id = ?", (token.status, self._tenant, token.id)
        )

    def replace_secret(
        self, connection: Connection, token: Token, digest: bytes, old_digest: bytes, old_until: datetime
    ) -> None:
        connection.execute(
            "UPDATE token SET status = ?, digest = ?, ending = ?, expires_at = ?, told = 0, old_digest = ?,"
            " old_until = ? WHERE tenant = ? AND id = ?",
            (
                token.status,
                digest,
                token.ending,
                _text(token.expires_at),
                old_digest,
                _text(old_until),
                self._tenant,
                token.id,
            ),
        )

    def delete(self, connection: Connection, token_id: str) -> None:
        connection.execute("DELETE FROM token WHERE tenant = ? AND id = ?", (self._tenant, token_id))

    def keep_use(self, connection: Connection, token_id: str, when: datetime) -> None:
        connection.execute(
            "UPDATE token SET last_used = ? WHERE tenant = ? AND id = ?", (_text(when), self._tenant, token_id)
        )

    def reach_stage(self, connection: Connection, token: Token, stage: int) -> bool:
        """Note that the trail has told so much of this expiry; whether it had not before."""
        noted = connection.execute(
            "UPDATE token SET told = ? WHERE tenant = ? AND id = ? AND expires_at = ? AND told < ?",
            (stage, self._tenant, token.id, _text(token.expires_at), stage),
        )
        return noted.rowcount == 1


def _kept(
    token_id: str,
    number: int,
    vendor: str,
    status: str,
    created: str,
    last_used: str | None,
    ending: str,
    digest: bytes,
    expires_at: str | None,
    old_digest: bytes,
    old_until: str | None,
) -> Kept:
    token = Token(
        token_id,
        number,
        vendor,
        TokenStatus(status),
        datetime.fromisoformat(created),
        _moment(last_used),
        ending,
        _moment(expires_at),
    )
    return Kept(token, digest, old_digest, _moment(old_until) or _NEVER)


def _text(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat() if when is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

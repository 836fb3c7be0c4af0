"""What the portal knows of a user beyond what SCIM says: invitation, Managed Apple ID, devices, former source.

A record is there once there is something to say, and goes with its user. Methods that take a connection are part of a
change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from scimulate.mock_servers.scim.store import Connection, Database

DIRECT_SYNC = "Direct Sync"
INDIRECT_SYNC = "Indirect Sync"
NO_SYNC = "No Sync"
NOT_APPLICABLE = "N/A"


@dataclass(frozen=True)
class UserRecord:
    """`legacy_apple_id` marks a Managed Apple ID that the user had before coming over SCIM (IVANTI-070)."""

    invited_at: str | None = None
    apple_id: str | None = None
    legacy_apple_id: bool = False
    devices: int = 0
    sync: str | None = None
    ldap_attributes: Mapping[str, str] = field(default_factory=dict)


NOTHING_KNOWN = UserRecord()


class UserRecords:
    """The records of one tenant, by the id of the user."""

    def __init__(self, database: Database, tenant_name: str) -> None:
        self.database = database
        self._tenant = tenant_name
        database.write(_create_table)

    def get(self, connection: Connection, user_id: str) -> UserRecord:
        found = connection.execute(
            "SELECT invited_at, apple_id, legacy_apple_id, devices, sync, ldap_attributes FROM portal_user"
            " WHERE tenant = ? AND id = ?",
            (self._tenant, user_id),
        ).fetchone()
        if found is None:
            return NOTHING_KNOWN
        invited_at, apple_id, legacy, devices, sync, ldap = found
        return UserRecord(invited_at, apple_id, bool(legacy), devices, sync, orjson.loads(ldap))

    def keep(self, connection: Connection, user_id: str, record: UserRecord) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO portal_user (tenant, id, invited_at, apple_id, legacy_apple_id, devices, sync,"
            " ldap_attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._tenant,
                user_id,
                record.invited_at,
                record.apple_id,
                record.legacy_apple_id,
                record.devices,
                record.sync,
                orjson.dumps(dict(record.ldap_attributes)).decode(),
            ),
        )

    def holder_of(self, connection: Connection, apple_id: str) -> str | None:
        """The id of the user with this Managed Apple ID, whatever its case."""
        found = connection.execute(
            "SELECT id FROM portal_user WHERE tenant = ? AND apple_id = ?", (self._tenant, apple_id)
        ).fetchone()
        return found[0] if found is not None else None


def _create_table(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS portal_user (tenant TEXT NOT NULL, id TEXT NOT NULL, invited_at TEXT,"
        " apple_id TEXT COLLATE NOCASE, legacy_apple_id INTEGER NOT NULL, devices INTEGER NOT NULL, sync TEXT,"
        " ldap_attributes TEXT NOT NULL, PRIMARY KEY (tenant, id)) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS portal_user_apple_id ON portal_user (tenant, apple_id)")
    connection.execute(
        "CREATE TRIGGER IF NOT EXISTS portal_user_removed AFTER DELETE ON resource WHEN old.kind = 'User' BEGIN"
        " DELETE FROM portal_user WHERE tenant = old.tenant AND id = old.id; END"
    )

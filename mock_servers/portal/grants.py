"""What a user group grants to whoever is in it: roles and apps. Leaving the group takes them away (IVANTI-085).

Nothing is kept for a user: what a user holds follows from the groups that hold the user.
"""

from dataclasses import dataclass
from enum import StrEnum

from scimulate.mock_servers.scim.store import Connection, Database


class GrantKind(StrEnum):
    ROLE = "role"
    APP = "app"


@dataclass(frozen=True, order=True)
class Grant:
    kind: GrantKind
    name: str


class Grants:
    """The grants of one tenant's groups, by the id of the group."""

    def __init__(self, database: Database, tenant_name: str) -> None:
        self.database = database
        self._tenant = tenant_name
        database.write(_create_table)

    def of_group(self, connection: Connection, group_id: str) -> list[Grant]:
        found = connection.execute(
            "SELECT kind, name FROM group_grant WHERE tenant = ? AND group_id = ? ORDER BY kind, name",
            (self._tenant, group_id),
        )
        return [Grant(GrantKind(kind), name) for kind, name in found]

    def of_user(self, connection: Connection, user_id: str) -> list[Grant]:
        found = connection.execute(
            "SELECT DISTINCT t.kind, t.name FROM resource u JOIN membership m ON m.member_number = u.number"
            " JOIN resource g ON g.number = m.group_number JOIN group_grant t ON t.tenant = g.tenant"
            " AND t.group_id = g.id WHERE u.tenant = ? AND u.kind = 'User' AND u.id = ? ORDER BY t.kind, t.name",
            (self._tenant, user_id),
        )
        return [Grant(GrantKind(kind), name) for kind, name in found]

    def add(self, connection: Connection, group_id: str, grant: Grant) -> bool:
        """Whether the group did not grant it yet."""
        added = connection.execute(
            "INSERT OR IGNORE INTO group_grant (tenant, group_id, kind, name) VALUES (?, ?, ?, ?)",
            (self._tenant, group_id, grant.kind, grant.name),
        )
        return added.rowcount > 0

    def remove(self, connection: Connection, group_id: str, grant: Grant) -> bool:
        """Whether the group granted it."""
        removed = connection.execute(
            "DELETE FROM group_grant WHERE tenant = ? AND group_id = ? AND kind = ? AND name = ?",
            (self._tenant, group_id, grant.kind, grant.name),
        )
        return removed.rowcount > 0


def _create_table(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS group_grant (tenant TEXT NOT NULL, group_id TEXT NOT NULL, kind TEXT NOT NULL,"
        " name TEXT NOT NULL, PRIMARY KEY (tenant, group_id, kind, name)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TRIGGER IF NOT EXISTS group_grant_removed AFTER DELETE ON resource WHEN old.kind = 'Group' BEGIN"
        " DELETE FROM group_grant WHERE tenant = old.tenant AND group_id = old.id; END"
    )

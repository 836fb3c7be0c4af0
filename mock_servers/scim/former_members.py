"""Members that were deleted, and that a group goes on listing where a tenant reads the standard so (AMB-23)."""

from collections.abc import Iterable

from scimulate.mock_servers.scim.links import Link
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.store import Connection

_TABLE = (
    "TABLE IF NOT EXISTS former_member (group_number INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,"
    " label TEXT, PRIMARY KEY (group_number, id)) WITHOUT ROWID"
)
_TRIGGER = (
    "TRIGGER IF NOT EXISTS former_members_removed AFTER DELETE ON resource WHEN old.kind = 'Group' BEGIN"
    " DELETE FROM former_member WHERE group_number = old.number; END"
)


def create_former_members(connection: Connection) -> None:
    """The table, and what empties it with the groups."""
    for what in (_TABLE, _TRIGGER):
        connection.execute(f"CREATE {what}")


def keep_as_former(connection: Connection, member: Row) -> None:
    """Before a member is deleted: each of its groups goes on listing it."""
    connection.execute(
        "INSERT OR IGNORE INTO former_member SELECT group_number, ?, ?, ? FROM membership WHERE member_number = ?",
        (member.id, member.kind, member.document.get("displayName"), member.number),
    )


def former_members(connection: Connection, group: Row) -> list[Link]:
    found = connection.execute(
        "SELECT id, kind, label FROM former_member WHERE group_number = ? ORDER BY id", (group.number,)
    )
    return [Link(*values) for values in found]


def forget_former(connection: Connection, group: Row, ids: Iterable[str]) -> int:
    """How many of them were listed."""
    before = connection.total_changes
    connection.executemany(
        "DELETE FROM former_member WHERE group_number = ? AND id = ?", [(group.number, one) for one in ids]
    )
    return connection.total_changes - before

"""Who is in which group: the rows that link groups with their members, and what either end shows of the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from scimulate.mock_servers.scim.rows import COLUMNS, Row, row_of
from scimulate.mock_servers.scim.store import Connection

_TABLE = (
    "TABLE IF NOT EXISTS membership (group_number INTEGER NOT NULL, member_number INTEGER NOT NULL,"
    " PRIMARY KEY (group_number, member_number)) WITHOUT ROWID"
)
_INDEX = "INDEX IF NOT EXISTS membership_member ON membership (member_number, group_number)"
_COLUMNS_OF_MEMBER = ", ".join(f"r.{column}" for column in COLUMNS.split(", "))


@dataclass(frozen=True, slots=True)
class Link:
    """The other end of a membership."""

    id: str
    kind: str
    display: str | None


def create_links(connection: Connection) -> None:
    for what in (_TABLE, _INDEX):
        connection.execute(f"CREATE {what}")


def add_members(connection: Connection, group: Row, numbers: Sequence[int]) -> int:
    """How many of them were not members yet."""
    before = connection.total_changes
    connection.executemany(
        "INSERT OR IGNORE INTO membership (group_number, member_number) VALUES (?, ?)",
        [(group.number, number) for number in numbers],
    )
    return connection.total_changes - before


def remove_members(connection: Connection, group: Row, numbers: Sequence[int]) -> int:
    """How many of them were members."""
    before = connection.total_changes
    connection.executemany(
        "DELETE FROM membership WHERE group_number = ? AND member_number = ?",
        [(group.number, number) for number in numbers],
    )
    return connection.total_changes - before


def remove_links(connection: Connection, row: Row) -> None:
    """Every membership that a user or group has part in (AMB-23: no dangling references)."""
    connection.execute("DELETE FROM membership WHERE member_number = ?1 OR group_number = ?1", (row.number,))


def members_of(connection: Connection, group: Row, *, disabled: bool = False) -> list[Link]:
    """Whom a group lists; `disabled`: with those who were deleted and are disabled for it."""
    found = connection.execute(
        "SELECT r.id, r.kind, r.label FROM membership x"
        " JOIN resource r ON r.number = x.member_number WHERE x.group_number = ? AND r.hidden <= ?"
        " ORDER BY x.member_number",
        (group.number, disabled),
    )
    return [Link(*values) for values in found]


def groups_of(connection: Connection, member: Row) -> list[Link]:
    found = connection.execute(
        "SELECT r.id, r.kind, r.label FROM membership x"
        " JOIN resource r ON r.number = x.group_number WHERE x.member_number = ? ORDER BY x.group_number",
        (member.number,),
    )
    return [Link(*values) for values in found]


def member_numbers(connection: Connection, group: Row) -> set[int]:
    """Of the visible members. Who was deleted stays with the group in the portal (IVANTI-050)."""
    found = connection.execute(
        "SELECT x.member_number FROM membership x JOIN resource r ON r.number = x.member_number"
        " WHERE x.group_number = ? AND r.hidden = 0",
        (group.number,),
    )
    return {number for (number,) in found}


def users_in_no_other_group(connection: Connection, group: Row) -> list[Row]:
    """Users whom this group alone holds."""
    found = connection.execute(
        f"SELECT {_COLUMNS_OF_MEMBER} FROM membership x JOIN resource r ON r.number = x.member_number"
        " WHERE x.group_number = ?1 AND r.kind = 'User' AND r.hidden = 0 AND NOT EXISTS"
        " (SELECT 1 FROM membership o WHERE o.member_number = r.number AND o.group_number <> ?1) ORDER BY r.number",
        (group.number,),
    )
    return [row_of(values) for values in found.fetchall()]

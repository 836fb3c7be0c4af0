"""A tenant's users and user groups as the portal shows them: disabled and deleted users too, with their source.

    ListingRefused
    ├── UserUnknown         no user has this id
    ├── UserNameTaken       another user has this name, whatever its case
    └── UserStillEnabled    only a disabled user may be removed by hand

Ids are those that SCIM clients see. Methods that take a connection are part of a change.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scimulate.mock_servers.scim.resources import LOCAL_SOURCE, Resources
from scimulate.mock_servers.scim.store import Connection

Line = TypeVar("Line")

_USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
_USER = (
    "SELECT r.id, coalesce(r.label, ''), json_extract(CAST(r.document AS TEXT), '$.userName'), coalesce(r.email, ''),"
    " r.source, CASE WHEN r.active AND NOT r.hidden THEN 'Enabled' ELSE 'Disabled' END,"
    " (SELECT count(*) FROM membership x WHERE x.member_number = r.number) FROM resource r"
)
_GROUP = (
    "SELECT r.id, coalesce(r.label, ''), r.source,"
    " (SELECT count(*) FROM membership x WHERE x.group_number = r.number) FROM resource r"
)
_ONE = " WHERE r.tenant = ? AND r.kind = ? AND r.id = ?"
_LAST_LETTER = "\U0010ffff"


class ListingRefused(Exception):
    """The users cannot be changed as asked."""


class UserUnknown(ListingRefused):
    """No user has this id."""


class UserNameTaken(ListingRefused):
    """Another user has this name, whatever its case."""


class UserStillEnabled(ListingRefused):
    """Only a disabled user may be removed by hand."""


@dataclass(frozen=True)
class UserLine:
    """A line of the Users page. `groups` is how many groups hold the user."""

    id: str
    display_name: str
    user_name: str
    email: str
    source: str
    status: str
    groups: int


@dataclass(frozen=True)
class GroupLine:
    """A line of the User Groups page. `members` is how many it holds."""

    id: str
    name: str
    source: str
    members: int


@dataclass(frozen=True)
class Page(Generic[Line]):
    """Some of the lines, and how many there are in all."""

    total: int
    lines: list[Line]


@dataclass(frozen=True)
class UserDetail:
    line: UserLine
    groups: list[GroupLine]


@dataclass(frozen=True)
class GroupDetail:
    """A group with the users it holds, disabled and deleted ones too (IVANTI-050)."""

    line: GroupLine
    members: list[UserLine]


class Listing:
    """The users and user groups of one tenant."""

    def __init__(self, resources: Resources, tenant_name: str) -> None:
        self._resources = resources
        self._tenant = tenant_name

    def users(self, *, search: str, offset: int, limit: int) -> Page[UserLine]:
        """Users whose display name, user name or e-mail contains `search`, whatever its case; by user name."""
        where, values = " WHERE r.tenant = ? AND r.kind = 'User'", [self._tenant]
        if search:
            where += (
                " AND (instr(r.user_name, ?) OR instr(coalesce(r.display_name, ''), ?)"
                " OR instr(lower(coalesce(r.email, '')), ?))"
            )
            values += [search.lower()] * 3
        sliced = f"{where} ORDER BY r.user_name, r.number LIMIT ? OFFSET ?"
        return self._resources.database.read(
            lambda connection: Page(
                _count(connection, where, values), _users(connection, sliced, [*values, limit, offset])
            )
        )

    def groups(self, *, search: str, offset: int, limit: int) -> Page[GroupLine]:
        """Groups whose name starts with `search`, whatever its case (IVANTI-081); by name."""
        where, values = " WHERE r.tenant = ? AND r.kind = 'Group'", [self._tenant]
        if search:
            where += " AND r.display_name >= ? AND r.display_name < ?"
            values += [search.lower(), search.lower() + _LAST_LETTER]
        sliced = f"{where} ORDER BY r.display_name, r.number LIMIT ? OFFSET ?"
        return self._resources.database.read(
            lambda connection: Page(
                _count(connection, where, values), _groups(connection, sliced, [*values, limit, offset])
            )
        )

    def user(self, user_id: str) -> UserDetail | None:
        def query(connection: Connection) -> UserDetail | None:
            found = _users(connection, _ONE, [self._tenant, "User", user_id])
            groups = (
                " JOIN membership m ON m.group_number = r.number JOIN resource u ON u.number = m.member_number"
                " WHERE u.tenant = ? AND u.kind = 'User' AND u.id = ? ORDER BY r.display_name, r.number"
            )
            return UserDetail(found[0], _groups(connection, groups, [self._tenant, user_id])) if found else None

        return self._resources.database.read(query)

    def group(self, group_id: str) -> GroupDetail | None:
        def query(connection: Connection) -> GroupDetail | None:
            found = _groups(connection, _ONE, [self._tenant, "Group", group_id])
            members = (
                " JOIN membership m ON m.member_number = r.number JOIN resource g ON g.number = m.group_number"
                " WHERE r.kind = 'User' AND g.tenant = ? AND g.kind = 'Group' AND g.id = ?"
                " ORDER BY r.user_name, r.number"
            )
            return GroupDetail(found[0], _users(connection, members, [self._tenant, group_id])) if found else None

        return self._resources.database.read(query)

    def add_local_user(self, connection: Connection, *, user_name: str, display_name: str, email: str) -> UserLine:
        """An enabled user of source "Local"; raises `UserNameTaken`."""
        document: dict[str, object] = {
            "schemas": [_USER_SCHEMA],
            "userName": user_name,
            "displayName": display_name,
            "active": True,
        }
        if email:
            document["emails"] = [{"value": email, "type": "work", "primary": True}]
        try:
            row = self._resources.insert(connection, "User", document, source=LOCAL_SOURCE)
        except sqlite3.IntegrityError as error:
            raise UserNameTaken from error
        return _users(connection, _ONE, [self._tenant, "User", row.id])[0]

    def remove_user(self, connection: Connection, user_id: str) -> UserLine:
        """Remove for good, memberships included (IVANTI-058); raises `UserUnknown` or `UserStillEnabled`."""
        row = self._resources.find(connection, "User", user_id, hidden=True)
        if row is None:
            raise UserUnknown
        if row.active and not row.hidden:
            raise UserStillEnabled
        line = _users(connection, _ONE, [self._tenant, "User", user_id])[0]
        self._resources.delete(connection, row)
        return line


def _count(connection: Connection, where: str, values: Sequence[object]) -> int:
    total: int = connection.execute(f"SELECT count(*) FROM resource r{where}", values).fetchone()[0]
    return total


def _users(connection: Connection, where: str, values: Sequence[object]) -> list[UserLine]:
    return [UserLine(*found) for found in connection.execute(_USER + where, values)]


def _groups(connection: Connection, where: str, values: Sequence[object]) -> list[GroupLine]:
    return [GroupLine(*found) for found in connection.execute(_GROUP + where, values)]

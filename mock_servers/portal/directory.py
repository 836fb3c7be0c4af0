"""A tenant's users and user groups as the portal shows them: disabled and deleted users too, with their source.

    DirectoryRefused
    ├── UserUnknown         no user has this id
    ├── UserNameTaken       another user has this name, whatever its case
    └── UserStillEnabled    only a disabled user may be removed by hand

Ids are those that SCIM clients see.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from scimulate.mock_servers.scim.resources import LOCAL_SOURCE, Resources
from scimulate.mock_servers.scim.store import Connection, Database

T = TypeVar("T")

_USER = (
    "SELECT r.id, r.document ->> '$.displayName', r.document ->> '$.userName', r.email, r.source,"
    " CASE WHEN r.active AND NOT r.hidden THEN 'Enabled' ELSE 'Disabled' END,"
    " (SELECT count(*) FROM membership x WHERE x.member_number = r.number) FROM resource r"
)
_GROUP = (
    "SELECT r.id, r.document ->> '$.displayName', r.source,"
    " (SELECT count(*) FROM membership x WHERE x.group_number = r.number) FROM resource r"
)
_LAST_LETTER = "\U0010ffff"
_USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"


class DirectoryRefused(Exception):
    """The directory cannot do what was asked."""


class UserUnknown(DirectoryRefused):
    """No user has this id."""


class UserNameTaken(DirectoryRefused):
    """Another user has this name, whatever its case."""


class UserStillEnabled(DirectoryRefused):
    """Only a disabled user may be removed by hand."""


@dataclass(frozen=True)
class UserRow:
    """A user as the Users page shows one. `groups` is how many groups hold the user."""

    id: str
    display_name: str
    user_name: str
    email: str
    source: str
    status: str
    groups: int


@dataclass(frozen=True)
class GroupRow:
    """A group as the User Groups page shows one. `members` is how many it holds."""

    id: str
    name: str
    source: str
    members: int


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of the rows, and how many there are in all."""

    total: int
    rows: list[T]


class Directory:
    """The users and user groups of one tenant."""

    def __init__(self, database: Database, tenant_name: str, resources: Resources) -> None:
        self._database = database
        self._tenant = tenant_name
        self._resources = resources

    def users_page(self, *, search: str, offset: int, limit: int) -> Page[UserRow]:
        """Users whose display name, user name or e-mail contains `search`, whatever its case; oldest first."""
        where, values = "r.tenant = ? AND r.kind = 'User'", [self._tenant]
        if search:
            where += (
                " AND (instr(r.user_name, ?) OR instr(coalesce(r.display_name, ''), ?)"
                " OR instr(lower(coalesce(r.email, '')), ?))"
            )
            values += [search.lower()] * 3
        return self._database.read(
            lambda connection: Page(
                _count(connection, where, values),
                _users(connection, where, [*values, limit, offset], " LIMIT ? OFFSET ?"),
            )
        )

    def groups_page(self, *, search: str, offset: int, limit: int) -> Page[GroupRow]:
        """Groups whose name starts with `search`, whatever its case (IVANTI-081); oldest first."""
        where, values = "r.tenant = ? AND r.kind = 'Group'", [self._tenant]
        if search:
            where += " AND r.display_name >= ? AND r.display_name < ?"
            values += [search.lower(), search.lower() + _LAST_LETTER]
        return self._database.read(
            lambda connection: Page(
                _count(connection, where, values),
                _groups(connection, where, [*values, limit, offset], " LIMIT ? OFFSET ?"),
            )
        )

    def user_row(self, user_id: str) -> UserRow | None:
        where = "r.tenant = ? AND r.kind = 'User' AND r.id = ?"
        found = self._database.read(lambda connection: _users(connection, where, [self._tenant, user_id]))
        return found[0] if found else None

    def group_row(self, group_id: str) -> GroupRow | None:
        where = "r.tenant = ? AND r.kind = 'Group' AND r.id = ?"
        found = self._database.read(lambda connection: _groups(connection, where, [self._tenant, group_id]))
        return found[0] if found else None

    def groups_of_user(self, user_id: str) -> list[GroupRow]:
        where = (
            "r.number IN (SELECT x.group_number FROM membership x JOIN resource u ON u.number = x.member_number"
            " WHERE u.tenant = ? AND u.kind = 'User' AND u.id = ?)"
        )
        return self._database.read(lambda connection: _groups(connection, where, [self._tenant, user_id]))

    def members_of_group(self, group_id: str) -> list[UserRow]:
        """Disabled and deleted users too (IVANTI-050)."""
        where = (
            "r.number IN (SELECT x.member_number FROM membership x JOIN resource g ON g.number = x.group_number"
            " WHERE g.tenant = ? AND g.kind = 'Group' AND g.id = ?)"
        )
        return self._database.read(lambda connection: _users(connection, where, [self._tenant, group_id]))

    def create_local_user(self, *, user_name: str, display_name: str, email: str) -> UserRow:
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
            row = self._database.write(
                lambda connection: self._resources.insert(connection, "User", document, source=LOCAL_SOURCE)
            )
        except sqlite3.IntegrityError as taken:
            raise UserNameTaken from taken
        return UserRow(row.id, display_name, user_name, email, LOCAL_SOURCE, "Enabled", 0)

    def remove_user(self, user_id: str) -> UserRow:
        """Remove for good, memberships included (IVANTI-058); raises `UserUnknown` or `UserStillEnabled`."""

        def remove(connection: Connection) -> UserRow:
            row = self._resources.find(connection, "User", user_id, hidden=True)
            if row is None:
                raise UserUnknown
            user = _users(connection, "r.number = ?", [row.number])[0]
            if row.active and not row.hidden:
                raise UserStillEnabled
            self._resources.delete(connection, row)
            return user

        return self._database.write(remove)


def _count(connection: Connection, where: str, values: Sequence[object]) -> int:
    total: int = connection.execute(f"SELECT count(*) FROM resource r WHERE {where}", values).fetchone()[0]
    return total


def _users(connection: Connection, where: str, values: Sequence[object], slice_: str = "") -> list[UserRow]:
    found = connection.execute(f"{_USER} WHERE {where} ORDER BY r.id{slice_}", values)
    return [
        UserRow(user_id, display_name or "", user_name, email or "", source, status, groups)
        for user_id, display_name, user_name, email, source, status, groups in found
    ]


def _groups(connection: Connection, where: str, values: Sequence[object], slice_: str = "") -> list[GroupRow]:
    found = connection.execute(f"{_GROUP} WHERE {where} ORDER BY r.id{slice_}", values)
    return [GroupRow(group_id, name or "", source, members) for group_id, name, source, members in found]

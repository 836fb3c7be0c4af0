"""A tenant's users and user groups as the portal shows them: disabled and deleted users too, with their source.

Reads only. Ids are those that SCIM clients see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.user_records import DIRECT_SYNC, INDIRECT_SYNC, NO_SYNC, NOT_APPLICABLE
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.resources import LOCAL_SOURCE, Resources
from scimulate.mock_servers.scim.store import Connection

Line = TypeVar("Line")

LDAP_SOURCE = "LDAP"
LEGACY_SOURCE = "Entra ID"
SYNCED_SOURCES = (LDAP_SOURCE, LEGACY_SOURCE)
SCIM_SOURCES = ("SCIM Entra ID", "SCIM Okta", "SCIM")
SOURCES = (LDAP_SOURCE, LEGACY_SOURCE, "Roster", "Salesforce", LOCAL_SOURCE, *SCIM_SOURCES)
"""IVANTI-080, and the SCIM sources, which rows show although the documented filter leaves them out."""

ENABLED, DISABLED = "Enabled", "Disabled"
INVITED, NOT_INVITED = "Invited", "Not Invited"
CHOICES: Mapping[str, tuple[str, ...]] = {
    "source": SOURCES,
    "invite": (NOT_INVITED, INVITED),
    "sync": (DIRECT_SYNC, NO_SYNC, INDIRECT_SYNC, NOT_APPLICABLE),
    "status": (ENABLED, DISABLED),
}
"""What each filter of the Users page offers (IVANTI-082)."""

ALL_USERS = "all-users"
"""The id of the group that holds whoever is in the tenant (IVANTI-049)."""
ALL_USERS_NAME = "All Users"

_STATUS = f"CASE WHEN r.active AND NOT r.hidden THEN '{ENABLED}' ELSE '{DISABLED}' END"
_INVITE = f"CASE WHEN p.invited_at IS NULL THEN '{NOT_INVITED}' ELSE '{INVITED}' END"
_SYNC = (
    f"CASE WHEN r.source IN ('{LDAP_SOURCE}', '{LEGACY_SOURCE}') THEN coalesce(p.sync, '{DIRECT_SYNC}')"
    f" ELSE '{NOT_APPLICABLE}' END"
)
_FROM_USERS = " FROM resource r LEFT JOIN portal_user p ON p.tenant = r.tenant AND p.id = r.id"
_USER = (
    "SELECT r.id, coalesce(r.label, ''), json_extract(CAST(r.document AS TEXT), '$.userName'), coalesce(r.email, ''),"
    f" r.source, {_STATUS}, (SELECT count(*) FROM membership x WHERE x.member_number = r.number), {_INVITE}, {_SYNC},"
    f" coalesce(p.devices, 0), coalesce(p.apple_id, ''){_FROM_USERS}"
)
_GROUP = (
    "SELECT r.id, coalesce(r.label, ''), r.source,"
    " (SELECT count(*) FROM membership x WHERE x.group_number = r.number),"
    " EXISTS (SELECT 1 FROM resource o WHERE o.tenant = r.tenant AND o.kind = 'Group'"
    " AND o.display_name = r.display_name AND o.number <> r.number) FROM resource r"
)
_CONDITIONS: Mapping[str, str] = {
    "source": "r.source = ?",
    "invite": f"{_INVITE} = ?",
    "sync": f"{_SYNC} = ?",
    "status": f"{_STATUS} = ?",
    "group": (
        "EXISTS (SELECT 1 FROM membership x JOIN resource g ON g.number = x.group_number"
        " WHERE x.member_number = r.number AND g.tenant = r.tenant AND g.id = ?)"
    ),
}
_ONE = " WHERE r.tenant = ? AND r.kind = ? AND r.id = ?"
_LAST_LETTER = "\U0010ffff"


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
    invite_status: str
    sync: str
    devices: int
    managed_apple_id: str


@dataclass(frozen=True)
class GroupLine:
    """A line of the User Groups page. `duplicate`: another group has this name; GUID and source differ (IVANTI-090)."""

    id: str
    name: str
    source: str
    members: int
    duplicate: bool


@dataclass(frozen=True)
class Page(Generic[Line]):
    """Some of the lines, and how many there are in all."""

    total: int
    lines: list[Line]


@dataclass(frozen=True)
class UserDetail:
    """A user with the groups that hold the user."""

    line: UserLine
    groups: list[GroupLine]


@dataclass(frozen=True)
class GroupDetail:
    """A group with some of the users it holds, of `total`: disabled and deleted ones too (IVANTI-050)."""

    line: GroupLine
    total: int
    members: list[UserLine]


@dataclass(frozen=True)
class UserFilters:
    """What is looked for on the Users page; "" is no filter. `group` is an id."""

    search: str = ""
    source: str = ""
    group: str = ""
    invite: str = ""
    sync: str = ""
    status: str = ""

    def conditions(self, tenant_name: str) -> tuple[str, list[object]]:
        """They combine."""
        where, values = " WHERE r.tenant = ? AND r.kind = 'User'", [tenant_name]
        if self.search:
            where += (
                " AND (instr(r.user_name, ?) OR instr(coalesce(r.display_name, ''), ?)"
                " OR instr(lower(coalesce(r.email, '')), ?))"
            )
            values += [without_case(self.search)] * 3
        for name, condition in _CONDITIONS.items():
            wanted = getattr(self, name)
            if wanted and (name, wanted) != ("group", ALL_USERS):
                where += f" AND {condition}"
                values.append(wanted)
        return where, [*values]


FILTER_NAMES = tuple(each.name for each in fields(UserFilters))


class Listing:
    """The users and user groups of one tenant."""

    def __init__(self, resources: Resources, tenant_name: str) -> None:
        self._resources = resources
        self._tenant = tenant_name

    def users(self, filters: UserFilters, *, offset: int = 0, limit: int = PAGE_SIZE) -> Page[UserLine]:
        """Users whose display name, user name or e-mail contains the search, and who fit the filters; by user name."""
        where, values = filters.conditions(self._tenant)
        sliced = f"{where} ORDER BY r.user_name, r.number LIMIT ? OFFSET ?"
        return self._resources.database.read(
            lambda connection: Page(
                _count(connection, _FROM_USERS + where, values), _users(connection, sliced, [*values, limit, offset])
            )
        )

    def groups(self, search: str = "", *, offset: int = 0, limit: int = PAGE_SIZE) -> Page[GroupLine]:
        """Groups whose name starts with `search`, whatever its case (IVANTI-081); All Users first, then by name."""
        where, values = " WHERE r.tenant = ? AND r.kind = 'Group'", [self._tenant]
        if search:
            where += " AND r.display_name >= ? AND r.display_name < ?"
            values += [without_case(search), without_case(search) + _LAST_LETTER]
        sliced = f"{where} ORDER BY r.display_name, r.number LIMIT ? OFFSET ?"
        leading = ALL_USERS_NAME.lower().startswith(search.lower())
        shown = leading and offset == 0 and limit > 0

        def query(connection: Connection) -> Page[GroupLine]:
            first = [self._all_users(connection)] if shown else []
            rest = [*values, limit - len(first), max(0, offset - leading)]
            total = _count(connection, " FROM resource r" + where, values) + leading
            return Page(total, first + _groups(connection, sliced, rest))

        return self._resources.database.read(query)

    def user(self, user_id: str) -> UserDetail | None:
        def query(connection: Connection) -> UserDetail | None:
            line = self.user_line(connection, user_id)
            groups = (
                " JOIN membership m ON m.group_number = r.number JOIN resource u ON u.number = m.member_number"
                " WHERE u.tenant = ? AND u.kind = 'User' AND u.id = ? ORDER BY r.display_name, r.number"
            )
            if line is None:
                return None
            held = _groups(connection, groups, [self._tenant, user_id])
            return UserDetail(line, [*held, self._all_users(connection)])

        return self._resources.database.read(query)

    def user_line(self, connection: Connection, user_id: str) -> UserLine | None:
        found = _users(connection, _ONE, [self._tenant, "User", user_id])
        return found[0] if found else None

    def group(self, group_id: str, *, offset: int = 0, limit: int = PAGE_SIZE) -> GroupDetail | None:
        def query(connection: Connection) -> GroupDetail | None:
            line = self.group_line(connection, group_id)
            if line is None:
                return None
            where, values = UserFilters(group=group_id).conditions(self._tenant)
            sliced = f"{where} ORDER BY r.user_name, r.number LIMIT ? OFFSET ?"
            members = _users(connection, sliced, [*values, limit, offset])
            return GroupDetail(line, _count(connection, _FROM_USERS + where, values), members)

        return self._resources.database.read(query)

    def group_line(self, connection: Connection, group_id: str) -> GroupLine | None:
        if group_id == ALL_USERS:
            return self._all_users(connection)
        found = _groups(connection, _ONE, [self._tenant, "Group", group_id])
        return found[0] if found else None

    def group_names(self, *, limit: int) -> list[GroupLine]:
        """The groups that the filter of the Users page offers."""
        where = " WHERE r.tenant = ? AND r.kind = 'Group' ORDER BY r.display_name, r.number LIMIT ?"
        return self._resources.database.read(lambda connection: _groups(connection, where, [self._tenant, limit]))

    def _all_users(self, connection: Connection) -> GroupLine:
        total = _count(connection, " FROM resource r WHERE r.tenant = ? AND r.kind = 'User'", [self._tenant])
        return GroupLine(ALL_USERS, ALL_USERS_NAME, LOCAL_SOURCE, total, False)


def _count(connection: Connection, source: str, values: Sequence[object]) -> int:
    total: int = connection.execute(f"SELECT count(*){source}", values).fetchone()[0]
    return total


def _users(connection: Connection, where: str, values: Sequence[object]) -> list[UserLine]:
    return [UserLine(*found) for found in connection.execute(_USER + where, values)]


def _groups(connection: Connection, where: str, values: Sequence[object]) -> list[GroupLine]:
    found = connection.execute(_GROUP + where, values)
    return [GroupLine(guid, name, source, members, bool(twice)) for guid, name, source, members, twice in found]

"""What an administrator can do with user groups in the portal, once, for pages and JSON alike.

Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.grants import Grant, GrantKind
from scimulate.mock_servers.portal.listing import ALL_USERS, ALL_USERS_NAME, GroupDetail, GroupLine, Page
from scimulate.mock_servers.portal.user_administration import check_texts, listing_of
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.links import add_members
from scimulate.mock_servers.scim.resources import LOCAL_SOURCE
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.schema import GROUP_URN
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenants import Tenant

SCIM_SOURCE = "SCIM"
"""How the sources of identity providers begin."""
MOST_CSV_ROWS = 1_000
ADDED = "added"


@dataclass(frozen=True)
class ImportRow:
    """What became of one row of a CSV import. `result` is "added", or the code of why not."""

    number: int
    group: str
    user_name: str
    result: str


@dataclass(frozen=True)
class GroupPage:
    """All that the page of one group shows."""

    detail: GroupDetail
    grants: list[Grant]


def find_groups(tenant: Tenant, search: str, page: int) -> Page[GroupLine]:
    return listing_of(tenant).groups(search, offset=(page - 1) * PAGE_SIZE)


def group_of(tenant: Tenant, group_id: str, page: int = 1) -> GroupPage:
    detail = listing_of(tenant).group(group_id, offset=(page - 1) * PAGE_SIZE)
    if detail is None:
        raise _group_not_found()
    grants = tenant.resources.database.read(lambda connection: tenant.grants.of_group(connection, group_id))
    return GroupPage(detail, grants)


def add_group(tenant: Tenant, *, name: str, by: str) -> GroupLine:
    """A local group, made by hand. Groups of other sources may have its name, those of SCIM may not (IVANTI-046)."""
    name = name.strip()
    if not name:
        raise PortalRefused(400, "group_name_missing")
    check_texts(name)

    def add(connection: Connection) -> GroupLine:
        held = tenant.resources.find_equal(connection, "Group", "display_name", without_case(name))
        if name.lower() == ALL_USERS_NAME.lower() or any(_owns_its_name(row) for row in held):
            raise PortalRefused(409, "group_name_taken")
        document: dict[str, object] = {"schemas": [GROUP_URN], "displayName": name}
        row = tenant.resources.insert(connection, "Group", document, source=LOCAL_SOURCE)
        return _recorded(tenant, connection, "Group Created", row, by)

    return tenant.resources.database.write(add)


def remove_group(tenant: Tenant, group_id: str, *, by: str) -> None:
    """Remove a group that no identity provider owns (IVANTI-066)."""

    def remove(connection: Connection) -> None:
        row = _row(tenant, connection, group_id)
        if row.source.startswith(SCIM_SOURCE):
            raise PortalRefused(409, "group_of_provider")
        _recorded(tenant, connection, "Group Deleted", row, by)
        tenant.resources.delete(connection, row)

    tenant.resources.database.write(remove)


def grant(tenant: Tenant, group_id: str, *, kind: str, name: str, by: str) -> GroupLine:
    """Let a group grant a role or an app to its members."""
    wanted = _grant_named(kind, name)

    def change(connection: Connection) -> GroupLine:
        row = _row(tenant, connection, group_id)
        if not tenant.grants.add(connection, group_id, wanted):
            raise PortalRefused(409, "granted_already")
        return _recorded(tenant, connection, "Group Edited", row, by, {str(wanted.kind): (None, wanted.name)})

    return tenant.resources.database.write(change)


def withdraw(tenant: Tenant, group_id: str, *, kind: str, name: str, by: str) -> GroupLine:
    """Take a role or an app from what a group grants."""
    wanted = _grant_named(kind, name)

    def change(connection: Connection) -> GroupLine:
        row = _row(tenant, connection, group_id)
        if not tenant.grants.remove(connection, group_id, wanted):
            raise PortalRefused(404, "grant_not_found")
        return _recorded(tenant, connection, "Group Edited", row, by, {str(wanted.kind): (wanted.name, None)})

    return tenant.resources.database.write(change)


def import_members(tenant: Tenant, text: str, *, by: str) -> list[ImportRow]:
    """Rows of group and user name. Each stands alone; only local groups take members so (IVANTI-091)."""
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise PortalRefused(400, "bad_csv") from error
    if not rows or len(rows) > MOST_CSV_ROWS or any(len(row) != 2 for row in rows):
        raise PortalRefused(400, "bad_csv")

    def add(connection: Connection) -> list[ImportRow]:
        return [
            ImportRow(number, group, user_name, _import(tenant, connection, group, user_name, by))
            for number, (group, user_name) in enumerate(([cell.strip() for cell in row] for row in rows), 1)
        ]

    return tenant.resources.database.write(add)


def _import(tenant: Tenant, connection: Connection, group: str, user_name: str, by: str) -> str:
    found = tenant.resources.find_equal(connection, "Group", "display_name", without_case(group))
    local = [row for row in found if row.source == LOCAL_SOURCE]
    user = tenant.resources.find_user_by_name(connection, user_name)
    if not found:
        return "group_unknown"
    if not local:
        return "not_local"
    if user is None:
        return "user_unknown"
    if not add_members(connection, local[0], [user.number]):
        return "member_already"
    kept = tenant.resources.update(connection, local[0], local[0].document)
    _recorded(tenant, connection, "Group Edited", kept, by, {"members": (None, user_name)})
    return ADDED


def _grant_named(kind: str, name: str) -> Grant:
    name = name.strip()
    if kind not in tuple(GrantKind) or not name:
        raise PortalRefused(400, "bad_grant")
    check_texts(name)
    return Grant(GrantKind(kind), name)


def _owns_its_name(row: Row) -> bool:
    return row.source == LOCAL_SOURCE or row.source.startswith(SCIM_SOURCE)


def _row(tenant: Tenant, connection: Connection, group_id: str) -> Row:
    if group_id == ALL_USERS:
        raise PortalRefused(409, "group_is_fixed")
    row = tenant.resources.find(connection, "Group", group_id)
    if row is None:
        raise _group_not_found()
    return row


def _recorded(
    tenant: Tenant,
    connection: Connection,
    activity: str,
    row: Row,
    by: str,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> GroupLine:
    """The group's line, and a row of the audit trail for what was done."""
    line = listing_of(tenant).group_line(connection, row.id)
    if line is None:
        raise _group_not_found()
    tenant.audit.append(
        connection, activity, subject=line.name, subject_type="Group", performed_by=by, changes=changes or {}
    )
    return line


def _group_not_found() -> PortalRefused:
    return PortalRefused(404, "group_not_found")

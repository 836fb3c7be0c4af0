"""What an administrator can do with users in the portal, once, for pages and JSON alike.

Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.custom_attributes import AttributeType, CustomAttribute
from scimulate.mock_servers.portal.grants import Grant
from scimulate.mock_servers.portal.listing import CHOICES, GroupLine, Listing, Page, UserFilters, UserLine
from scimulate.mock_servers.portal.managed_apple_id import is_address
from scimulate.mock_servers.portal.settings import Settings
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.resources import LOCAL_SOURCE
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.schema import ENTERPRISE_URN, IVANTI_URN, USER_URN
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenants import Tenant

LONGEST_TEXT = 256
PASSWORD, SAML = "Password", "SAML"


@dataclass(frozen=True)
class AttributeValue:
    """A custom attribute on the Attributes tab; `value` is what `usage` stands for, "" when the user has none."""

    name: str
    usage: str
    type: AttributeType
    value: str


@dataclass(frozen=True)
class UserPage:
    """All that the pages of one user show. `sign_in` is how the user signs in (IVANTI-073)."""

    line: UserLine
    groups: list[GroupLine]
    department: str
    attributes: list[AttributeValue]
    grants: list[Grant]
    sign_in: str


def find_users(tenant: Tenant, filters: UserFilters, page: int) -> Page[UserLine]:
    for name, choices in CHOICES.items():
        if getattr(filters, name) not in ("", *choices):
            raise PortalRefused(400, "unknown_filter", name=name, choices=", ".join(choices))
    return listing_of(tenant).users(filters, offset=(page - 1) * PAGE_SIZE)


def user_of(tenant: Tenant, user_id: str) -> UserPage:
    found = listing_of(tenant).user(user_id)
    if found is None:
        raise _user_not_found()

    def read(connection: Connection) -> UserPage:
        row = tenant.resources.find(connection, "User", user_id, hidden=True)
        if row is None:
            raise _user_not_found()
        ldap = tenant.records.get(connection, user_id).ldap_attributes
        return UserPage(
            found.line,
            found.groups,
            _text(row.document, ENTERPRISE_URN, "department"),
            [_value(attribute, row.document, ldap) for attribute in tenant.attributes.all()],
            tenant.grants.of_user(connection, user_id),
            sign_in_of(found.line.source, tenant.settings.in_force),
        )

    return tenant.resources.database.read(read)


def sign_in_of(source: str, settings: Settings) -> str:
    """With SAML for SCIM users all sources sign in by it; local users may be exempted (IVANTI-073)."""
    exempt = source == LOCAL_SOURCE and settings.saml_exempts_local_users
    return SAML if settings.saml_for_scim_users and not exempt else PASSWORD


def add_user(tenant: Tenant, *, user_name: str, display_name: str, email: str, by: str) -> UserLine:
    """A local user, made by hand."""
    user_name, display_name, email = user_name.strip(), display_name.strip(), email.strip()
    if not user_name:
        raise PortalRefused(400, "user_name_missing")
    check_texts(user_name, display_name, email)
    if not is_address(user_name):
        raise PortalRefused(400, "user_name_no_address")  # IVANTI-087
    if email and not is_address(email):
        raise PortalRefused(400, "email_no_address")
    document: Document = {
        "schemas": [USER_URN],
        "userName": user_name,
        "displayName": display_name or user_name,
        "active": True,
    }
    if email:
        document["emails"] = [{"value": email, "type": "work", "primary": True}]

    def add(connection: Connection) -> UserLine:
        try:
            row = tenant.resources.insert(connection, "User", document, source=LOCAL_SOURCE)
        except sqlite3.IntegrityError as error:
            raise PortalRefused(409, "user_name_taken") from error
        return _recorded(tenant, connection, "User Created", row, by)

    return tenant.resources.database.write(add)


def check_texts(*texts: str) -> None:
    """What people type into a field."""
    if max(map(len, texts)) > LONGEST_TEXT:
        raise PortalRefused(400, "too_long", most=LONGEST_TEXT)
    if not "".join(texts).isprintable():
        raise PortalRefused(400, "unprintable")


def set_enabled(tenant: Tenant, user_id: str, *, enabled: bool, by: str) -> UserLine:
    """Enable or disable by hand. Devices stay as they are (IVANTI-084); what is so already leaves no row."""

    def change(connection: Connection) -> UserLine:
        row = _row(tenant, connection, user_id)
        if row.hidden and enabled:
            raise PortalRefused(409, "user_deleted_at_provider")
        if (row.active and not row.hidden) is enabled:
            return _line(tenant, connection, user_id)
        kept = tenant.resources.update(connection, row, {**row.document, "active": enabled}, hidden=row.hidden)
        changes = {"active": (not enabled, enabled)}
        return _recorded(tenant, connection, "User Enabled" if enabled else "User Disabled", kept, by, changes)

    return tenant.resources.database.write(change)


def remove_user(tenant: Tenant, user_id: str, *, by: str) -> None:
    """Remove a disabled user for good (IVANTI-058), once the user's devices are gone (IVANTI-083)."""

    def remove(connection: Connection) -> None:
        row = _row(tenant, connection, user_id)
        if row.active and not row.hidden:
            raise PortalRefused(409, "user_enabled")
        devices = tenant.records.get(connection, user_id).devices
        if devices:
            raise PortalRefused(409, "user_has_devices", count=devices)
        _recorded(tenant, connection, "User Deleted", row, by)
        tenant.resources.delete(connection, row)

    tenant.resources.database.write(remove)


def retire_devices(tenant: Tenant, user_id: str, *, by: str) -> UserLine:
    """Retire and delete all devices of a user."""

    def retire(connection: Connection) -> UserLine:
        row = _row(tenant, connection, user_id)
        record = tenant.records.get(connection, user_id)
        if not record.devices:
            return _line(tenant, connection, user_id)
        tenant.records.keep(connection, user_id, replace(record, devices=0))
        return _recorded(tenant, connection, "Devices Retired", row, by, {"devices": (record.devices, 0)})

    return tenant.resources.database.write(retire)


def invite_user(tenant: Tenant, user_id: str, *, by: str) -> UserLine:
    """Send the invitation by hand; who was invited is not invited again."""

    def invite(connection: Connection) -> UserLine:
        row = _row(tenant, connection, user_id)
        if not tenant.arrivals.invite(connection, row, performed_by=by):
            raise PortalRefused(409, "user_not_invited")
        return _line(tenant, connection, user_id)

    return tenant.resources.database.write(invite)


def listing_of(tenant: Tenant) -> Listing:
    return Listing(tenant.resources, tenant.name)


def _row(tenant: Tenant, connection: Connection, user_id: str) -> Row:
    row = tenant.resources.find(connection, "User", user_id, hidden=True)
    if row is None:
        raise _user_not_found()
    return row


def _line(tenant: Tenant, connection: Connection, user_id: str) -> UserLine:
    line = listing_of(tenant).user_line(connection, user_id)
    if line is None:
        raise _user_not_found()
    return line


def _recorded(
    tenant: Tenant,
    connection: Connection,
    activity: str,
    row: Row,
    by: str,
    changes: Mapping[str, tuple[object, object]] | None = None,
) -> UserLine:
    """The user's line, and a row of the audit trail for what was done."""
    line = _line(tenant, connection, row.id)
    tenant.audit.append(
        connection, activity, subject=line.user_name, subject_type="User", performed_by=by, changes=changes or {}
    )
    return line


def _value(attribute: CustomAttribute, document: Document, ldap: Mapping[str, str]) -> AttributeValue:
    held = _text(document, IVANTI_URN, attribute.name)
    value = held if attribute.type is AttributeType.IDP else ldap.get(attribute.name, "")
    return AttributeValue(attribute.name, attribute.usage, attribute.type, value)


def _text(document: Document, extension: str, name: str) -> str:
    values = document.get(extension)
    value = values.get(name) if isinstance(values, dict) else None
    return value if isinstance(value, str) else ""


def _user_not_found() -> PortalRefused:
    return PortalRefused(404, "user_not_found")

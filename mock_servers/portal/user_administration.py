"""What an administrator can do with users and user groups in the portal, once, for pages and JSON alike.

Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.portal.listing import (
    GroupDetail,
    GroupLine,
    Listing,
    Page,
    UserDetail,
    UserLine,
    UserNameTaken,
    UserStillEnabled,
    UserUnknown,
)
from scimulate.mock_servers.portal.tokens import ADMINISTRATOR
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenants import Tenant

LONGEST_TEXT = 256


def find_users(tenant: Tenant, search: str, page: int) -> Page[UserLine]:
    return _listing(tenant).users(search=search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)


def find_groups(tenant: Tenant, search: str, page: int) -> Page[GroupLine]:
    return _listing(tenant).groups(search=search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)


def user_of(tenant: Tenant, user_id: str) -> UserDetail:
    user = _listing(tenant).user(user_id)
    if user is None:
        raise _user_not_found()
    return user


def group_of(tenant: Tenant, group_id: str) -> GroupDetail:
    group = _listing(tenant).group(group_id)
    if group is None:
        raise PortalRefused(404, "group_not_found")
    return group


def add_user(tenant: Tenant, *, user_name: str, display_name: str, email: str) -> UserLine:
    """A local user, made by hand."""
    user_name, display_name, email = user_name.strip(), display_name.strip(), email.strip()
    if not user_name:
        raise PortalRefused(400, "user_name_missing")
    if max(len(user_name), len(display_name), len(email)) > LONGEST_TEXT:
        raise PortalRefused(400, "too_long", most=LONGEST_TEXT)
    if not (user_name + display_name + email).isprintable():
        raise PortalRefused(400, "unprintable")

    def add(connection: Connection) -> UserLine:
        user = _listing(tenant).add_local_user(
            connection, user_name=user_name, display_name=display_name or user_name, email=email
        )
        _record(tenant, connection, "User Created", user)
        return user

    try:
        return tenant.resources.database.write(add)
    except UserNameTaken as taken:
        raise PortalRefused(409, "user_name_taken") from taken


def remove_user(tenant: Tenant, user_id: str) -> None:
    """Remove a disabled user for good (IVANTI-058)."""

    def remove(connection: Connection) -> None:
        _record(tenant, connection, "User Deleted", _listing(tenant).remove_user(connection, user_id))

    try:
        tenant.resources.database.write(remove)
    except UserUnknown as unknown:
        raise _user_not_found() from unknown
    except UserStillEnabled as enabled:
        raise PortalRefused(409, "user_enabled") from enabled


def _listing(tenant: Tenant) -> Listing:
    return Listing(tenant.resources, tenant.name)


def _record(tenant: Tenant, connection: Connection, activity: str, user: UserLine) -> None:
    tenant.audit.append(connection, activity, subject=user.user_name, subject_type="User", performed_by=ADMINISTRATOR)


def _user_not_found() -> PortalRefused:
    return PortalRefused(404, "user_not_found")

"""What an administrator can do in the portal, once, for pages and JSON alike.

Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

from collections.abc import Iterator
from contextlib import contextmanager

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
from scimulate.mock_servers.portal.token_rules import GeneratedToken, Token, TokenAction, TokenRefused, check_vendor
from scimulate.mock_servers.portal.tokens import ADMINISTRATOR
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.tenants import Tenant

LONGEST_TEXT = 256

_STATUS_OF_REASON = {"token_not_found": 404, "token_limit_reached": 409, "unknown_provider": 400}


def provider_named(name: str) -> str:
    """The identity provider, once it is known to be one (IVANTI-001)."""
    with _told():
        check_vendor(name)
    return name


def generate_token(tenant: Tenant, *, confirmed: bool, provider: str) -> GeneratedToken:
    """A new token, once the administrator has confirmed that one is wanted (IVANTI-003)."""
    if not confirmed:
        raise PortalRefused(400, "not_confirmed")
    with _told():
        return tenant.tokens.generate(provider)


def token_of(tenant: Tenant, token_id: str) -> Token:
    with _told():
        return tenant.tokens.get(token_id)


def set_token_status(tenant: Tenant, token_id: str, action: TokenAction) -> Token:
    """Set to Active, or Set to Inactive."""
    change = tenant.tokens.activate if action is TokenAction.ACTIVATE else tenant.tokens.deactivate
    with _told():
        return change(token_id)


def renew_token(tenant: Tenant, token_id: str) -> GeneratedToken:
    with _told():
        return tenant.tokens.renew(token_id)


def remove_token(tenant: Tenant, token_id: str) -> None:
    with _told():
        tenant.tokens.remove(token_id)


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


@contextmanager
def _told() -> Iterator[None]:
    """What the tokens refuse, as the portal says it."""
    try:
        yield
    except TokenRefused as refused:
        raise PortalRefused(_STATUS_OF_REASON[refused.reason], refused.reason, **refused.values) from refused


def _user_not_found() -> PortalRefused:
    return PortalRefused(404, "user_not_found")

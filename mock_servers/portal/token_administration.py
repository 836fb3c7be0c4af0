"""What an administrator can do with tokens in the portal, once, for pages and JSON alike.

`by` is the administrator, for the audit trail. Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from scimulate.mock_servers.portal.token_rules import (
    VENDORS,
    GeneratedToken,
    Token,
    TokenAction,
    TokenRefused,
    check_vendor,
)
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

_STATUS_OF_REASON = {
    "token_not_found": 404,
    "token_limit_reached": 409,
    "token_expired": 409,
    "last_token": 409,
    "unknown_provider": 400,
}


def provider_named(name: str) -> str:
    """The identity provider, once it is known to be one (IVANTI-001)."""
    with _told():
        check_vendor(name)
    return name


def full_providers(tenant: Tenant) -> list[str]:
    """The identity providers for which no further token can be generated."""
    return [vendor for vendor in VENDORS if not _has_room(tenant, vendor)]


def check_room(tenant: Tenant, provider: str) -> None:
    """Refuse as `generate_token` would: told before the administrator is asked to confirm."""
    with _told():
        tenant.tokens.check_room(provider)


def generate_token(tenant: Tenant, *, confirmed: bool, provider: str, by: str) -> GeneratedToken:
    """A new token, once the administrator has confirmed that one is wanted (IVANTI-003)."""
    if not confirmed:
        raise PortalRefused(400, "not_confirmed")
    with _told():
        return tenant.tokens.generate(provider, by=by)


def token_of(tenant: Tenant, token_id: str) -> Token:
    with _told():
        return tenant.tokens.get(token_id)


def set_token_status(tenant: Tenant, token_id: str, action: TokenAction, *, by: str) -> Token:
    """Set to Active, or Set to Inactive."""
    change = tenant.tokens.activate if action is TokenAction.ACTIVATE else tenant.tokens.deactivate
    with _told():
        return change(token_id, by=by)


def renew_token(tenant: Tenant, token_id: str, *, by: str) -> GeneratedToken:
    with _told():
        return tenant.tokens.renew(token_id, by=by)


def remove_token(tenant: Tenant, token_id: str, *, confirmed: bool, by: str) -> None:
    """Remove the token. The last one only when the administrator has confirmed that (NEG-19)."""
    with _told():
        tenant.tokens.remove(token_id, by=by, last_too=confirmed)


def _has_room(tenant: Tenant, provider: str) -> bool:
    try:
        tenant.tokens.check_room(provider)
    except TokenRefused:
        return False
    return True


@contextmanager
def _told() -> Iterator[None]:
    """What the tokens refuse, as the portal says it."""
    try:
        yield
    except TokenRefused as refused:
        raise PortalRefused(_STATUS_OF_REASON[refused.reason], refused.reason, **refused.values) from refused

"""What an administrator can do with tokens in the portal, once, for pages and JSON alike.

Refuses by `PortalRefused`. Knows nothing of requests and templates.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from scimulate.mock_servers.portal.token_rules import GeneratedToken, Token, TokenAction, TokenRefused, check_vendor
from scimulate.mock_servers.refusal import PortalRefused
from scimulate.mock_servers.tenants import Tenant

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


@contextmanager
def _told() -> Iterator[None]:
    """What the tokens refuse, as the portal says it."""
    try:
        yield
    except TokenRefused as refused:
        raise PortalRefused(_STATUS_OF_REASON[refused.reason], refused.reason, **refused.values) from refused

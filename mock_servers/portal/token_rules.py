"""What may be done to a provisioning token, as a table, and what may be known of one.

Plain values: no database, no clock, no HTTP.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MOST_TOKENS = 2  # SEED-027; an inactive token holds its slot too (NEG-09)
VENDORS = ("Entra ID", "Okta", "Generic")  # IVANTI-020
CREATED = "SCIM Token Created"


class TokenStatus(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"


class TokenAction(StrEnum):
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    RENEW = "renew"
    REMOVE = "remove"


class Transition(NamedTuple):
    """What an action makes of a token (None: it is gone), and the audit activity (None: nothing happened)."""

    becomes: TokenStatus | None
    activity: str | None


# SEED-021 to SEED-026, IVANTI-008 to IVANTI-012. A repeat changes nothing and leaves no row (NEG-10).
TRANSITIONS = {
    (TokenStatus.ACTIVE, TokenAction.ACTIVATE): Transition(TokenStatus.ACTIVE, None),
    (TokenStatus.ACTIVE, TokenAction.DEACTIVATE): Transition(TokenStatus.INACTIVE, "SCIM Token Disabled"),
    (TokenStatus.ACTIVE, TokenAction.RENEW): Transition(TokenStatus.ACTIVE, "SCIM Token Renewed"),
    (TokenStatus.ACTIVE, TokenAction.REMOVE): Transition(None, "SCIM Token Deleted"),
    (TokenStatus.INACTIVE, TokenAction.ACTIVATE): Transition(TokenStatus.ACTIVE, "SCIM Token Enabled"),
    (TokenStatus.INACTIVE, TokenAction.DEACTIVATE): Transition(TokenStatus.INACTIVE, None),
    (TokenStatus.INACTIVE, TokenAction.RENEW): Transition(TokenStatus.INACTIVE, "SCIM Token Renewed"),
    (TokenStatus.INACTIVE, TokenAction.REMOVE): Transition(None, "SCIM Token Deleted"),
}


class TokenRefused(Exception):
    """The portal does not do what was asked. `reason` is a code; the label `refused.<reason>` says it with `values`."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class Token:
    """What anybody may know of a token. The secret is not in it."""

    id: str
    number: int
    vendor: str
    status: TokenStatus
    created: datetime
    last_used: datetime | None
    ending: str

    @property
    def name(self) -> str:
        return f"SCIM Token {self.number}"

    @property
    def masked(self) -> str:
        return f"••••{self.ending}"

    @property
    def actions(self) -> list[TokenAction]:
        """What the Select menu offers: the actions that would change something (SEED-021)."""
        return [action for action in TokenAction if TRANSITIONS[self.status, action].activity is not None]


@dataclass(frozen=True)
class GeneratedToken:
    """A token at the only moment at which its secret can be read."""

    token: Token
    secret: str = field(repr=False)


def check_vendor(vendor: str) -> None:
    """Raise `TokenRefused` unless the provider can be chosen."""
    if vendor not in VENDORS:
        raise TokenRefused("unknown_provider", providers=", ".join(VENDORS))


def not_found() -> TokenRefused:
    return TokenRefused("token_not_found")


def limit_reached() -> TokenRefused:
    return TokenRefused("token_limit_reached", most=MOST_TOKENS)

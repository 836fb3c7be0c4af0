"""What may be done to a provisioning token, as a table, and what may be known of one.

Plain values and pure functions: no database, no clock, no HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import NamedTuple

VENDORS = ("Entra ID", "Okta", "Generic")  # IVANTI-020
AUDIT_NAMES = {"Entra ID": "Azure"}
"""What the DETAILS of the audit trail call a provider, where that is not its name (IVANTI-013)."""
CREATED = "SCIM Token Created"
EXPIRES_SOON = "SCIM Token Expires Soon"
EXPIRED = "SCIM Token Expired"
REMINDER = timedelta(days=7)
"""So long before a token expires the audit trail says that it will (NEG-61)."""


class TokenStatus(StrEnum):
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    EXPIRED = "Expired"


class TokenAction(StrEnum):
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"
    RENEW = "renew"
    REMOVE = "remove"


class Transition(NamedTuple):
    """What an action makes of a token (None: it is gone), and the audit activity (None: nothing happened)."""

    becomes: TokenStatus | None
    activity: str | None


# SEED-021 to SEED-026, IVANTI-008 to IVANTI-012. A repeat changes nothing and leaves no row (NEG-10). An expired token
# that is renewed is active, as a new one would be; what is not in the table is refused (NEG-61).
TRANSITIONS = {
    (TokenStatus.ACTIVE, TokenAction.ACTIVATE): Transition(TokenStatus.ACTIVE, None),
    (TokenStatus.ACTIVE, TokenAction.DEACTIVATE): Transition(TokenStatus.INACTIVE, "SCIM Token Disabled"),
    (TokenStatus.ACTIVE, TokenAction.RENEW): Transition(TokenStatus.ACTIVE, "SCIM Token Renewed"),
    (TokenStatus.ACTIVE, TokenAction.REMOVE): Transition(None, "SCIM Token Deleted"),
    (TokenStatus.INACTIVE, TokenAction.ACTIVATE): Transition(TokenStatus.ACTIVE, "SCIM Token Enabled"),
    (TokenStatus.INACTIVE, TokenAction.DEACTIVATE): Transition(TokenStatus.INACTIVE, None),
    (TokenStatus.INACTIVE, TokenAction.RENEW): Transition(TokenStatus.INACTIVE, "SCIM Token Renewed"),
    (TokenStatus.INACTIVE, TokenAction.REMOVE): Transition(None, "SCIM Token Deleted"),
    (TokenStatus.EXPIRED, TokenAction.RENEW): Transition(TokenStatus.ACTIVE, "SCIM Token Renewed"),
    (TokenStatus.EXPIRED, TokenAction.REMOVE): Transition(None, "SCIM Token Deleted"),
}
LET_IN = frozenset({TokenStatus.ACTIVE})


class TokenRefused(Exception):
    """The portal does not do what was asked. `reason` is a code; the label `refused.<reason>` says it with `values`."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class TokenTerms:
    """What differs between products: how many tokens, for how long, and how a renewed one passes over."""

    most: int | None = 2  # SEED-027
    per_provider: bool = False
    lifetime: timedelta | None = None
    overlap: timedelta = timedelta(0)  # SEED-025: the old secret dies at once


DOCUMENTED_TERMS = TokenTerms()


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
    expires_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"SCIM Token {self.number}"

    @property
    def masked(self) -> str:
        return f"••••{self.ending}"

    @property
    def actions(self) -> list[TokenAction]:
        """What the Select menu offers: the actions that would change something (SEED-021)."""
        return [action for action in TokenAction if TRANSITIONS.get((self.status, action), NOTHING).activity]

    def at(self, now: datetime) -> "Token":
        """The token as it is by then: one whose time is over is expired, whatever it was."""
        is_over = self.expires_at is not None and now >= self.expires_at
        return replace(self, status=TokenStatus.EXPIRED) if is_over else self


NOTHING = Transition(None, None)


@dataclass(frozen=True)
class GeneratedToken:
    """A token at the only moment at which its secret can be read."""

    token: Token
    secret: str = field(repr=False)


def transition_of(token: Token, action: TokenAction) -> Transition:
    """The row of the table; raises `TokenRefused` when there is none."""
    transition = TRANSITIONS.get((token.status, action))
    if transition is None:
        raise TokenRefused("token_expired")
    return transition


def number_for(tokens: Sequence[Token], vendor: str, terms: TokenTerms) -> int:
    """The number of a new token; raises `TokenRefused` when as many exist as may.

    Whatever its state, a token holds its slot until it is removed (NEG-09).
    """
    counted = [token for token in tokens if not terms.per_provider or token.vendor == vendor]
    if terms.most is not None and len(counted) >= terms.most:
        raise TokenRefused("token_limit_reached", most=terms.most)
    taken = {token.number for token in tokens}
    return next(number for number in count(1) if number not in taken)


def expiry_of(now: datetime, terms: TokenTerms) -> datetime | None:
    """When a secret that is made now expires."""
    return now + terms.lifetime if terms.lifetime is not None else None


def end_of_old_secret(token: Token, now: datetime, terms: TokenTerms) -> datetime:
    """Until when the secret that a renewal replaces is let in: never longer than it would have been without it."""
    if token.status not in LET_IN:
        return now
    end = now + terms.overlap
    return end if token.expires_at is None else min(end, token.expires_at)


def check_vendor(vendor: str) -> None:
    """Raise `TokenRefused` unless the provider can be chosen."""
    if vendor not in VENDORS:
        raise TokenRefused("unknown_provider", providers=", ".join(VENDORS))


def not_found() -> TokenRefused:
    return TokenRefused("token_not_found")

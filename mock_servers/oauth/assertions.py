"""Assertions by which a client authenticates without a secret: JSON Web Tokens that its issuer signed (RFC 7523).

AssertionRefused    an assertion does not stand for the client; the reason is for the audit trail alone
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import jwt
from jwt.exceptions import (
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    InvalidSubjectError,
    InvalidTokenError,
    MissingRequiredClaimError,
)
from jwt.types import Options

from scimulate.mock_servers.oauth.keys import VerificationKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LEEWAY = timedelta(seconds=60)
LONGEST_LIFE = timedelta(hours=24)
LONGEST_ID = 1_024

_ALGORITHMS = frozenset({"RS256", "PS256", "ES256"})
# Times are judged by the tenant's clock, which PyJWT does not know.
_CHECKED_HERE: Options = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "require": ["iss", "sub", "aud", "exp"],
}
_REASONS = {
    InvalidIssuerError: "issuer",
    InvalidSubjectError: "subject",
    InvalidAudienceError: "audience",
    MissingRequiredClaimError: "missing claim",
}


class AssertionRefused(Exception):
    """An assertion does not stand for the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Federation:
    """Whose assertions stand for a client. Without `audiences` it is the token endpoint that they are meant for."""

    issuers: tuple[str, ...]
    subject: str
    audiences: tuple[str, ...]
    keys: tuple[VerificationKey, ...]


class Assertion(NamedTuple):
    """What is remembered of an assertion: its `jti`, if it has one, until it would be refused for its age."""

    id: str | None
    ends_at: datetime


def subject_of(assertion: str) -> str | None:
    """Whom an assertion claims to stand for. Nothing has been verified."""
    try:
        subject = jwt.decode(assertion, options={"verify_signature": False}).get("sub")
    except InvalidTokenError:
        return None
    return subject if isinstance(subject, str) else None


def verify(assertion: str, federation: Federation, endpoint_url: str, now: datetime) -> Assertion:
    """What the assertion says of itself, once everything about it is right; raises `AssertionRefused`."""
    claims = _claims(assertion, federation, federation.audiences or (endpoint_url,))
    expires_at = _in_time(claims, now.timestamp())
    identifier = claims.get("jti")
    if identifier is not None and not (isinstance(identifier, str) and len(identifier) <= LONGEST_ID):
        raise AssertionRefused("jti")
    return Assertion(identifier, datetime.fromtimestamp(expires_at, UTC) + LEEWAY)


def _claims(assertion: str, federation: Federation, audiences: Sequence[str]) -> dict[str, Any]:
    algorithm, keys = _keys_for(assertion, federation.keys)
    reason = "key"
    for key in keys:
        try:
            return jwt.decode(
                assertion,
                key.key,
                [algorithm],
                _CHECKED_HERE,
                audience=audiences,
                issuer=federation.issuers,
                subject=federation.subject,
            )
        except InvalidSignatureError:
            reason = "signature"
        except InvalidTokenError as error:
            raise AssertionRefused(_REASONS.get(type(error), "unreadable")) from error
    raise AssertionRefused(reason)


def _keys_for(assertion: str, keys: Sequence[VerificationKey]) -> tuple[str, list[VerificationKey]]:
    """The algorithm that an assertion names, and the keys that it can be verified with."""
    try:
        header = jwt.get_unverified_header(assertion)
    except InvalidTokenError as error:
        raise AssertionRefused("unreadable") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise AssertionRefused("algorithm")
    if "crit" in header:  # RFC 7515 §4.1.11: no extension is understood here.
        raise AssertionRefused("critical extension")
    return algorithm, [key for key in keys if algorithm in key.algorithms and (kid is None or key.kid in (None, kid))]


def _in_time(claims: dict[str, Any], now: float) -> float:
    """When the assertion expires, in seconds; written so that a number that is none passes no comparison."""
    expires, starts = _number(claims, "exp", 0), _number(claims, "nbf", now)
    issued, leeway = _number(claims, "iat", now), LEEWAY.total_seconds()
    if not expires > now - leeway:
        raise AssertionRefused("expired")
    if not expires <= now + LONGEST_LIFE.total_seconds() + leeway:
        raise AssertionRefused("lives too long")
    if not max(starts, issued) <= now + leeway:
        raise AssertionRefused("not yet valid")
    return expires


def _number(claims: dict[str, Any], name: str, otherwise: float) -> float:
    value = claims.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AssertionRefused(name)
    return value

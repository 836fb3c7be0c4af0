"""What is told of an OAuth client when it is registered, as JSON gives it.

RegistrationRefused    something in it cannot be had
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from scimulate.mock_servers.oauth.assertions import Federation
from scimulate.mock_servers.oauth.keys import KeysRefused, read_keys
from scimulate.mock_servers.portal.token_rules import VENDORS

LIFETIME_MINUTES = range(60, 361)  # ENTRA-039
LONGEST_TEXT = 256
MOST_SCOPES = 20
MOST_NAMES = 10
WRITING_SCOPE = "scim"
READING_SCOPE = "scim.read"
"""A token of this scope, and not of the first as well, opens the endpoint for reading alone."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,256}")  # RFC 6749 §3.3


class RegistrationRefused(ValueError):
    """Something in it cannot be had; the sentence names the key."""


@dataclass(frozen=True)
class Registration:
    """A client's settings. With `user_name` it acts as that user, whom `/Me` is then."""

    name: str
    vendor: str
    lifetime: timedelta
    scopes: tuple[str, ...]
    user_name: str | None
    federation: Federation | None


def read_registration(value: Mapping[str, object], client_id: str) -> Registration:
    """The settings of the client of that id; raises `RegistrationRefused`."""
    _only(value, ("name", "vendor", "lifetime_minutes", "scopes", "user_name", "federation"))
    vendor, minutes = value.get("vendor", VENDORS[0]), value.get("lifetime_minutes", LIFETIME_MINUTES[0])
    if vendor not in VENDORS:
        raise RegistrationRefused(f"vendor is one of {', '.join(VENDORS)}")
    if type(minutes) is not int or minutes not in LIFETIME_MINUTES:
        raise RegistrationRefused(f"lifetime_minutes are {LIFETIME_MINUTES[0]} to {LIFETIME_MINUTES[-1]}")
    user_name, federation = value.get("user_name"), value.get("federation")
    return Registration(
        _text(value.get("name"), "name"),
        str(vendor),
        timedelta(minutes=minutes),
        _scopes(value.get("scopes", [WRITING_SCOPE])),
        None if user_name is None else _text(user_name, "user_name"),
        None if federation is None else _federation(federation, client_id),
    )


def _federation(value: object, client_id: str) -> Federation:
    # Issuer and subject are the client itself unless another authority vouches for it (RFC 7523 §3).
    if not isinstance(value, dict):
        raise RegistrationRefused("federation is an object")
    _only(value, ("issuers", "subject", "audiences", "keys"))
    try:
        keys = read_keys(value.get("keys"))
    except KeysRefused as refused:
        raise RegistrationRefused(str(refused)) from refused
    return Federation(
        _names(value.get("issuers", [client_id]), "issuers"),
        _text(value.get("subject", client_id), "subject"),
        _names(value["audiences"], "audiences") if "audiences" in value else (),
        keys,
    )


def _only(value: Mapping[str, object], known: tuple[str, ...]) -> None:
    if not set(value) <= set(known):
        raise RegistrationRefused(f"the keys are {', '.join(known)}")


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or not value.isprintable():
        raise RegistrationRefused(f"{name} is up to {LONGEST_TEXT} printable characters")
    return value


def _names(value: object, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_NAMES:
        raise RegistrationRefused(f"{name} is a list of 1 to {MOST_NAMES} texts")
    return tuple(_text(one, name) for one in value)


def _scopes(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    if not 0 < len(listed) <= MOST_SCOPES or not all(isinstance(one, str) and _SCOPE.fullmatch(one) for one in listed):
        raise RegistrationRefused(f"scopes is a list of 1 to {MOST_SCOPES} scopes as RFC 6749 writes them")
    return tuple(listed)

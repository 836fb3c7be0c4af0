"""Cursors of RFC 9865: where a page begins, as a string that its client can neither read nor change nor use elsewhere.

A cursor holds the place in the order of the list and no number of rows, so that a walk meets each resource once,
whatever comes and goes meanwhile. Nothing is kept for it: it is sealed with a key of the tenant, which survives a
restart, and bound to the endpoint, the filter and the order of its query.
"""

import base64
import binascii
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.tenant_values import TenantValues

Key = str | int | float | bool | None

_VALUE = "cursor key"
_NONCE_BYTES = 12
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class Place:
    """A resource in the order of a list: the keys that it is sorted by, the last of them its number."""

    keys: tuple[Key, ...]
    backwards: bool = False
    """The page is the one that ends before it."""


def invalid_cursor() -> ScimError:
    """One answer for what is no cursor, a forged one, and one of another query or tenant (RFC 9865 §5.2)."""
    return ScimError(400, "the cursor is none of this query; an empty one asks for its first page", "invalidCursor")


def invalid_count(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidCount")


def kept_key(values: TenantValues) -> bytes:
    """The tenant's key for its cursors, made at first."""
    kept = values.get(_VALUE)
    if not isinstance(kept, str):
        kept = os.urandom(16).hex()
        values.put(_VALUE, kept)
    return bytes.fromhex(kept)


def bound_to(endpoints: Sequence[str], filter_text: str | None, sort_by: str | None, *, descending: bool) -> bytes:
    """What a cursor is good for. Names in a filter may change their letter case between pages, as in RFC 9865 §2."""
    parts = _QUOTED.split(filter_text or "")
    parts[::2] = [" ".join(part.lower().split()) for part in parts[::2]]
    return orjson.dumps([list(endpoints), parts, (sort_by or "").strip().lower(), descending])


class Cursors:
    """Seals and opens the cursors of one tenant."""

    def __init__(self, key: bytes, lifetime: timedelta, clock: Clock) -> None:
        self._cipher = AESGCM(key)
        self._lifetime = lifetime
        self._clock = clock

    def seal(self, place: Place, count: int, query: bytes) -> str:
        """A cursor of the unreserved characters of RFC 3986 §2.3. `count` is that of the first request."""
        content = orjson.dumps([self._clock.now().timestamp(), count, place.backwards, place.keys])
        nonce = os.urandom(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, content, query)).rstrip(b"=").decode()

    def open(self, cursor: str, query: bytes) -> tuple[Place, int]:
        """The place and the count that a cursor holds; raises `ScimError`."""
        try:
            sealed = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True)
            content = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], query)
        except (ValueError, binascii.Error, InvalidTag) as error:
            raise invalid_cursor() from error
        sealed_at, count, backwards, keys = orjson.loads(content)
        if self._clock.now().timestamp() > sealed_at + self._lifetime.total_seconds():
            raise ScimError(400, "the cursor has expired; begin again with an empty one", "expiredCursor")
        return Place(tuple(keys), backwards), count

"""Limits of a request, checked before anything is made of it; and those that a tenant may set lower for itself."""

from dataclasses import dataclass

import orjson

from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax

BODY_BYTES = 4 * 1024 * 1024
JSON_DEPTH = 32
JSON_CONTAINERS = 200_000
"""Arrays and objects of a body. Each is work for the parser, which lets nobody else have a turn."""
FILTER_BYTES = 8 * 1024
FILTER_DEPTH = 20
FILTER_TERMS = 50
URL_BYTES = 16 * 1024
HEAD_BYTES = 64 * 1024
PATCH_OPERATIONS = 1_000
PATCH_COMPARISONS = 250_000
"""How many values the operations of one PATCH may look at, each as often as the filter of its path has terms."""
MEMBERS = 10_000
VALUES = 1_000
"""How many values a request gives one attribute; members are counted by themselves."""
BULK_OPERATIONS = 1_000
PAGE_RESOURCES = 1_000
DEFAULT_PAGE_RESOURCES = 100
CURSOR_SECONDS = 3_600


@dataclass(frozen=True)
class Limits:
    """What ServiceProviderConfig tells of a tenant's limits; none is above the server's own."""

    max_results: int = PAGE_RESOURCES
    default_results: int = DEFAULT_PAGE_RESOURCES
    bulk_operations: int = BULK_OPERATIONS
    bulk_payload_bytes: int = BODY_BYTES
    cursor_seconds: int = CURSOR_SECONDS
    """How long a cursor is good for (RFC 9865 §4, cursorTimeout)."""


def too_large(detail: str) -> ScimError:
    return ScimError(413, detail)


def parse_json(body: bytes) -> object:
    """The JSON value of a body, no deeper than `JSON_DEPTH`."""
    containers = body.count(b"{") + body.count(b"[")
    if containers > JSON_CONTAINERS:
        raise too_large(f"a body may hold {JSON_CONTAINERS} arrays and objects")
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid_syntax("the body is not JSON") from error
    # A body with few brackets cannot be deep: the walk is for the rare one only.
    if containers > JSON_DEPTH and _deeper_than(value, JSON_DEPTH):
        raise invalid_syntax(f"the body is nested deeper than {JSON_DEPTH} levels")
    return value


def parse_object(body: bytes) -> dict[str, object]:
    """The JSON object of a body."""
    value = parse_json(body)
    if not isinstance(value, dict):
        raise invalid_syntax("the body is not a JSON object")
    return value


def _deeper_than(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth == 0 or any(_deeper_than(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth == 0 or any(_deeper_than(inner, depth - 1) for inner in value)
    return False

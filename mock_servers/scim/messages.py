"""Requests and answers of the SCIM core, and the two ways in which an answer may have to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import orjson

from scimulate.mock_servers.scim.store import Connection

SCIM_TYPE = "application/scim+json"


@dataclass(frozen=True, slots=True)
class Request:
    """What the core needs of an HTTP request. `path` is decoded and starts after the base; headers are lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""

    def parameters(self) -> dict[str, str]:
        """Query parameters by lower-case name; of a repeated one the last counts."""
        if not self.query:
            return {}
        pairs = parse_qsl(self.query, keep_blank_values=True, errors="replace")
        return {name.lower(): value for name, value in pairs}


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that is known once a change of the database is committed."""

    run: Callable[[Connection], Response]


@dataclass(frozen=True, slots=True)
class Slow:
    """An answer that needs a walk through many resources: not for the event loop."""

    run: Callable[[], Response]


Answer = Response | Change | Slow


def json_response(status: int, value: object, *headers: tuple[str, str]) -> Response:
    return Response(status, orjson.dumps(value), headers)

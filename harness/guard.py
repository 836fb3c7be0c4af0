"""What a request would do at the endpoint, and what its answer says was done. Pure: it reads requests and answers only.

The guard of `wire.py` asks it which records a request would change, and the journal which ones it would create. In
doubt a request counts as one that changes a record.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import httpx

READING = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_CREATING = frozenset({".search", "token"})
DEFAULT_PORTS = {"http": 80, "https": 443}
COLLECTIONS = frozenset({"users", "groups"})
MARKS = ("userName", "displayName", "externalId")


@dataclass(frozen=True)
class Creation:
    """A POST, alone or as one of a Bulk request."""

    collection: str
    marks: tuple[tuple[str, str], ...]
    position: int | None = None
    """Which operation of a Bulk request it is."""


@dataclass(frozen=True)
class Change:
    """A PUT, PATCH or DELETE of the record `id` in `collection`."""

    method: str
    collection: str
    id: str


@dataclass(frozen=True)
class Effects:
    creations: tuple[Creation, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Created:
    id: str


@dataclass(frozen=True)
class NotCreated:
    """The endpoint said so."""


@dataclass(frozen=True)
class Unknown:
    """It may have been created."""


Fate = Created | NotCreated | Unknown


def address(url: httpx.URL) -> str:
    """An address without query and trailing slash, the same for the same place."""
    path = url.raw_path.partition(b"?")[0].decode("ascii").rstrip("/")
    port = "" if url.port in (None, DEFAULT_PORTS.get(url.scheme)) else f":{url.port}"
    host = url.raw_host.decode("ascii")
    return f"{url.scheme}://{f'[{host}]' if ':' in host else host}{port}{path}"


def effects_of(method: str, url: httpx.URL, content: bytes) -> Effects:
    """What the request would create and change."""
    method = method.upper()
    if method in READING:
        return Effects()
    place = address(url)
    parent, _, last = place.rpartition("/")
    if method != "POST":
        return Effects(changes=(Change(method, parent, unquote(last)),))
    if last.lower() in NOT_CREATING:
        return Effects()
    if last.lower() == "bulk":
        return _bulk_effects(parent, document_of(content))
    if _is_collection(parent):
        return Effects(changes=(Change(method, parent, unquote(last)),))
    return Effects(creations=(Creation(place, marks_of(document_of(content))),))


def _bulk_effects(base: str, document: Any) -> Effects:
    operations = _member(document, "Operations")
    creations: list[Creation] = []
    changes: list[Change] = []
    promised: set[str] = set()
    for position, operation in enumerate(operations if isinstance(operations, list) else []):
        method = str(_member(operation, "method") or "").upper()
        path = str(_member(operation, "path") or "")
        place = address(httpx.URL(path if "://" in path else f"{base}/{path.lstrip('/')}"))
        parent, _, last = place.rpartition("/")
        if method == "POST" and not _is_collection(parent):
            creations.append(Creation(place, marks_of(_member(operation, "data")), position))
            promised.add(f"bulkId:{_member(operation, 'bulkId')}")
        elif method not in READING and unquote(last) not in promised:
            changes.append(Change(method, parent, unquote(last)))
    return Effects(tuple(creations), tuple(changes))


def _is_collection(place: str) -> bool:
    return place.rpartition("/")[2].lower() in COLLECTIONS


def _member(document: Any, name: str) -> Any:
    """A member whatever its case: a tolerant endpoint would read it so too."""
    if not isinstance(document, dict):
        return None
    return next((value for key, value in document.items() if key.lower() == name.lower()), None)


def document_of(content: bytes) -> Any:
    """The JSON document in `content`, or None."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def marks_of(document: Any) -> tuple[tuple[str, str], ...]:
    """The names by which a resource can be found again."""
    found = ((name, _member(document, name)) for name in MARKS)
    return tuple((name, value) for name, value in found if isinstance(value, str) and value)


def fate_of(creation: Creation, run_id: str, status: int, headers: Mapping[str, str], content: bytes) -> Fate:
    """What became of `creation`, as far as the answer says."""
    if creation.position is None or status >= 300:
        return _fate(creation, run_id, status, headers.get("location", ""), document_of(content))
    operations = _member(document_of(content), "Operations")
    if not isinstance(operations, list) or creation.position >= len(operations):
        return Unknown()
    operation = operations[creation.position]
    said = str(_member(_member(operation, "status"), "code") or _member(operation, "status") or "")
    location = _member(operation, "location")
    if not said[:3].isdecimal():
        return Unknown()
    at = location if isinstance(location, str) else ""
    return _fate(creation, run_id, int(said[:3]), at, _member(operation, "response"))


def _fate(creation: Creation, run_id: str, status: int, location: str, document: Any) -> Fate:
    if 300 <= status < 500 and status != 408:
        return NotCreated()
    if not 200 <= status < 300 or _is_somebody_else(creation, run_id, document):
        return Unknown()
    id = _member(document, "id")
    if isinstance(id, str | int) and not isinstance(id, bool) and str(id):
        return Created(str(id))
    parent, _, last = location.partition("?")[0].rstrip("/").rpartition("/")
    if last and parent.rpartition("/")[2].lower() == creation.collection.rpartition("/")[2].lower():
        return Created(unquote(last))
    return Unknown()


def _is_somebody_else(creation: Creation, run_id: str, document: Any) -> bool:
    """An answer that shows other names than were sent, none with the mark of the run, is about another record."""
    sent = {value.lower() for _, value in creation.marks}
    shown = {value.lower() for _, value in marks_of(document)}
    return bool(sent and shown and not sent & shown) and not any(run_id.lower() in value for value in shown)

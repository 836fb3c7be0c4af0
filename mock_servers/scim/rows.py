"""Rows of the resource table: their columns, their keys and their ids."""

import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.letter_case import without_case

TABLES = """
CREATE TABLE IF NOT EXISTS resource (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, external_id TEXT,
  user_name TEXT, display_name TEXT, label TEXT, email TEXT, source TEXT NOT NULL,
  active INTEGER NOT NULL, hidden INTEGER NOT NULL, version INTEGER NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, document BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS resource_id ON resource (tenant, kind, id);
CREATE UNIQUE INDEX IF NOT EXISTS resource_user_name ON resource (tenant, user_name) WHERE user_name IS NOT NULL;
CREATE INDEX IF NOT EXISTS resource_external_id ON resource (tenant, kind, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS resource_display_name ON resource (tenant, kind, display_name);
CREATE INDEX IF NOT EXISTS resource_by_user_name ON resource (tenant, kind, user_name) WHERE hidden = 0;
CREATE INDEX IF NOT EXISTS resource_created ON resource (tenant, kind, created) WHERE hidden = 0;
CREATE INDEX IF NOT EXISTS resource_modified ON resource (tenant, kind, modified) WHERE hidden = 0;
CREATE INDEX IF NOT EXISTS resource_visible ON resource (tenant, kind) WHERE hidden = 0
"""
COLUMNS = "number, kind, id, source, active, hidden, version, created, modified, document"


@dataclass(frozen=True, slots=True)
class Row:
    """A stored resource. `hidden` rows are known to the portal and unknown to SCIM."""

    number: int
    kind: str
    id: str
    source: str
    active: bool
    hidden: bool
    version: int
    created: str
    modified: str
    document: Document


def row_of(values: tuple[Any, ...]) -> Row:
    """The row that a SELECT of `COLUMNS` gives."""
    number, kind, resource_id, source, active, hidden, version, created, modified, document = values
    return Row(
        number,
        kind,
        resource_id,
        source,
        bool(active),
        bool(hidden),
        version,
        created,
        modified,
        orjson.loads(document),
    )


def keys_of(kind: str, document: Document) -> tuple[str | None, str | None, str | None, str | None, str | None]:
    """external_id, user_name, display_name (both lowered), label and email of a document."""
    label = _text(document, "displayName")
    user_name = _text(document, "userName") if kind == "User" else None
    return (
        _text(document, "externalId"),
        without_case(user_name) if user_name is not None else None,
        without_case(label) if label is not None else None,
        label,
        preferred_email(document.get("emails")),
    )


def statements(script: str) -> Iterator[str]:
    """The statements of `TABLES`, for one transaction: `executescript` would commit by itself."""
    statement = ""
    for line in script.strip().splitlines():
        statement += line + "\n"
        if line.endswith(";"):
            yield statement
            statement = ""
    if statement:
        yield statement


def _text(document: Document, name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None


def preferred_email(emails: object) -> str | None:
    """The primary address, else the first."""
    if not isinstance(emails, list):
        return None
    held = [email for email in emails if isinstance(email, dict) and isinstance(email.get("value"), str)]
    held.sort(key=lambda email: email.get("primary") is not True)
    return held[0]["value"] if held else None


class Ids:
    """Version 7 UUIDs that never go back, also when the machine's clock does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        with self._lock:
            # 48 bits of milliseconds and 12 bits of the fraction below them, counted on when time stands still.
            moment = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
            self._last = moment
        milliseconds, fraction = divmod(moment, 4096)
        noise = uuid.uuid4().int & (1 << 62) - 1
        return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | noise))


new_id = Ids().next

"""The page "Audit Trails": what an administrator reads there, filters and takes away."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from scimulate.steps.portal_calls import PortalCalls, Refusal

EVERYTHING: Mapping[str, str] = {}
_PAIR = re.compile(r"(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True)
class AuditEntry:
    """A row of the list. `performed_at` is as the page shows it, to the minute."""

    number: str
    name: str
    type: str
    category: str
    activity: str
    performed_by: str
    performed_at: str


@dataclass(frozen=True)
class AuditDetail:
    """One row by itself. `changes` are rows of attribute, value before and value after, as JSON."""

    performed_at: str
    activity: str
    performed_by: str
    details: str
    status: str
    changes: tuple[tuple[str, str, str], ...]


class AuditArea(Protocol):
    """The names of filters: from, to, category, type, activity, name, performed_by, status."""

    def entries(self, filters: Mapping[str, str] = EVERYTHING, page: int = 1) -> list[AuditEntry]:
        """One page of the list, newest first."""

    def count(self, filters: Mapping[str, str] = EVERYTHING) -> int:
        """How many entries the list has on all its pages."""

    def detail(self, number: str) -> AuditDetail: ...

    def export(self, format_name: str) -> str:
        """What the archive in that format holds, as text."""

    def switch_off(self) -> Refusal | None: ...


class AuditByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def entries(self, filters: Mapping[str, str] = EVERYTHING, page: int = 1) -> list[AuditEntry]:
        return [_entry(row) for row in self._calls.read("/audit", **filters, page=str(page))["rows"]]

    def count(self, filters: Mapping[str, str] = EVERYTHING) -> int:
        total: int = self._calls.read("/audit", **filters)["total"]
        return total

    def detail(self, number: str) -> AuditDetail:
        row = self._calls.read(f"/audit/{number}")
        return AuditDetail(
            _minute(row["performed_at"]),
            row["activity"],
            row["performed_by"],
            row["details"],
            row["status"],
            tuple(
                (change["attribute"], json.dumps(change["before"]), json.dumps(change["after"]))
                for change in row["changes"]
            ),
        )

    def export(self, format_name: str) -> str:
        answer = self._calls.send("GET", "/audit/export", query={"format": format_name})
        answer.raise_for_status()
        return unpacked(answer.content)

    def switch_off(self) -> Refusal | None:
        return self._calls.change("DELETE", "/audit")


def unpacked(archive: bytes) -> str:
    """The text of the one file in a zip."""
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        (name,) = file.namelist()
        return file.read(name).decode()


def exported(format_name: str, text: str) -> list[AuditEntry]:
    """The entries of an export, newest first as in the list."""
    if format_name == "json":
        entries = [_entry(row) for row in json.loads(text)["rows"]]
    else:
        entries = [_entry_of_cef(line) for line in text.splitlines()]
    return entries[::-1]


def _entry(row: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        str(row["number"]),
        row["name"],
        row["type"],
        row["category"],
        row["activity"],
        row["performed_by"],
        _minute(row["performed_at"]),
    )


def _entry_of_cef(line: str) -> AuditEntry:
    """Seven fields of the header, parted by pipes that are not escaped; then pairs, parted by blanks."""
    *header, extension = re.split(r"(?<!\\)\|", line, maxsplit=7)
    told = {key: _ESCAPED.sub(r"\1", value) for key, value in _PAIR.findall(extension)}
    moment = datetime.fromtimestamp(int(told["rt"]) / 1000, UTC)
    activity = _ESCAPED.sub(r"\1", header[5]) if header[0] == "CEF:0" else line
    return AuditEntry(
        told["externalId"], told["cs1"], told["cs2"], told["cat"], activity, told["suser"], f"{moment:%Y-%m-%d %H:%M}"
    )


def _minute(moment: str) -> str:
    """A moment of the JSON surface as the pages show it; they add the time zone."""
    return moment[:16].replace("T", " ")

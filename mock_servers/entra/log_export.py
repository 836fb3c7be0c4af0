"""The provisioning log to take along (IVANTI-053): as CSV for a spreadsheet, as JSON for a program."""

import csv
import io
from collections.abc import Iterable

import orjson

from scimulate.mock_servers.entra.log import LogEntry

COLUMNS = (
    "id",
    "activityDateTime",
    "cycleId",
    "provisioningAction",
    "status",
    "errorCode",
    "reason",
    "sourceId",
    "sourceName",
    "identityType",
    "targetId",
    "modifiedProperties",
)
# A spreadsheet takes a cell that begins so for a formula, and what is in it came from elsewhere.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(entries: Iterable[LogEntry]) -> str:
    """With the byte order mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        values = _values(entry)
        changed = "; ".join(f"{each.name}: {each.old} -> {each.new}" for each in entry.modified_properties)
        writer.writerow([_harmless(value) for value in (*values.values(), changed)])
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue()


def as_json(entries: Iterable[LogEntry]) -> bytes:
    documents = [
        {
            **_values(entry),
            "provisioningSteps": list(entry.steps),
            "modifiedProperties": [
                {"displayName": each.name, "oldValue": each.old, "newValue": each.new}
                for each in entry.modified_properties
            ],
        }
        for entry in entries
    ]
    return orjson.dumps(documents, option=orjson.OPT_INDENT_2)


def _values(entry: LogEntry) -> dict[str, str]:
    return {
        "id": entry.id,
        "activityDateTime": entry.activity_at.isoformat(),
        "cycleId": entry.cycle_id,
        "provisioningAction": entry.action,
        "status": entry.status,
        "errorCode": entry.error_code,
        "reason": entry.reason,
        "sourceId": entry.identity.id,
        "sourceName": entry.identity.display_name,
        "identityType": entry.identity.kind,
        "targetId": entry.target_id,
    }


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value

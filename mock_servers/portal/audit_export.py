"""The audit trail as an archive, in JSON or CEF (IVANTI-019).

The documented product sends one archive a day by SFTP. Here an administrator downloads it: nothing is sent anywhere.
"""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime

import orjson

from scimulate.mock_servers.portal.audit import AuditRow, AuditStatus

_HEADER = "CEF:0|scimulate|Reference MDM|1"
_SEVERITIES = {AuditStatus.SUCCESS: 3, AuditStatus.FAILURE: 6}


def audit_row_json(row: AuditRow) -> dict[str, object]:
    """The row as all of the portal's JSON shows it."""
    return {
        "number": row.number,
        "name": row.subject,
        "type": row.subject_type,
        "category": row.category,
        "activity": row.activity,
        "performed_by": row.performed_by,
        "performed_at": row.performed_at,
        "status": row.status,
        "details": row.details,
        "changes": [
            {"attribute": attribute, "before": before, "after": after}
            for attribute, (before, after) in row.changes.items()
        ],
    }


def as_json(rows: Sequence[AuditRow]) -> bytes:
    document = {"rows": [audit_row_json(row) for row in rows]}
    return orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_INDENT_2)


def as_cef(rows: Sequence[AuditRow]) -> bytes:
    """One line for each row, in the Common Event Format 0."""
    return "".join(f"{_cef_line(row)}\n" for row in rows).encode()


FORMATS: dict[str, Callable[[Sequence[AuditRow]], bytes]] = {"json": as_json, "cef": as_cef}


def archive_of(rows: Sequence[AuditRow], format_name: str, made_at: datetime) -> bytes:
    """A zip with the one file `audit-trails.<format>`."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        entry = zipfile.ZipInfo(f"audit-trails.{format_name}", made_at.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(entry, FORMATS[format_name](rows))
    return archive.getvalue()


def _cef_line(row: AuditRow) -> str:
    header = [_HEADER, _in_header(row.activity), _in_header(row.activity), str(_SEVERITIES[row.status])]
    changes = [f"{attribute}: {before!r} -> {after!r}" for attribute, (before, after) in row.changes.items()]
    extension = {
        "rt": str(int(row.performed_at.timestamp() * 1000)),
        "externalId": str(row.number),
        "suser": row.performed_by,
        "cat": row.category,
        "act": row.activity,
        "outcome": row.status,
        "cs1Label": "Name",
        "cs1": row.subject,
        "cs2Label": "Type",
        "cs2": row.subject_type,
        "cs3Label": "Details",
        "cs3": row.details,
        "msg": "\n".join(changes),
    }
    return "|".join([*header, " ".join(f"{key}={_in_extension(value)}" for key, value in extension.items() if value)])


def _in_header(text: str) -> str:
    """A header field has no line breaks; its backslashes and pipes are escaped."""
    return " ".join(text.splitlines()).replace("\\", "\\\\").replace("|", "\\|")


def _in_extension(text: str) -> str:
    """The value of an extension: backslashes, equal signs and line breaks are escaped, pipes are not."""
    escaped = text.replace("\\", "\\\\").replace("=", "\\=")
    return "\\n".join(escaped.splitlines())

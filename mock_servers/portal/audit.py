"""The audit trail of a tenant: who did what to which token, user or group, and when.

Rows are only ever added. `append` joins the change that it tells of, so that neither is kept without the other;
`record` stands alone. Nothing here may ever be given a secret.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.scim.store import Database

PAGE_SIZE = 50  # IVANTI-019

NO_CHANGES: Mapping[str, tuple[object, object]] = {}


@dataclass(frozen=True)
class AuditRow:
    """One activity. `changes` holds for each attribute its value before and after (IVANTI-017)."""

    number: int
    performed_at: datetime
    activity: str
    subject: str
    subject_type: str
    performed_by: str
    details: str
    changes: Mapping[str, tuple[object, object]]


@dataclass(frozen=True)
class AuditPage:
    """A page of rows, newest first, and how many rows there are in all."""

    total: int
    rows: list[AuditRow]


class AuditTrail:
    """The rows of one tenant."""

    def __init__(self, database: Database, tenant_name: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant_name
        self._clock = clock
        database.write(_create_table)

    def record(
        self,
        activity: str,
        *,
        subject: str,
        subject_type: str,
        performed_by: str,
        changes: Mapping[str, tuple[object, object]] = NO_CHANGES,
    ) -> None:
        """Add a row as a change of its own, and return once it is kept."""
        self._database.write(
            lambda connection: self.append(
                connection,
                activity,
                subject=subject,
                subject_type=subject_type,
                performed_by=performed_by,
                changes=changes,
            )
        )

    def append(
        self,
        connection: sqlite3.Connection,
        activity: str,
        *,
        subject: str,
        subject_type: str,
        performed_by: str,
        details: str = "",
        changes: Mapping[str, tuple[object, object]] = NO_CHANGES,
    ) -> None:
        """Add a row within a change that is being written."""
        connection.execute(
            "INSERT INTO audit_row (tenant, performed_at, activity, subject, subject_type, performed_by, details,"
            " changes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._tenant,
                self._clock.now().astimezone(UTC).isoformat(),
                activity,
                subject,
                subject_type,
                performed_by,
                details,
                orjson.dumps(dict(changes), default=str).decode() if changes else "{}",
            ),
        )

    def rows(self, *, search: str = "", offset: int = 0, limit: int = PAGE_SIZE) -> AuditPage:
        """Rows whose subject, activity or performer contains `search`, whatever its case; newest first."""
        return self._database.read(lambda connection: self._page(connection, search, offset, limit))

    def _page(self, connection: sqlite3.Connection, search: str, offset: int, limit: int) -> AuditPage:
        where, values = "tenant = ?", [self._tenant]
        if search:
            where += " AND instr(lower(subject || char(10) || activity || char(10) || performed_by), ?)"
            values.append(_lower_ascii(search))
        total = connection.execute(f"SELECT count(*) FROM audit_row WHERE {where}", values).fetchone()[0]
        found = connection.execute(
            "SELECT number, performed_at, activity, subject, subject_type, performed_by, details, changes"
            f" FROM audit_row WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",
            [*values, limit, offset],
        )
        return AuditPage(total, [_row_from(values) for values in found])


def _create_table(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS audit_row (number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL,"
        " performed_at TEXT NOT NULL, activity TEXT NOT NULL, subject TEXT NOT NULL, subject_type TEXT NOT NULL,"
        " performed_by TEXT NOT NULL, details TEXT NOT NULL, changes TEXT NOT NULL)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS audit_row_of_tenant ON audit_row (tenant, number)")


def _lower_ascii(text: str) -> str:
    """SQLite's lower() knows ASCII alone, so both sides of a comparison are lowered that way."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _row_from(values: tuple[int, str, str, str, str, str, str, str]) -> AuditRow:
    number, performed_at, activity, subject, subject_type, performed_by, details, changes = values
    return AuditRow(
        number,
        datetime.fromisoformat(performed_at),
        activity,
        subject,
        subject_type,
        performed_by,
        details,
        {attribute: (before, after) for attribute, (before, after) in orjson.loads(changes).items()},
    )

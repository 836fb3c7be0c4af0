"""The audit trail of a tenant: who did what to which token, user, group or setting, and when.

Rows are only ever added: nothing here removes one or switches the trail off (IVANTI-015). `append` joins the change
that it tells of, so that neither is kept without the other; `record` stands alone. Nothing here may ever be given a
secret.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import orjson

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.stored_columns import add_missing_columns

PAGE_SIZE = 50  # IVANTI-019
SYSTEM = "System"
"""Who did what no administrator and no provider did: what falls due, and what was done where the server runs."""

CATEGORIES = {"SCIM Token": "SCIM", "OAuth Client": "SCIM", "User": "Users", "Group": "Users"}
OTHER_CATEGORY = "Administration"
NO_CHANGES: Mapping[str, tuple[object, object]] = {}

_COLUMNS = "number, performed_at, activity, subject, subject_type, performed_by, details, changes, category, status"


class AuditStatus(StrEnum):
    """What came of an activity."""

    SUCCESS = "Success"
    FAILURE = "Failure"


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
    category: str
    status: AuditStatus


@dataclass(frozen=True)
class AuditFilter:
    """Which rows are wanted; what is left open does not matter. All that is given must hold (IVANTI-019).

    `name` is found anywhere in the subject; the others are compared whole. Letter case does not matter. Both days are
    within the range, in UTC.
    """

    first_day: date | None = None
    last_day: date | None = None
    category: str = ""
    type: str = ""
    activity: str = ""
    name: str = ""
    performed_by: str = ""
    status: str = ""


EVERYTHING = AuditFilter()


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
        details: str = "",
        changes: Mapping[str, tuple[object, object]] = NO_CHANGES,
        status: AuditStatus = AuditStatus.SUCCESS,
    ) -> None:
        """Add a row as a change of its own, and return once it is kept."""
        self._database.write(
            lambda connection: self.append(
                connection,
                activity,
                subject=subject,
                subject_type=subject_type,
                performed_by=performed_by,
                details=details,
                changes=changes,
                status=status,
            )
        )

    def append(
        self,
        connection: Connection,
        activity: str,
        *,
        subject: str,
        subject_type: str,
        performed_by: str,
        details: str = "",
        changes: Mapping[str, tuple[object, object]] = NO_CHANGES,
        status: AuditStatus = AuditStatus.SUCCESS,
    ) -> None:
        """Add a row within a change that is being written."""
        connection.execute(
            "INSERT INTO audit_row (tenant, performed_at, activity, subject, subject_type, performed_by, details,"
            " changes, category, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._tenant,
                _text(self._clock.now()),
                activity,
                subject,
                subject_type,
                performed_by,
                details,
                orjson.dumps(dict(changes), default=str).decode() if changes else "{}",
                CATEGORIES.get(subject_type, OTHER_CATEGORY),
                status,
            ),
        )

    def rows(self, wanted: AuditFilter = EVERYTHING, *, offset: int = 0, limit: int = PAGE_SIZE) -> AuditPage:
        """The rows that are wanted, newest first."""
        where, values = _condition(self._tenant, wanted)

        def page(connection: Connection) -> AuditPage:
            total = connection.execute(f"SELECT count(*) FROM audit_row WHERE {where}", values).fetchone()[0]
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM audit_row WHERE {where} ORDER BY number DESC LIMIT ? OFFSET ?",
                [*values, limit, offset],
            )
            return AuditPage(total, [_row_from(*values) for values in found])

        return self._database.read(page)

    def all(self, wanted: AuditFilter = EVERYTHING) -> list[AuditRow]:
        """Every row that is wanted, oldest first: for an export."""
        where, values = _condition(self._tenant, wanted)
        statement = f"SELECT {_COLUMNS} FROM audit_row WHERE {where} ORDER BY number"
        return self._database.read(
            lambda connection: [_row_from(*row) for row in connection.execute(statement, values)]
        )

    def find(self, number: int) -> AuditRow | None:
        statement = f"SELECT {_COLUMNS} FROM audit_row WHERE tenant = ? AND number = ?"
        found = self._database.read(lambda connection: connection.execute(statement, (self._tenant, number)).fetchone())
        return _row_from(*found) if found is not None else None

    def choices(self) -> dict[str, list[str]]:
        """What the filters may choose from: the values that are known, and those that occur."""

        def occurring(connection: Connection, column: str) -> set[str]:
            found = connection.execute(f"SELECT DISTINCT {column} FROM audit_row WHERE tenant = ?", (self._tenant,))
            return {value for (value,) in found}

        return self._database.read(
            lambda connection: {
                name: sorted(occurring(connection, column) | _KNOWN.get(name, frozenset()))
                for name, column in _COMPARED.items()
            }
        )


_COMPARED = {
    "category": "category",
    "type": "subject_type",
    "activity": "activity",
    "performed_by": "performed_by",
    "status": "status",
}

_KNOWN: Mapping[str, frozenset[str]] = {
    "category": frozenset({*CATEGORIES.values(), OTHER_CATEGORY}),
    "type": frozenset(CATEGORIES),
    "status": frozenset(status.value for status in AuditStatus),
}


def _condition(tenant: str, wanted: AuditFilter) -> tuple[str, list[str]]:
    conditions = list(_conditions(tenant, wanted))
    return " AND ".join(text for text, _ in conditions), [value for _, value in conditions]


def _conditions(tenant: str, wanted: AuditFilter) -> Iterator[tuple[str, str]]:
    yield "tenant = ?", tenant
    if wanted.first_day is not None:
        yield "performed_at >= ?", _text(_midnight(wanted.first_day))
    if wanted.last_day is not None and wanted.last_day < date.max:
        yield "performed_at < ?", _text(_midnight(wanted.last_day + timedelta(days=1)))
    for name, column in _COMPARED.items():
        value = getattr(wanted, name)
        if value:
            yield f"lower({column}) = ?", _lower_ascii(value)
    if wanted.name:
        yield "instr(lower(subject), ?)", _lower_ascii(wanted.name)


def _create_table(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS audit_row (number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL,"
        " performed_at TEXT NOT NULL, activity TEXT NOT NULL, subject TEXT NOT NULL, subject_type TEXT NOT NULL,"
        " performed_by TEXT NOT NULL, details TEXT NOT NULL, changes TEXT NOT NULL)"
    )
    later = {
        "category": f"TEXT NOT NULL DEFAULT '{OTHER_CATEGORY}'",
        "status": f"TEXT NOT NULL DEFAULT '{AuditStatus.SUCCESS}'",
    }
    add_missing_columns(connection, "audit_row", later)
    connection.execute("CREATE INDEX IF NOT EXISTS audit_row_of_tenant ON audit_row (tenant, number)")


def _text(when: datetime) -> str:
    # Always with microseconds: moments are compared as texts.
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _lower_ascii(text: str) -> str:
    """SQLite's lower() knows ASCII alone, so both sides of a comparison are lowered that way."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _row_from(
    number: int,
    performed_at: str,
    activity: str,
    subject: str,
    subject_type: str,
    performed_by: str,
    details: str,
    changes: str,
    category: str,
    status: str,
) -> AuditRow:
    return AuditRow(
        number,
        datetime.fromisoformat(performed_at),
        activity,
        subject,
        subject_type,
        performed_by,
        details,
        {attribute: (before, after) for attribute, (before, after) in orjson.loads(changes).items()},
        category,
        AuditStatus(status),
    )

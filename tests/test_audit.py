"""The audit trail: newest first, by tenant, in pages of fifty, kept with the change that it tells of."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.portal.audit import AuditRow, AuditTrail
from scimulate.mock_servers.scim.store import Database

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def trail(database: Database, clock: VirtualClock) -> AuditTrail:
    return AuditTrail(database, "contoso", clock)


def record_user(trail: AuditTrail, activity: str, name: str, performer: str = "Entra ID") -> None:
    trail.record(activity, subject=name, subject_type="User", performed_by=performer)


def test_rows_tell_who_did_what_when_newest_first(trail: AuditTrail, clock: VirtualClock) -> None:
    record_user(trail, "User Created", "ada@contoso.test")
    clock.advance(timedelta(minutes=40))
    trail.record(
        "User Updated",
        subject="ada@contoso.test",
        subject_type="User",
        performed_by="Okta",
        changes={"active": (True, False), "title": (None, "Countess")},
    )
    page = trail.rows()
    assert (page.total, page.rows) == (
        2,
        [
            AuditRow(
                2,
                NINE + timedelta(minutes=40),
                "User Updated",
                "ada@contoso.test",
                "User",
                "Okta",
                "",
                {"active": (True, False), "title": (None, "Countess")},
            ),
            AuditRow(1, NINE, "User Created", "ada@contoso.test", "User", "Entra ID", "", {}),
        ],
    )


def test_a_tenant_sees_its_own_rows_only(database: Database, clock: VirtualClock, trail: AuditTrail) -> None:
    record_user(trail, "User Created", "ada@contoso.test")
    assert AuditTrail(database, "fabrikam", clock).rows().total == 0


def test_pages_hold_fifty_rows_and_meet_without_gap(trail: AuditTrail) -> None:
    for number in range(60):
        record_user(trail, "User Created", f"user{number}")
    first, second = trail.rows(), trail.rows(offset=50)
    assert (first.total, second.total) == (60, 60)
    assert [row.subject for row in first.rows + second.rows] == [f"user{number}" for number in reversed(range(60))]
    assert len(first.rows) == 50


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ADA", ["ada"]),
        ("deleted", ["Ünal"]),
        ("okta", ["Ünal"]),
        ("Ünal", ["Ünal"]),
        ("%", []),
        ("' OR 1=1 --", []),
        ("ada\nUser", ["ada"]),
    ],
)
def test_rows_are_found_by_subject_activity_or_performer(trail: AuditTrail, search: str, found: list[str]) -> None:
    record_user(trail, "User Created", "ada")
    record_user(trail, "User Deleted", "Ünal", "Okta")
    page = trail.rows(search=search)
    assert ([row.subject for row in page.rows], page.total) == (found, len(found))


def test_a_row_is_not_kept_without_its_change(database: Database, trail: AuditTrail) -> None:
    def fails_after_its_row(connection: sqlite3.Connection) -> None:
        trail.append(connection, "User Created", subject="ada", subject_type="User", performed_by="Entra ID")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        database.write(fails_after_its_row)
    assert trail.rows().total == 0

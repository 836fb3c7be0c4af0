"""The audit trail: newest first, by tenant, in pages of fifty, kept with the change that it tells of."""

import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.portal.audit import AuditFilter, AuditRow, AuditStatus, AuditTrail
from scimulate.mock_servers.portal.audit_export import as_cef
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
                "Users",
                AuditStatus.SUCCESS,
            ),
            AuditRow(
                1, NINE, "User Created", "ada@contoso.test", "User", "Entra ID", "", {}, "Users", AuditStatus.SUCCESS
            ),
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
    ("wanted", "found"),
    [
        (AuditFilter(), ["token", "Ünal", "ada"]),
        (AuditFilter(name="ADA"), ["ada"]),
        (AuditFilter(name="Ün"), ["Ünal"]),
        (AuditFilter(name="%"), []),
        (AuditFilter(name="' OR 1=1 --"), []),
        (AuditFilter(performed_by="okta"), ["Ünal"]),
        (AuditFilter(performed_by="okt"), []),
        (AuditFilter(activity="user created"), ["ada"]),
        (AuditFilter(type="User"), ["Ünal", "ada"]),
        (AuditFilter(category="SCIM"), ["token"]),
        (AuditFilter(status="Failure"), ["token"]),
        (AuditFilter(type="User", performed_by="Okta"), ["Ünal"]),
        (AuditFilter(type="User", status="Failure"), []),
        (AuditFilter(first_day=date(2026, 1, 6)), ["token"]),
        (AuditFilter(last_day=date(2026, 1, 5)), ["Ünal", "ada"]),
        (AuditFilter(first_day=date(2026, 1, 5), last_day=date(2026, 1, 6)), ["token", "Ünal", "ada"]),
        (AuditFilter(first_day=date.min, last_day=date.max), ["token", "Ünal", "ada"]),
    ],
)
def test_filters_combine(trail: AuditTrail, clock: VirtualClock, wanted: AuditFilter, found: list[str]) -> None:
    record_user(trail, "User Created", "ada")
    clock.advance_to(NINE.replace(hour=23, minute=59, second=59, microsecond=999_999))
    record_user(trail, "User Deleted", "Ünal", "Okta")
    clock.advance(timedelta(microseconds=1))
    trail.record(
        "SCIM Token Created",
        subject="token",
        subject_type="SCIM Token",
        performed_by="System",
        status=AuditStatus.FAILURE,
    )
    page = trail.rows(wanted)
    assert ([row.subject for row in page.rows], page.total) == (found, len(found))
    assert [row.subject for row in trail.all(wanted)] == found[::-1]


def test_what_is_known_or_occurs_can_be_chosen(trail: AuditTrail) -> None:
    record_user(trail, "User Created", "ada")
    record_user(trail, "User Created", "grace", "Okta")
    assert trail.choices() == {
        "category": ["Administration", "SCIM", "Users"],
        "type": ["Group", "OAuth Client", "SCIM Token", "User"],
        "activity": ["User Created"],
        "performed_by": ["Entra ID", "Okta"],
        "status": ["Failure", "Success"],
    }


def test_cef_escapes_what_parts_its_fields() -> None:
    row = AuditRow(
        7,
        NINE,
        "User|Edited\\",
        "a=b|c\\d\ne",
        "User",
        "Entra ID",
        "",
        {"title": ("x=1", None)},
        "Users",
        AuditStatus.FAILURE,
    )
    assert as_cef([row]).decode() == (
        "CEF:0|scimulate|Reference MDM|1|User\\|Edited\\\\|User\\|Edited\\\\|6|"
        "rt=1767603600000 externalId=7 suser=Entra ID cat=Users act=User|Edited\\\\ outcome=Failure cs1Label=Name"
        " cs1=a\\=b|c\\\\d\\ne cs2Label=Type cs2=User cs3Label=Details msg=title: 'x\\=1' -> None\n"
    )


def test_a_row_is_not_kept_without_its_change(database: Database, trail: AuditTrail) -> None:
    def fails_after_its_row(connection: sqlite3.Connection) -> None:
        trail.append(connection, "User Created", subject="ada", subject_type="User", performed_by="Entra ID")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        database.write(fails_after_its_row)
    assert trail.rows().total == 0

"""The audit trail in the portal, as pages and as JSON: columns, filters, details, and the archive."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import orjson
import pytest

from scimulate.mock_servers.portal.audit import AuditStatus
from tests.portal_page import sentence, table
from tests.portal_site import Mdm


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def test_the_list_shows_the_documented_columns_newest_first(mdm: Mdm) -> None:
    token = mdm.generate()
    mdm.clock.advance(timedelta(minutes=10))
    mdm.client.send("DELETE", f"/portal/api/tokens/{token['id']}", json={"confirm": True})
    assert table(mdm.client.get("/portal/audit")) == [
        ["SCIM Token 1", "SCIM Token", "SCIM", "SCIM Token Deleted", "admin", "2026-01-05 09:10 UTC"],
        ["SCIM Token 1", "SCIM Token", "SCIM", "SCIM Token Created", "admin", "2026-01-05 09:00 UTC"],
    ]


def record_a_failed_change(mdm: Mdm) -> None:
    mdm.tenant.audit.record(
        "User Edited",
        subject="<ada>@contoso.test",
        subject_type="User",
        performed_by="Entra ID",
        details="of a kind",
        changes={"active": (True, False), "title": (None, "Countess")},
        status=AuditStatus.FAILURE,
    )


def test_an_entry_shows_what_was_before_and_after(mdm: Mdm) -> None:
    record_a_failed_change(mdm)
    page = mdm.client.get("/portal/audit/1")
    assert table(page) == [["active", "True", "False"], ["title", "none", "Countess"]]
    assert "&lt;ada&gt;@contoso.test" in page.text
    assert mdm.client.get("/portal/api/audit/1").json() == {
        "number": 1,
        "name": "<ada>@contoso.test",
        "type": "User",
        "category": "Users",
        "activity": "User Edited",
        "performed_by": "Entra ID",
        "performed_at": "2026-01-05T09:00:00Z",
        "status": "Failure",
        "details": "of a kind",
        "changes": [
            {"attribute": "active", "before": True, "after": False},
            {"attribute": "title", "before": None, "after": "Countess"},
        ],
    }


@pytest.mark.parametrize("number", ["0", "2", "x", "²", "9" * 30])
def test_an_entry_that_is_not_there_is_not_found(mdm: Mdm, number: str) -> None:
    mdm.generate()
    answer = mdm.client.get(f"/portal/api/audit/{number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "audit_row_not_found")
    assert mdm.client.get(f"/portal/audit/{number}").status_code == 404


def test_an_entry_of_another_tenant_is_not_found(mdm: Mdm) -> None:
    mdm.generate()
    mdm.sign_in(mdm.tenants.create("fabrikam"))
    assert mdm.client.get("/tenants/fabrikam/portal/api/audit/1").status_code == 404


def test_filters_and_pages_go_together(mdm: Mdm) -> None:
    for number in range(51):
        mdm.tenant.audit.record("User Created", subject=f"a&b{number}", subject_type="User", performed_by="Okta")
    mdm.generate()
    page = mdm.client.get("/portal/audit?performed_by=okta&name=a%26b")
    assert (len(table(page)), 'id="total" data-value="51"' in page.text) == (50, True)
    following = html.unescape(re.findall(r'href="([^"]+)" rel="next"', page.text)[0])
    assert following == "/portal/audit?name=a%26b&performed_by=okta&page=2"
    assert [row[0] for row in table(mdm.client.get(following))] == ["a&b0"]


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "20260105", "2026-01-05T09:00", "2026-W01-1"])
def test_a_day_that_is_none_is_refused(mdm: Mdm, day: str) -> None:
    answer = mdm.client.get(f"/portal/api/audit?from={day}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_day")
    assert sentence(mdm.client.get(f"/portal/audit?to={day}")).startswith("A date is given as")


@pytest.mark.parametrize("path", ["/portal/audit/export", "/portal/api/audit/export"])
def test_the_archive_holds_one_file_of_what_was_filtered(mdm: Mdm, path: str) -> None:
    mdm.generate()
    record_a_failed_change(mdm)
    answer = mdm.client.get(f"{path}?format=json&type=User")
    assert (answer.headers["content-type"], answer.headers["content-disposition"]) == (
        "application/zip",
        'attachment; filename="audit-trails-default-2026-01-05-json.zip"',
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["audit-trails.json"]
        assert orjson.loads(archive.read("audit-trails.json")) == {
            "rows": [mdm.client.get("/portal/api/audit/2").json()]
        }


def test_another_format_is_refused(mdm: Mdm) -> None:
    answer = mdm.client.get("/portal/api/audit/export?format=pdf")
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "unknown_format", "message": "The audit trail is exported as json, cef."},
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nobody_can_change_or_switch_off_the_trail(mdm: Mdm, method: str) -> None:
    mdm.generate()
    assert [mdm.client.send(method, f"/portal/{path}").status_code for path in ("audit", "audit/1", "api/audit")] == [
        405
    ] * 3
    assert mdm.activities() == ["SCIM Token Created"]


def test_the_trail_speaks_japanese(mdm: Mdm) -> None:
    mdm.generate()
    mdm.tenant.audit.record("Something New", subject="x", subject_type="Thing", performed_by="admin")
    page = mdm.client.send("GET", "/portal/audit", headers={"Accept-Language": "ja"})
    assert table(page) == [
        ["x", "Thing", "管理", "Something New", "admin", "2026-01-05 09:00 UTC"],
        ["SCIM Token 1", "SCIMトークン", "SCIM", "SCIMトークンが作成されました", "admin", "2026-01-05 09:00 UTC"],
    ]

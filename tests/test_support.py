"""The feature flag and the tickets that ask for it: SEED-010, SEED-012, NEG-01, IVANTI-095."""

from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.tenants import Tenants
from tests.portal_site import Mdm

HINT = "SCIM provisioning is not enabled for this tenant; raise an SRE ticket."
NEEDS_SCIM = ["/admin/scim", "/admin/scim/generate", "/admin/identity/provisioning"]


class Desk(Mdm):
    """A tenant without SCIM provisioning, its administrator signed in, and a way to be somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.generate()
        self.become(Role.SUPPORT)
        assert self.post("support/scim", {"on": False}) == (200, {"scim_is_on": False})
        self.become(Role.SYSTEM_MANAGEMENT)

    def become(self, role: Role) -> None:
        self.sign_in(self.tenant, role.value.replace(" ", "."), [role])

    def post(self, path: str, document: object = None) -> tuple[int, Any]:
        answer = self.client.post(f"/portal/api/{path}", json=document)
        return answer.status_code, answer.json()

    def seen(self) -> list[str]:
        tabs = self.client.get("/portal/api/navigation").json()
        return [page["id"] for tab in tabs for entry in tab["entries"] for page in entry["entries"]]

    def support_rows(self) -> list[tuple[str, str, str]]:
        rows = self.database.read(
            lambda connection: connection.execute(
                "SELECT activity, subject, performed_by FROM audit_row WHERE subject_type IN"
                " ('Support Ticket', 'Feature') ORDER BY number"
            ).fetchall()
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.database.close()


def test_a_new_tenant_has_scim_provisioning(desk: Desk) -> None:
    assert desk.tenants.create("fabrikam").support.scim_is_on


@pytest.mark.parametrize(("language", "hint"), [("en", HINT), ("ja", "SREチケットを提出してください。")])
def test_off_the_pages_and_calls_are_refused_with_the_way_to_a_ticket(desk: Desk, language: str, hint: str) -> None:
    headers = {"Accept-Language": language}
    for path in NEEDS_SCIM:
        page = desk.client.send("GET", f"/portal{path}", headers=headers)
        assert (page.status_code, hint in page.text, 'href="/portal/support"' in page.text) == (403, True, True)
    calls = [("GET", "scim"), ("POST", "tokens"), ("POST", "tokens/1/renew"), ("DELETE", "tokens/1")]
    answers = [desk.client.send(method, f"/portal/api/{path}", json={}, headers=headers) for method, path in calls]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "scim_not_enabled")] * 4
    assert all(hint in answer.json()["message"] for answer in answers)
    assert len(desk.tenant.tokens.all()) == 1


def test_off_the_entries_are_hidden_and_on_they_are_back(desk: Desk) -> None:
    hidden = {"nav.provisioning", "nav.identity.provisioning"}
    assert hidden.isdisjoint(desk.seen())
    desk.tenant.support.switch_scim(on=True, by="support", audit=desk.tenant.audit)
    assert hidden <= set(desk.seen())
    assert desk.client.get("/portal/admin/scim").status_code == 200


def test_a_ticket_is_filed_approved_by_support_and_takes_effect_at_once(desk: Desk) -> None:
    status, ticket = desk.post("tickets", {"reason": "  We move to Entra ID "})
    filed = {
        "id": 1,
        "reason": "We move to Entra ID",
        "filed_by": "System.Management",
        "filed_at": "2026-01-05T09:00:00Z",
        "status": "open",
        "approved_by": "",
        "approved_at": None,
    }
    assert (status, ticket) == (201, filed)
    assert desk.post("tickets/1/approve")[1]["code"] == "not_permitted"
    assert not desk.tenant.support.scim_is_on

    desk.become(Role.SUPPORT)
    approved = {**filed, "status": "approved", "approved_by": "Support", "approved_at": "2026-01-05T09:00:00Z"}
    assert desk.post("tickets/1/approve") == (200, approved)
    shown = desk.client.get("/portal/api/tickets").json()
    assert shown == {"scim_is_on": True, "tickets": [approved]}
    assert desk.support_rows() == [
        ("Feature Switched Off", "SCIM Provisioning", "Support"),
        ("Ticket Filed", "Ticket 1", "System.Management"),
        ("Ticket Approved", "Ticket 1", "Support"),
        ("Feature Switched On", "SCIM Provisioning", "Support"),
    ]


def test_what_makes_no_sense_is_refused_and_changes_nothing(desk: Desk) -> None:
    def told(path: str, document: object = None) -> tuple[int, str]:
        status, answer = desk.post(path, document)
        return status, answer["code"]

    assert told("tickets", {"reason": 7}) == (400, "bad_value")
    assert told("tickets", {"reason": "x" * 257}) == (400, "too_long")
    assert told("tickets", {"reason": "a\x00b"}) == (400, "unprintable")
    assert desk.post("tickets")[0] == 201
    assert told("tickets") == (409, "ticket_open_already")

    desk.become(Role.SUPPORT)
    assert [told(f"tickets/{other}/approve") for other in ("2", "0", "x", "-1", "9" * 30)] == [
        (404, "ticket_unknown")
    ] * 5
    assert [told("support/scim", {"on": other}) for other in (None, "true", 1)] == [(400, "bad_value")] * 3
    assert desk.post("tickets/1/approve")[0] == 200
    assert told("tickets/1/approve") == (409, "ticket_approved_already")

    desk.become(Role.SYSTEM_MANAGEMENT)
    assert told("tickets") == (409, "scim_enabled_already")
    assert len(desk.tenant.support.tickets()) == 1


def test_switching_to_what_it_is_leaves_no_row(desk: Desk) -> None:
    before = desk.support_rows()
    desk.tenant.support.switch_scim(on=False, by="support", audit=desk.tenant.audit)
    assert desk.support_rows() == before


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.SYSTEM_MANAGEMENT, [200, 201, 403]),
        (Role.SYSTEM_READ_ONLY, [200, 403, 403]),
        (Role.USER_MANAGEMENT, [403, 403, 403]),
        (Role.USER_READ_ONLY, [403, 403, 403]),
        (Role.SUPPORT, [200, 403, 200]),
    ],
)
def test_who_may_see_file_and_switch(desk: Desk, role: Role, may: list[int]) -> None:
    desk.become(role)
    assert [
        desk.client.get("/portal/api/tickets").status_code,
        desk.post("tickets")[0],
        desk.post("support/scim", {"on": False})[0],
    ] == may


def test_the_page_offers_what_the_role_may_do(desk: Desk) -> None:
    def offers() -> list[str]:
        page = desk.client.get("/portal/support").text
        return [
            mark for mark in ('id="file"', 'id="switch-on"', 'id="switch-off"', 'data-action="approve"') if mark in page
        ]

    assert offers() == ['id="file"']
    sent = desk.client.post("/portal/support/tickets", data={"reason": "<script>"})
    assert sent.headers["location"] == "/portal/support?done=filed"
    assert "<script>" not in desk.client.get("/portal/support").text.partition("<main")[2]
    assert offers() == []
    desk.become(Role.SYSTEM_READ_ONLY)
    assert offers() == []
    desk.become(Role.SUPPORT)
    assert offers() == ['id="switch-on"', 'data-action="approve"']
    assert desk.client.post("/portal/support/tickets/1/approve", data={}).status_code == 303
    assert offers() == ['id="switch-off"']
    asked = desk.client.get("/portal/support/scim/off").text
    confirmation = asked.partition('name="confirmation" value="')[2].partition('"')[0]
    assert desk.client.post("/portal/support/scim/off", data={}).status_code == 400
    assert desk.tenant.support.scim_is_on
    assert desk.client.post("/portal/support/scim/off", data={"confirmation": confirmation}).status_code == 303
    assert not desk.tenant.support.scim_is_on
    assert desk.client.post("/portal/support/scim/on", data={}).status_code == 303
    assert desk.tenant.support.scim_is_on


def test_flag_and_tickets_outlive_the_server(desk: Desk) -> None:
    desk.post("tickets", {"reason": "We move"})
    again = Tenants(desk.database, lambda _: desk.clock).default.support
    assert (again.scim_is_on, again.tickets()) == (False, desk.tenant.support.tickets())

"""Settings, custom attributes and what follows from them, as JSON and as pages."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scimulate.mock_servers.given_people import give_attribute_uses
from scimulate.mock_servers.portal.audit import AuditFilter
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.scim.schema import IVANTI_URN
from tests.portal_page import hidden_fields, sentence
from tests.portal_site import Mdm

AS_THEY_START = {
    "invite_imported_users": False,
    "managed_apple_id": "off",
    "appleid_subdomain": False,
    "apple_id_attribute": "",
    "idle_minutes": 15,
    "renew_overlap_seconds": 0,
    "saml_for_scim_users": False,
    "saml_exempts_local_users": False,
}
SETTINGS_PAGE = "/portal/admin/scim/settings"
SITE = {"name": "site", "usage": "${site}", "type": "IDP"}


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    mdm.generate()
    yield mdm
    mdm.database.close()


def save(mdm: Mdm, **changes: object) -> httpx.Response:
    return mdm.client.send("PUT", "/portal/api/settings", json=changes)


def send_page(mdm: Mdm, fields: dict[str, str]) -> httpx.Response:
    """Open the page and save these fields."""
    return mdm.client.post(SETTINGS_PAGE, data={**hidden_fields(mdm.client.get(SETTINGS_PAGE)), **fields})


def settings(mdm: Mdm) -> Any:
    return mdm.client.get("/portal/api/settings").json()


def attributes(mdm: Mdm) -> Any:
    return mdm.client.get("/portal/api/attributes").json()["attributes"]


def arrive(mdm: Mdm, name: str, **values: object) -> str:
    """A user over SCIM, as far as the portal hears of it; the id."""
    document: dict[str, object] = {
        "userName": f"{name}@contoso.test",
        "emails": [{"value": f"{name}@contoso.test"}],
        **values,
    }

    def change(connection: Any) -> str:
        row = mdm.tenant.resources.insert(connection, "User", document, source="SCIM Entra ID")
        mdm.tenant.arrivals.user_created(connection, row)
        return row.id

    return mdm.database.write(change)


def apple_id(mdm: Mdm, user: str) -> str:
    shown: str = mdm.client.get(f"/portal/api/users/{user}").json()["managed_apple_id"]
    return shown


def test_settings_need_a_token() -> None:
    mdm = Mdm()
    answers = [mdm.client.get("/portal/api/settings"), save(mdm, idle_minutes=5)]
    page = mdm.client.get("/portal/admin/scim/settings")
    mdm.database.close()
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "settings_need_a_token")] * 2
    assert (page.status_code, sentence(page)) == (
        409,
        "Settings can be edited once a token exists. Generate one first.",
    )


def test_what_is_saved_is_in_force_and_recorded_once(mdm: Mdm) -> None:
    assert settings(mdm) == AS_THEY_START
    answers = [save(mdm, idle_minutes=5, invite_imported_users=True) for _ in range(2)]
    assert [answer.json() for answer in answers] == [
        {**AS_THEY_START, "idle_minutes": 5, "invite_imported_users": True}
    ] * 2
    rows = mdm.tenant.audit.rows(AuditFilter(activity="Settings Changed")).rows
    assert [(row.performed_by, row.changes) for row in rows] == [
        ("admin", {"invite_imported_users": (False, True), "idle_minutes": (15, 5)})
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"idle_minutes": 4}, "idle_minutes_out_of_range"),
        ({"idle_minutes": 16}, "idle_minutes_out_of_range"),
        ({"idle_minutes": True}, "bad_value"),
        ({"idle_minutes": "5"}, "bad_value"),
        ({"idle_minutes": 2**70}, "bad_value"),
        ({"renew_overlap_seconds": -1}, "renew_overlap_out_of_range"),
        ({"renew_overlap_seconds": 86_401}, "renew_overlap_out_of_range"),
        ({"invite_imported_users": 1}, "bad_value"),
        ({"managed_apple_id": "fax"}, "bad_value"),
        ({"managed_apple_id": []}, "bad_value"),
        ({"managed_apple_id": "attribute"}, "apple_id_attribute_missing"),
        ({"apple_id_attribute": "site"}, "attribute_unknown"),
        ({"color": "red"}, "unknown_setting"),
        ({"new_attributes": "site"}, "bad_value"),
        ({"new_attributes": ["my site"]}, "attribute_name_refused"),
        ({"new_attributes": ["site"], "idle_minutes": 4}, "idle_minutes_out_of_range"),
    ],
)
def test_of_a_refused_change_nothing_is_kept(mdm: Mdm, changes: dict[str, object], code: str) -> None:
    content = json.dumps({"invite_imported_users": True, **changes}).encode()
    answer = mdm.client.send("PUT", "/portal/api/settings", content=content)
    assert answer.json()["code"] == code
    assert answer.status_code in (400, 404)
    assert (settings(mdm), attributes(mdm)) == (AS_THEY_START, [])
    assert mdm.activities() == ["SCIM Token Created"]


def test_the_page_saves_what_its_form_says(mdm: Mdm) -> None:
    form = {"managed_apple_id": "email", "idle_minutes": "10", "renew_overlap_seconds": "0", "attribute_name": "site"}
    answer = send_page(mdm, {**form, "invite_imported_users": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal/admin/scim/settings?done=saved")
    wanted = {"managed_apple_id": "email", "idle_minutes": 10, "invite_imported_users": True}
    assert (settings(mdm), attributes(mdm)) == ({**AS_THEY_START, **wanted}, [SITE])
    send_page(mdm, {"managed_apple_id": "off"})
    assert settings(mdm) == {**AS_THEY_START, "idle_minutes": 10}
    page = mdm.client.get(answer.headers["location"]).text
    assert "The changes were saved." in page
    assert 'id="notice"' in page


def test_of_two_pages_open_at_once_the_one_that_is_saved_later_overwrites_nothing(mdm: Mdm) -> None:
    later = hidden_fields(mdm.client.get(SETTINGS_PAGE))
    send_page(mdm, {"idle_minutes": "10"})
    before = mdm.activities()
    answer = mdm.client.post(SETTINGS_PAGE, data={**later, "invite_imported_users": "true", "attribute_name": "site"})
    assert answer.status_code == 409
    told = "Somebody else has changed this since you opened the page. Nothing of yours was saved. Open the page again."
    assert sentence(answer) == told
    assert 'name="attribute_name" value="site"' in answer.text
    assert hidden_fields(answer)["seen"] == later["seen"]
    assert (settings(mdm), attributes(mdm)) == ({**AS_THEY_START, "idle_minutes": 10}, [])
    assert mdm.activities() == before
    assert send_page(mdm, {"idle_minutes": "10", "invite_imported_users": "true"}).status_code == 303
    assert settings(mdm) == {**AS_THEY_START, "idle_minutes": 10, "invite_imported_users": True}


@pytest.mark.parametrize("path", [SETTINGS_PAGE, "/portal/admin/user-source"])
def test_a_form_that_does_not_tell_what_was_seen_saves_nothing(mdm: Mdm, path: str) -> None:
    before = mdm.activities()
    answer = mdm.client.post(path, data={"idle_minutes": "10", "sync_minutes": "90"})
    assert (answer.status_code, mdm.activities()) == (409, before)


@pytest.mark.parametrize("minutes", ["", "x", "-5", "5.0", "\uff19", "9" * 30])
def test_a_number_in_a_form_is_a_number(mdm: Mdm, minutes: str) -> None:
    answer = send_page(mdm, {"idle_minutes": minutes})
    assert (answer.status_code, settings(mdm)) == (400, AS_THEY_START)


def test_settings_that_are_not_taken_come_back_as_they_were_typed(mdm: Mdm) -> None:
    typed = {"renew_overlap_seconds": "<soon>", "idle_minutes": "5", "saml_for_scim_users": "true"}
    answer = send_page(mdm, typed)
    assert (answer.status_code, 'id="refused" data-code="bad_value"' in answer.text) == (400, True)
    assert 'value="&lt;soon&gt;"' in answer.text
    assert re.findall(r'name="(\w+)" value="true" checked', answer.text) == ["saml_for_scim_users"]
    assert re.findall(r"<option selected>(\d+)", answer.text) == ["5"]
    assert (settings(mdm), mdm.activities()) == (AS_THEY_START, ["SCIM Token Created"])


def test_a_role_that_only_reads_sees_settings_it_cannot_save(mdm: Mdm) -> None:
    mdm.sign_in(mdm.tenant, "reader", [Role.SYSTEM_READ_ONLY])
    page = mdm.client.get("/portal/admin/scim/settings").text
    assert 'id="save"' not in page
    assert page.count("<fieldset") == page.count(" disabled>")
    assert (save(mdm, idle_minutes=5).status_code, settings(mdm)) == (403, AS_THEY_START)


def test_custom_attributes_are_added_listed_and_deleted(mdm: Mdm) -> None:
    added = mdm.client.post("/portal/api/attributes", json={"name": " site "})
    assert (added.status_code, added.json()) == (201, {"attributes": [SITE]})
    codes = [
        mdm.client.post("/portal/api/attributes", json={"name": name}).json()["code"] for name in ("SITE", "1", "")
    ]
    assert codes == ["attribute_exists", "attribute_name_refused", "attribute_name_refused"]
    assert [mdm.client.delete("/portal/api/attributes/site").status_code for _ in range(2)] == [204, 404]
    assert mdm.activities() == ["Custom Attribute Deleted", "Custom Attribute Created", "SCIM Token Created"]


def test_an_attribute_in_use_is_kept_and_says_by_what(mdm: Mdm) -> None:
    mdm.client.post("/portal/api/attributes", json={"name": "site"})
    give_attribute_uses(mdm.tenant, {"attribute": "site", "uses": [{"kind": "policy", "name": "Paris"}]})
    save(mdm, managed_apple_id="attribute", apple_id_attribute="site")
    fields = hidden_fields(mdm.client.get("/portal/admin/attributes/site/delete"))
    page = mdm.client.post("/portal/admin/attributes/site/delete", data=fields)
    assert (page.status_code, sentence(page)) == (
        409,
        "The custom attribute site is in use: policy Paris, provisioning setting Managed Apple ID.",
    )
    assert attributes(mdm) == [SITE]


def test_deletion_wipes_the_values_and_nothing_else(mdm: Mdm) -> None:
    for name in ("site", "shift"):
        mdm.client.post("/portal/api/attributes", json={"name": name})
    ada = arrive(mdm, "ada", **{IVANTI_URN: {"site": "Paris", "shift": "late"}})
    grace = arrive(mdm, "grace", **{IVANTI_URN: {"site": "Rome"}})
    mdm.client.delete("/portal/api/attributes/site")
    mdm.client.post("/portal/api/attributes", json={"name": "site"})
    shown = [mdm.client.get(f"/portal/api/users/{user}").json()["attributes"] for user in (ada, grace)]
    assert [[(each["name"], each["value"]) for each in user] for user in shown] == [
        [("shift", "late"), ("site", "")],
        [("shift", ""), ("site", "")],
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"managed_apple_id": "email"}, "ada@contoso.test"),
        ({"managed_apple_id": "email", "appleid_subdomain": True}, "ada@appleid.contoso.test"),
        ({"managed_apple_id": "attribute", "apple_id_attribute": "site"}, "ada@paris.test"),
    ],
)
def test_a_managed_apple_id_is_made_as_the_settings_say(mdm: Mdm, changes: dict[str, object], expected: str) -> None:
    save(mdm, new_attributes=["site"], **changes)
    assert apple_id(mdm, arrive(mdm, "ada", **{IVANTI_URN: {"site": "ada@paris.test"}})) == expected


def test_a_managed_apple_id_that_is_taken_or_no_address_is_a_failure(mdm: Mdm) -> None:
    save(mdm, new_attributes=["site"], managed_apple_id="attribute", apple_id_attribute="site")
    given = [("ada", "one@paris.test"), ("grace", "ONE@paris.test"), ("linus", "one"), ("mary", "")]
    users = [arrive(mdm, name, **{IVANTI_URN: {"site": value}}) for name, value in given]
    assert [apple_id(mdm, user) for user in users] == ["one@paris.test", "", "", ""]
    rows = mdm.tenant.audit.rows(AuditFilter(type="User")).rows
    assert [(row.activity, row.status, row.subject, row.performed_by) for row in rows] == [
        ("Managed Apple ID Failed", "Failure", "linus@contoso.test", "System"),
        ("Managed Apple ID Failed", "Failure", "grace@contoso.test", "System"),
        ("Managed Apple ID Changed", "Success", "ada@contoso.test", "System"),
    ]


def test_created_users_are_invited_once(mdm: Mdm) -> None:
    arrive(mdm, "ada")
    save(mdm, invite_imported_users=True)
    grace = arrive(mdm, "grace")
    arrive(mdm, "linus", emails=[])

    def update(connection: Any) -> None:
        row = mdm.tenant.resources.find(connection, "User", grace)
        assert row is not None
        mdm.tenant.arrivals.user_updated(connection, row)
        mdm.tenant.arrivals.user_created(connection, row)

    mdm.database.write(update)
    assert [each.address for each in mdm.tenant.invitations.all()] == ["grace@contoso.test"]

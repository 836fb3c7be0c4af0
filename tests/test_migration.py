"""The migration from another user source, as JSON and as pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.given_people import GIVEN, GivenRefused, give_groups, give_users
from scimulate.mock_servers.portal.migration import STAGES
from scimulate.mock_servers.portal.permissions import Role
from tests.portal_page import hidden_fields, sentence
from tests.portal_site import Mdm

LEGACY = {"enabled": False, "sync_minutes": 60, "notify_unreachable": True, "notify_attributes": True}


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def post(mdm: Mdm, act: str) -> tuple[int, Any]:
    answer = mdm.client.post(f"/portal/api/migration/{act}")
    told = answer.json()
    return answer.status_code, told.get("stage") or told["code"]


def sheet(mdm: Mdm, user_name: str) -> Any:
    found = mdm.client.get(f"/portal/api/users?search={user_name}").json()["users"]
    return mdm.client.get(f"/portal/api/users/{found[0]['id']}").json()


def test_the_stages_follow_one_another_and_are_recorded(mdm: Mdm) -> None:
    assert post(mdm, "advance") == (409, "migration_not_begun")
    assert post(mdm, "begin") == (200, "syncing")
    assert post(mdm, "begin") == (409, "migration_begun")
    assert [post(mdm, "advance") for _ in range(4)] == [
        (200, "relabelled"),
        (200, "scoped"),
        (200, "finished"),
        (409, "migration_finished"),
    ]
    assert mdm.activities() == ["Migration Stage Changed"] * 4
    assert mdm.client.get("/portal/api/migration").json() == {
        "stage": "finished",
        "stages": list(STAGES),
        "ldap_server_enabled": False,
        "objects_left": 0,
    }


def test_it_does_not_end_while_a_former_source_has_users_or_groups(mdm: Mdm) -> None:
    give_users(mdm.tenant, [{"user_name": "ada@contoso.test", "source": "LDAP"}])
    give_groups(mdm.tenant, [{"name": "Sales", "source": "Entra ID", "members": ["ada@contoso.test"]}])
    for act in ("begin", "advance", "advance"):
        post(mdm, act)
    refused = mdm.client.post("/portal/api/migration/advance")
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "2 users and groups of former sources are left. Remove those that Entra ID does not define.",
    )
    assert mdm.client.get("/portal/api/migration").json()["stage"] == "scoped"


def test_an_enabled_ldap_server_holds_it_up(mdm: Mdm) -> None:
    switch = [
        mdm.client.send("PUT", "/portal/api/ldap-server", json={"enabled": enabled}) for enabled in (True, True, "yes")
    ]
    assert [answer.status_code for answer in switch] == [200, 200, 400]
    assert post(mdm, "begin") == (409, "ldap_server_enabled")
    mdm.client.send("PUT", "/portal/api/ldap-server", json={"enabled": False})
    assert post(mdm, "begin") == (200, "syncing")
    again = mdm.client.send("PUT", "/portal/api/ldap-server", json={"enabled": True})
    assert (again.status_code, again.json()["code"]) == (409, "migration_begun")
    assert mdm.activities() == ["Migration Stage Changed", "LDAP Server Changed", "LDAP Server Changed"]


def test_the_legacy_source_is_edited_until_the_migration_begins(mdm: Mdm) -> None:
    path = "/portal/api/user-source"
    assert mdm.client.get(path).json() == {**LEGACY, "read_only": False}
    edited = mdm.client.send("PUT", path, json={"enabled": True, "sync_minutes": 120})
    assert edited.json() == {**LEGACY, "enabled": True, "sync_minutes": 120, "read_only": False}
    refused = [
        mdm.client.send("PUT", path, json=changes).json()["code"]
        for changes in ({"sync_minutes": 14}, {"sync_minutes": True}, {"interval": 5})
    ]
    assert refused == ["sync_interval_out_of_range", "bad_value", "unknown_setting"]
    post(mdm, "begin")
    late = mdm.client.send("PUT", path, json={"sync_minutes": 30})
    assert (late.status_code, late.json()["code"]) == (409, "legacy_source_read_only")
    assert mdm.client.get(path).json() == {**LEGACY, "enabled": True, "sync_minutes": 120, "read_only": True}


def test_the_pages_walk_the_migration(mdm: Mdm) -> None:
    page = "/portal/admin/scim/migration"
    assert 'data-stage="not started"' in mdm.client.get(page).text
    mdm.client.post(f"{page}/ldap", data={"enabled": "true"})
    asked = hidden_fields(mdm.client.get(f"{page}/begin"))
    refused = mdm.client.post(f"{page}/begin", data=asked)
    assert sentence(refused) == 'Clear "Enable this LDAP Server" before the migration begins.'
    mdm.client.post(f"{page}/ldap", data={})
    assert mdm.client.post(f"{page}/begin", data=asked).status_code == 409
    begun = mdm.client.post(f"{page}/begin", data=hidden_fields(mdm.client.get(f"{page}/begin")))
    assert (begun.status_code, begun.headers["location"]) == (303, f"{page}?done=stage")
    assert 'data-stage="syncing"' in mdm.client.get(page).text
    source = mdm.client.get("/portal/admin/user-source").text
    assert 'data-read-only="true"' in source
    assert 'id="save"' not in source
    saved = mdm.client.post("/portal/admin/user-source", data={"sync_minutes": "90"})
    assert saved.status_code == 409
    seen = hidden_fields(mdm.client.get(page))
    assert mdm.client.post(f"{page}/advance", data=seen).status_code == 303
    assert mdm.tenant.migration.stage == "relabelled"
    again = mdm.client.post(f"{page}/advance", data=seen)
    assert (again.status_code, mdm.tenant.migration.stage) == (409, "relabelled")
    assert sentence(again).startswith("Somebody else has changed this since you opened the page.")


@pytest.mark.parametrize("path", ["migration", "migration/begin", "user-source"])
def test_a_role_for_users_alone_stays_outside(mdm: Mdm, path: str) -> None:
    mdm.sign_in(mdm.tenant, "people", [Role.USER_MANAGEMENT])
    method = "POST" if path.endswith("begin") else "GET"
    assert mdm.client.send(method, f"/portal/api/{path}").status_code == 403


def test_a_former_source_updates_its_own_users_and_no_others(mdm: Mdm) -> None:
    given = {"user_name": "ada@contoso.test", "source": "LDAP", "attributes": {"site": "Oslo"}}
    for changes in ({}, {"attributes": {"site": "Bergen"}}):
        give_users(mdm.tenant, [{**given, **changes}])
    for source in ("Local", "Entra ID", "SCIM"):
        with pytest.raises(GivenRefused) as refused:
            give_users(mdm.tenant, [{**given, "source": source, "attributes": {"site": "Rome"}}])
        said = f"the user ada@contoso.test comes from LDAP, not from {source}"
        assert (refused.value.status, str(refused.value)) == (409, said)
    shown = sheet(mdm, "ada@contoso.test")
    assert (shown["source"], shown["sync"], shown["attributes"]) == (
        "LDAP",
        "Direct Sync",
        [{"name": "site", "usage": "${site}", "type": "LDAP", "value": "Bergen"}],
    )
    assert mdm.client.delete("/portal/api/attributes/site").json()["code"] == "attribute_of_ldap"
    give_users(mdm.tenant, [{**given, "removed": True}])
    shown = sheet(mdm, "ada@contoso.test")
    assert (shown["status"], shown["sync"]) == ("Enabled", "No Sync")


@pytest.mark.parametrize(
    "given",
    [
        {},
        [{}],
        ["ada"],
        [{"user_name": 7}],
        [{"user_name": "ada", "source": "Fax"}],
        [{"user_name": "ada", "sync": "often"}],
        [{"user_name": "ada", "attributes": {"site": 1}}],
        [{"user_name": "ada", "managed_apple_id": 1}],
    ],
)
def test_what_makes_no_sense_is_not_given(mdm: Mdm, given: object) -> None:
    with pytest.raises(GivenRefused):
        give_users(mdm.tenant, given)
    assert mdm.client.get("/portal/api/users").json()["total"] == 0


@pytest.mark.parametrize(
    ("path", "body", "unknown"),
    [
        ("/users", [{"user_name": "ada", "mail": "a@b"}], "'mail'"),
        ("/users", [{"user_name": "ada", "roles": [], "Source": "LDAP"}], "'roles', 'Source'"),
        ("/groups", [{"name": "Sales", "users": []}], "'users'"),
        ("/devices", {"user_name": "ada", "count": 1, "kind": "iPad"}, "'kind'"),
        ("/attribute-uses", {"attribute": "site", "uses": [], "usage": ""}, "'usage'"),
        ("/attribute-uses", {"attribute": "site", "uses": [{"kind": "policy", "name": "P", "id": "1"}]}, "'id'"),
    ],
)
def test_unknown_keys_are_refused_by_name(mdm: Mdm, path: str, body: object, unknown: str) -> None:
    with pytest.raises(GivenRefused) as refused:
        GIVEN[path](mdm.tenant, body)
    assert refused.value.status == 400
    assert str(refused.value).startswith(f"nothing is known of {unknown}; the keys are ")
    assert mdm.client.get("/portal/api/users").json()["total"] == 0


def test_what_has_gone_over_to_scim_is_left_alone_by_its_former_source_only(mdm: Mdm) -> None:
    mdm.provision("Ada")
    before = sheet(mdm, "ada@contoso.test")
    give_users(mdm.tenant, [{"user_name": "ada@contoso.test", "source": "LDAP", "display_name": "Countess"}])
    assert sheet(mdm, "ada@contoso.test") == before
    with pytest.raises(GivenRefused) as refused:
        give_users(mdm.tenant, [{"user_name": "ada@contoso.test", "display_name": "Countess"}])
    said = f"the user ada@contoso.test comes from {before['source']}, not from Local"
    assert (refused.value.status, str(refused.value)) == (409, said)

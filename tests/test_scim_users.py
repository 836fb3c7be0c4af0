"""Users over SCIM: create, read, replace, delete, versions, uniqueness, audit."""

from collections.abc import Iterator

import pytest

from scimulate.scim_schemas import validate
from tests.scim_tenant import BASE, ENTERPRISE, USER, ScimTenant, scim_tenant, what_the_client_wrote


@pytest.fixture(params=["strict", "entra"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as tenant:
        yield tenant


SENT = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "e-1",
    "userName": "Ada@contoso.test",
    "active": True,
    "displayName": "Ada",
    "emails": [{"primary": True, "type": "work", "value": "ada@contoso.test"}],
    "name": {"formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada"},
    "addresses": [{"primary": False, "type": "work", "locality": "London"}],
    "phoneNumbers": [{"type": "mobile", "value": "+44 (0) 1"}],
    ENTERPRISE: {"employeeNumber": "7", "department": "Maths"},
    "meta": {"resourceType": "User"},
    "roles": [],
}


def test_what_entra_posts_comes_back_as_it_was_sent(endpoint: ScimTenant) -> None:
    created = endpoint.send("POST", "/Users", SENT)
    location = f"{BASE}/Users/{created.body['id']}"
    kept = {key: value for key, value in SENT.items() if key not in ("schemas", "meta", "roles")}
    assert (created.status, created.headers) == (201, {"location": location, "etag": 'W/"1"'})
    assert what_the_client_wrote(created.body) == kept
    assert created.body["schemas"] == [USER, ENTERPRISE]
    assert created.body["meta"] == {
        "resourceType": "User",
        "created": "2026-01-05T09:00:00.000Z",
        "lastModified": "2026-01-05T09:00:00.000Z",
        "location": location,
        "version": 'W/"1"',
    }
    assert validate("User", created.body) == []
    assert endpoint.send("GET", f"/Users/{created.body['id']}").body == created.body
    assert endpoint.send("GET", "/Users", filter='externalId eq "e-1"').body["Resources"] == [created.body]


def test_nulls_unknown_attributes_and_what_the_server_sets_are_left_out(endpoint: ScimTenant) -> None:
    user = endpoint.create_user(
        "ada", id="mine", emails=None, shoeSize=9, groups=[{"value": "x"}], TITLE="Dr", **{ENTERPRISE: None}
    )
    assert what_the_client_wrote(user) == {"userName": "ada", "title": "Dr", "active": True}
    assert user["id"] != "mine"
    assert user["schemas"] == [USER]


@pytest.mark.parametrize(
    "attributes",
    [
        {"userName": None},
        {"userName": "  "},
        {"userName": 7},
        {"active": "maybe"},
        {"emails": ["ada@x"]},
        {"emails": [{"value": 7}]},
        {"name": "Ada"},
        {ENTERPRISE: "Maths"},
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_and_nothing_is_kept(endpoint: ScimTenant, attributes: dict[str, object]) -> None:
    answered = endpoint.send("POST", "/Users", {"schemas": [USER], "userName": "ada", **attributes})
    assert answered.error == (400, "invalidValue")
    assert endpoint.user_names() == []


def test_a_user_name_is_given_once_whatever_its_case(endpoint: ScimTenant) -> None:
    endpoint.create_user("Ada@contoso.test")
    grace = endpoint.create_user("grace@contoso.test")
    again = {"schemas": [USER], "userName": "ADA@contoso.test"}
    assert endpoint.send("POST", "/Users", again).error == (409, "uniqueness")
    assert endpoint.send("PUT", f"/Users/{grace['id']}", again).error == (409, "uniqueness")
    rename = endpoint.patch(f"/Users/{grace['id']}", {"op": "replace", "path": "userName", "value": "ada@Contoso.test"})
    assert rename.error == (409, "uniqueness")
    assert endpoint.user_names() == ["Ada@contoso.test", "grace@contoso.test"]


def test_a_rename_keeps_the_id_and_frees_the_name(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    renamed = endpoint.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "userName", "value": "countess"})
    assert (renamed.status, renamed.body["id"], renamed.body["userName"]) == (200, ada["id"], "countess")
    assert endpoint.user_names(filter='userName eq "countess"') == ["countess"]
    assert endpoint.create_user("ada")["id"] != ada["id"]


def test_put_replaces_everything_but_does_not_enable_by_silence(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada", title="Dr", active=False, emails=[{"value": "1"}, {"value": "2"}])
    body = {"schemas": [USER], "userName": "ada", "id": "other", "emails": [{"value": "2"}]}
    replaced = endpoint.send("PUT", f"/Users/{ada['id']}", body)
    assert replaced.status == 200
    assert replaced.body["id"] == ada["id"]
    assert what_the_client_wrote(replaced.body) == {"userName": "ada", "active": False, "emails": [{"value": "2"}]}


def test_a_disabled_user_stays_visible_and_can_be_restored(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    path = f"/Users/{ada['id']}"
    endpoint.patch(path, {"op": "replace", "path": "active", "value": False})
    assert endpoint.send("GET", "/Users", filter='userName eq "ada"').body["Resources"][0]["active"] is False
    restored = endpoint.patch(path, {"op": "replace", "path": "active", "value": True})
    assert what_the_client_wrote(restored.body) == what_the_client_wrote(ada)


def test_a_deleted_user_is_gone_from_lists_groups_and_its_own_address(endpoint: ScimTenant) -> None:
    ada, grace = endpoint.create_user("ada"), endpoint.create_user("grace")
    group = endpoint.create_group("Engineering", ada["id"], grace["id"])
    gone = endpoint.send("DELETE", f"/Users/{ada['id']}")
    assert (gone.status, gone.body) == (204, None)
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp", USER], "userName": "x", "Operations": []}
        operation = {"op": "replace", "path": "title", "value": "x"}
        answered = endpoint.send(method, f"/Users/{ada['id']}", {**body, "Operations": [operation]})
        assert answered.error == (404, None)
    assert endpoint.user_names() == ["grace"]
    assert endpoint.members_of(group["id"]) == [grace["id"]]


def test_a_failing_patch_leaves_the_resource_as_it_was(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    refused = endpoint.patch(
        f"/Users/{ada['id']}",
        {"op": "replace", "path": "title", "value": "Dr"},
        {"op": "replace", "path": "id", "value": "x"},
    )
    assert refused.error == (400, "mutability")
    assert endpoint.send("GET", f"/Users/{ada['id']}").body == ada


def test_a_patch_that_changes_nothing_leaves_version_and_time(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada", title="Dr")
    same = endpoint.patch(f"/Users/{ada['id']}", {"op": "add", "path": "title", "value": "Dr"})
    assert same.body == ada


@pytest.mark.parametrize(
    ("header", "status"),
    [('W/"1"', 200), ('"1"', 200), ("*", 200), ('W/"9", W/"1"', 200), ('W/"2"', 412), ("nonsense", 412)],
)
def test_if_match_is_held_against_the_version(endpoint: ScimTenant, header: str, status: int) -> None:
    ada = endpoint.create_user("ada")
    body = {"schemas": [USER], "userName": "ada", "title": "Dr"}
    answered = endpoint.send("PUT", f"/Users/{ada['id']}", body, headers={"if-match": header})
    assert answered.status == status
    assert answered.status == 200 or answered.error == (412, None)


def test_if_none_match_saves_the_body(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    answered = endpoint.send("GET", f"/Users/{ada['id']}", headers={"if-none-match": 'W/"1"'})
    assert (answered.status, answered.body) == (304, None)


def test_each_write_leaves_an_audit_row_with_the_vendor(endpoint: ScimTenant) -> None:
    """IVANTI-018."""
    ada = endpoint.create_user("ada")
    endpoint.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "title", "value": "Dr"})
    endpoint.send("DELETE", f"/Users/{ada['id']}")
    rows = endpoint.tenant.audit.rows().rows
    assert [(row.activity, row.subject, row.performed_by, row.changes) for row in rows[:3]] == [
        ("User Deleted", "ada", "Entra ID", {}),
        ("User Edited", "ada", "Entra ID", {"title": (None, "Dr")}),
        ("User Created", "ada", "Entra ID", {}),
    ]


def test_a_refused_write_leaves_no_audit_row(endpoint: ScimTenant) -> None:
    endpoint.create_user("ada")
    before = endpoint.tenant.audit.rows().total
    endpoint.send("POST", "/Users", {"schemas": [USER], "userName": "ADA"})
    assert endpoint.tenant.audit.rows().total == before


def test_a_manager_is_read_back_as_an_object(endpoint: ScimTenant) -> None:
    """ENTRA-120."""
    ada = endpoint.create_user("ada", **{ENTERPRISE: {"manager": {"value": "boss"}}})
    assert ada[ENTERPRISE] == {"manager": {"value": "boss", "$ref": f"{BASE}/Users/boss"}}


def test_schemas_are_required_of_a_strict_message_only() -> None:
    with scim_tenant("strict") as strict:
        assert strict.send("POST", "/Users", {"userName": "ada"}).error == (400, "invalidSyntax")
    with scim_tenant("entra") as entra:
        assert entra.send("POST", "/Users", {"userName": "ada"}).status == 201


@pytest.mark.parametrize(
    "operation", [{"op": "remove", "path": "active"}, {"op": "replace", "path": "active", "value": None}]
)
def test_who_has_no_active_any_more_is_active_and_shown_so(operation: dict[str, object]) -> None:
    """D-089: never a user that the portal lists as Enabled, and that a search for active users misses."""
    with scim_tenant("entra") as entra:
        grace = entra.create_user("grace", active=False)
        assert entra.patch(f"/Users/{grace['id']}", operation).body["active"] is True
        assert entra.user_names(filter='userName eq "grace" and active eq true') == ["grace"]


@pytest.mark.parametrize(
    "operation", [{"op": "remove", "path": "active"}, {"op": "replace", "path": "active", "value": None}]
)
def test_active_is_unassigned_where_it_is_not_restored(operation: dict[str, object]) -> None:
    """RFC 7644 §3.5.2.2."""
    with scim_tenant("strict") as strict:
        grace = strict.create_user("grace", active=False)
        assert "active" not in strict.patch(f"/Users/{grace['id']}", operation).body
        assert "active" not in strict.send("GET", f"/Users/{grace['id']}").body
        assert strict.user_names(filter="active pr") == []


def test_one_value_of_one_type_is_kept_once(endpoint: ScimTenant) -> None:
    """RFC 7643 §2.4."""
    work, other = {"value": "a@x", "type": "work"}, {"value": "a@x"}
    sent = [work, {**work, "primary": True}, other, {"value": "b@x", "type": "work"}]
    kept = [{**work, "primary": True}, other, {"value": "b@x", "type": "work"}]
    ada = endpoint.create_user("ada", emails=sent)
    path = f"/Users/{ada['id']}"
    put = endpoint.send("PUT", path, {"schemas": [USER], "userName": "ada", "emails": sent})
    replaced = endpoint.patch(path, {"op": "replace", "path": "emails", "value": sent})
    assert [ada["emails"], put.body["emails"], replaced.body["emails"]] == [kept] * 3

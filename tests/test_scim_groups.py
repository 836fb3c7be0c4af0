"""Groups over SCIM and their members, in both dialects."""

import json
from collections.abc import Iterator

import pytest

from scimulate.scim_schemas import validate
from tests.scim_tenant import BASE, GROUP, PATCH, ScimTenant, scim_tenant, what_the_client_wrote


@pytest.fixture(params=["strict", "entra"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as tenant:
        yield tenant


@pytest.fixture
def entra() -> Iterator[ScimTenant]:
    with scim_tenant("entra") as tenant:
        yield tenant


def test_a_group_lists_its_members_and_a_user_its_groups(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada", displayName="Ada")
    backend = endpoint.create_group("Backend")
    group = endpoint.create_group("Engineering", ada["id"], backend["id"])
    assert what_the_client_wrote(group) == {
        "displayName": "Engineering",
        "members": [
            {"value": ada["id"], "$ref": f"{BASE}/Users/{ada['id']}", "type": "User", "display": "Ada"},
            {"value": backend["id"], "$ref": f"{BASE}/Groups/{backend['id']}", "type": "Group", "display": "Backend"},
        ],
    }
    assert validate("Group", group) == []
    assert endpoint.send("GET", f"/Users/{ada['id']}").body["groups"] == [
        {"value": group["id"], "$ref": f"{BASE}/Groups/{group['id']}", "type": "direct", "display": "Engineering"}
    ]


def _three(endpoint: ScimTenant) -> tuple[str, list[str]]:
    ids = [endpoint.create_user(name)["id"] for name in ("ada", "grace", "linus")]
    return endpoint.create_group("Engineering", *ids)["id"], ids


def test_members_are_added_in_any_form_and_never_twice(endpoint: ScimTenant) -> None:
    group_id, (ada, grace, linus) = _three(endpoint)
    new = endpoint.create_user("margaret")["id"]
    value = [{"$ref": None, "value": ada}, {"value": new, "display": "M", "unknown": 1}]
    answered = endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": value})
    assert (answered.status, answered.body) == (204, None)
    assert endpoint.members_of(group_id) == [ada, grace, linus, new]
    endpoint.patch(f"/Groups/{group_id}", {"op": "add", "value": {"members": {"value": grace}}})
    assert endpoint.members_of(group_id) == [ada, grace, linus, new]


def test_the_compliant_removal_takes_one_member(endpoint: ScimTenant) -> None:
    group_id, (ada, grace, linus) = _three(endpoint)
    path = f'members[value eq "{grace}"]'
    assert endpoint.patch(f"/Groups/{group_id}", {"op": "remove", "path": path}).status == 204
    assert endpoint.patch(f"/Groups/{group_id}", {"op": "remove", "path": path}).status == 204
    assert endpoint.members_of(group_id) == [ada, linus]


def test_the_legacy_removal_takes_the_listed_members(entra: ScimTenant) -> None:
    """D-166, D-167."""
    group_id, (ada, grace, linus) = _three(entra)
    value = [{"value": grace}, {"value": "nobody"}]
    assert entra.patch(f"/Groups/{group_id}", {"op": "Remove", "path": "members", "value": value}).status == 204
    assert entra.members_of(group_id) == [ada, linus]
    entra.patch(f"/Groups/{group_id}", {"op": "Remove", "path": "members", "value": []})
    assert entra.members_of(group_id) == [ada, linus]


def test_a_strict_server_refuses_the_legacy_removal() -> None:
    with scim_tenant("strict") as strict:
        group_id, ids = _three(strict)
        operation: dict[str, object] = {"op": "remove", "path": "members", "value": [{"value": ids[0]}]}
        assert strict.patch(f"/Groups/{group_id}", operation).error == (400, "invalidSyntax")
        assert strict.members_of(group_id) == ids


def test_a_bare_removal_takes_all_members(endpoint: ScimTenant) -> None:
    """D-169."""
    group_id, _ = _three(endpoint)
    endpoint.patch(f"/Groups/{group_id}", {"op": "remove", "path": "members"})
    assert endpoint.members_of(group_id) == []


def test_a_removal_by_another_filter_takes_those_that_match(endpoint: ScimTenant) -> None:
    group_id, ids = _three(endpoint)
    nested = endpoint.create_group("Backend")["id"]
    endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": [{"value": nested}]})
    endpoint.patch(f"/Groups/{group_id}", {"op": "remove", "path": 'members[type eq "Group"]'})
    assert endpoint.members_of(group_id) == ids


@pytest.mark.parametrize("form", ["patch", "put"])
def test_replacing_members_leaves_exactly_those(endpoint: ScimTenant, form: str) -> None:
    """D-170."""
    group_id, (_, grace, _) = _three(endpoint)
    new = endpoint.create_user("margaret")["id"]
    members = [{"value": grace}, {"value": new}]
    if form == "patch":
        endpoint.patch(f"/Groups/{group_id}", {"op": "replace", "path": "members", "value": members})
    else:
        body = {"schemas": [GROUP], "displayName": "Engineering", "members": members}
        assert endpoint.send("PUT", f"/Groups/{group_id}", body).status == 200
    assert endpoint.members_of(group_id) == [grace, new]


@pytest.mark.parametrize("path", ["displayName", None])
def test_a_rename_leaves_the_members(endpoint: ScimTenant, path: str | None) -> None:
    """D-181, D-182."""
    group_id, ids = _three(endpoint)
    value: object = "Platform" if path else {"displayName": "Platform"}
    operation: dict[str, object] = {"op": "replace", "value": value} | ({"path": path} if path else {})
    assert endpoint.patch(f"/Groups/{group_id}", operation).status == 204
    assert endpoint.members_of(group_id) == ids
    found = endpoint.send("GET", "/Groups", filter='displayName eq "platform"', excludedAttributes="members").body
    assert [group["id"] for group in found["Resources"]] == [group_id]
    assert "members" not in found["Resources"][0]


@pytest.mark.parametrize("operation", ["add", "replace"])
def test_an_unknown_member_is_refused_and_nothing_changes(endpoint: ScimTenant, operation: str) -> None:
    group_id, ids = _three(endpoint)
    before = endpoint.send("GET", f"/Groups/{group_id}").body
    for member in ("nobody", group_id):
        value = [{"value": ids[0]}, {"value": member}]
        steps: list[dict[str, object]] = [
            {"op": "replace", "path": "displayName", "value": "X"},
            {"op": operation, "path": "members", "value": value},
        ]
        assert endpoint.patch(f"/Groups/{group_id}", *steps).error == (400, "invalidValue")
    assert endpoint.send("GET", f"/Groups/{group_id}").body == before


@pytest.mark.parametrize("value", ["x", [7], [{"display": "x"}], [{"value": None}], [{"value": ""}]], ids=str)
def test_a_member_without_an_id_is_refused(endpoint: ScimTenant, value: object) -> None:
    group_id, _ = _three(endpoint)
    answered = endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": value})
    assert answered.error == (400, "invalidValue")


def test_more_than_ten_thousand_members_in_a_request_are_refused(endpoint: ScimTenant) -> None:
    group_id, _ = _three(endpoint)
    value = [{"value": str(number)} for number in range(10_001)]
    answered = endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": value})
    assert answered.error == (413, None)


def test_all_members_of_a_large_group_are_returned(endpoint: ScimTenant) -> None:
    """D-176."""
    ids = [endpoint.create_user(f"user{number}")["id"] for number in range(150)]
    group_id = endpoint.create_group("Everyone", *ids)["id"]
    assert endpoint.members_of(group_id) == ids
    assert endpoint.send("GET", "/Groups").body["Resources"][0]["members"][149]["value"] == ids[149]


def test_a_patch_asked_for_attributes_answers_with_them(endpoint: ScimTenant) -> None:
    """D-142."""
    group_id, ids = _three(endpoint)
    operation: dict[str, object] = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    answered = endpoint.patch(f"/Groups/{group_id}", operation, attributes="displayName")
    assert (answered.status, answered.body) == (
        200,
        {"schemas": [GROUP], "id": group_id, "displayName": "Engineering"},
    )


def test_the_reference_check_of_entra_finds_the_group_or_nothing(endpoint: ScimTenant) -> None:
    """ENTRA-182, either order of its clauses."""
    group_id, (ada, *_) = _three(endpoint)
    outsider = endpoint.create_user("outsider")["id"]
    for member, found in ((ada, [{"schemas": [GROUP], "id": group_id}]), (outsider, [])):
        for text in (
            f'id eq "{group_id}" and members eq "{member}"',
            f'members eq "{member}" and id eq "{group_id}"',
            f'members[value eq "{member}"]',
        ):
            answered = endpoint.send("GET", "/Groups", filter=text, attributes="id").body
            assert answered["Resources"] == found


def test_a_changed_membership_is_a_new_version_and_an_audit_row(endpoint: ScimTenant) -> None:
    group_id, ids = _three(endpoint)
    operation: dict[str, object] = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
    versions = [endpoint.send("GET", f"/Groups/{group_id}").body["meta"]["version"]]
    endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": [{"value": ids[0]}]})
    assert endpoint.send("GET", f"/Groups/{group_id}").body["meta"]["version"] == versions[0]
    for _ in range(2):
        endpoint.patch(f"/Groups/{group_id}", operation)
        versions.append(endpoint.send("GET", f"/Groups/{group_id}").body["meta"]["version"])
    assert versions == ['W/"1"', 'W/"2"', 'W/"2"']
    edits = [row for row in endpoint.tenant.audit.rows().rows if row.activity == "Group Edited"]
    assert [(row.subject, row.subject_type, row.changes) for row in edits] == [
        ("Engineering", "Group", {"members": (None, "0 added, 1 removed")})
    ]


def test_a_deleted_group_leaves_its_members(endpoint: ScimTenant) -> None:
    group_id, ids = _three(endpoint)
    assert endpoint.send("DELETE", f"/Groups/{group_id}").status == 204
    assert endpoint.send("GET", f"/Groups/{group_id}").error == (404, None)
    assert "groups" not in endpoint.send("GET", f"/Users/{ids[0]}").body
    assert endpoint.send("DELETE", f"/Groups/{group_id}").error == (404, None)


def test_a_new_user_inherits_no_membership_of_a_deleted_one(endpoint: ScimTenant) -> None:
    group_id, (ada, grace, linus) = _three(endpoint)
    endpoint.send("DELETE", f"/Groups/{endpoint.create_group('Last')['id']}")
    endpoint.send("DELETE", f"/Groups/{group_id}")
    group_id = endpoint.create_group("Again", ada)["id"]
    newest = endpoint.create_user("newest")["id"]
    endpoint.patch(f"/Groups/{group_id}", {"op": "add", "path": "members", "value": [{"value": newest}]})
    endpoint.send("DELETE", f"/Users/{newest}")
    follower = endpoint.create_user("follower")
    assert endpoint.members_of(group_id) == [ada]
    assert "groups" not in endpoint.send("GET", f"/Users/{follower['id']}").body
    assert "groups" not in endpoint.send("GET", f"/Users/{grace}").body
    assert "groups" not in endpoint.send("GET", f"/Users/{linus}").body


def test_a_group_without_a_name_is_refused(endpoint: ScimTenant) -> None:
    assert endpoint.send("POST", "/Groups", {"schemas": [GROUP]}).error == (400, "invalidValue")


def _user_and_group(endpoint: ScimTenant) -> tuple[str, str]:
    user = endpoint.create_user("version@contoso.test", displayName="Before")
    group = endpoint.create_group("Versions")
    return f"/Users/{user['id']}", f"/Groups/{group['id']}"


def test_a_users_version_covers_the_groups_it_shows(endpoint: ScimTenant) -> None:
    """RFC 7644 §3.14: who holds the version before is told of the new groups, and changes nothing unseen."""
    user, group = _user_and_group(endpoint)
    member = {"value": user.removeprefix("/Users/")}

    def joins() -> None:
        assert endpoint.patch(group, {"op": "add", "path": "members", "value": [member]}).status == 204

    def is_renamed() -> None:
        assert endpoint.patch(group, {"op": "replace", "path": "displayName", "value": "Others"}).status == 204

    def leaves() -> None:
        path = f'members[value eq "{member["value"]}"]'
        assert endpoint.patch(group, {"op": "remove", "path": path}).status == 204

    for change in (joins, is_renamed, leaves):
        before = endpoint.send("GET", user).headers["etag"]
        assert endpoint.send("GET", user, headers={"if-none-match": before}).status == 304
        change()
        now = endpoint.send("GET", user, headers={"if-none-match": before})
        assert (now.status, now.headers["etag"]) == (200, now.body["meta"]["version"])
        without = endpoint.send("GET", user, excludedAttributes="groups")
        listed = endpoint.send("GET", "/Users", filter=f'meta.version eq "{json.dumps(now.headers["etag"])[1:-1]}"')
        assert (without.headers["etag"], without.body["meta"]["version"]) == (now.headers["etag"],) * 2
        assert user.removeprefix("/Users/") in [found["id"] for found in listed.body["Resources"]]
        title = {"op": "replace", "path": "title", "value": change.__name__}
        body = {"schemas": [PATCH], "Operations": [title]}
        answers = [
            endpoint.send("PATCH", user, body, headers={"if-match": tag}) for tag in (before, now.headers["etag"])
        ]
        assert [answer.status for answer in answers] == [412, 200]


def test_a_groups_version_covers_the_names_it_shows(endpoint: ScimTenant) -> None:
    user, group = _user_and_group(endpoint)
    member = {"value": user.removeprefix("/Users/")}
    endpoint.patch(group, {"op": "add", "path": "members", "value": [member]})
    before = endpoint.send("GET", group).headers["etag"]
    endpoint.patch(user, {"op": "replace", "path": "title", "value": "Dr"})
    assert endpoint.send("GET", group, headers={"if-none-match": before}).status == 304
    endpoint.patch(user, {"op": "replace", "path": "displayName", "value": "After"})
    now = endpoint.send("GET", group, headers={"if-none-match": before})
    assert (now.status, [shown["display"] for shown in now.body["members"]]) == (200, ["After"])
    endpoint.send("DELETE", user)
    assert endpoint.send("GET", group, headers={"if-none-match": now.headers["etag"]}).body["members"] == []


def test_a_group_is_renamed_by_a_client_that_names_its_id_beside(endpoint: ScimTenant) -> None:
    """Okta sends both; another id is refused as ever."""
    group_id = endpoint.create_group("Engineering")["id"]
    for own, status in ((group_id, 204), ("another", 400)):
        value = {"id": own, "displayName": f"Research {status}"}
        assert endpoint.patch(f"/Groups/{group_id}", {"op": "replace", "value": value}).status == status
    assert endpoint.send("GET", f"/Groups/{group_id}").body["displayName"] == "Research 204"

"""Where the RFCs leave two readings of users, groups and their bodies: the one taken here, and the other one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.scim_tenant import BASE, ENTERPRISE, GROUP, USER, ScimTenant, scim_tenant, what_the_client_wrote

Outcome = object
TWO_PRIMARIES = [
    {"value": "a", "primary": True},
    {"value": "b", "primary": True},
    {"value": "c"},
]


def _put(tenant: ScimTenant, resource: dict[str, Any], **attributes: object) -> Any:
    kind = resource["meta"]["resourceType"]
    return tenant.send(
        "PUT", f"/{kind}s/{resource['id']}", {"schemas": [USER if kind == "User" else GROUP], **attributes}
    )


def update_conflict(tenant: ScimTenant) -> Outcome:
    tenant.create_user("ada", externalId="e")
    grace = tenant.create_user("grace")
    body = {"schemas": [USER], "userName": "ADA"}
    replacement = {"op": "replace", "path": "userName", "value": "ada"}
    errors = [
        tenant.send("POST", "/Users", body).error,
        tenant.send("PUT", f"/Users/{grace['id']}", body).error,
        tenant.patch(f"/Users/{grace['id']}", replacement).error,
    ]
    assert tenant.send("GET", f"/Users/{grace['id']}").body == grace
    return errors


def unknown_in_body(tenant: ScimTenant) -> Outcome:
    ada = tenant.create_user("ada")
    bodies: list[dict[str, object]] = [
        {"noSuchAttr": 1},
        {"urn:x:none": {"a": 1}},
        {"name": {"noSuchPart": "x"}},
        {"emails": [{"value": "a", "noSuchPart": "x"}]},
        {ENTERPRISE: {"noSuchAttr": "x"}},
        {"schemas": [USER, "urn:x:none"]},
    ]
    answers = [_put(tenant, ada, **{"userName": "ada", **body}) for body in bodies]
    group = {"schemas": [GROUP], "displayName": "x", "members": [{"value": ada["id"], "noSuchPart": 1}]}
    answers.append(tenant.send("POST", "/Groups", group))
    # What the schema knows and the server sets is passed over all the same.
    known = _put(tenant, ada, userName="ada", id="x", meta={"created": "x", "other": 1}, groups=[{"value": "x"}])
    assert known.status == 200
    return {(answer.status, answer.body.get("scimType")) for answer in answers}


def omitted_in_put(tenant: ScimTenant) -> Outcome:
    grace = tenant.create_user("grace")
    sent: dict[str, object] = {
        "title": "Dr",
        "nickName": "A",
        "emails": [{"value": "a"}],
        ENTERPRISE: {"department": "Maths", "division": "x"},
    }
    ada = tenant.create_user("ada", **sent)
    group = tenant.create_group("Engineering", grace["id"])
    left_out = _put(tenant, ada, userName="ada", NICKNAME=None, **{ENTERPRISE: {"division": None, "costCenter": "1"}})
    renamed = _put(tenant, group, displayName="Platform", externalId="g")
    cleared = _put(tenant, group, displayName="Platform", members=[])
    assert (renamed.status, cleared.status) == (200, 200)
    assert left_out.body == tenant.send("GET", f"/Users/{ada['id']}").body
    return (
        {
            name: value
            for name, value in what_the_client_wrote(left_out.body).items()
            if name not in ("userName", "active")
        },
        len(renamed.body["members"]),
        {name: value for name, value in what_the_client_wrote(cleared.body).items() if name != "displayName"},
    )


def deleted_member(tenant: ScimTenant) -> Outcome:
    ada, grace = tenant.create_user("ada", displayName="Ada"), tenant.create_user("grace")
    inner = tenant.create_group("Inner")
    group = tenant.create_group("Engineering", ada["id"], inner["id"], grace["id"])
    for gone in (f"/Users/{ada['id']}", f"/Groups/{inner['id']}"):
        assert tenant.send("DELETE", gone).status == 204
        assert tenant.send("GET", gone).status == 404
    shown = tenant.send("GET", f"/Groups/{group['id']}").body
    found = tenant.send("GET", "/Groups", filter=f'members.value eq "{ada["id"]}"').body["totalResults"]
    assert shown["meta"]["version"] != group["meta"]["version"]
    listed = [link.get("display", link["value"]) for link in shown["members"]]
    links = [{"value": link["value"]} for link in shown["members"]]
    assert _put(tenant, group, displayName="Engineering", members=links).body["members"] == shown["members"]
    tenant.patch(f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'})
    after = len(tenant.members_of(group["id"]))
    _put(tenant, group, displayName="Engineering", members=[])
    assert tenant.members_of(group["id"]) == []
    return [name.replace(grace["id"], "grace") for name in sorted(listed, key=len)], found, after


def two_primaries(tenant: ScimTenant) -> Outcome:
    ada = tenant.create_user("ada", emails=[{"value": "old"}])
    answers = [
        tenant.send("POST", "/Users", {"schemas": [USER], "userName": "grace", "emails": TWO_PRIMARIES}),
        _put(tenant, ada, userName="ada", emails=TWO_PRIMARIES),
    ]
    if answers[0].status == 400:
        assert tenant.send("GET", f"/Users/{ada['id']}").body == ada
        return {answer.error for answer in answers}
    return {"".join(one["value"] for one in answer.body["emails"] if one.get("primary")) for answer in answers}


def listed_extensions(tenant: ScimTenant) -> Outcome:
    with_data = tenant.create_user("grace", **{ENTERPRISE: {"department": "Maths"}})
    assert with_data["schemas"] == [USER, ENTERPRISE]
    assert tenant.create_group("Engineering")["schemas"] == [GROUP]
    created = tenant.create_user("ada")
    assert tenant.send("GET", "/Users", filter='userName eq "ada"').body["Resources"] == [created]
    return created["schemas"]


def external_id_twice(tenant: ScimTenant) -> Outcome:
    tenant.create_user("ada", externalId="e")
    tenant.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Engineering", "externalId": "e"})
    grace, group = tenant.create_user("grace", externalId="f"), tenant.create_group("Other")
    replacement = {"op": "replace", "path": "externalId", "value": "e"}
    assert _put(tenant, grace, userName="grace", externalId="f", title="Dr").status == 200
    answers = [
        tenant.send("POST", "/Users", {"schemas": [USER], "userName": "linus", "externalId": "e"}),
        _put(tenant, grace, userName="grace", externalId="e"),
        tenant.patch(f"/Users/{grace['id']}", replacement),
        tenant.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "New", "externalId": "e"}),
        tenant.patch(f"/Groups/{group['id']}", replacement),
    ]
    return [answer.error if answer.status >= 400 else "kept" for answer in answers]


def other_id(tenant: ScimTenant) -> Outcome:
    ada, group = tenant.create_user("ada"), tenant.create_group("Engineering")
    assert _put(tenant, ada, userName="ada", id=ada["id"]).status == 200
    answers = [_put(tenant, ada, userName="ada", title="Dr", id="x"), _put(tenant, group, displayName="Other", ID="x")]
    now = [tenant.send("GET", f"/Users/{ada['id']}").body, tenant.send("GET", f"/Groups/{group['id']}").body]
    if answers[0].status == 400:
        assert now == [ada, group]
        return {answer.error for answer in answers}
    assert now == [answer.body for answer in answers]
    return [one["id"] for one in now] == [ada["id"], group["id"]]


def references(tenant: ScimTenant) -> Outcome:
    boss = tenant.create_user("boss")
    ada = tenant.create_user("ada", **{ENTERPRISE: {"manager": {"value": boss["id"]}}})
    group = tenant.create_group("Engineering", ada["id"])
    user = tenant.send("GET", f"/Users/{ada['id']}").body
    shown = [group["members"][0]["$ref"], user["groups"][0]["$ref"], user[ENTERPRISE]["manager"]["$ref"]]
    assert user["meta"]["location"] == f"{BASE}/Users/{ada['id']}"
    paths = [f"Users/{ada['id']}", f"Groups/{group['id']}", f"Users/{boss['id']}"]
    return "relative" if shown == paths else shown == [f"{BASE}/{path}" for path in paths]


def content_location(tenant: ScimTenant) -> Outcome:
    created = tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ada"})
    read_again = tenant.send("GET", f"/Users/{created.body['id']}")
    location = created.body["meta"]["location"]
    assert created.headers["location"] == read_again.headers["location"] == location
    return [answer.headers.get("content-location") == location for answer in (created, read_again)]


def inactive(tenant: ScimTenant) -> Outcome:
    ada = tenant.create_user("ada", externalId="e")
    path = f"/Users/{ada['id']}"
    switch = {"op": "replace", "path": "active"}
    assert tenant.patch(path, {**switch, "value": False}).body["active"] is False
    assert tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ADA"}).error == (409, "uniqueness")
    seen = tenant.send("GET", path).status, tenant.user_names(), tenant.user_names(filter='userName eq "ada"')
    assert _put(tenant, ada, userName="ada", externalId="e", title="Dr", active=False).body["title"] == "Dr"
    assert tenant.patch(path, {**switch, "value": True}).body["active"] is True
    assert tenant.send("GET", path).body["title"] == "Dr"
    _put(tenant, ada, userName="ada", active=False)
    assert tenant.send("DELETE", path).status == 204
    assert tenant.create_user("ada")["id"] != ada["id"]
    return seen


EVERYTHING_KEPT = {
    "title": "Dr",
    "emails": [{"value": "a"}],
    ENTERPRISE: {"department": "Maths", "costCenter": "1"},
}

READINGS: list[tuple[Callable[[ScimTenant], Outcome], str, dict[object, Outcome]]] = [
    (
        update_conflict,
        "update_conflict_status",
        {409: [(409, "uniqueness")] * 3, 400: [(409, "uniqueness"), (400, "uniqueness"), (400, "uniqueness")]},
    ),
    (unknown_in_body, "unknown_in_body_refused", {False: {(200, None), (201, None)}, True: {(400, "invalidSyntax")}}),
    (
        omitted_in_put,
        "omitted_in_put",
        {
            "cleared": ({ENTERPRISE: {"costCenter": "1"}}, 0, {"members": []}),
            "kept": (EVERYTHING_KEPT, 1, {"members": [], "externalId": "g"}),
        },
    ),
    (deleted_member, "deleted_members_stay", {False: (["grace"], 0, 1), True: (["Ada", "Inner", "grace"], 1, 2)}),
    (two_primaries, "two_primaries", {"refused": {(400, "invalidValue")}, "first": {"a"}, "last": {"b"}}),
    (listed_extensions, "extensions_always_listed", {False: [USER], True: [USER, ENTERPRISE]}),
    (external_id_twice, "external_id_unique", {False: ["kept"] * 5, True: [(409, "uniqueness")] * 5}),
    (other_id, "other_id_in_put_refused", {False: True, True: {(400, "mutability")}}),
    (references, "relative_references", {False: True, True: "relative"}),
    (content_location, "content_location_sent", {False: [False, False], True: [True, True]}),
    (inactive, "inactive_users_hidden", {False: (200, ["ada"], ["ada"]), True: (404, [], [])}),
]


@pytest.mark.parametrize("policy", ["strict", "entra"])
@pytest.mark.parametrize(
    ("act", "field", "value", "expected"),
    [
        pytest.param(act, field, value, expected, id=f"{field} {value}")
        for act, field, outcomes in READINGS
        for value, expected in outcomes.items()
    ],
)
@pytest.mark.requirement("RFC7644-3.5.1-23", "RFC7644-3.5.1-13", "RFC7643-2.3.7-02", "RFC7643-3.1-20")
def test_a_tenant_takes_the_reading_that_it_is_given(
    policy: str, act: Callable[[ScimTenant], Outcome], field: str, value: object, expected: Outcome
) -> None:
    with scim_tenant(policy) as tenant:
        tenant.tenant.change_policy(**{field: value})
        assert act(tenant) == expected


@pytest.mark.parametrize("act", [act for act, *_ in READINGS], ids=[field for _, field, _ in READINGS])
def test_the_first_reading_is_that_of_a_tenant_which_is_given_none(act: Callable[[ScimTenant], Outcome]) -> None:
    expected = next(iter(next(outcomes for listed, _, outcomes in READINGS if listed is act).values()))
    with scim_tenant("strict") as tenant:
        assert act(tenant) == expected

"""Users and groups as RFC 7643 describes them, created, replaced and deleted as RFC 7644 §3.3, §3.5.1 and §3.6 say."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from scimulate.mock_servers.clock import VirtualClock
from tests.scim_tenant import BASE, ENTERPRISE, GROUP, USER, Answered, ScimTenant, scim_tenant, what_the_client_wrote

XSD_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CERTIFICATE = base64.b64encode(b"\x30\x03\x02\x01\x05").decode()
UNUSED = "01a20000-0000-7000-8000-000000000000"


@pytest.fixture(params=["strict", "entra"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as tenant:
        yield tenant


def post(endpoint: ScimTenant, **attributes: object) -> Answered:
    return endpoint.send("POST", "/Users", {"schemas": [USER], "userName": "ada", **attributes})


def put(endpoint: ScimTenant, resource: dict[str, Any], **attributes: object) -> Answered:
    kind = resource["meta"]["resourceType"]
    body = {"schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{kind}"], **attributes}
    return endpoint.send("PUT", f"/{kind}s/{resource['id']}", body)


def read(endpoint: ScimTenant, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource as it is now."""
    answered = endpoint.send("GET", resource["meta"]["location"].removeprefix(BASE))
    assert answered.status == 200, answered.body
    assert answered.headers["etag"] == answered.body["meta"]["version"]
    return dict(answered.body)


def everything(endpoint: ScimTenant) -> list[dict[str, Any]]:
    return [one for path in ("/Users", "/Groups") for one in endpoint.send("GET", path).body["Resources"]]


def pass_time(endpoint: ScimTenant, span: timedelta = timedelta(seconds=2)) -> None:
    clock = endpoint.tenant.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(span)


FULL: dict[str, Any] = {
    "externalId": "AbC-1",
    "userName": "Babs@Contoso.test",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen 田中 🦊 ß İ",
    "nickName": "Babs",
    "profileUrl": "https://Login.contoso.test/BJensen?Mixed=Case#Part",
    "title": "Tour Guide",
    "userType": "Employee",
    "preferredLanguage": "ja-JP,en;q=0.8",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": True,
    "emails": [
        {"value": "bjensen@EXAMPLE.com", "type": "work", "primary": True, "display": "work"},
        {"value": "babs@jensen.test", "type": "home", "primary": False},
        {"value": "x@jensen.test", "type": "x-custom"},
    ],
    "phoneNumbers": [
        {"value": f"tel:+1-201-555-012{number}", "type": kind}
        for number, kind in enumerate(("work", "home", "mobile", "fax", "pager", "other"))
    ],
    "ims": [{"value": "someaimhandle", "type": "xmpp"}, {"value": "b", "type": "x-custom"}],
    "photos": [
        {"value": "https://photos.contoso.test/F", "type": "photo"},
        {"value": "https://photos.contoso.test/T", "type": "thumbnail"},
    ],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "100 Universal City Plaza\nRoom 7",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "US",
            "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA",
            "primary": True,
        },
        {"locality": "London"},
    ],
    "entitlements": [{"value": "any", "type": "thing"}],
    "roles": [{"value": "anything", "primary": True}],
    "x509Certificates": [{"value": CERTIFICATE, "type": "x"}],
    ENTERPRISE: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
    },
}


@pytest.mark.requirement("RFC7643-8.2-01", "RFC7643-8.3-01", "RFC7643-2.3-02", "RFC7643-2.3.1-01", "RFC7643-2.3.7-03")
@pytest.mark.requirement("RFC7643-4.1.1-08", "RFC7643-4.1.1-09", "RFC7643-4.1.1-10", "RFC7643-4.1.1-11")
@pytest.mark.requirement("RFC7643-4.1.1-05", "RFC7643-4.1.1-13", "RFC7643-4.1.2-04", "RFC7643-4.1.2-06")
@pytest.mark.requirement("RFC7643-4.1.2-10", "RFC7643-4.1.2-11", "RFC7643-4.1.2-17", "RFC7643-4.1.2-20")
@pytest.mark.requirement("RFC7643-4.1.2-08")
@pytest.mark.requirement("RFC7643-4.3-02", "RFC7643-3.3-04", "RFC7643-3-10", "RFC7643-2.4-10", "RFC7643-7-16")
@pytest.mark.requirement("RFC7643-2.3.1-03", "RFC7643-7-13", "RFC7643-7-17", "RFC7643-3.1-09", "RFC7643-2.3.6-03")
@pytest.mark.requirement("RFC7643-3-11", "RFC7643-3.3-02", "RFC7643-4.1.2-12", "RFC7643-3.1-13")
def test_a_full_user_comes_back_as_it_was_sent(endpoint: ScimTenant) -> None:
    body = json.dumps({"schemas": [USER, ENTERPRISE], **FULL}, ensure_ascii=False)
    created = endpoint.send("POST", "/Users", body.encode())
    assert created.status == 201, created.body
    assert what_the_client_wrote(created.body) == FULL
    assert created.body["schemas"] == [USER, ENTERPRISE]
    assert read(endpoint, created.body) == created.body
    assert endpoint.send("GET", "/Users").body["Resources"] == [created.body]
    assert endpoint.user_names(filter='externalId eq "abc-1"') == []


@pytest.mark.requirement("RFC7643-7-19", "RFC7644-3.5.1-03")
def test_every_attribute_can_be_replaced(endpoint: ScimTenant) -> None:
    user = endpoint.create_user("ada", title="Dr", nickName="A")
    replaced = put(endpoint, user, **FULL)
    assert (replaced.status, what_the_client_wrote(replaced.body)) == (200, FULL)
    assert read(endpoint, user) == replaced.body


@pytest.mark.requirement("RFC7643-8.1-01", "RFC7643-2.2-02", "RFC7643-3.1-10", "RFC7643-3.1-26", "RFC7643-2.5-03")
@pytest.mark.requirement("RFC7644-3.3-01", "RFC7644-3.3-05", "RFC7644-3.3-06", "RFC7644-3.3-09", "RFC7644-3.3-10")
@pytest.mark.requirement("RFC7644-3.3-11", "RFC7644-3.3-12", "RFC7644-3.3-13", "RFC7644-3.3-18", "RFC7644-3.3.1-01")
@pytest.mark.requirement("RFC7643-3.1-01", "RFC7643-3.1-15", "RFC7643-3.1-16", "RFC7643-3.1-18", "RFC7643-3.1-21")
@pytest.mark.requirement("RFC7643-3-09", "RFC7643-3.1-22", "RFC7643-3.1-23", "RFC7643-3.1-20", "RFC7643-3.1-02")
@pytest.mark.requirement("RFC7643-2.3.5-01", "RFC7643-2.3.5-02", "RFC7643-3.1-17")
def test_a_minimal_user_is_created_with_what_the_server_sets(endpoint: ScimTenant) -> None:
    created = post(endpoint)
    user_id = created.body["id"]
    moment = created.body["meta"]["created"]
    location = f"{BASE}/Users/{user_id}"
    assert created.status == 201
    assert user_id != ""
    assert created.body == {
        "schemas": [USER],
        "id": user_id,
        "userName": "ada",
        "active": True,  # D-089: the default.
        "meta": {
            "resourceType": "User",
            "created": moment,
            "lastModified": moment,
            "location": location,
            "version": created.headers["etag"],
        },
    }
    assert XSD_DATE_TIME.fullmatch(moment)
    assert re.fullmatch(r'W/"[^"]+"', created.headers["etag"])
    assert created.headers["location"] == location
    assert created.headers.get("content-location", location) == location
    read_again = endpoint.send("GET", created.headers["location"].removeprefix(BASE))
    assert (read_again.status, read_again.body) == (200, created.body)
    assert endpoint.send("GET", "/Users", filter='userName eq "ada"').body["Resources"] == [created.body]


@pytest.mark.requirement("RFC7643-3.1-24", "RFC7643-3.1-09")
def test_a_group_has_an_external_id_as_a_user_has(endpoint: ScimTenant) -> None:
    created = endpoint.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Guides", "externalId": "G-1"})
    assert what_the_client_wrote(created.body) == {"displayName": "Guides", "externalId": "G-1", "members": []}
    assert read(endpoint, created.body) == created.body
    for resource, named in (
        (created.body, {"displayName": "Guides"}),
        (endpoint.create_user("ada", externalId="U-1"), {"userName": "ada"}),
    ):
        assert put(endpoint, resource, **named, externalId="Other").body["externalId"] == "Other"
        assert read(endpoint, resource)["externalId"] == "Other"


@pytest.mark.requirement("RFC7644-3.3-19", "RFC7644-3.3.1-02", "RFC7643-4.2-11", "RFC7643-3.1-24")
def test_a_minimal_group_is_created_with_what_the_server_sets(endpoint: ScimTenant) -> None:
    created = endpoint.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Tour Guides"})
    location = f"{BASE}/Groups/{created.body['id']}"
    assert (created.status, created.headers["location"]) == (201, location)
    assert what_the_client_wrote(created.body) == {"displayName": "Tour Guides", "members": []}
    assert created.body["schemas"] == [GROUP]
    assert created.body["meta"]["resourceType"] == "Group"
    assert created.body["meta"]["location"] == location
    assert read(endpoint, created.body) == created.body


@pytest.mark.requirement("RFC7643-2.1-02", "RFC7643-3-01", "RFC7643-3.3-01", "RFC7643-4.1.1-04")
def test_every_resource_names_its_schemas(endpoint: ScimTenant) -> None:
    endpoint.create_user("ada", **{ENTERPRISE: {"division": "x"}})
    endpoint.create_group("Engineering")
    found = {one["id"]: one for one in everything(endpoint)}
    assert sorted(one["schemas"] for one in found.values()) == [[GROUP], [USER, ENTERPRISE]]
    for resource in found.values():
        assert read(endpoint, resource) == resource
        assert resource.get("userName", "ada") == "ada"
    for path in ("/ServiceProviderConfig", "/ResourceTypes/User", f"/Schemas/{USER}"):
        assert len(endpoint.send("GET", path).body["schemas"]) == 1


# Names, schemas and states


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param(
            {"USERNAME": "ada", "Name": {"GIVENNAME": "Ada"}, "EMAILS": [{"VALUE": "a@b", "Type": "work"}]},
            {"userName": "ada", "name": {"givenName": "Ada"}, "emails": [{"value": "a@b", "type": "work"}]},
            id="any letter case",
            marks=pytest.mark.requirement("RFC7643-2.1-01"),
        ),
        pytest.param(
            {"userName": "ada", "title": "a", "TITLE": "b"},
            {"userName": "ada", "title": "b"},
            id="the later of two",
            marks=pytest.mark.requirement("RFC7643-2.1-04"),
        ),
        pytest.param(
            {"userName": "ada", "title": "a", "TITLE": None, "name": {"givenName": "x", "givenname": None}},
            {"userName": "ada"},
            id="the later of two is none",
            marks=pytest.mark.requirement("RFC7643-2.1-04"),
        ),
        pytest.param(
            {"userName": "ada", "title": None, "emails": [], "name": {}, "photos": [None, {}], ENTERPRISE: {}},
            {"userName": "ada"},
            id="no value",
            marks=pytest.mark.requirement("RFC7643-2.5-01"),
        ),
        pytest.param(
            {"userName": "ada", "noSuchAttr": 1, "urn:x:none": {"a": 1}, "name": {"a": 1, "givenName": "Ada"}},
            {"userName": "ada", "name": {"givenName": "Ada"}},
            id="unknown",
            marks=pytest.mark.requirement("RFC7643-3-07", "RFC7643-3-08"),
        ),
        pytest.param(
            {
                "userName": "ada",
                "groups": [{"value": "x"}],
                "id": "mine",
                "meta": {
                    "created": "2001-01-01T00:00:00Z",
                    "lastModified": "2001-01-01T00:00:00Z",
                    "location": "https://x.test",
                    "resourceType": "Group",
                    "version": "x",
                },
                ENTERPRISE: {"manager": {"value": "m", "displayName": "x"}},
            },
            {"userName": "ada", ENTERPRISE: {"manager": {"value": "m", "$ref": f"{BASE}/Users/m"}}},
            id="read only",
            marks=pytest.mark.requirement(
                "RFC7644-3.3-02",
                "RFC7644-3.3-03",
                "RFC7644-3.3-04",
                "RFC7643-3.1-14",
                "RFC7643-7-18",
                "RFC7643-4.3-05",
                "RFC7643-4.3-06",
                "RFC7643-4.1.2-15",
            ),
        ),
        pytest.param(
            {"emails": [{"value": "a", "type": "work"}, {"type": "work", "value": "a"}], "userName": "ada"},
            {"userName": "ada", "emails": [{"value": "a", "type": "work"}]},
            id="one value twice",
            marks=pytest.mark.requirement("RFC7643-2.4-08"),
        ),
        pytest.param(
            {"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}], "userName": "ada"},
            {"userName": "ada", "emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"}]},
            id="one value of two types",
            marks=pytest.mark.requirement("RFC7643-2.4-07"),
        ),
        pytest.param(
            {"x509Certificates": [{"value": CERTIFICATE.rstrip("=")}], "userName": "ada"},
            {"userName": "ada", "x509Certificates": [{"value": CERTIFICATE.rstrip("=")}]},
            id="base64 without padding",
            marks=pytest.mark.requirement("RFC7643-2.3.6-02"),
        ),
        pytest.param(
            {"userName": "ada", "locale": "en_US", "emails": [{"value": "not-an-email"}], "ims": [{"value": " Ab C "}]},
            {"userName": "ada", "locale": "en_US", "emails": [{"value": "not-an-email"}], "ims": [{"value": " Ab C "}]},
            id="forms that are asked for and not demanded",
            marks=pytest.mark.requirement("RFC7643-4.1.1-12", "RFC7643-2.3.1-02"),
        ),
        pytest.param(
            {"userName": "ada", "title": "'; DROP TABLE resource; --", "nickName": "<script>%s{{7*7}}</script>"},
            {"userName": "ada", "title": "'; DROP TABLE resource; --", "nickName": "<script>%s{{7*7}}</script>"},
            id="injections are text",
            marks=pytest.mark.requirement("RFC7643-9.2-02", "RFC7644-7.7-01"),
        ),
    ],
)
def test_a_body_is_read_and_kept(endpoint: ScimTenant, body: dict[str, Any], kept: dict[str, Any]) -> None:
    """The same by POST and by PUT, with schemas first or last."""
    other = endpoint.create_user("other", nickName="Other", emails=[{"value": "x"}])
    created = endpoint.send("POST", "/Users", {"schemas": [USER], **body})
    assert created.status == 201, created.body
    user_id = created.body["id"]
    assert re.fullmatch(r"[0-9a-f-]{36}", user_id)
    own_meta = {"location": f"{BASE}/Users/{user_id}", "version": created.headers["etag"]}
    shown = {**kept, "active": True, "schemas": [USER, *kept.keys() & {ENTERPRISE}]}
    assert created.body == {**shown, "id": user_id, "meta": {**other["meta"], **own_meta}}
    assert read(endpoint, created.body) == created.body
    assert endpoint.send("DELETE", f"/Users/{created.body['id']}").status == 204
    replaced = endpoint.send("PUT", f"/Users/{other['id']}", {**body, "schemas": [USER]})
    assert replaced.status == 200, replaced.body
    meta = {**other["meta"], "version": replaced.headers["etag"]}
    assert replaced.body == {**shown, "id": other["id"], "meta": meta}
    assert read(endpoint, other) == replaced.body


@pytest.mark.requirement("RFC7643-2.5-01")
def test_no_filter_tells_null_or_nothing_from_what_was_not_sent(endpoint: ScimTenant) -> None:
    endpoint.create_user("u0")
    endpoint.create_user("u1", title=None, emails=[], name=None)
    endpoint.create_user("u2", emails=[None, {"value": None}], name={"givenName": None})
    for text in ("title pr", "emails pr", "emails.value pr", "name pr"):
        assert endpoint.user_names(filter=text) == []
        assert endpoint.user_names(filter=f"not ({text})") == ["u0", "u1", "u2"]


@pytest.mark.parametrize(
    "schemas",
    [[USER, ENTERPRISE], [ENTERPRISE, USER], [USER, USER], [USER.upper(), ENTERPRISE.lower()], [USER]],
    ids=["in order", "reversed", "twice", "other case", "without the extension"],
)
@pytest.mark.requirement("RFC7643-3-03", "RFC7643-3-04", "RFC7643-2.3.8-01")
def test_schemas_are_read_in_any_order_and_follow_from_the_data(endpoint: ScimTenant, schemas: list[str]) -> None:
    body = {ENTERPRISE: {"department": "Maths"}, "userName": "ada", "schemas": schemas}
    created = endpoint.send("POST", "/Users", body)
    assert created.body["schemas"] == [USER, ENTERPRISE]
    assert what_the_client_wrote(created.body) == {
        "userName": "ada",
        "active": True,
        ENTERPRISE: {"department": "Maths"},
    }
    without = endpoint.send("POST", "/Users", {"schemas": [USER, ENTERPRISE], "userName": "grace"})
    assert without.body["schemas"] == [USER]


@pytest.mark.requirement("RFC7643-3-05", "RFC7643-3-06")
@pytest.mark.parametrize("schemas", [None, [], [GROUP], "x", [1]], ids=str)
@pytest.mark.parametrize(("policy", "status"), [("strict", 400), ("entra", 201)])
def test_a_body_of_another_type_is_refused_or_read_as_its_endpoint_reads_it(
    schemas: object, policy: str, status: int
) -> None:
    """AMB-63."""
    with scim_tenant(policy) as tenant:
        answered = tenant.send("POST", "/Users", {"schemas": schemas, "userName": "ada"})
        assert answered.status == status
        found = everything(tenant)
        assert [one["schemas"] for one in found] == ([] if status == 400 else [[USER]])
        if status == 400:
            assert answered.error == (400, "invalidSyntax")


@pytest.mark.requirement("RFC7643-2.5-02", "RFC7644-3.5.1-06", "RFC7644-3.5.1-09", "RFC7644-3.5.1-04")
@pytest.mark.requirement("RFC7644-3.5.1-16", "RFC7644-3.5.1-19", "RFC7643-3.1-04", "RFC7643-3.1-19", "RFC7644-3.5-01")
@pytest.mark.requirement("RFC7643-3.1-17")
def test_a_put_replaces_all_that_is_written(endpoint: ScimTenant) -> None:
    user = endpoint.create_user("ada", title="Dr", nickName="A", emails=[{"value": "1"}, {"value": "2"}])
    pass_time(endpoint)
    replaced = put(endpoint, user, userName="ada", title=None, emails=[{"value": "2"}])
    assert replaced.status == 200
    assert what_the_client_wrote(replaced.body) == {"userName": "ada", "active": True, "emails": [{"value": "2"}]}
    before, after = user["meta"], replaced.body["meta"]
    assert replaced.body["id"] == user["id"]
    assert after["created"] == before["created"]
    assert datetime.fromisoformat(after["lastModified"]) - datetime.fromisoformat(before["created"]) == timedelta(
        seconds=2
    )
    assert after["version"] != before["version"]
    assert read(endpoint, user) == replaced.body
    assert endpoint.user_names(filter="title pr") == []
    pass_time(endpoint)
    same = put(endpoint, user, userName="ada", emails=[{"value": "2"}])
    assert (same.status, same.body) == (200, replaced.body)


@pytest.mark.requirement("RFC7643-3.1-04", "RFC7643-3.1-17", "RFC7643-3.1-19")
def test_a_patch_moves_the_time_of_the_change_and_leaves_that_of_the_creation(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    team = endpoint.create_group("Team")
    pass_time(endpoint)
    endpoint.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "title", "value": "Dr"})
    endpoint.patch(f"/Groups/{team['id']}", {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    for before in (ada, team):
        after = read(endpoint, before)
        assert (after["id"], after["meta"]["created"]) == (before["id"], before["meta"]["created"])
        created, changed = (datetime.fromisoformat(after["meta"][name]) for name in ("created", "lastModified"))
        assert changed - created == timedelta(seconds=2)


def test_what_was_read_can_be_written_back_and_changes_nothing(endpoint: ScimTenant) -> None:
    boss = endpoint.create_user("boss", displayName="Boss")
    extension = {**FULL[ENTERPRISE], "manager": {"value": boss["id"]}}
    user = endpoint.create_user(**{**FULL, "user_name": FULL["userName"], ENTERPRISE: extension})
    group = endpoint.create_group("Engineering", user["id"], endpoint.create_group("Inner")["id"])
    endpoint.create_group("Other", user["id"])
    pass_time(endpoint)
    for resource in (read(endpoint, user), read(endpoint, group)):
        path = resource["meta"]["location"].removeprefix(BASE)
        written = endpoint.send("PUT", path, resource)
        assert (written.status, written.body) == (200, resource)
        assert read(endpoint, resource) == resource


@pytest.mark.requirement("RFC7644-3.5.1-22")
def test_a_put_adds_an_extension_and_takes_it_away(endpoint: ScimTenant) -> None:
    user = endpoint.create_user("ada")
    added = put(endpoint, user, userName="ada", **{ENTERPRISE: {"department": "Maths"}}).body
    assert (added["schemas"], added[ENTERPRISE]) == ([USER, ENTERPRISE], {"department": "Maths"})
    assert what_the_client_wrote(put(endpoint, user, userName="ada").body) == {"userName": "ada", "active": True}


# What is refused


@pytest.mark.parametrize(
    ("attributes", "error"),
    [
        *[
            pytest.param(
                {"userName": value},
                "invalidValue",
                id=f"userName {value!r}",
                marks=pytest.mark.requirement("RFC7643-4.1.1-01", "RFC7644-3.5.1-15", "RFC7644-3.5.1-20"),
            )
            for value in (None, "", "  ", 7, ["ada"])
        ],
        pytest.param(
            {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
            "invalidValue",
            id="two primaries",
            marks=pytest.mark.requirement("RFC7643-2.4-02"),
        ),
        pytest.param(
            {"x509Certificates": [{"value": "***"}]},
            "invalidValue",
            id="no base64",
            marks=pytest.mark.requirement("RFC7643-2.3.6-01"),
        ),
        pytest.param(
            {"x509Certificates": [{"value": base64.b64encode(b"\x30\x01\x00" * 2).decode()}]},
            "invalidValue",
            id="two certificates",
            marks=pytest.mark.requirement("RFC7643-4.1.2-18"),
        ),
        *[
            pytest.param(
                {"profileUrl": value},
                "invalidValue",
                id=f"no reference {value!r}",
                marks=pytest.mark.requirement("RFC7643-2.3.7-01"),
            )
            for value in ("two words", "https://x.test/%zz", "<x>", "https://x.test/\n")
        ],
        pytest.param(
            {"active": "maybe"}, "invalidValue", id="no Boolean", marks=pytest.mark.requirement("RFC7643-2.3.2-01")
        ),
        ({"active": 1}, "invalidValue"),
        ({"title": 7}, "invalidValue"),
        ({"title": {"value": "x"}}, "invalidValue"),
        ({"name": "Ada"}, "invalidValue"),
        ({"emails": "ada@x"}, "invalidValue"),
        ({"emails": [["ada@x"]]}, "invalidValue"),
        ({ENTERPRISE: "Maths"}, "invalidValue"),
        pytest.param(
            {"password": ""}, "invalidValue", id="empty password", marks=pytest.mark.requirement("RFC7643-4.1.1-17")
        ),
    ],
    ids=str,
)
def test_a_wrong_body_is_refused_and_changes_nothing(
    endpoint: ScimTenant, attributes: dict[str, Any], error: str
) -> None:
    user = endpoint.create_user("grace", title="Dr", emails=[{"value": "g"}])
    before, rows = everything(endpoint), endpoint.tenant.audit.rows().total
    assert post(endpoint, **attributes).error == (400, error)
    assert put(endpoint, user, **{"userName": "grace", **attributes}).error == (400, error)
    assert everything(endpoint) == before
    assert endpoint.tenant.audit.rows().total == rows


@pytest.mark.requirement("RFC7643-2.3.2-01")
def test_a_boolean_comes_back_as_a_boolean_also_when_it_came_as_text() -> None:
    """AMB-07."""
    with scim_tenant("strict") as strict:
        assert post(strict, active="true").error == (400, "invalidValue")
    with scim_tenant("entra") as entra:
        assert post(entra, active="False").body["active"] is False


# Uniqueness


@pytest.mark.parametrize(
    ("taken", "same"),
    [("abc", "abc"), ("abc", "ABC"), ("ÄÖ", "äö"), ("caf\u00e9", "CAFE\u0301"), ("\uff21da", "ada"), ("ΑΩ", "αω")],
    ids=["equal", "case", "case beyond ASCII", "composition", "width", "Greek"],
)
@pytest.mark.requirement("RFC7644-3.3-14", "RFC7644-3.3-15", "RFC7644-3.3-16", "RFC7644-3.3-17", "RFC7644-3.5.1-18")
@pytest.mark.requirement("RFC7643-4.1.1-02", "RFC7643-4.1.1-25", "RFC7643-7-29", "RFC7643-7-30", "RFC7644-7.8-01")
def test_a_user_name_is_given_once(endpoint: ScimTenant, taken: str, same: str) -> None:
    endpoint.create_user(taken)
    other = endpoint.create_user("other", title="Dr")
    before, rows = everything(endpoint), endpoint.tenant.audit.rows().total
    assert post(endpoint, userName=same).error == (409, "uniqueness")
    assert put(endpoint, other, userName=same).error == (409, "uniqueness")
    replacement = {"op": "replace", "path": "userName", "value": same}
    assert endpoint.patch(f"/Users/{other['id']}", replacement).error == (409, "uniqueness")
    assert everything(endpoint) == before
    assert endpoint.tenant.audit.rows().total == rows
    assert endpoint.user_names(filter=f'userName eq "{same}"') == [taken]
    assert endpoint.user_names(filter=f'userName eq "{same}" and active eq true') == [taken]


@pytest.mark.parametrize(("one", "other"), [("strasse", "straße"), ("ada", "ada "), ("e", "é")])
def test_other_names_are_other_users(endpoint: ScimTenant, one: str, other: str) -> None:
    assert endpoint.create_user(one)["id"] != endpoint.create_user(other)["id"]
    assert endpoint.user_names(filter=f'userName eq "{other}"') == [other]


@pytest.mark.requirement("RFC7643-7-32", "RFC7643-3.1-12", "RFC7643-4.2-03", "RFC7643-3.1-03", "RFC7643-3.1-07")
def test_what_is_not_unique_may_be_there_twice(endpoint: ScimTenant) -> None:
    for name in ("ada", "grace"):
        endpoint.create_user(name, displayName="Same", externalId="same", emails=[{"value": "same@x"}])
        endpoint.create_group("Same")
    found = everything(endpoint)
    assert len({one["id"] for one in found}) == len(found) == 4
    assert not any("bulkid" in one["id"].lower() for one in found)


# Passwords

SECRET = "t1meMa$heen"


@pytest.mark.requirement("RFC7643-4.1.1-16", "RFC7643-7-22", "RFC7643-7-25", "RFC7643-4.1.1-20", "RFC7644-3.5.1-05")
@pytest.mark.requirement("RFC7643-4.1.1-21", "RFC7643-9.2-01", "RFC7644-7.7-02")
def test_a_password_is_set_and_never_seen_again(endpoint: ScimTenant) -> None:
    created = post(endpoint, password=SECRET)
    assert created.status == 201
    path = f"/Users/{created.body['id']}"
    seen, stored = [created], _dump(endpoint)
    for new in ("second-Pass1", "third-Pass1"):
        pass_time(endpoint)
        before = read(endpoint, created.body)
        change = {"op": "replace", "path": "password", "value": new}
        answered = (
            put(endpoint, created.body, userName="ada", password=new)
            if new.startswith("second")
            else endpoint.patch(path, change)
        )
        assert answered.status == 200
        assert what_the_client_wrote(answered.body) == {"userName": "ada", "active": True}
        assert answered.body["meta"]["lastModified"] > before["meta"]["lastModified"]
        # The same again changes nothing: RFC 7644 §3.5.2.1.
        assert endpoint.patch(path, {**change, "value": new}).body == answered.body
        seen.append(answered)
        stored += _dump(endpoint)
    seen += [
        endpoint.send("GET", path),
        endpoint.send("GET", path, attributes="password"),
        endpoint.send("GET", "/Users"),
    ]
    seen.append(endpoint.send("GET", "/Users", attributes="password,userName"))
    for answered in seen:
        assert "assword" not in str(answered.body).replace("changePassword", "")
    assert stored.count("'ada'") >= 3
    for secret in (SECRET, "second-Pass1", "third-Pass1"):
        assert secret not in stored
        assert secret.encode().hex() not in stored.lower()
        assert secret not in str([row.changes for row in endpoint.tenant.audit.rows().rows])


@pytest.mark.requirement("RFC7644-5-02")
@pytest.mark.parametrize(
    ("held", "sent", "is_the_same"),
    [
        ("caf\u00e9", "cafe\u0301", True),
        ("one two", "one\u00a0two", True),
        ("caf\u00e9", "CAF\u00c9", False),
        ("Ada", "\uff21da", False),
        ("one two", "onetwo", False),
    ],
    ids=["composition", "another space", "case", "width", "no space"],
)
def test_passwords_are_prepared_before_they_are_compared(
    endpoint: ScimTenant, held: str, sent: str, is_the_same: bool
) -> None:
    """RFC 8265 §4.2. They are compared where one is set that is held already, which changes nothing."""
    user = post(endpoint, password=held).body
    pass_time(endpoint)
    answered = endpoint.patch(f"/Users/{user['id']}", {"op": "replace", "path": "password", "value": sent})
    assert (answered.status, answered.body == user) == (200, is_the_same)
    assert read(endpoint, user) == answered.body


def _dump(endpoint: ScimTenant) -> str:
    """All that the database holds."""
    return endpoint.tenant.resources.database.read(lambda connection: "\n".join(connection.iterdump()))


def _has_password(endpoint: ScimTenant) -> int:
    return endpoint.tenant.resources.database.read(
        lambda connection: int(connection.execute("SELECT count(*) FROM password").fetchone()[0])
    )


@pytest.mark.requirement("RFC7643-4.1.1-21", "RFC7643-9.2-01")
def test_what_is_kept_of_a_password_tells_neither_its_length_nor_who_has_the_same(endpoint: ScimTenant) -> None:
    for name, password in (("ada", "a"), ("grace", "a"), ("linus", SECRET * 3)):
        endpoint.create_user(name, password=password)
    kept = endpoint.tenant.resources.database.read(
        lambda connection: connection.execute("SELECT salt, hash FROM password").fetchall()
    )
    assert (len({salt for salt, _ in kept}), len({kept_hash for _, kept_hash in kept})) == (3, 3)
    assert {len(kept_hash) for _, kept_hash in kept} == {32}


def test_a_password_stays_when_it_is_not_named_and_goes_with_null_and_with_the_user(endpoint: ScimTenant) -> None:
    """RFC 7644 §3.5.1 clears what is readWrite and omitted; password is writeOnly."""
    user = post(endpoint, password=SECRET).body
    put(endpoint, user, userName="ada", title="Dr")
    assert _has_password(endpoint) == 1
    before = read(endpoint, user)
    assert (
        put(endpoint, user, userName="ada", title="Dr", password=None).body["meta"]["version"]
        != before["meta"]["version"]
    )
    assert _has_password(endpoint) == 0
    endpoint.patch(f"/Users/{user['id']}", {"op": "add", "value": {"password": "again"}})
    assert _has_password(endpoint) == 1
    assert endpoint.patch(f"/Users/{user['id']}", {"op": "remove", "path": "password"}).status == 200
    assert _has_password(endpoint) == 0
    endpoint.patch(f"/Users/{user['id']}", {"op": "add", "path": "password", "value": "again"})
    assert endpoint.send("DELETE", f"/Users/{user['id']}").status == 204
    assert _has_password(endpoint) == 0


@pytest.mark.requirement("RFC7643-4.1.1-18", "RFC7643-4.1.1-19", "RFC7643-7-35")
@pytest.mark.parametrize(
    "filter_text", [f'password eq "{SECRET}"', 'password sw "t"', "password pr", "not (password pr)"]
)
def test_no_filter_tells_of_a_password(endpoint: ScimTenant, filter_text: str) -> None:
    post(endpoint, password=SECRET)
    assert endpoint.send("GET", "/Users", filter=filter_text).error == (400, "invalidFilter")


def test_a_server_that_takes_no_passwords_passes_them_over(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(change_password_supported=False)
    user = post(endpoint, password=SECRET)
    assert (user.status, what_the_client_wrote(user.body)) == (201, {"userName": "ada", "active": True})
    assert put(endpoint, user.body, userName="ada", password=SECRET).body == user.body
    assert _has_password(endpoint) == 0
    assert endpoint.send("GET", "/ServiceProviderConfig").body["changePassword"] == {"supported": False}


# Members and groups


def _link(kind: str, resource: dict[str, Any], shown_as: str) -> dict[str, Any]:
    link = {"value": resource["id"], "$ref": f"{BASE}/{kind}s/{resource['id']}", "type": shown_as}
    return link | ({"display": resource["displayName"]} if "displayName" in resource else {})


@pytest.mark.requirement("RFC7643-8.4-01", "RFC7643-4.2-04", "RFC7643-4.2-06", "RFC7643-4.2-07", "RFC7643-4.2-08")
@pytest.mark.requirement("RFC7643-4.2-10", "RFC7643-4.1.2-13", "RFC7643-4.1.2-14", "RFC7643-4.1.2-16")
@pytest.mark.requirement("RFC7643-4.1.2-19", "RFC7643-2.3.7-04", "RFC7643-2.3.7-06", "RFC7644-3.5.1-21")
@pytest.mark.requirement("RFC7644-3.5.1-10", "RFC7644-3.5.1-12", "RFC7643-7-20", "RFC7643-7-21", "RFC7643-2.4-05")
@pytest.mark.requirement("RFC7643-3.1-22")
def test_a_group_links_its_members_and_they_link_it(endpoint: ScimTenant) -> None:
    ada, grace = endpoint.create_user("ada", displayName="Ada"), endpoint.create_user("grace")
    inner = endpoint.create_group("Inner", grace["id"])
    members = [
        # What a member is follows from its id: a type, name or reference that says otherwise is passed over.
        {"value": ada["id"], "type": "Group", "display": "x", "$ref": "https://elsewhere.test/v1/Users/x"},
        {"value": ada["id"]},
        {"value": inner["id"], "type": "Group"},
    ]
    outer = endpoint.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "Outer", "members": members}).body
    expected = [_link("User", ada, "User"), _link("Group", inner, "Group")]
    assert outer["members"] == expected
    assert read(endpoint, outer) == outer
    assert read(endpoint, ada)["groups"] == [_link("Group", outer, "direct")]
    # Only direct membership is told: the outer group of an inner one is not.
    assert read(endpoint, grace)["groups"] == [_link("Group", inner, "direct")]
    for link in expected:
        assert endpoint.send("GET", link["$ref"].removeprefix(BASE)).body["id"] == link["value"]
    again = put(endpoint, outer, displayName="Outer", members=[{"value": ada["id"], "type": "Group"}])
    assert again.body["members"] == [_link("User", ada, "User")]
    changed = put(endpoint, outer, displayName="Outer", members=[{"value": grace["id"]}])
    assert (changed.status, changed.body["members"]) == (200, [_link("User", grace, "User")])
    assert "groups" not in read(endpoint, ada)
    assert endpoint.members_of(outer["id"]) == [grace["id"]]


@pytest.mark.requirement("RFC7643-4.1.2-15")
def test_groups_of_a_user_are_changed_through_the_group_alone(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    group, other = endpoint.create_group("Engineering", ada["id"]), endpoint.create_group("Other")
    links = [_link("Group", group, "direct")]
    assert put(endpoint, ada, userName="ada", groups=[{"value": other["id"]}]).body["groups"] == links
    assert put(endpoint, ada, userName="ada", groups=[]).body["groups"] == links
    add = {"op": "add", "path": "groups", "value": [{"value": other["id"]}]}
    assert endpoint.patch(f"/Users/{ada['id']}", add).error == (400, "mutability")
    assert read(endpoint, ada)["groups"] == links


@pytest.mark.parametrize("part", ["value", "type", "$ref"])
@pytest.mark.requirement("RFC7643-4.2-05")
def test_the_parts_of_a_member_cannot_be_changed(endpoint: ScimTenant, part: str) -> None:
    ada, grace = endpoint.create_user("ada"), endpoint.create_user("grace")
    group = endpoint.create_group("Engineering", ada["id"])
    value = {"value": grace["id"], "type": "Group", "$ref": grace["meta"]["location"]}[part]
    change = {"op": "replace", "path": f'members[value eq "{ada["id"]}"].{part}', "value": value}
    assert endpoint.patch(f"/Groups/{group['id']}", change).error == (400, "mutability")
    assert read(endpoint, group) == group


def test_links_follow_renames_and_end_with_what_they_link(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada", displayName="Ada")
    group, doomed = endpoint.create_group("Engineering", ada["id"]), endpoint.create_group("Doomed", ada["id"])
    put(endpoint, ada, userName="ada", displayName="Countess")
    put(endpoint, group, displayName="Platform", members=[{"value": ada["id"]}])
    assert endpoint.send("DELETE", f"/Groups/{doomed['id']}").status == 204
    assert read(endpoint, group)["members"] == [_link("User", {**ada, "displayName": "Countess"}, "User")]
    assert read(endpoint, ada)["groups"] == [_link("Group", {**group, "displayName": "Platform"}, "direct")]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param([{"value": UNUSED}], "unknown", marks=pytest.mark.requirement("RFC7643-2.3.7-05")),
        pytest.param([{}], "no value", marks=pytest.mark.requirement("RFC7643-4.2-09")),
        ([{"value": ""}], "empty"),
        ([{"value": 7}], "no text"),
        ([None], "null"),
        ("x", "no object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_is_no_resource_is_no_member(endpoint: ScimTenant, members: object, reason: str) -> None:
    ada = endpoint.create_user("ada")
    group = endpoint.create_group("Engineering", ada["id"])
    before = everything(endpoint)
    assert put(endpoint, group, displayName="Other", members=members).error == (400, "invalidValue")
    body = {"schemas": [GROUP], "displayName": "New", "members": members}
    assert endpoint.send("POST", "/Groups", body).error == (400, "invalidValue")
    assert everything(endpoint) == before


@pytest.mark.requirement("RFC7643-3.1-11", "RFC7643-9.3-01")
def test_a_member_of_another_tenant_and_the_group_itself_are_refused(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada", externalId="e")
    elsewhere = ScimTenant(endpoint.tenants, endpoint.tenants.create("acme", "entra"))
    elsewhere.tenant.change_policy(external_id_unique=True)
    theirs = elsewhere.create_user("ada", externalId="e")
    assert theirs["id"] != ada["id"]
    group = elsewhere.create_group("Engineering")
    for member in (ada["id"], group["id"]):
        refused = put(elsewhere, group, displayName="Engineering", members=[{"value": member}])
        assert refused.error == (400, "invalidValue")
    assert read(elsewhere, group) == group


@pytest.mark.parametrize("value", [None, "", " ", 7, ["x"]], ids=str)
@pytest.mark.requirement("RFC7643-4.2-02")
def test_a_group_has_a_name(endpoint: ScimTenant, value: object) -> None:
    group = endpoint.create_group("Engineering")
    assert endpoint.send("POST", "/Groups", {"schemas": [GROUP], "displayName": value}).error == (400, "invalidValue")
    assert put(endpoint, group, displayName=value).error == (400, "invalidValue")
    assert everything(endpoint) == [group]


@pytest.mark.requirement("RFC7643-4.3-03", "RFC7643-4.3-04")
def test_a_manager_is_a_user_and_is_referred_to(endpoint: ScimTenant) -> None:
    boss = endpoint.create_user("boss", displayName="Boss")
    sent = {"manager": {"value": boss["id"], "$ref": "../Users/other", "displayName": "x"}}
    user = endpoint.create_user("ada", **{ENTERPRISE: sent})
    assert user[ENTERPRISE] == {"manager": {"value": boss["id"], "$ref": boss["meta"]["location"]}}


# Deleting


@pytest.mark.requirement("RFC7644-3.6-01", "RFC7644-3.6-02", "RFC7644-3.6-03", "RFC7644-3.6-04", "RFC7644-3.6-06")
@pytest.mark.requirement("RFC7644-3.6-09", "RFC7644-3.6-10", "RFC7643-3.1-05", "RFC7644-3.5.1-01", "RFC7644-3.5.1-17")
def test_what_was_deleted_is_gone_and_its_name_free(endpoint: ScimTenant) -> None:
    ada, grace = endpoint.create_user("ada", externalId="e"), endpoint.create_user("grace")
    group = endpoint.create_group("Engineering", ada["id"], grace["id"])
    path = f"/Users/{ada['id']}"
    gone = endpoint.send("DELETE", path)
    assert (gone.status, gone.body) == (204, None)
    assert endpoint.send("GET", path).error == (404, None)
    assert put(endpoint, ada, userName="ada").error == (404, None)
    assert endpoint.patch(path, {"op": "replace", "path": "title", "value": "x"}).error == (404, None)
    assert endpoint.send("DELETE", path).error == (404, None)
    assert endpoint.send("GET", "/Users").body["totalResults"] == 1
    for filter_text in ('userName eq "ada"', 'externalId eq "e"', f'id eq "{ada["id"]}"', 'userName co "ada"'):
        assert endpoint.send("GET", "/Users", filter=filter_text).body["totalResults"] == 0
    assert endpoint.members_of(group["id"]) == [grace["id"]]
    assert endpoint.send("GET", "/Groups", filter=f'members.value eq "{ada["id"]}"').body["totalResults"] == 0
    again = endpoint.create_user("ada", externalId="e")
    assert again["id"] != ada["id"]
    assert "groups" not in again


@pytest.mark.requirement("RFC7643-3.1-05")
def test_an_id_is_given_once(endpoint: ScimTenant) -> None:
    """Also the newest one, whose row in the database the next may take."""
    given = []
    for number in range(6):
        user = endpoint.create_user(f"user{number}", externalId=f"e{number}")
        group = endpoint.create_group(f"group{number}", user["id"])
        given += [user["id"], group["id"]]
        for path in (f"/Groups/{group['id']}", f"/Users/{user['id']}"):
            assert endpoint.send("DELETE", path).status == 204
    assert len(set(given)) == 12


@pytest.mark.parametrize("kind", ["User", "Group"])
@pytest.mark.requirement("RFC7644-3.6-07", "RFC7644-3.5.1-01", "RFC7644-3.5.1-17")
def test_what_never_was_is_not_made_by_put(endpoint: ScimTenant, kind: str) -> None:
    path = f"/{kind}s/{UNUSED}"
    body = {"schemas": [USER if kind == "User" else GROUP], "userName": "ada", "displayName": "Ada"}
    assert endpoint.send("PUT", path, body).error == (404, None)
    assert endpoint.send("DELETE", path).error == (404, None)
    assert endpoint.send("GET", path).error == (404, None)
    assert everything(endpoint) == []


@pytest.mark.requirement("RFC7644-3.6-08")
def test_a_deleted_group_leaves_its_members(endpoint: ScimTenant) -> None:
    ada = endpoint.create_user("ada")
    group = endpoint.create_group("Engineering", ada["id"])
    assert endpoint.send("DELETE", f"/Groups/{group['id']}").status == 204
    assert endpoint.send("GET", f"/Groups/{group['id']}").error == (404, None)
    assert what_the_client_wrote(read(endpoint, ada)) == what_the_client_wrote(ada)
    assert "groups" not in read(endpoint, ada)


# The rest


@pytest.mark.requirement("RFC7643-4.1.1-14", "RFC7643-4.1.1-15")
def test_an_inactive_user_is_there_and_comes_back(endpoint: ScimTenant) -> None:
    born = endpoint.create_user("grace", active=False)
    assert (born["active"], read(endpoint, born)) == (False, born)
    assert endpoint.send("DELETE", f"/Users/{born['id']}").status == 204
    user = endpoint.create_user("ada")
    for active in (False, True):
        assert put(endpoint, user, userName="ada", active=active).body["active"] is active
        assert read(endpoint, user)["active"] is active
        assert endpoint.user_names() == ["ada"]


@pytest.mark.requirement("RFC7643-2.4-03")
def test_a_value_without_primary_is_not_primary(endpoint: ScimTenant) -> None:
    endpoint.create_user("ada", emails=[{"value": "a@x"}])
    assert endpoint.user_names(filter="emails[primary eq true]") == []


@pytest.mark.requirement("RFC7644-3.5-02", "RFC7644-3.5-03")
def test_patch_is_supported_and_said_to_be(endpoint: ScimTenant) -> None:
    user = endpoint.create_user("ada")
    change = {"op": "replace", "path": "title", "value": "Dr"}
    assert endpoint.patch(f"/Users/{user['id']}", change).body["title"] == "Dr"
    assert endpoint.send("GET", "/ServiceProviderConfig").body["patch"] == {"supported": True}
    endpoint.tenant.change_policy(patch_supported=False)
    assert endpoint.patch(f"/Users/{user['id']}", change).error == (501, None)
    assert endpoint.send("GET", "/ServiceProviderConfig").body["patch"] == {"supported": False}


@pytest.mark.requirement("RFC7644-3.10-01", "RFC7644-3.10-04", "RFC7644-3.10-05")
def test_a_full_name_has_its_urn_in_any_letter_case(endpoint: ScimTenant) -> None:
    user = endpoint.create_user("ada", title="Dr")
    path = f"/Users/{user['id']}"
    change = {"op": "replace", "path": f"{USER}:name.givenName", "value": "Ada"}
    assert endpoint.patch(path, change).body["name"] == {"givenName": "Ada"}
    assert endpoint.send("GET", path, attributes=f"{USER}:userName").body.keys() == {"schemas", "id", "userName"}
    shown = endpoint.send("GET", path, attributes=f"{USER}:name.givenName".upper()).body
    assert shown == {"schemas": [USER], "id": user["id"], "name": {"givenName": "Ada"}}


@pytest.mark.requirement("RFC7643-7-24", "RFC7643-7-26")
def test_attributes_are_shown_as_their_schema_says(endpoint: ScimTenant) -> None:
    user = post(endpoint, title="Dr", password=SECRET).body
    path = f"/Users/{user['id']}"
    assert "title" in user
    assert endpoint.send("GET", path, attributes="userName").body == {
        "schemas": [USER],
        "id": user["id"],
        "userName": "ada",
    }
    kept = endpoint.send("GET", path, excludedAttributes="id,schemas,title").body
    assert kept == {name: value for name, value in user.items() if name != "title"}


@pytest.mark.requirement("RFC7643-4.1.1-06")
def test_a_name_is_not_made_up_from_its_parts(endpoint: ScimTenant) -> None:
    """No formatted name is shown that could differ from the parts."""
    for name in ({"givenName": "Ada", "familyName": "Lovelace"}, {"formatted": "Ada Lovelace"}):
        user = endpoint.create_user(str(name), name=name)
        assert user["name"] == name
        assert "displayName" not in user


@pytest.mark.requirement("RFC7643-9.3-02")
@pytest.mark.parametrize("path", ["/Users", "/Groups", "/Users/x", "/.search", "/Me", "/Bulk"])
def test_nobody_reads_without_a_credential(endpoint: ScimTenant, path: str) -> None:
    assert endpoint.send("GET", path, headers={"authorization": ""}).error == (401, None)


@pytest.mark.requirement("RFC7643-7-15", "RFC7643-3.1-08", "RFC7643-3.1-13")
@pytest.mark.parametrize(
    ("name", "value", "disregards_case"),
    [
        ("userName", "Ada", True),
        ("title", "Dr", True),
        ("externalId", "AbC", False),
        ("profileUrl", "https://x.test/AbC", False),
        ("id", None, False),
    ],
)
def test_a_filter_minds_letter_case_as_the_schema_says(
    endpoint: ScimTenant, name: str, value: str | None, disregards_case: bool
) -> None:
    user = endpoint.create_user("ada", **({name: value} if value else {}))
    held = user[name]
    assert endpoint.user_names(filter=f'{name} eq "{held}"') == [user["userName"]]
    flipped = held.swapcase()
    # The first is looked up in an index; the others are read as filters.
    for text in (f'{name} eq "{flipped}"', f'({name} eq "{flipped}")', f'{name} sw "{flipped}" and not (locale pr)'):
        found = endpoint.user_names(filter=text)
        assert (found == [user["userName"]]) is (disregards_case or flipped == held)

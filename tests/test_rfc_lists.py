"""Reading, listing, paging and projecting, requirement by requirement (RFC 7644 §3.4, §3.9)."""

from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.scim.projection import read_projection
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import Attribute, ResourceType
from tests.scim_tenant import ENTERPRISE, USER, ScimTenant, scim_tenant

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ADA: dict[str, Any] = {
    "externalId": "x-ada",
    "displayName": "Ada",
    "title": "Countess",
    "active": True,
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@contoso.test", "type": "work"}, {"value": "ada@home.test", "type": "home"}],
    ENTERPRISE: {"department": "D", "costCenter": "7", "manager": {"displayName": "Boss", "value": "b"}},
}
MINIMUM = {"schemas", "id"}


@pytest.fixture(params=["strict", "entra"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    """Ada with all there is, Grace and Linus, and two groups; Ada is in the first."""
    with scim_tenant(request.param) as tenant:
        boss = tenant.create_user("boss")
        ada = {**ADA, ENTERPRISE: {**ADA[ENTERPRISE], "manager": {"value": boss["id"]}}}
        tenant.create_group("Engineering", tenant.create_user("ada", **ada)["id"])
        tenant.create_group("Sales")
        tenant.create_user("grace", title="Admiral")
        tenant.create_user("linus")
        yield tenant


def _ada(tenant: ScimTenant, **query: object) -> dict[str, Any]:
    found = tenant.send("GET", "/Users", filter='userName eq "ada"', **query)
    assert (found.status, found.body["totalResults"]) == (200, 1)
    return dict(found.body["Resources"][0])


def _named(tenant: ScimTenant, path: str, **query: object) -> list[str]:
    answered = tenant.send("GET", path, **query)
    assert answered.status == 200, answered.body
    return [one.get("userName") or one["displayName"] for one in answered.body["Resources"]]


# Reading one resource


@pytest.mark.requirement(
    "RFC7644-3.4-01", "RFC7644-3.4-02", "RFC7644-3.4.1-01", "RFC7644-3.4.1-05", "RFC7644-3.4.2-13", "RFC7644-3.9-01",
    "RFC7643-7-26",
)  # fmt: skip
def test_a_resource_is_the_same_by_its_url_in_a_list_and_as_it_was_created(endpoint: ScimTenant) -> None:
    posted = endpoint.create_user("new", **ADA | {ENTERPRISE: {"department": "D"}})
    read = endpoint.send("GET", f"/Users/{posted['id']}")
    assert (read.status, read.body) == (200, posted)
    assert endpoint.send("GET", "/Users", filter='userName eq "new"').body["Resources"] == [posted]
    assert endpoint.send("GET", "/Users").body["Resources"][-1] == posted
    assert set(posted) == MINIMUM | {"userName", "meta"} | set(ADA)
    assert (posted["schemas"], posted["meta"]["resourceType"]) == ([USER, ENTERPRISE], "User")
    again = endpoint.send("PUT", f"/Users/{posted['id']}", {**posted, "title": "Dr"}).body
    patched = endpoint.patch(f"/Users/{posted['id']}", {"op": "replace", "path": "title", "value": "Dr"}).body
    assert set(again) == set(patched) == set(posted)


@pytest.mark.requirement("RFC7644-3.4.1-02", "RFC7644-3.4.1-03", "RFC7644-3.4.1-04")
def test_an_id_that_the_endpoint_does_not_have_is_not_found(endpoint: ScimTenant) -> None:
    ada = _ada(endpoint)["id"]
    gone = endpoint.create_user("gone")["id"]
    endpoint.send("DELETE", f"/Users/{gone}")
    flipped = next(letter for letter in ada if letter.isalpha())
    for path in (f"/Users/{gone}", f"/Groups/{ada}", f"/Users/{ada.replace(flipped, flipped.upper())}"):
        assert endpoint.send("GET", path).error == (404, None)


@pytest.mark.requirement("RFC7644-3.4.1-06")
@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes"])
def test_schemas_and_resource_types_are_read_one_by_one(endpoint: ScimTenant, path: str) -> None:
    for listed in endpoint.send("GET", path).body["Resources"]:
        one = endpoint.send("GET", f"{path}/{listed['id']}")
        assert (one.status, one.body["id"], LIST in one.body["schemas"]) == (200, listed["id"], False)


# Lists


@pytest.mark.requirement(
    "RFC7644-3.4.2-01", "RFC7644-3.4.2-03", "RFC7644-3.4.2-05", "RFC7644-3.4.2-06", "RFC7644-3.4.2-07",
    "RFC7644-3.4.2-14", "RFC7644-3.4.2.4-07",
)  # fmt: skip
def test_a_list_is_a_list_response_with_the_total(endpoint: ScimTenant) -> None:
    for path, names in (("/Users", ["boss", "ada", "grace", "linus"]), ("/Groups", ["Engineering", "Sales"])):
        body = endpoint.send("GET", path, foo="bar").body
        assert body == endpoint.send("GET", path).body
        assert {**body, "Resources": []} == {
            "schemas": [LIST],
            "totalResults": len(names),
            "startIndex": 1,
            "itemsPerPage": len(names),
            "Resources": [],
        }
        assert _named(endpoint, path) == names
        assert {one["meta"]["resourceType"] for one in body["Resources"]} == {path[1:-1]}


PAGES: list[tuple[dict[str, object], int, list[str]]] = [
    ({}, 1, ["boss", "ada", "grace", "linus"]),
    ({"count": 1}, 1, ["boss"]),
    ({"startIndex": 1, "count": 1}, 1, ["boss"]),
    ({"startIndex": 0, "count": 1}, 1, ["boss"]),
    ({"startIndex": -5, "count": 1}, 1, ["boss"]),
    ({"startIndex": 2, "count": 1}, 2, ["ada"]),
    ({"count": 2}, 1, ["boss", "ada"]),
    ({"startIndex": 4, "count": 3}, 4, ["linus"]),
    ({"count": 100_000}, 1, ["boss", "ada", "grace", "linus"]),
    ({"count": 0}, 1, []),
    ({"count": -1}, 1, []),
    ({"startIndex": 5}, 5, []),
    ({"startIndex": 10**17}, 10**17, []),
]
SETS: list[dict[str, object]] = [
    {},
    {"filter": "userName pr"},
    {"filter": "active eq true or not (active eq true)"},
    {"sortBy": "meta.created"},
    {"sortBy": "externalId", "filter": "active pr"},
]


@pytest.mark.parametrize(("query", "start", "names"), PAGES, ids=lambda value: str(value) if value != [] else "nobody")
@pytest.mark.parametrize("of", SETS[:4], ids=str)
@pytest.mark.requirement(
    "RFC7644-3.4.2-08", "RFC7644-3.4.2-09", "RFC7644-3.4.2-10", "RFC7644-3.4.2.4-01", "RFC7644-3.4.2.4-02",
    "RFC7644-3.4.2.4-03", "RFC7644-3.4.2.4-04", "RFC7644-3.4.2.4-05", "RFC7644-3.4.2.4-06", "RFC7644-3.4.2.4-08",
    "RFC7644-3.4.2.4-09", "RFC7644-3.4.2.4-10", "RFC7644-3.4.2.4-12",
)  # fmt: skip
def test_a_page_is_the_same_part_of_every_list(
    endpoint: ScimTenant, of: dict[str, object], query: dict[str, object], start: int, names: list[str]
) -> None:
    body = endpoint.send("GET", "/Users", **of, **query).body
    assert [one["userName"] for one in body["Resources"]] == names
    assert (body["totalResults"], body["startIndex"], body["itemsPerPage"]) == (4, start, len(names))


@pytest.mark.requirement("RFC7644-3.4.2.4-11", "RFC7644-3.4.2.4-15", "RFC7644-3.4.2.4-16")
@pytest.mark.parametrize("path", ["/Users", "/Groups", ""], ids=["users", "groups", "the root"])
@pytest.mark.parametrize("of", SETS, ids=str)
def test_pages_add_up_to_the_list_in_its_order(endpoint: ScimTenant, path: str, of: dict[str, object]) -> None:
    if path == "/Groups" and "filter" in of:
        of = {**of, "filter": "displayName pr"}
    whole = endpoint.send("GET", path, **of).body
    for size in (1, 3):
        pages = [
            endpoint.send("GET", path, startIndex=start, count=size, **of).body
            for start in range(1, whole["totalResults"] + 1, size)
        ]
        assert [one["id"] for page in pages for one in page["Resources"]] == [one["id"] for one in whole["Resources"]]
        assert {page["totalResults"] for page in pages} == {len(whole["Resources"])}


@pytest.mark.requirement("RFC7644-3.4.2.4-13")
@pytest.mark.parametrize("value", ["abc", "1.5", "", "1e3", "9" * 30])
@pytest.mark.parametrize("name", ["startIndex", "count"])
def test_a_number_that_is_none_is_refused(endpoint: ScimTenant, name: str, value: str) -> None:
    assert endpoint.send("GET", "/Users", **{name: value}).error == (400, "invalidValue")


@pytest.mark.requirement("RFC7644-3.4.2-11", "RFC7644-3.4.2-12", "RFC7644-3.4.2-15")
@pytest.mark.parametrize("text", ['userName eq "nobody"', 'title co "zzz"', 'userName eq "nobody" and title pr'])
def test_no_match_is_a_success(endpoint: ScimTenant, text: str) -> None:
    answered = endpoint.send("GET", "/Users", filter=text)
    found = {"schemas": [LIST], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}
    assert (answered.status, answered.body) == (200, found)
    endpoint.tenant.change_policy(empty_list_without_resources=True)
    del found["Resources"]
    assert endpoint.send("GET", "/Users", filter=text).body == found
    assert endpoint.send("GET", "/Users", count=0).body["Resources"] == []


@pytest.mark.requirement(
    "RFC7644-3.4.2-02", "RFC7644-3.4.2.1-02", "RFC7644-3.4.2.1-03", "RFC7644-3.4.2.1-05", "RFC7644-3.4.2.1-06"
)
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("id pr", ["boss", "ada", "grace", "linus", "Engineering", "Sales"]),
        ('meta.resourceType eq "User"', ["boss", "ada", "grace", "linus"]),
        ('meta.resourceType eq "Group"', ["Engineering", "Sales"]),
        ("userName pr", ["boss", "ada", "grace", "linus"]),
        ('not (userName sw "a") and displayName pr', ["Engineering", "Sales"]),
        ('userName eq "ada" or displayName eq "sales"', ["ada", "Sales"]),
        ('userName ne "ada"', ["boss", "grace", "linus", "Engineering", "Sales"]),
        ("members pr or title pr", ["ada", "grace", "Engineering"]),
        ('displayName ew "e" or title eq "x"', []),
        ('displayName ew "s" and not (title eq "x")', ["Sales"]),
    ],
)
def test_the_root_is_about_all_resources(endpoint: ScimTenant, text: str, names: list[str]) -> None:
    assert _named(endpoint, "", filter=text) == names
    assert _named(endpoint, "", filter=text, startIndex=2, count=2) == names[1:3]
    found = endpoint.send("POST", "/.search", {"schemas": [SEARCH], "filter": text}).body["Resources"]
    assert [one.get("userName") or one["displayName"] for one in found] == names


@pytest.mark.parametrize("text", ['userName ne "ada"', 'userName ne "ada" and title ne "none"'])
def test_at_the_root_too_what_is_missing_may_match_no_difference(endpoint: ScimTenant, text: str) -> None:
    """AMB-11: a group has neither a userName nor a title, and not everybody has one."""
    assert _named(endpoint, "", filter=text) == ["boss", "grace", "linus", "Engineering", "Sales"]
    endpoint.tenant.change_policy(missing_matches_ne=False)
    expected = ["grace"] if "title" in text else ["boss", "grace", "linus"]
    assert _named(endpoint, "", filter=text) == expected


def test_where_no_index_is_supported_it_is_passed_over(endpoint: ScimTenant) -> None:
    everybody = ["boss", "ada", "grace", "linus"]
    endpoint.tenant.change_limits(default_results=2)
    endpoint.tenant.change_policy(index_paging_supported=False)
    for start in ("2", "x"):
        assert _named(endpoint, "/Users", startIndex=start) == everybody[:2]
    endpoint.tenant.change_policy(cursor_paging_supported=False)
    for start in ("2", "x"):
        body = endpoint.send("GET", "/Users", startIndex=start, cursor="x").body
        assert [one["userName"] for one in body["Resources"]] == everybody  # Nothing leads to a second page.
        assert (body["startIndex"], body["itemsPerPage"]) == (1, 4)


@pytest.mark.requirement("RFC7644-3.4.2.1-04")
def test_where_nothing_is_paged_too_many_are_refused(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(index_paging_supported=False, cursor_paging_supported=False)
    endpoint.tenant.change_limits(max_results=3, default_results=1)  # There is no page to have a size.
    for query in ({}, {"filter": "userName pr"}, {"count": 1}, {"startIndex": 2}):
        assert endpoint.send("GET", "/Users", **query).error == (400, "tooMany")
    assert _named(endpoint, "/Users", filter="title pr") == ["ada", "grace"]


@pytest.mark.requirement("RFC7644-3.4.2.1-01")
def test_a_query_of_one_resource_follows_the_reading(endpoint: ScimTenant) -> None:
    path = f"/Users/{_ada(endpoint)['id']}"
    asked = [{"filter": 'title eq "countess"'}, {"filter": 'title eq "none"'}]
    whole = endpoint.send("GET", path).body
    assert [endpoint.send("GET", path, **query).body for query in asked] == [whole, whole]
    endpoint.tenant.change_policy(query_of_one="list")
    assert [endpoint.send("GET", path, **query).body["Resources"] for query in asked] == [[whole], []]
    assert endpoint.send("GET", "/Users/none", **asked[0]).error == (404, None)
    endpoint.tenant.change_policy(empty_filter_ignored=True)
    assert endpoint.send("GET", path, filter="").body["Resources"] == [whole]
    assert endpoint.send("GET", path).body == whole
    endpoint.tenant.change_policy(query_of_one="refused")
    assert endpoint.send("GET", path, **asked[0]).error == (400, "invalidFilter")
    assert endpoint.send("GET", path).body == whole


# Projection


@pytest.mark.requirement(
    "RFC7644-3.4.2.5-01", "RFC7644-3.4.2.5-02", "RFC7644-3.4.2.5-03", "RFC7644-3.4.2.5-05", "RFC7644-3.9-02",
    "RFC7644-3.9-03", "RFC7644-3.9-04", "RFC7644-3.9-05", "RFC7644-3.9-06", "RFC7644-3.9-07", "RFC7644-3.9-08",
    "RFC7644-3.9-09", "RFC7644-3.9-10", "RFC7644-3.9-11", "RFC7644-3.9-13", "RFC7644-3.9-15", "RFC7644-3.9-16",
    "RFC7644-3.9-17", "RFC7644-3.9-18", "RFC7644-3.4.3-07", "RFC7644-3.4.3-08", "RFC7643-7-24",
    "RFC7643-3.1-02",
)  # fmt: skip
@pytest.mark.parametrize(
    ("parameter", "names", "shown"),
    [
        ("attributes", "userName", {"userName": "ada"}),
        ("attributes", "USERNAME, title", {"userName": "ada", "title": "Countess"}),
        ("attributes", "name", {"name": {"givenName": "Ada", "familyName": "Lovelace"}}),
        ("attributes", "Name.GivenName", {"name": {"givenName": "Ada"}}),
        ("attributes", "emails.value", {"emails": [{"value": "ada@contoso.test"}, {"value": "ada@home.test"}]}),
        ("attributes", f"{USER}:title", {"title": "Countess"}),
        ("attributes", f"{USER}:name.familyName".upper(), {"name": {"familyName": "Lovelace"}}),
        ("attributes", f"{ENTERPRISE}:department", {ENTERPRISE: {"department": "D"}}),
        ("attributes", f"{ENTERPRISE}:manager.displayName,title", {"title": "Countess"}),
        ("attributes", ENTERPRISE, {ENTERPRISE: {"department": "D", "costCenter": "7"}}),
        ("attributes", "noSuch,userName", {"userName": "ada"}),
        ("attributes", "password,id,schemas", {}),
        ("attributes", "meta.resourceType", {"meta": {"resourceType": "User"}}),
        ("excludedAttributes", "emails", {"emails": None}),
        ("excludedAttributes", "id,schemas,userName", {"userName": None}),
        ("excludedAttributes", "name.familyName", {"name": {"givenName": "Ada"}}),
        ("excludedAttributes", "emails.type,EMAILS.VALUE", {"emails": None}),
        ("excludedAttributes", f"{ENTERPRISE}:costCenter", {ENTERPRISE: {"department": "D"}}),
        ("excludedAttributes", ENTERPRISE.lower(), {ENTERPRISE: None}),
        ("excludedAttributes", "noSuch", {}),
    ],
)
def test_every_answer_with_a_resource_keeps_the_projection(
    endpoint: ScimTenant, parameter: str, names: str, shown: dict[str, object]
) -> None:
    extension = {"department": "D", "costCenter": "7"}
    body = {"schemas": [USER], "userName": "ada", "password": "Anal7tical-Engine", **ADA, ENTERPRISE: extension}
    ada = _ada(endpoint)["id"]
    path, query = f"/Users/{ada}", {parameter: names}
    answers = [
        endpoint.send("PUT", path, body, **query),
        endpoint.send("GET", path, **query),
        endpoint.patch(path, {"op": "replace", "path": "title", "value": "Countess"}, **query),
    ]
    whole = endpoint.send("GET", path).body
    assert "password" not in whole
    bodies = [answered.body for answered in answers]
    listed = endpoint.send("GET", "/Users", filter='userName eq "ada"', **query).body["Resources"]
    search = {
        "schemas": [SEARCH],
        "filter": 'userName eq "ada"',
        parameter: [name.strip() for name in names.split(",")],
    }
    searched = endpoint.send("POST", "/Users/.search", search).body["Resources"]
    everything = [one for one in endpoint.send("GET", "/Users", **query).body["Resources"] if one["id"] == ada]
    kept = {name: whole[name] for name in MINIMUM} if parameter == "attributes" else whole
    expected = {name: value for name, value in {**kept, **shown}.items() if value is not None}
    assert [*bodies, *listed, *searched, *everything] == [expected] * 6
    endpoint.send("DELETE", path)
    posted = endpoint.send("POST", "/Users", body, **query).body
    assert (set(posted), set(posted["schemas"])) == (set(expected) - {"groups"}, set(whole["schemas"]))


@pytest.mark.requirement("RFC7644-3.9-12")
def test_a_group_is_read_without_its_members(endpoint: ScimTenant) -> None:
    group = endpoint.send("GET", "/Groups", filter='displayName eq "engineering"').body["Resources"][0]
    path = f"/Groups/{group['id']}"
    rest = {name: value for name, value in group.items() if name != "members"}
    assert endpoint.send("GET", path, excludedAttributes="members").body == rest
    assert endpoint.send("GET", path, attributes="displayName").body.keys() == {"schemas", "id", "displayName"}
    only = endpoint.send("GET", path, attributes="members.value").body["members"]
    assert only == [{"value": _ada(endpoint)["id"]}]


@pytest.mark.requirement("RFC7644-3.9-14")
@pytest.mark.parametrize(
    ("reading", "names"),
    [("attributes", {"title", "name"}), ("excludedAttributes", None), ("both", {"title"})],
)
def test_both_parameters_follow_the_reading(endpoint: ScimTenant, reading: str, names: set[str] | None) -> None:
    query = {"attributes": "title,name", "excludedAttributes": "name"}
    assert endpoint.send("GET", "/Users", **query).error == (400, "invalidValue")
    endpoint.tenant.change_policy(attributes_with_excluded=reading)
    expected = set(_ada(endpoint)) - {"name"} if names is None else MINIMUM | names
    assert set(_ada(endpoint, **query)) == expected


@pytest.mark.requirement("RFC7644-3.9-19")
def test_schemas_are_always_there_or_when_asked_for(endpoint: ScimTenant) -> None:
    assert set(_ada(endpoint, attributes="userName")) == {"schemas", "id", "userName"}
    endpoint.tenant.change_policy(schemas_only_when_asked=True)
    assert set(_ada(endpoint, attributes="userName")) == {"id", "userName"}
    assert set(_ada(endpoint, attributes="schemas")) == {"id", "schemas"}
    assert "schemas" not in _ada(endpoint, excludedAttributes="schemas")
    assert "schemas" in _ada(endpoint, excludedAttributes="title")


def test_a_whole_extension_is_passed_over_where_that_is_the_reading(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(extension_urn_selects_nothing=True)
    assert set(_ada(endpoint, attributes=f"{ENTERPRISE},title")) == {*MINIMUM, "title"}
    assert set(_ada(endpoint, attributes=f"{ENTERPRISE}:department")) == {*MINIMUM, ENTERPRISE}


MADE_UP = ResourceType(
    "Door",
    "Doors",
    "urn:x:Door",
    {
        one.name.lower(): one
        for one in (
            Attribute("id", returned="always"),
            Attribute("code", returned="never"),
            Attribute("log", returned="request"),
            Attribute("label"),
            Attribute(
                "lock",
                "complex",
                sub_attributes={
                    "serial": Attribute("serial", returned="always"),
                    "pin": Attribute("pin", returned="never"),
                    "wear": Attribute("wear", returned="request"),
                    "make": Attribute("make"),
                },
            ),
        )
    },
    {},
)
DOOR: dict[str, object] = {
    "id": "1",
    "code": "c",
    "log": "l",
    "label": "d",
    "lock": {"serial": "s", "pin": "p", "wear": "w", "make": "m"},
}


@pytest.mark.requirement("RFC7643-7-22", "RFC7643-7-24", "RFC7643-7-25", "RFC7643-7-26", "RFC7643-7-27")
@pytest.mark.requirement("RFC7644-3.9-18")
@pytest.mark.parametrize(
    ("attributes", "excluded", "shown"),
    [
        (None, None, {"id": "1", "label": "d", "lock": {"serial": "s", "make": "m"}}),
        (["label"], None, {"id": "1", "label": "d", "lock": {"serial": "s"}}),
        (["log", "code"], None, {"id": "1", "log": "l", "lock": {"serial": "s"}}),
        (["lock.wear", "lock.pin"], None, {"id": "1", "lock": {"serial": "s", "wear": "w"}}),
        (None, ["label", "id", "lock.serial"], {"id": "1", "lock": {"serial": "s", "make": "m"}}),
        (None, ["lock"], {"id": "1", "label": "d", "lock": {"serial": "s"}}),
    ],
    ids=str,
)
def test_what_is_returned_follows_the_characteristic_at_every_depth(
    attributes: list[str] | None, excluded: list[str] | None, shown: dict[str, object]
) -> None:
    projection = read_projection(attributes, excluded, (MADE_UP,), Readings())
    assert projection.of(DOOR) == shown


# Queries by POST


@pytest.mark.requirement(
    "RFC7644-3.4.3-01", "RFC7644-3.4.3-02", "RFC7644-3.4.3-03", "RFC7644-3.4.3-04", "RFC7644-3.4.3-06",
    "RFC7644-3.4.3-10", "RFC7644-3.4.3-11", "RFC7644-3.4.3-13",
)  # fmt: skip
@pytest.mark.parametrize("path", ["/Users", "/Groups", ""], ids=["users", "groups", "the root"])
def test_a_search_answers_as_the_list_and_creates_nothing(endpoint: ScimTenant, path: str) -> None:
    before = endpoint.send("GET", "").body
    for asked in (
        {},
        {"filter": "id pr and displayName pr", "sortBy": "id", "sortOrder": "descending"},
        {"startIndex": 2, "count": 1, "sortBy": "displayName"},
    ):
        posted = endpoint.send("POST", f"{path}/.search", {"schemas": [SEARCH], **asked})
        assert (posted.status, posted.body) == (200, endpoint.send("GET", path, **asked).body)
        assert "location" not in posted.headers
    assert endpoint.send("GET", "").body == before


@pytest.mark.requirement("RFC7644-3.4.3-05", "RFC7644-3.4.3-09", "RFC7644-3.4.3-12")
def test_a_search_that_is_none_is_refused(endpoint: ScimTenant) -> None:
    path = "/Users/.search"
    assert endpoint.send("POST", path, b'{"schemas":').error == (400, "invalidSyntax")
    assert endpoint.send("POST", path, []).error == (400, "invalidSyntax")
    wrong = {"schemas": [SEARCH], "filter": 'userName xx "a"'}
    assert endpoint.send("POST", path, wrong).error == (400, "invalidFilter")
    unnamed = [endpoint.send("POST", path, {"schemas": schemas}) for schemas in ([], [USER], "x")]
    tolerated = endpoint.tenant.policy.schemas_optional
    assert {answered.status for answered in unnamed} == ({200} if tolerated else {400})


# Readings and capabilities


@pytest.mark.parametrize(
    ("reading", "error"),
    [("400", (400, "invalidFilter")), ("403", (403, None)), ("501", (501, None))],
)
def test_a_server_without_filters_refuses_them(endpoint: ScimTenant, reading: str, error: tuple[int, str]) -> None:
    endpoint.tenant.change_policy(filter_supported=False, unsupported_filter=reading)
    assert endpoint.send("GET", "/Users", filter='userName eq "ada"').error == error
    assert endpoint.send("POST", "/.search", {"schemas": [SEARCH], "filter": "id pr"}).error == error
    assert len(_named(endpoint, "/Users")) == 4


@pytest.mark.parametrize(("reading", "error"), [("400", (400, "invalidValue")), ("501", (501, None))])
def test_a_server_that_does_not_sort_ignores_or_refuses(
    endpoint: ScimTenant, reading: str, error: tuple[int, str]
) -> None:
    assert _named(endpoint, "/Users", sortBy="userName") == ["ada", "boss", "grace", "linus"]
    endpoint.tenant.change_policy(sort_supported=False)
    assert _named(endpoint, "/Users", sortBy="userName") == ["boss", "ada", "grace", "linus"]
    endpoint.tenant.change_policy(unsupported_sort=reading)
    assert endpoint.send("GET", "/Users", sortBy="userName").error == error


def test_an_empty_filter_is_refused_or_ignored(endpoint: ScimTenant) -> None:
    for text in ("", "  "):
        assert endpoint.send("GET", "/Users", filter=text).error == (400, "invalidFilter")
    endpoint.tenant.change_policy(empty_filter_ignored=True)
    assert len(_named(endpoint, "/Users", filter=" ")) == 4


def test_items_per_page_can_be_the_size_of_a_page(endpoint: ScimTenant) -> None:
    assert endpoint.send("GET", "/Users", startIndex=4, count=3).body["itemsPerPage"] == 1
    endpoint.tenant.change_policy(items_per_page="page size")
    assert endpoint.send("GET", "/Users", startIndex=4, count=3).body["itemsPerPage"] == 3


def test_pages_that_nothing_sorts_can_change_their_order(endpoint: ScimTenant) -> None:
    assert _named(endpoint, "/Users") == _named(endpoint, "/Users")
    endpoint.tenant.change_policy(unsorted_lists_vary=True)
    first, second = _named(endpoint, "/Users"), _named(endpoint, "/Users")
    assert (first != second, sorted(first)) == (True, ["ada", "boss", "grace", "linus"])
    in_order = [_named(endpoint, "/Users", sortBy="userName") for _ in range(2)]
    assert in_order == [sorted(first)] * 2


def test_inactive_users_can_be_hidden_from_reads_and_lists(endpoint: ScimTenant) -> None:
    ada = _ada(endpoint)["id"]
    endpoint.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": False})
    asked: list[dict[str, object]] = [
        {},
        {"filter": 'userName eq "ada"'},
        {"filter": f'id eq "{ada}"'},
        {"filter": "title pr"},
        {"sortBy": "userName"},
        {"cursor": ""},
    ]
    assert [_named(endpoint, "/Users", **query).count("ada") for query in asked] == [1] * 6
    endpoint.tenant.change_policy(inactive_users_hidden=True)
    assert [_named(endpoint, "/Users", **query).count("ada") for query in asked] == [0] * 6
    assert endpoint.send("GET", "/Users").body["totalResults"] == 3
    assert endpoint.send("GET", "", count=0).body["totalResults"] == 5
    assert endpoint.send("GET", f"/Users/{ada}").error == (404, None)
    assert endpoint.send("GET", "/Groups", filter=f'members eq "{ada}"').body["totalResults"] == 1
    endpoint.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": True})
    assert endpoint.send("GET", f"/Users/{ada}").status == 200

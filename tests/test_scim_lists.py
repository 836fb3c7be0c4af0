"""Lists: paging, sorting, projection, search by POST, the root query."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from scimulate.mock_servers.scim.endpoint import Endpoint
from scimulate.mock_servers.scim.messages import Request, Response, Slow
from scimulate.mock_servers.scim.store import Connection
from scimulate.scim_schemas import validate
from tests.scim_tenant import BASE, ENTERPRISE, GROUP, USER, ScimTenant, scim_tenant

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture
def endpoint() -> Iterator[ScimTenant]:
    with scim_tenant("strict") as tenant:
        for name in ("b", "A", "C", "e", "D"):
            tenant.create_user(name, title="x" if name != "e" else None)
        yield tenant


def _shape(answered: dict[str, Any]) -> tuple[int, int, int, list[str]]:
    assert validate("ListResponse", answered) == []
    names = [user["userName"] for user in answered["Resources"]]
    return answered["totalResults"], answered["startIndex"], answered["itemsPerPage"], names


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ({}, (5, 1, 5, ["b", "A", "C", "e", "D"])),
        ({"count": 2}, (5, 1, 2, ["b", "A"])),
        ({"startIndex": 3, "count": 2}, (5, 3, 2, ["C", "e"])),
        ({"startIndex": 5, "count": 100}, (5, 5, 1, ["D"])),
        ({"startIndex": 6}, (5, 6, 0, [])),
        ({"startIndex": 0, "count": 1}, (5, 1, 1, ["b"])),
        ({"startIndex": -5, "count": 1}, (5, 1, 1, ["b"])),
        ({"count": 0}, (5, 1, 0, [])),
        ({"count": -1}, (5, 1, 0, [])),
        ({"filter": "title pr", "count": 2, "startIndex": 2}, (4, 2, 2, ["A", "C"])),
        ({"filter": 'userName eq "a"', "count": 0}, (1, 1, 0, [])),
        ({"filter": 'userName eq "zz"'}, (0, 1, 0, [])),
        ({"sortBy": "userName"}, (5, 1, 5, ["A", "b", "C", "D", "e"])),
        ({"sortBy": "userName", "sortOrder": "descending", "count": 2}, (5, 1, 2, ["e", "D"])),
        ({"sortBy": "title", "sortOrder": "descending", "count": 1}, (5, 1, 1, ["e"])),
        ({"sortBy": "title"}, (5, 1, 5, ["b", "A", "C", "D", "e"])),
        ({"sortBy": "meta.created"}, (5, 1, 5, ["b", "A", "C", "e", "D"])),
        ({"filter": "title pr", "sortBy": "userName"}, (4, 1, 4, ["A", "b", "C", "D"])),
    ],
    ids=str,
)
def test_a_list_holds(endpoint: ScimTenant, query: dict[str, object], shape: tuple[int, int, int, list[str]]) -> None:
    assert _shape(endpoint.send("GET", "/Users", **query).body) == shape


@pytest.mark.parametrize(
    "query",
    [{"startIndex": "x"}, {"count": "1.5"}, {"count": ""}, {"sortBy": "shoeSize"}, {"sortBy": "name"}],
    ids=str,
)
def test_a_list_that_cannot_be_made_is_refused(endpoint: ScimTenant, query: dict[str, object]) -> None:
    assert endpoint.send("GET", "/Users", **query).error == (400, "invalidValue")


def test_pages_add_up_also_when_users_go_in_between(endpoint: ScimTenant) -> None:
    assert endpoint.user_names(count=2) == ["b", "A"]
    assert endpoint.user_names(startIndex=3, count=2) == ["C", "e"]
    first = endpoint.send("GET", "/Users", count=2).body["Resources"]
    endpoint.send("DELETE", f"/Users/{first[0]['id']}")
    assert endpoint.user_names(startIndex=3, count=2) == ["e", "D"]
    assert endpoint.user_names(startIndex=1, count=2) == ["A", "C"]


def test_a_page_holds_a_hundred_unless_asked_and_a_thousand_at_most(endpoint: ScimTenant) -> None:
    for number in range(96):
        endpoint.create_user(f"user{number}")
    answered = endpoint.send("GET", "/Users").body
    assert (answered["totalResults"], answered["itemsPerPage"]) == (101, 100)
    assert endpoint.send("GET", "/Users", count=5000).body["itemsPerPage"] == 101


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"attributes": "userName"}, {"schemas", "id", "userName"}),
        ({"attributes": "USERNAME,name.givenName"}, {"schemas", "id", "userName", "name"}),
        ({"attributes": f"{USER}:title"}, {"schemas", "id", "title"}),
        ({"attributes": ENTERPRISE}, {"schemas", "id", ENTERPRISE}),
        ({"attributes": "shoeSize"}, {"schemas", "id"}),
        (
            {"excludedAttributes": "id,schemas,userName,meta"},
            {"schemas", "id", "title", "name", "active", "emails", ENTERPRISE},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "shown",
)
def test_a_projection_is_kept_by_reads_lists_and_writes(query: dict[str, object], names: set[str]) -> None:
    with scim_tenant("strict") as tenant:
        body = {
            "title": "Dr",
            "name": {"givenName": "A", "familyName": "L"},
            "emails": [{"value": "a", "type": "work"}],
            ENTERPRISE: {"department": "D", "costCenter": "7"},
        }
        ada = tenant.create_user("ada", **body)
        assert set(tenant.send("GET", f"/Users/{ada['id']}", **query).body) == names
        assert set(tenant.send("GET", "/Users", **query).body["Resources"][0]) == names
        operation = {"op": "replace", "path": "displayName", "value": None}
        assert set(tenant.patch(f"/Users/{ada['id']}", operation, **query).body) == names
        posted = {"schemas": [USER], "userName": "other", **body}
        assert set(tenant.send("POST", "/Users", posted, **query).body) == names


def test_a_projection_reaches_into_attributes() -> None:
    with scim_tenant("strict") as tenant:
        emails = [{"value": "a", "type": "work"}, {"value": "b"}]
        ada = tenant.create_user("ada", emails=emails, **{ENTERPRISE: {"department": "D", "costCenter": "7"}})
        path = f"/Users/{ada['id']}"
        shown = tenant.send("GET", path, attributes=f"emails.type,{ENTERPRISE}:department").body
        assert shown["emails"] == [{"type": "work"}]
        assert shown[ENTERPRISE] == {"department": "D"}
        rest = tenant.send("GET", path, excludedAttributes=f"emails.type,{ENTERPRISE}:department").body
        assert rest["emails"] == [{"value": "a"}, {"value": "b"}]
        assert rest[ENTERPRISE] == {"costCenter": "7"}


def test_both_projections_at_once_are_refused(endpoint: ScimTenant) -> None:
    assert endpoint.send("GET", "/Users", attributes="id", excludedAttributes="id").error == (400, "invalidValue")


@pytest.mark.parametrize("attribute", ["userName", "externalId", "title"], ids=lambda name: f"a filter on {name}")
def test_a_filter_has_eight_kibibytes_whether_an_index_answers_it_or_not(endpoint: ScimTenant, attribute: str) -> None:
    longest = f'{attribute} eq "{"a" * (8 * 1024 - len(attribute) - 6)}"'
    longer = longest.replace("aa", "aaa", 1)
    answers = [endpoint.send("GET", "/Users", filter=text) for text in (longest, longer)]
    answers += [
        endpoint.send("POST", "/Users/.search", {"schemas": [SEARCH], "filter": text}) for text in (longest, longer)
    ]
    assert [answer.status for answer in answers] == [200, 400, 200, 400]
    assert [answers[1].error, answers[3].error] == [(400, "invalidFilter")] * 2


def test_search_by_post_answers_as_the_list_does(endpoint: ScimTenant) -> None:
    body = {
        "schemas": [SEARCH],
        "filter": "title pr",
        "attributes": ["userName"],
        "sortBy": "userName",
        "startIndex": 2,
        "count": 2,
    }
    by_post = endpoint.send("POST", "/Users/.search", body)
    by_get = endpoint.send(
        "GET", "/Users", filter="title pr", attributes="userName", sortBy="userName", startIndex=2, count=2
    )
    assert (by_post.status, by_post.body) == (200, by_get.body)
    assert _shape(by_post.body) == (4, 2, 2, ["b", "C"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"schemas": []}, (400, "invalidSyntax")),
        ({"filter": 'userName xx "a"'}, (400, "invalidFilter")),
        ({"filter": 7}, (400, "invalidSyntax")),
        ({"attributes": [7]}, (400, "invalidSyntax")),
        ({"count": True}, (400, "invalidValue")),
    ],
    ids=str,
)
def test_a_bad_search_is_refused(endpoint: ScimTenant, change: dict[str, object], error: tuple[int, str]) -> None:
    assert endpoint.send("POST", "/Users/.search", {"schemas": [SEARCH], **change}).error == error


def test_the_root_answers_for_users_and_groups(endpoint: ScimTenant) -> None:
    """D-005, RFC7644-3.4.2.1."""
    endpoint.create_group("Engineering")
    assert endpoint.send("GET", "/").body["totalResults"] == 6
    only_groups = endpoint.send("GET", "/", filter='meta.resourceType eq "Group"').body["Resources"]
    assert [group["displayName"] for group in only_groups] == ["Engineering"]
    assert endpoint.send("GET", "", filter="userName pr").body["totalResults"] == 5
    found = endpoint.send("POST", "/.search", {"schemas": [SEARCH], "filter": 'displayName eq "engineering"'})
    assert [group["schemas"] for group in found.body["Resources"]] == [[GROUP]]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({}, Response),
        ({"startIndex": 3, "count": 1}, Response),
        ({"cursor": ""}, Response),
        ({"cursor": "", "sortBy": "userName"}, Response),
        ({"filter": 'userName eq "a"'}, Response),
        ({"filter": 'userName eq "a" and title pr'}, Response),
        ({"filter": 'displayName eq "one"'}, Response),
        ({"filter": 'displayName eq "many"'}, Slow),
        ({"filter": 'displayName eq "many" and title pr'}, Slow),
        ({"filter": 'userName sw "a"'}, Slow),
        ({"filter": "title pr"}, Slow),
        ({"sortBy": "userName"}, Slow),
        ({"sortBy": "title", "cursor": ""}, Slow),
    ],
    ids=str,
)
def test_a_list_that_may_read_many_rows_is_not_made_where_requests_are_taken(
    endpoint: ScimTenant, query: dict[str, object], kind: type[Response] | type[Slow]
) -> None:
    endpoint.put_in("User", "SCIM", userName="one", displayName="One")
    for number in range(101):
        endpoint.put_in("User", "SCIM", userName=f"many{number}", displayName="Many")
    request = Request("GET", "/Users", urlencode(query), {"authorization": f"Bearer {endpoint.secret}"}, b"", BASE)
    assert type(Endpoint(endpoint.tenant).answer(request)) is kind


def test_a_value_that_many_have_is_counted_and_paged(endpoint: ScimTenant) -> None:
    for number in range(150):
        endpoint.put_in("User", "SCIM", userName=f"many{number:03}", displayName="Many")
    for query in ({}, {"sortBy": "userName"}):
        asked = {"filter": 'displayName eq "many"', "startIndex": 149, "count": 5, **query}
        assert _shape(endpoint.send("GET", "/Users", **asked).body) == (150, 149, 2, ["many148", "many149"])


@pytest.mark.parametrize(
    ("start", "count", "page"),
    [(1, 2, ["u0", "u1"]), (2, 2, ["u1", "u2"]), (3, 5, ["u2"]), (4, 5, []), (2, 0, [])],
    ids=str,
)
def test_an_equality_that_several_fulfil_is_paged(start: int, count: int, page: list[str]) -> None:
    with scim_tenant() as tenant:
        for number in range(3):
            tenant.create_user(f"u{number}", displayName="Ada")
        answered = tenant.send("GET", "/Users", filter='displayName eq "ada"', startIndex=start, count=count).body
        assert [user["userName"] for user in answered["Resources"]] == page
        assert (answered["totalResults"], answered["startIndex"], answered["itemsPerPage"]) == (3, start, len(page))


@pytest.mark.parametrize("query", [{}, {"excludedAttributes": "displayName"}, {"excludedAttributes": "name.givenName"}])
def test_what_is_not_excluded_is_there_links_included(query: dict[str, str]) -> None:
    with scim_tenant() as tenant:
        ada = tenant.create_user("ada")["id"]
        poets = tenant.create_group("Poets", ada)["id"]
        (user,) = tenant.send("GET", "/Users", **query).body["Resources"]
        (group,) = tenant.send("GET", "/Groups", **query).body["Resources"]
        assert ([one["value"] for one in user["groups"]], [one["value"] for one in group["members"]]) == (
            [poets],
            [ada],
        )
        assert tenant.send("GET", f"/Users/{ada}", **query).body == user
        assert tenant.send("GET", f"/Groups/{poets}", **query).body == group


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"startIndex": 2, "count": 2},
        {"filter": 'displayName eq "ada"'},
        {"filter": 'displayName ne "nobody"', "count": 2},
        {"filter": 'displayName co "d"', "startIndex": 2, "count": 1},
        {"filter": 'title eq "Countess"'},
        {"filter": 'emails.value eq "x@contoso.test" or userName eq "u1"'},
        {"sortBy": "userName", "count": 2},
        {"sortBy": "title", "sortOrder": "descending"},
        {"cursor": "", "count": 2},
        {"cursor": "", "count": 2, "sortBy": "displayName"},
    ],
    ids=str,
)
def test_a_list_is_of_one_tenant_whatever_others_hold(query: dict[str, object]) -> None:
    """The same users are in tenants that come before it and after it by name, made before them and between."""
    with scim_tenant() as tenant, scim_tenant() as alone:
        others = [ScimTenant(tenant.tenants, tenant.tenants.create(name, "entra")) for name in ("alpha", "zeta")]
        for number in range(4):
            for one in (*others, tenant, alone):
                email = {"value": "x@contoso.test" if number == 2 else f"u{number}@contoso.test", "type": "work"}
                one.create_user(f"u{number}", displayName="Ada", title="Countess", emails=[email])
        answered, expected = (one.send("GET", "/Users", **query).body for one in (tenant, alone))
        assert expected["Resources"]
        for field in ("totalResults", "startIndex"):
            assert answered.get(field) == expected.get(field)
        assert [user["userName"] for user in answered["Resources"]] == [
            user["userName"] for user in expected["Resources"]
        ]
        ids = [user["id"] for user in answered["Resources"]]
        assert [tenant.send("GET", f"/Users/{one}").status for one in ids] == [200] * len(ids)


@pytest.mark.parametrize(
    "filter_text", ['displayName ne "nobody"', 'displayName eq "ada"', "title pr", 'emails.value eq "x@contoso.test"']
)
def test_who_is_hidden_is_counted_nowhere(filter_text: str) -> None:
    with scim_tenant() as tenant:
        for name in ("ada", "grace"):
            emails = [{"value": "x@contoso.test", "type": "work"}]
            tenant.create_user(name, displayName="Ada", title="Countess", emails=emails)
        resources = tenant.tenant.resources

        def hide(connection: Connection) -> None:
            row = resources.find_user_by_name(connection, "ada")
            assert row is not None
            resources.update(connection, row, row.document, hidden=True)

        resources.database.write(hide)
        answered = tenant.send("GET", "/Users", filter=filter_text).body
        assert (answered["totalResults"], [user["userName"] for user in answered["Resources"]]) == (1, ["grace"])


def test_an_address_goes_with_its_user() -> None:
    with scim_tenant() as tenant:
        emails = [{"value": "x@contoso.test", "type": "work"}]
        tenant.create_user("ada", emails=emails)
        tenant.tenant.resources.database.write(tenant.tenant.resources.clear)
        tenant.create_user("grace")
        assert tenant.user_names(filter='emails.value eq "x@contoso.test"') == []
        kept = tenant.tenant.resources.database.read(
            lambda connection: connection.execute("SELECT value FROM address").fetchall()
        )
        assert kept == []

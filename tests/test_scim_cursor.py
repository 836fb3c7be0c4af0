"""Paging by cursor (RFC 9865): walks in both directions, what ends a cursor, and what is told of a bad one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.messages import Request
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenants
from tests.scim_tenant import Answered, ScimTenant, scim_tenant

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
WALKS: list[dict[str, object]] = [
    {},
    {"filter": "title pr"},
    {"filter": 'userName sw "u"'},
    {"filter": 'userName sw "u" and title eq "t1"'},
    {"sortBy": "userName"},
    {"sortBy": "displayName", "sortOrder": "descending"},
    {"sortBy": "displayName"},
    {"sortBy": "title"},
    {"sortBy": "title", "sortOrder": "descending"},
    {"sortBy": "meta.created", "sortOrder": "descending"},
    {"sortBy": "emails", "filter": 'userName ne "u3"'},
    {"sortBy": "active", "filter": 'displayName ne "d1"', "sortOrder": "descending"},
    {"sortBy": "externalId", "filter": "title pr"},
]


@pytest.fixture
def endpoint() -> Iterator[ScimTenant]:
    with scim_tenant("strict") as tenant:
        ids = []
        for number in range(9):
            attributes: dict[str, object] = {"active": number % 4 != 0}
            if number % 3:
                attributes |= {"title": f"t{number % 2}", "displayName": f"D{number % 2}"}
            if number % 2:
                attributes["emails"] = [{"value": f"{9 - number}@x"}]
            ids.append(tenant.create_user(f"{'uU'[number % 2]}{7 * number % 9}", **attributes)["id"])
            _clock(tenant).advance(timedelta(seconds=number % 2))
        for number in range(3):
            tenant.create_group(f"G{number}", ids[number])
        yield tenant


def _clock(tenant: ScimTenant) -> VirtualClock:
    clock = tenant.tenant.clock
    assert isinstance(clock, VirtualClock)
    return clock


def _ids(answered: Answered) -> list[str]:
    assert answered.status == 200, answered.body
    return [resource["id"] for resource in answered.body["Resources"]]


def _walk(tenant: ScimTenant, path: str, cursor: str, towards: str, **query: object) -> list[Any]:
    """The pages from a cursor on."""
    pages = []
    while True:
        answered = tenant.send("GET", path, cursor=cursor, **query)
        pages.append(answered)
        assert len(pages) < 50
        if towards not in answered.body:
            return pages
        cursor = answered.body[towards]


@pytest.mark.parametrize("path", ["/Users", ""], ids=["users", "the root"])
@pytest.mark.parametrize("query", WALKS, ids=str)
@pytest.mark.requirement(
    "RFC9865-2-06", "RFC9865-2-07", "RFC9865-2-09", "RFC9865-2-10", "RFC9865-2-11", "RFC9865-2-12", "RFC9865-2-13",
    "RFC9865-2-17", "RFC9865-2-19", "RFC9865-2-03",
)  # fmt: skip
def test_a_walk_meets_each_resource_once_in_the_order_of_the_list_there_and_back(
    endpoint: ScimTenant, path: str, query: dict[str, object]
) -> None:
    everything = _ids(endpoint.send("GET", path, **query))
    assert len(everything) > 2
    pages = _walk(endpoint, path, "", "nextCursor", count=2, **query)
    assert [one for page in pages for one in _ids(page)] == everything
    assert {page.body["totalResults"] for page in pages} == {len(everything)}
    assert all(page.body["itemsPerPage"] == len(page.body["Resources"]) <= 2 for page in pages)
    assert all("startIndex" not in page.body for page in pages)
    cursors = [page.body[name] for page in pages for name in ("nextCursor", "previousCursor") if name in page.body]
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]+", cursor) for cursor in cursors)
    assert ["previousCursor" in page.body for page in pages] == [False] + [True] * (len(pages) - 1)
    back = _walk(endpoint, path, pages[-1].body["previousCursor"], "previousCursor", count=2, **query)
    assert [_ids(page) for page in back] == [_ids(page) for page in pages[-2::-1]]
    assert _ids(endpoint.send("GET", path, cursor=back[-1].body["nextCursor"], count=2, **query)) == _ids(pages[1])


@pytest.mark.requirement("RFC9865-2.2-01")
@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_the_pages_of_a_sorted_walk_are_in_one_order(endpoint: ScimTenant, order: str) -> None:
    pages = _walk(endpoint, "/Users", "", "nextCursor", count=2, sortBy="userName", sortOrder=order)
    names = [user["userName"].lower() for page in pages for user in page.body["Resources"]]
    assert names == sorted((f"u{number}" for number in range(9)), reverse=order == "descending")


@pytest.mark.requirement("RFC9865-2-02")
def test_a_cursor_without_a_value_is_an_empty_one() -> None:
    for written in ("cursor&count=2", "count=2&cursor", "cursor=&count=2"):
        assert Request("GET", "/Users", written).parameters() == {"cursor": "", "count": "2"}


@pytest.mark.requirement("RFC9865-2-02", "RFC9865-2-03", "RFC9865-2-08")
def test_an_empty_cursor_asks_for_the_first_page(endpoint: ScimTenant) -> None:
    first = endpoint.send("GET", "/Users", cursor="", count=2)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", first.body["nextCursor"])
    assert _ids(first) == _ids(endpoint.send("GET", "/Users", startIndex=1, count=2))
    second = endpoint.send("GET", "/Users", cursor=first.body["nextCursor"], count=2)
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", second.body["previousCursor"])
    endpoint.tenant.change_limits(default_results=4)
    assert len(_ids(endpoint.send("GET", "/Users", cursor=""))) == 4


@pytest.mark.requirement("RFC9865-3-01")
def test_a_search_by_post_walks_by_the_same_cursors(endpoint: ScimTenant) -> None:
    body: dict[str, object] = {"schemas": [SEARCH], "count": 4, "sortBy": "title"}
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answered = endpoint.send("POST", "/Users/.search", {**body, "cursor": cursor})
        assert len(_ids(answered)) <= 4
        found += _ids(answered)
        cursor = answered.body.get("nextCursor")
    assert found == _ids(endpoint.send("GET", "/Users", sortBy="title"))
    assert endpoint.send("POST", "/Users/.search", {**body, "cursor": 7}).error == (400, "invalidCursor")


@pytest.mark.parametrize("query", [{}, {"sortBy": "userName"}, {"sortBy": "title"}], ids=str)
def test_what_comes_and_goes_during_a_walk_hides_nobody_else(endpoint: ScimTenant, query: dict[str, object]) -> None:
    everything = _ids(endpoint.send("GET", "/Users", **query))
    first = endpoint.send("GET", "/Users", cursor="", count=3, **query)
    for gone in (*everything[:3], everything[4]):
        endpoint.send("DELETE", f"/Users/{gone}")
    endpoint.create_user("a0", title="a")
    rest = _walk(endpoint, "/Users", first.body["nextCursor"], "nextCursor", count=3, **query)
    met = [one for page in rest for one in _ids(page)]
    assert [one for one in met if one in everything] == [everything[3], *everything[5:]]


@pytest.mark.parametrize("sort_by", ["userName", "title"])
def test_long_values_make_no_long_cursors(endpoint: ScimTenant, sort_by: str) -> None:
    names = [f"{'n' * 5_000}{end}" for end in "cab"]
    created = {name: endpoint.create_user(name, title=f"z{number}")["id"] for number, name in enumerate(names)}
    asked: dict[str, object] = {"sortBy": sort_by, "count": 1, "filter": f'userName sw "{names[0][:300]}"'}
    pages = _walk(endpoint, "/Users", "", "nextCursor", **asked)
    in_order = sorted(names) if sort_by == "userName" else names
    assert [_ids(page)[0] for page in pages] == [created[name] for name in in_order]
    assert max(len(page.body.get("nextCursor", "")) for page in pages) < 1_000
    endpoint.send("DELETE", f"/Users/{_ids(pages[0])[0]}")
    rest = _walk(endpoint, "/Users", pages[0].body["nextCursor"], "nextCursor", **asked)
    assert [_ids(page)[0] for page in rest] == [created[name] for name in in_order[1:]]


def test_a_page_back_to_where_nobody_is_left_leads_forwards_again(endpoint: ScimTenant) -> None:
    for query in ({}, {"sortBy": "userName", "sortOrder": "descending"}):
        everything = _ids(endpoint.send("GET", "/Users", **query))
        second = endpoint.send("GET", "/Users", cursor=_first(endpoint, **query), count=1, **query)
        endpoint.send("DELETE", f"/Users/{everything[0]}")
        empty = endpoint.send("GET", "/Users", cursor=second.body["previousCursor"], count=1, **query)
        assert (_ids(empty), "previousCursor" in empty.body) == ([], False)
        again = endpoint.send("GET", "/Users", cursor=empty.body["nextCursor"], count=1, **query)
        assert _ids(again) == _ids(second) == [everything[1]]


def _first(tenant: ScimTenant, path: str = "/Users", **query: object) -> str:
    return str(tenant.send("GET", path, **{"cursor": "", "count": 1, **query}).body["nextCursor"])


@pytest.mark.requirement(
    "RFC9865-2-15", "RFC9865-2.1-01", "RFC9865-2.1-02", "RFC9865-5.2-04", "RFC9865-5.2-05", "RFC9865-5.2-01"
)
def test_a_cursor_is_good_for_its_query_at_its_tenant_and_unchanged(endpoint: ScimTenant) -> None:
    cursor = _first(endpoint, filter='userName sw "u"', sortBy="title")
    query: dict[str, object] = {"filter": 'userName sw "u"', "sortBy": "title", "count": 1}
    good = endpoint.send("GET", "/Users", cursor=cursor, **query)
    assert good.status == 200
    # As in the example of RFC 9865 §2, which writes `username` in the second request.
    assert endpoint.send("GET", "/Users", cursor=cursor, **{**query, "filter": 'USERNAME  SW "u"'}).body["Resources"]
    middle = len(cursor) // 2
    changed = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    with scim_tenant("strict") as other:
        elsewhere = other.send("GET", "/Users", cursor=cursor, **query)
    refused = [
        elsewhere,
        endpoint.send("GET", "/Groups", cursor=_first(endpoint), count=1),
        endpoint.send("GET", "", cursor=_first(endpoint), count=1),
        endpoint.send("GET", "/Users", cursor=cursor, **{**query, "filter": 'userName sw "U"'}),
        endpoint.send("GET", "/Users", cursor=cursor, **{**query, "sortBy": "userName"}),
        endpoint.send("GET", "/Users", cursor=cursor, **{**query, "sortOrder": "descending"}),
        *(
            endpoint.send("GET", "/Users", cursor=bad, **query)
            for bad in (changed, cursor[:-1], "notacursor", "é", "A")
        ),
    ]
    assert {answered.error for answered in refused} == {(400, "invalidCursor")}
    assert len({str(answered.body) for answered in refused}) == 1


@pytest.mark.requirement("RFC9865-2.1-03")
def test_a_cursor_lives_as_long_as_the_configuration_says(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_limits(cursor_seconds=60)
    cursor = _first(endpoint)
    _clock(endpoint).advance(timedelta(seconds=60))
    assert endpoint.send("GET", "/Users", cursor=cursor, count=1).status == 200
    _clock(endpoint).advance(timedelta(seconds=1))
    assert endpoint.send("GET", "/Users", cursor=cursor, count=1).error == (400, "expiredCursor")


def test_a_cursor_outlives_a_restart(tmp_path: Path) -> None:
    answers = []
    cursor = ""
    for _ in range(2):
        database = Database(str(tmp_path / "mdm.db"))
        try:
            tenants = Tenants(database, lambda name: VirtualClock())
            tenant = ScimTenant(tenants, tenants.default)
            if not cursor:
                tenant.create_user("ada")
                tenant.create_user("grace")
            answers.append(tenant.send("GET", "/Users", cursor=cursor, count=1).body)
            cursor = answers[-1].get("nextCursor", "")
        finally:
            database.close()
    assert [answer["Resources"][0]["userName"] for answer in answers] == ["ada", "grace"]


@pytest.mark.requirement("RFC9865-5.2-02", "RFC9865-5.2-03")
def test_a_cursor_opens_nothing_without_a_token_that_is_good_now(endpoint: ScimTenant) -> None:
    cursor = _first(endpoint)
    assert endpoint.send("GET", "/Users", cursor=cursor, count=1).status == 200
    assert endpoint.send("GET", "/Users", cursor=cursor, count=1, headers={"authorization": ""}).status == 401
    for on, status in ((False, 403), (True, 200)):
        endpoint.switch_scim(on=on)
        assert endpoint.send("GET", "/Users", cursor=cursor, count=1).status == status
    endpoint.tenant.tokens.deactivate(endpoint.tenant.tokens.all()[0].id)
    refused = endpoint.send("GET", "/Users", cursor=cursor, count=1)
    assert (refused.status, set(refused.body)) == (401, {"schemas", "status", "detail"})


@pytest.mark.requirement("RFC9865-2-04", "RFC9865-2-05")
@pytest.mark.parametrize("count", [0, -1])
def test_a_count_of_nothing_is_answered_with_the_total_alone(endpoint: ScimTenant, count: int) -> None:
    body = endpoint.send("GET", "/Users", cursor="", count=count).body
    assert {name: value for name, value in body.items() if name != "schemas"} == {
        "totalResults": 9,
        "itemsPerPage": 0,
        "Resources": [],
    }


@pytest.mark.requirement("RFC9865-2.1-01", "RFC9865-2.1-04", "RFC9865-2.1-05")
def test_a_count_that_the_table_forbids_is_read_or_told_as_the_tenant_takes_it(endpoint: ScimTenant) -> None:
    cursor = _first(endpoint, count=2)
    asked: list[dict[str, object]] = [
        {"cursor": "", "count": 1001},
        {"cursor": "", "count": -1},
        {"cursor": cursor, "count": 3},
    ]
    assert [len(_ids(endpoint.send("GET", "/Users", **query))) for query in asked] == [9, 0, 3]
    assert endpoint.send("GET", "/Users", cursor="", count="abc").error == (400, "invalidCount")
    endpoint.tenant.change_policy(count_errors_told=True)
    assert [endpoint.send("GET", "/Users", **query).error for query in asked] == [(400, "invalidCount")] * 3
    assert len(_ids(endpoint.send("GET", "/Users", cursor=cursor, count=2))) == 2
    assert endpoint.send("GET", "/Users", count=-1).status == 200


@pytest.mark.requirement("RFC9865-2-18")
def test_a_walk_can_go_without_a_total(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(cursor_list_without_total=True)
    pages = _walk(endpoint, "/Users", "", "nextCursor", count=4)
    assert [len(_ids(page)) for page in pages] == [4, 4, 1]
    assert all("totalResults" not in page.body for page in pages)
    assert endpoint.send("GET", "/Users").body["totalResults"] == 9


@pytest.mark.requirement("RFC9865-2.4-01", "RFC9865-2.4-02", "RFC9865-2.4-03", "RFC9865-2.4-04")
def test_an_index_is_the_default_and_excludes_a_cursor(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_limits(default_results=2)
    asked: list[dict[str, object]] = [{}, {"count": 2}, {"startIndex": 1}, {"startIndex": 1, "count": 2}]
    for query in asked:
        body = endpoint.send("GET", "/Users", **query).body
        assert (body["startIndex"], "nextCursor" in body, len(body["Resources"])) == (1, False, 2)
    config = endpoint.send("GET", "/ServiceProviderConfig").body["pagination"]
    assert (config["cursor"], config["index"], config["defaultPaginationMethod"]) == (True, True, "index")
    assert endpoint.send("GET", "/Users", cursor="", startIndex=1).error == (400, "invalidValue")
    endpoint.tenant.change_policy(start_index_with_cursor="cursor")
    body = endpoint.send("GET", "/Users", cursor="", startIndex=5, count=2).body
    assert (body["Resources"][0]["userName"], "nextCursor" in body) == ("u0", True)


@pytest.mark.requirement("RFC9865-2.3-01")
def test_without_an_index_every_list_has_cursors(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(index_paging_supported=False)
    body = endpoint.send("GET", "/Users", count=5, startIndex=3).body
    assert ("startIndex" in body, body["Resources"][0]["userName"]) == (False, "u0")
    assert len(_ids(endpoint.send("GET", "/Users", count=5, cursor=body["nextCursor"]))) == 4
    config = endpoint.send("GET", "/ServiceProviderConfig").body["pagination"]
    assert (config["index"], config["defaultPaginationMethod"]) == (False, "cursor")


def test_without_cursors_the_parameter_is_passed_over(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(cursor_paging_supported=False)
    body = endpoint.send("GET", "/Users", cursor="notacursor", count=2, startIndex=2).body
    assert (body["startIndex"], "nextCursor" in body, len(body["Resources"])) == (2, False, 2)


@pytest.mark.requirement(
    "RFC9865-4-01", "RFC9865-4-02", "RFC9865-4-03", "RFC9865-4-04", "RFC9865-4-05", "RFC9865-4-06", "RFC9865-4-07"
)
def test_the_configuration_tells_what_holds(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_limits(max_results=5, default_results=3, cursor_seconds=120)
    assert endpoint.send("GET", "/ServiceProviderConfig").body["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 3,
        "maxPageSize": 5,
        "cursorTimeout": 120,
    }
    for query in ({}, {"cursor": ""}):
        assert len(_ids(endpoint.send("GET", "/Users", **query))) == 3
        assert len(_ids(endpoint.send("GET", "/Users", count=9, **query))) == 5
    _clock(endpoint).advance(timedelta(seconds=119))
    assert endpoint.send("GET", "/Users", cursor=_first(endpoint), count=1).status == 200

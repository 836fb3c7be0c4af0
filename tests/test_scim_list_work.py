"""How much work a list is at 20,000 users, told by SQLite's steps and plans: a clock would tell of the machine."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from scimulate.mock_servers.scim.store import Connection
from tests.scim_tenant import ScimTenant, scim_tenant

USERS = 20_000
STEPS_AT_ONCE = 50


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScimTenant]:
    """Users in the order of their names; each seventh of the first half is hidden, and some of them are gone."""
    with scim_tenant("strict") as tenant:
        resources = tenant.tenant.resources

        def fill(connection: Connection) -> None:
            for number in range(USERS):
                document: dict[str, object] = {
                    "userName": f"u{number:05}",
                    "externalId": f"x{number}",
                    "displayName": f"User {number % 5_000}",
                    "emails": [{"value": f"u{number}@contoso.test", "type": "work"}],
                    "active": True,
                }
                row = resources.insert(connection, "User", document, source="SCIM")
                if number < USERS // 2 and number % 7 == 0:
                    if number % 2:
                        resources.update(connection, row, document, hidden=True)
                    else:
                        resources.delete(connection, row)

        resources.database.write(fill)
        yield tenant


@contextmanager
def _watched(tenant: ScimTenant, watch: Callable[[Connection], object]) -> Iterator[None]:
    tenant.tenant.resources.database.read(watch)
    try:
        yield
    finally:
        tenant.tenant.resources.database.read(lambda connection: connection.set_progress_handler(None, 0))
        tenant.tenant.resources.database.read(lambda connection: connection.set_trace_callback(None))


def _steps(tenant: ScimTenant, **query: object) -> int:
    """Steps of SQLite's machine for a page of 100 users."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEPS_AT_ONCE
        return 0

    tenant.send("GET", "/Users", count=100, **query)  # Statements are compiled now.
    with _watched(tenant, lambda connection: connection.set_progress_handler(count, STEPS_AT_ONCE)):
        answered = tenant.send("GET", "/Users", count=100, **query)
    assert len(answered.body["Resources"]) == 100
    return counted


def _plans(tenant: ScimTenant, **query: object) -> list[str]:
    """How SQLite finds what the statements of a request read."""
    asked: list[str] = []
    with _watched(tenant, lambda connection: connection.set_trace_callback(asked.append)):
        assert tenant.send("GET", "/Users", **query).status == 200

    def explained(connection: Connection) -> list[str]:
        return [
            str(detail)
            for statement in asked
            if statement.startswith("SELECT")
            for *_, detail in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]

    return tenant.tenant.resources.database.read(explained)


@pytest.mark.parametrize("of", [{}, {"sortBy": "userName"}, {"sortBy": "userName", "sortOrder": "descending"}], ids=str)
def test_a_page_by_cursor_is_the_same_work_wherever_it_is(endpoint: ScimTenant, of: dict[str, object]) -> None:
    cursors = [""]
    for _ in range(30):
        body = endpoint.send("GET", "/Users", cursor=cursors[-1], count=600, **of).body
        if "nextCursor" not in body or body["itemsPerPage"] < 600:
            break
        cursors.append(body["nextCursor"])
    first, *others = [_steps(endpoint, cursor=cursors[at], **of) for at in (0, len(cursors) // 2, -2)]
    assert all(steps <= 2 * first for steps in others), (first, others)


def test_a_page_by_index_is_the_same_work_wherever_it_is(endpoint: ScimTenant) -> None:
    total = endpoint.send("GET", "/Users", count=0).body["totalResults"]
    first, *others = [
        _steps(endpoint, startIndex=start) for start in (1, 256, 257, total // 2, 3 * total // 4, total - 99)
    ]
    assert all(steps <= 2 * first for steps in others), (first, others)


def test_each_jump_leads_to_its_own_page(endpoint: ScimTenant) -> None:
    names = [f"u{number:05}" for number in range(USERS) if number >= USERS // 2 or number % 7]
    for start in (1, 255, 256, 257, 5_000, 9_999, len(names) - 2, len(names), len(names) + 1):
        assert endpoint.user_names(startIndex=start, count=3) == names[start - 1 : start + 2]
    assert endpoint.send("GET", "/Users", count=0).body["totalResults"] == len(names)


@pytest.mark.parametrize(
    "text",
    [
        'id eq "x"',
        'userName eq "u00001"',
        'userName sw "u0001"',
        'userName ge "u19990"',
        'externalId eq "x1"',
        'displayName eq "User 1"',
        'displayName sw "User 49"',
        'emails eq "u1@contoso.test"',
        'emails[type eq "work" and value eq "u1@contoso.test"]',
        'emails[type eq "work"].value eq "u1@contoso.test"',
        'meta.lastModified gt "2026-01-05T09:00:01Z"',
        'userName sw "u1" and title pr',
        'userName eq "u00001" or externalId eq "x7"',
        'groups.value eq "x"',
    ],
)
def test_an_indexed_filter_reads_no_table_from_end_to_end(endpoint: ScimTenant, text: str) -> None:
    plans = _plans(endpoint, filter=text)
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and "CONSTANT" not in plan], plans


@pytest.mark.parametrize(
    "sort_by", ["userName", "displayName", "externalId", "meta.created", "meta.lastModified", "id"]
)
def test_a_sorted_page_by_cursor_sorts_nothing(endpoint: ScimTenant, sort_by: str) -> None:
    plans = _plans(endpoint, sortBy=sort_by, cursor="", count=10)
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or plan.startswith("SCAN")], plans


def test_a_walk_keeps_no_documents(endpoint: ScimTenant) -> None:
    """The memory of a sorted page is that of its keys, and of a filtered one that of the page."""
    peaks = []
    for query in ({"sortBy": "emails.value", "count": 10}, {"filter": "title pr or active eq true", "count": 10}):
        tracemalloc.start()
        assert endpoint.send("GET", "/Users", **query).body["itemsPerPage"] == 10
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < 1_000_000, peaks

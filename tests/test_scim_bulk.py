"""The parts of a bulk job by themselves: its order, its references, and how long it keeps others waiting."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scimulate.mock_servers.scim import bulk
from scimulate.mock_servers.scim.bulk_order import in_order
from scimulate.mock_servers.scim.bulk_references import references_in, resolved, without_references
from scimulate.mock_servers.scim.store import Connection, DatabaseTrouble
from tests.scim_tenant import GROUP, USER, scim_tenant

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@pytest.mark.parametrize(
    ("needs", "order"),
    [
        ([], []),
        ([set(), set(), set()], [[0], [1], [2]]),
        ([{1}, set(), set()], [[1], [0], [2]]),
        ([{2}, {0}, set()], [[2], [0], [1]]),
        ([{0}], [[0]]),
        ([{1}, {0}], [[0, 1]]),
        ([{1}, {2}, {0}, set()], [[0, 1, 2], [3]]),
        ([{1}, {2}, {1}, {0}], [[1, 2], [0], [3]]),
    ],
)
def test_an_order_is_left_no_further_than_needed(needs: list[set[int]], order: list[list[int]]) -> None:
    assert in_order(needs) == order


@given(st.lists(st.sets(st.integers(0, 11), max_size=3), min_size=12, max_size=12))
def test_an_order_keeps_every_need(needs: list[set[int]]) -> None:
    order = in_order(needs)
    assert sorted(one for circle in order for one in circle) == list(range(12))
    done: set[int] = set()
    for circle in order:
        for one in circle:
            assert needs[one] <= done | set(circle)
            assert len(circle) == 1 or all(other in _reached(one, needs) for other in circle)
        done |= set(circle)


def _reached(start: int, needs: list[set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [start]
    while waiting:
        new = needs[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


DATA = {
    "displayName": "bulkId",
    "members": [{"value": "bulkId:a", "type": "User"}, {"value": "bulkId:b"}, {"value": "7"}],
    "urn:x": {"manager": {"value": "bulkId:a"}, "department": "bulkId"},
    "Operations": [{"value": [{"value": "bulkId:c"}]}],
}


def test_references_are_found_resolved_and_left_out() -> None:
    assert set(references_in(DATA)) == {"a", "b", "c"}
    assert resolved(DATA, {"a": "1", "c": "3"}) == {
        "displayName": "bulkId",
        "members": [{"value": "1", "type": "User"}, {"value": "bulkId:b"}, {"value": "7"}],
        "urn:x": {"manager": {"value": "1"}, "department": "bulkId"},
        "Operations": [{"value": [{"value": "3"}]}],
    }
    assert without_references(DATA, {"a"}) == {
        "displayName": "bulkId",
        "members": [{"value": "bulkId:b"}, {"value": "7"}],
        "urn:x": {"department": "bulkId"},
        "Operations": [{"value": [{"value": "bulkId:c"}]}],
    }


@pytest.mark.parametrize(("seconds", "most", "least"), [(60.0, 1, 1), (0.0, 20, 20)])
def test_a_job_lets_other_writes_have_their_turn(
    monkeypatch: pytest.MonkeyPatch, seconds: float, most: int, least: int
) -> None:
    monkeypatch.setattr(bulk, "SECONDS_AT_A_STRETCH", seconds)
    with scim_tenant() as tenant:
        tenant.create_user("before")  # The token's first use is kept by a write of its own.
        database = tenant.tenant.resources.database
        submitted: list[object] = []
        submit = database.submit

        def counted(change: Any) -> Any:
            submitted.append(change)
            return submit(change)

        monkeypatch.setattr(database, "submit", counted)
        assert tenant.send("POST", "/Bulk", _job(*(_user(f"u{number}") for number in range(20)))).status == 200
        assert least <= len(submitted) <= most
        assert len(tenant.user_names()) == 21


def _job(*operations: object) -> dict[str, object]:
    return {"schemas": [BULK], "Operations": operations}


def _user(name: str, **attributes: object) -> dict[str, Any]:
    data = {"schemas": [USER], "userName": name, **attributes}
    return {"method": "POST", "path": "/Users", "bulkId": name, "data": data}


@pytest.mark.parametrize(("length", "status"), [(100, "201"), (101, "409")])
def test_a_circle_has_a_longest_length(length: int, status: str) -> None:
    def group(number: int) -> dict[str, object]:
        members = [{"value": f"bulkId:{(number + 1) % length}"}]
        data = {"schemas": [GROUP], "displayName": f"g{number}", "members": members}
        return {"method": "POST", "path": "/Groups", "bulkId": str(number), "data": data}

    with scim_tenant() as tenant:
        done = tenant.send("POST", "/Bulk", _job(*map(group, range(length)), _user("ada"))).body["Operations"]
        assert [one["status"] for one in done] == [status] * length + ["201"]
        assert tenant.send("GET", "/Groups").body["totalResults"] == (length if status == "201" else 0)


def test_a_member_too_many_fails_its_operation_alone() -> None:
    members = [{"value": str(number)} for number in range(10_001)]
    group = {"schemas": [GROUP], "displayName": "Team", "members": members}
    with scim_tenant() as tenant:
        job = _job({"method": "POST", "path": "/Groups", "bulkId": "g", "data": group}, _user("ada"))
        done = tenant.send("POST", "/Bulk", job).body["Operations"]
        assert [one["status"] for one in done] == ["413", "201"]


def test_nothing_that_was_sent_stands_in_an_error() -> None:
    poison = "<script>zebra</script>"
    operations: list[object] = [
        poison,
        {"method": poison, "path": poison, "data": {}},
        {"method": "PUT", "path": f"/Users/{poison}", "version": poison, "data": {"userName": poison}},
        {"method": "DELETE", "path": f"/Users/bulkId:{poison}"},
        {"method": "POST", "path": f"/{poison}", "bulkId": "x", "data": {"schemas": [poison]}},
    ]
    with scim_tenant("strict") as tenant:
        done = tenant.send("POST", "/Bulk", _job(*operations)).body["Operations"]
        assert [one["status"] for one in done] == ["400", "400", "404", "409", "404"]
        assert "zebra" not in json.dumps([one["response"] for one in done])
        assert "<" not in json.dumps(done)


def test_a_body_as_deep_as_may_be_is_walked() -> None:
    deep: object = "bulkId:ada"
    for _ in range(27):
        deep = [deep]
    with scim_tenant() as tenant:
        done = tenant.send("POST", "/Bulk", _job(_user("ada"), _user("grace", x=deep))).body["Operations"]
        assert [one["status"] for one in done] == ["201", "201"]
        assert tenant.send("POST", "/Bulk", _job(_user("eve", x=[[[[[deep]]]]]))).error == (400, "invalidSyntax")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["bulkId:a", "bulkId:b", "POST"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PATHS = st.sampled_from(["/Users", "Groups", "/Users/bulkId:a", "/Groups/bulkId:b", "/Bulk", "/Me", "/Users/x"])
DATAS = st.fixed_dictionaries(
    {"schemas": st.just([USER])},
    optional={
        "userName": st.sampled_from(["ada", "grace"]) | JSON,
        "displayName": st.text(max_size=5) | JSON,
        "members": st.lists(st.fixed_dictionaries({"value": st.sampled_from(["bulkId:a", "bulkId:b", "x"])})) | JSON,
        "Operations": st.lists(st.fixed_dictionaries({"op": st.just("add"), "value": JSON}), max_size=2) | JSON,
    },
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "method": st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "GET"]) | JSON,
        "path": PATHS | JSON,
        "bulkId": st.sampled_from(["a", "b"]) | JSON,
        "version": st.sampled_from(['W/"1"', "*"]) | JSON,
        "data": DATAS | JSON,
    },
)


@pytest.mark.parametrize("policy", ["strict", "entra", "ivanti-r118"])
def test_no_job_is_a_mistake_of_the_server(policy: str) -> None:
    with scim_tenant(policy) as tenant:

        @settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(OPERATIONS | JSON, max_size=5), st.sampled_from([None, 0, 1, 2]) | JSON)
        def job(operations: list[object], errors: object) -> None:
            body = json.dumps({**_job(*operations), "failOnErrors": errors}).encode("utf-8", "surrogatepass")
            answered = tenant.send("POST", "/Bulk", body)
            if answered.status != 200:
                assert answered.error in ((400, "invalidSyntax"), (400, "invalidValue"))
                return
            done = answered.body["Operations"]
            assert len(done) <= len(operations)
            assert all(int(one["status"]) < 500 for one in done)
            assert all("response" in one for one in done if int(one["status"]) >= 300)

        job()
        listed = tenant.send("GET", "/").body
        assert "bulkId:a" not in json.dumps([one.get("members") for one in listed["Resources"]])


@pytest.mark.parametrize("stretches", [1, 2])
def test_a_disk_in_trouble_amid_a_job_hides_nothing_of_what_was_done(
    monkeypatch: pytest.MonkeyPatch, stretches: int
) -> None:
    monkeypatch.setattr(bulk, "SECONDS_AT_A_STRETCH", 0)
    data = {"schemas": [USER], "displayName": "bulkId:ada"}
    operations: list[dict[str, object]] = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {**data, "userName": name}}
        for name in ("ada", "grace", "linus")
    ]
    del operations[0]["data"]["displayName"]  # type: ignore[attr-defined]
    operations.append({"method": "DELETE", "path": "/Users/bulkId:linus"})
    with scim_tenant("strict") as scim:
        database = scim.tenant.resources.database
        write, here, written = database.write, threading.current_thread(), list[bool]()

        def write_until_trouble(change: Callable[[Connection], Any]) -> Any:
            def spoiled(connection: Connection) -> None:
                change(connection)
                raise DatabaseTrouble("the disk is full")

            if threading.current_thread() is not here:
                return write(change)
            written.append(True)
            return write(change if len(written) <= stretches else spoiled)

        monkeypatch.setattr(database, "write", write_until_trouble)
        run = scim.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})
        monkeypatch.undo()
        users = {user["userName"]: user["meta"]["location"] for user in scim.send("GET", "/Users").body["Resources"]}
    results = run.body["Operations"]
    done = ["ada", "grace"][:stretches]
    assert list(users) == done
    assert [result["status"] for result in results] == ["201"] * stretches + ["503"] * (4 - stretches)
    assert [result.get("location") for result in results[:3]] == [users.get(name) for name in ("ada", "grace", "linus")]
    assert results[3]["location"].endswith("/Users/bulkId%3Alinus")

"""The guard: no write reaches a record that the run did not create, in whatever form the request comes."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import HarnessError, StrangerWrite
from scimulate.harness.guard import Change, Creation, Effects, address, effects_of
from scimulate.harness.journal import Journal, Resource
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire, numbers_of

BASE = "http://127.0.0.1:1/scim/v2"
RUN_ID = "k3f9x2ab"


class Endpoint:
    """Creates whatever it is asked to create and remembers every request."""

    def __init__(self, folder: Path) -> None:
        self.seen: list[tuple[str, str]] = []
        self.kept: list[Exchange] = []
        self.journal = Journal.open(
            RUN_ID, state_dir=folder, url=BASE, seed=1, started=datetime(2026, 1, 2, tzinfo=UTC)
        )
        self.wire = Wire(
            Target(BASE),
            journal=self.journal,
            run_id=RUN_ID,
            record=self.kept.append,
            next_number=numbers_of(0),
            inner=httpx.MockTransport(self.answer),
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.method, request.url.path))
        if request.url.path.endswith("/Bulk"):
            operations = json.loads(request.content)["Operations"]
            return httpx.Response(200, json={"Operations": [_done(each) for each in operations]})
        return httpx.Response(201, json={"id": "own/1"}) if request.method == "POST" else httpx.Response(200, json={})


def _done(operation: dict[str, Any]) -> dict[str, Any]:
    base = operation["path"]
    return {"method": operation["method"], "status": "201", "location": f"{BASE}{base}/{operation.get('bulkId')}"}


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    endpoint = Endpoint(tmp_path)
    yield endpoint
    endpoint.wire.close()
    endpoint.journal.close()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "put", "PURGE"])
@pytest.mark.parametrize(
    "path",
    [
        "/Users/eve",
        "/Users/own%2F1x",
        "/Users/own",
        "/Users/own/1",
        "/Groups/own%2F1",
        "/users/own%2F1",
        "/Users/own%2F1/../eve",
        "/Users",
        "/Users/",
        "/Me",
        "",
    ],
)
def test_a_write_to_anything_else_is_never_sent(endpoint: Endpoint, method: str, path: str) -> None:
    client = endpoint.wire.client("judge")
    client.post("/Users", json={"userName": "ada"})
    with pytest.raises(StrangerWrite):
        client.request(method, BASE + path, json={})
    assert endpoint.seen == [("POST", "/scim/v2/Users")]
    assert endpoint.kept[-1].failure is not None
    assert endpoint.kept[-1].failure.startswith("refused before sending: ")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/Users/own%2F1", "/Users/own%2f1/", "/Users/own%2F1?attributes=id"])
def test_a_write_to_what_the_run_created_is_sent(endpoint: Endpoint, method: str, path: str) -> None:
    client = endpoint.wire.client("judge")
    client.post("/Users", json={"userName": "ada"})
    client.request(method, path, json={})
    assert [seen[0] for seen in endpoint.seen] == ["POST", method]


def test_another_process_of_the_run_may_write_to_it_too(endpoint: Endpoint, tmp_path: Path) -> None:
    client = endpoint.wire.client("judge")
    with Journal.load(endpoint.journal.path) as other:
        other.created(other.intend(7, f"{BASE}/Users", {}), f"{BASE}/Users", "theirs")
    client.delete("/Users/theirs")
    assert endpoint.seen == [("DELETE", "/scim/v2/Users/theirs")]


def test_what_was_removed_may_be_written_to_again(endpoint: Endpoint) -> None:
    client = endpoint.wire.client("judge")
    client.post("/Users", json={"userName": "ada"})
    endpoint.journal.removed(f"{BASE}/Users", "own/1")
    client.delete("/Users/own%2F1")
    assert endpoint.seen[-1][0] == "DELETE"


def test_what_is_claimed_may_be_written_to_and_nothing_else(endpoint: Endpoint) -> None:
    endpoint.wire.claim(f"{BASE}/Users", "local")
    client = endpoint.wire.client("judge")
    client.patch("/Users/local", json={})
    with pytest.raises(StrangerWrite):
        client.patch("/Groups/local", json={})
    assert endpoint.seen == [("PATCH", "/scim/v2/Users/local")]


def test_a_post_to_a_record_is_a_write(endpoint: Endpoint) -> None:
    with pytest.raises(StrangerWrite):
        endpoint.wire.client("judge").post("/Users/eve", json={"active": False})
    assert endpoint.seen == []


def test_searching_creates_nothing(endpoint: Endpoint) -> None:
    client = endpoint.wire.client("judge")
    client.post("/Users/.search", json={})
    client.post("/.search", json={})
    client.post("http://127.0.0.1:1/oauth/token", data={"grant_type": "client_credentials"})
    assert endpoint.journal.pending() == ([], [])


@pytest.mark.parametrize(
    "operation",
    [
        {"method": "DELETE", "path": "/Users/eve"},
        {"method": "delete", "path": "Users/eve"},
        {"METHOD": "PATCH", "Path": "/Users/eve", "data": {}},
        {"method": "PUT", "path": f"{BASE}/Users/eve", "data": {}},
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
        {"method": "POST", "path": "/Users/eve", "data": {}},
        {"method": "DELETE", "path": "/Users"},
        {"path": "/Users/eve"},
    ],
)
def test_a_bulk_request_may_not_write_to_a_stranger_either(endpoint: Endpoint, operation: dict[str, Any]) -> None:
    own = {"method": "POST", "path": "/Users", "bulkId": "b1", "data": {"userName": "ada"}}
    with pytest.raises(StrangerWrite):
        endpoint.wire.client("judge").post("/Bulk", json={"Operations": [own, operation]})
    assert endpoint.seen == []
    assert endpoint.journal.pending() == ([], [])


def test_what_a_bulk_request_creates_is_announced_and_owned(endpoint: Endpoint) -> None:
    client = endpoint.wire.client("judge")
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": "b1", "data": {"userName": "ada"}},
        {"method": "PATCH", "path": "/Users/bulkId:b1", "data": {}},
        {"method": "POST", "path": "/Groups", "bulkId": "b2", "data": {"displayName": "Engineering"}},
    ]
    client.post("/Bulk", json={"Operations": operations})
    assert endpoint.journal.pending() == ([Resource(f"{BASE}/Groups", "b2"), Resource(f"{BASE}/Users", "b1")], [])
    client.delete("/Users/b1")
    assert endpoint.seen[-1] == ("DELETE", "/scim/v2/Users/b1")


def test_the_effects_of_a_bulk_request_are_told_one_by_one() -> None:
    body = {
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "q", "data": {"userName": "ada", "externalId": 5}},
            {"method": "GET", "path": "/Users/eve"},
            {"method": "PUT", "path": "/Users/eve"},
        ]
    }
    assert effects_of("POST", httpx.URL(f"{BASE}/Bulk/"), json.dumps(body).encode()) == Effects(
        (Creation(f"{BASE}/Users", (("userName", "ada"),), 0),), (Change("PUT", f"{BASE}/Users", "eve"),)
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"Operations":{}}', b'{"Operations":[1,null]}', b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_no_reason_to_fail(body: bytes) -> None:
    assert effects_of("POST", httpx.URL(f"{BASE}/Users"), body) == Effects((Creation(f"{BASE}/Users", ()),))
    assert effects_of("POST", httpx.URL(f"{BASE}/Bulk"), body).creations == ()


def test_an_address_is_the_same_however_it_is_written() -> None:
    assert {
        address(httpx.URL(url)) for url in ("HTTPS://H.test:443/a/B/?q#f", "https://h.test/a/B", "https://h.test/a/./B")
    } == {"https://h.test/a/B"}


def test_a_creation_that_cannot_be_noted_is_not_sent(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with endpoint.wire.client("judge") as client:
        with monkeypatch.context() as full:
            full.setattr(os, "write", lambda handle, content: write(handle, content[: len(content) // 2]))
            with pytest.raises(
                HarnessError, match=r"^the journal .* cannot be written: No space left on device; make room"
            ):
                client.post("Users", json={"userName": f"ada.{RUN_ID}"})
        assert endpoint.seen == []
        client.post("Users", json={"userName": f"ada.{RUN_ID}"})
    assert endpoint.seen == [("POST", "/scim/v2/Users")]

"""Cleaning up: everything that the run made goes, and nothing else, whatever the endpoint answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from scimulate.harness.cleanup import CleanupReport, clean_up
from scimulate.harness.journal import Journal
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire, numbers_of

BASE = "http://127.0.0.1:1/scim/v2"
USERS = f"{BASE}/Users"
RUN_ID = "k3f9x2ab"
EQ = re.compile(r'(\w+) eq "(.*)"')


@dataclass
class Endpoint:
    """A small SCIM endpoint. Its faults are switched on by name."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    reads: int = 0

    def add(self, id: str, **values: Any) -> None:
        self.users[id] = {"id": id, **values}

    def answer(self, request: httpx.Request) -> httpx.Response:
        raw = request.url.raw_path.decode().partition("?")[0]
        id = unquote(raw.rpartition("/Users")[2].removeprefix("/"))
        if request.method == "DELETE":
            return self._delete(id)
        self.reads += 1
        if not id:
            return self._search(request)
        if "by id: 500" in self.faults:
            return httpx.Response(500)
        return httpx.Response(200, json=self.users[id]) if id in self.users else httpx.Response(404)

    def _delete(self, id: str) -> httpx.Response:
        if "delete: lost" in self.faults:
            raise httpx.ReadError("connection reset")
        if "delete: 501" in self.faults:
            return httpx.Response(501)
        self.deleted.append(id)
        if "delete: only says so" not in self.faults:
            self.users.pop(id, None)
        return httpx.Response(204)

    def _search(self, request: httpx.Request) -> httpx.Response:
        if "search: 500" in self.faults:
            return httpx.Response(500)
        if "search: nonsense" in self.faults:
            return httpx.Response(200, json={"hello": "world"})
        matched = EQ.fullmatch(request.url.params["filter"])
        assert matched is not None
        name, value = matched.groups()
        found = list(self.users.values())
        if "filter ignored" not in self.faults:
            found = [user for user in found if user.get(name) == value]
        start = int(request.url.params["startIndex"]) - 1
        count = min(int(request.url.params["count"]), 2 if "small pages" in self.faults else 100)
        page = found[start : start + count]
        if not found:
            return httpx.Response(200, json={"totalResults": 0})
        return httpx.Response(200, json={"totalResults": len(found), "Resources": page})


@dataclass
class Scene:
    endpoint: Endpoint
    journal: Journal
    client: httpx.Client

    def made(self, id: str, **values: Any) -> None:
        """The run created a user and got its answer."""
        values = values or {"userName": f"{id}.{RUN_ID}@contoso.test"}
        self.endpoint.add(id, **values)
        self.journal.created(self.journal.intend(1, USERS, {}), USERS, id)

    def lost(self, **marks: str) -> None:
        """The run sent a creation and got no answer."""
        self.journal.intend(2, USERS, marks)

    def clean(self) -> CleanupReport:
        return clean_up(self.journal, self.client)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    endpoint = Endpoint()
    started = datetime(2026, 1, 2, tzinfo=UTC)
    with Journal.open(RUN_ID, state_dir=tmp_path, url=BASE, seed=1, started=started) as journal:
        wire = Wire(
            Target(BASE),
            journal=journal,
            run_id=RUN_ID,
            record=lambda exchange: None,
            next_number=numbers_of(0),
            inner=httpx.MockTransport(endpoint.answer),
        )
        with wire, wire.client("cleanup") as client:
            yield Scene(endpoint, journal, client)


def test_everything_that_was_made_goes_last_first(scene: Scene) -> None:
    scene.endpoint.add("eve", userName="eve@contoso.com")
    for id in ("a", "b/1", "c"):
        scene.made(id)
    assert scene.clean() == CleanupReport(3, 3)
    assert scene.endpoint.deleted == ["c", "b/1", "a"]
    assert list(scene.endpoint.users) == ["eve"]


def test_doing_it_again_asks_nothing(scene: Scene) -> None:
    scene.made("a")
    scene.lost(userName=f"b.{RUN_ID}@contoso.test")
    scene.clean()
    reads = scene.endpoint.reads
    assert scene.clean() == CleanupReport(1, 1)
    assert scene.endpoint.reads == reads


@pytest.mark.parametrize(
    "values",
    [
        {"userName": f"ADA.{RUN_ID.upper()}@CONTOSO.TEST"},
        {"displayName": f"Engineering {RUN_ID}"},
        {"userName": "renamed", "externalId": f"{RUN_ID}-1"},
        {"userName": "renamed", "emails": [{"value": f"ada.{RUN_ID}@contoso.test"}]},
    ],
)
def test_the_mark_may_stand_in_any_name(scene: Scene, values: dict[str, Any]) -> None:
    scene.made("a", **values)
    assert scene.clean() == CleanupReport(1, 1)
    assert scene.endpoint.users == {}


@pytest.mark.parametrize("values", [{"userName": "eve@contoso.com"}, {"emails": "x", "externalId": 7}])
def test_a_record_without_the_mark_stays(scene: Scene, values: dict[str, Any]) -> None:
    scene.made("a", **values)
    report = scene.clean()
    assert report.to_json() == {
        "created": 1,
        "removed": 0,
        "left": [
            {
                "url": f"{USERS}/a",
                "reason": "the record does not bear the mark of the run; it may be somebody else's",
            }
        ],
    }
    assert scene.endpoint.deleted == []


def test_what_is_gone_already_counts_as_removed(scene: Scene) -> None:
    scene.made("a")
    scene.endpoint.users.clear()
    assert scene.clean() == CleanupReport(1, 1)
    assert scene.endpoint.deleted == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("delete: 501", "the endpoint answered DELETE with 501"),
        ("delete: only says so", "the endpoint answered DELETE with 204, but the resource is still there"),
        ("delete: lost", "connection reset"),
        ("by id: 500", "the endpoint answered GET with 500"),
    ],
)
def test_what_cannot_be_removed_is_told_and_can_be_tried_again(scene: Scene, fault: str, reason: str) -> None:
    scene.made("a")
    scene.made("b")
    scene.endpoint.faults.add(fault)
    left = ({"url": f"{USERS}/b", "reason": reason}, {"url": f"{USERS}/a", "reason": reason})
    assert scene.clean() == CleanupReport(2, 0, left)
    scene.endpoint.faults.clear()
    assert scene.clean() == CleanupReport(2, 2)


def test_what_a_lost_answer_created_is_found_and_removed(scene: Scene) -> None:
    scene.endpoint.add("a", userName=f"ada.{RUN_ID}@contoso.test")
    scene.endpoint.add("eve", userName="eve@contoso.com")
    scene.lost(userName=f"ada.{RUN_ID}@contoso.test", externalId="x")
    scene.lost(userName=f"grace.{RUN_ID}@contoso.test")
    assert scene.clean() == CleanupReport(1, 1)
    assert list(scene.endpoint.users) == ["eve"]


def test_a_name_with_quotes_is_asked_for_as_it_is(scene: Scene) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["filter"])
        return httpx.Response(200, json={"totalResults": 0, "Resources": []})

    scene.lost(displayName=f'a"b\\{RUN_ID}')
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert clean_up(scene.journal, client) == CleanupReport(0, 0)
    assert asked == [f'displayName eq "a\\"b\\\\{RUN_ID}"']


@pytest.mark.parametrize("faults", [{"filter ignored"}, {"filter ignored", "small pages"}])
def test_a_filter_that_is_ignored_costs_no_stranger_its_record(scene: Scene, faults: set[str]) -> None:
    for number in range(7):
        scene.endpoint.add(f"s{number}", userName=f"stranger{number}@contoso.com")
    scene.endpoint.add("a", userName=f"ada.{RUN_ID}@contoso.test")
    scene.endpoint.faults |= faults
    scene.lost(userName=f"ada.{RUN_ID}@contoso.test")
    assert scene.clean() == CleanupReport(1, 1)
    assert scene.endpoint.deleted == ["a"]


def test_a_search_that_lies_is_not_believed(scene: Scene) -> None:
    """The list shows a stranger under our name; read by id, it is a stranger."""
    name = f"ada.{RUN_ID}@contoso.test"

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        if "filter" in request.url.params:
            return httpx.Response(200, json={"totalResults": 1, "Resources": [{"id": "eve", "userName": name}]})
        return httpx.Response(200, json={"id": "eve", "userName": "eve@contoso.com"})

    scene.lost(userName=name)
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert clean_up(scene.journal, client) == CleanupReport(0, 0)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("search: 500", "the endpoint answered the search for it with 500"),
        ("search: nonsense", "the endpoint's answer to the search for it is not a list"),
    ],
)
def test_a_fate_that_stays_unknown_is_told(scene: Scene, fault: str, reason: str) -> None:
    scene.endpoint.faults.add(fault)
    scene.lost(userName=f"ada.{RUN_ID}@contoso.test")
    assert scene.clean() == CleanupReport(0, 0, ({"url": USERS, "reason": f"a creation without an answer: {reason}"},))


def test_a_creation_without_a_mark_cannot_be_found(scene: Scene) -> None:
    scene.lost(userName="ada")
    assert [each["reason"] for each in scene.clean().left] == [
        "a creation without an answer: it bore no mark of the run by which it could be found"
    ]

"""What a lane does with one object, and what it makes of answers that no good endpoint gives."""

import gzip
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from scimulate.load.endpoint import FAILURES_BY_NAME, LARGEST_ANSWER, Endpoint, Measuring, Refused, unpacked
from scimulate.load.figures import Tally
from scimulate.load.initial import GROUPS, USERS, Job, Kind, create, read_back, remove
from scimulate.load.ledger import Ledger, Side
from scimulate.load.population import Population, mark_of
from scimulate.load.schedule import Schedule
from scimulate.mock_servers.entra.dialect import Dialect

POPULATION = Population(1, 10, 2, mark_of("k3f9x2ab", 1))
ADA = POPULATION.user(3).user_principal_name
TEAM = POPULATION.group(1).display_name


@dataclass
class Answer:
    status_code: int
    content: bytes | None = b""
    error: Exception | None = None
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> "Answer":
        return self

    def __exit__(self, *_: object) -> None: ...

    def success(self) -> None:
        self.failures.clear()

    def failure(self, exc: Exception) -> None:
        self.failures.append(repr(exc))


@dataclass
class Scripted:
    """A session that gives these answers, one after the other."""

    answers: list[Answer]
    sent: list[tuple[str, str]] = field(default_factory=list)

    def request(self, method: str, url: str, **_: Any) -> Answer:
        self.sent.append((method, url.partition("?")[0]))
        return self.answers[len(self.sent) - 1]


def lane(*answers: Answer) -> tuple[Endpoint, Scripted, Measuring]:
    session, measuring = Scripted(list(answers)), Measuring(Schedule(None, time.monotonic))
    return Endpoint(session, {}, lambda: measuring, lambda _: None), session, measuring


def job() -> Job:
    return Job(POPULATION, Dialect.LEGACY, Ledger(Side(range(10)), Side(range(2))))


def says(document: object, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(document))


def found(*resources: Mapping[str, object]) -> Answer:
    return says({"totalResults": len(resources), "Resources": list(resources)})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(0, None, ConnectionResetError()), "GET /Users?filter: no answer (ConnectionResetError)"),
        (Answer(500, b"<html>"), "GET /Users?filter: answered 500"),
        (Answer(302, b""), "GET /Users?filter: answered 302"),
        (Answer(200, b" " * (LARGEST_ANSWER + 1)), "GET /Users?filter: answered 200 with more than 10 MiB"),
        (Answer(200, b"<html>sign in</html>"), "GET /Users?filter: answered 200 without JSON"),
        (Answer(200, b""), "GET /Users?filter: answered 200 without JSON"),
        (says([1, 2]), "GET /Users?filter: answered 200 without a JSON object"),
        (says({"Resources": {"id": "1"}}), "GET /Users?filter: Resources is not a list"),
        (
            found({"id": "1", "userName": "ceo@contoso.test"}),
            "GET /Users?filter: answered a record that was not asked for",
        ),
        (found({"id": "1"}), "GET /Users?filter: answered a record that was not asked for"),
        (says({"Resources": ["a", 7, None]}), "GET /Users?filter: answered a record that was not asked for"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_after_a_bad_match_nothing_is_created(answer: Answer, kind: str) -> None:
    endpoint, session, measuring = lane(answer)
    work = job()
    with pytest.raises(Refused):
        create(USERS, work, endpoint, 3)
    assert session.sent == [("GET", "/Users")]
    assert (work.ledger.users.tried, measuring.figures.provisioned) == (set(), 0)
    assert measuring.figures.errors == {kind: Tally(1, ["user 3"])}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says({}, 201), "POST /Users: answered without an id"),
        (says({"id": 7}, 201), "POST /Users: answered without an id"),
        (Answer(201, b""), "POST /Users: answered without an id"),
        (says({"detail": "no"}, 409), "POST /Users: answered 409"),
        (Answer(204, b""), "POST /Users: answered 204"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_creation_without_an_id_is_an_error_of_that_user(answer: Answer, kind: str) -> None:
    endpoint, _, measuring = lane(found(), answer)
    work = job()
    with pytest.raises(Refused):
        create(USERS, work, endpoint, 3)
    assert measuring.figures.errors == {kind: Tally(1, ["user 3"])}
    assert (work.ledger.users.tried, work.ledger.users.ids) == ({3}, {})


def test_a_user_who_is_there_already_is_not_created_again() -> None:
    endpoint, session, measuring = lane(found({"id": "u3", "userName": ADA.upper()}))
    work = job()
    create(USERS, work, endpoint, 3)
    assert (session.sent, work.ledger.users.ids) == ([("GET", "/Users")], {3: "u3"})
    assert (measuring.figures.provisioned, measuring.figures.created) == (1, 0)


@pytest.mark.parametrize(
    ("answers", "discrepancies"),
    [
        ([found()], {"missing": Tally(1, ["user 3"])}),
        ([found({"id": "u3", "userName": ADA})], {}),
        ([found({"id": "u3", "userName": ADA}, {"id": "u4", "userName": ADA})], {"doubled": Tally(1, ["user 3"])}),
        ([found({"id": "u9", "userName": ADA})], {"changed_id": Tally(1, ["user 3"])}),
    ],
    ids=["missing", "there", "doubled", "under another id"],
)
def test_what_reading_back_finds(answers: list[Answer], discrepancies: dict[str, Tally]) -> None:
    endpoint, _, measuring = lane(*answers)
    work = job()
    work.ledger.users.ids[3] = "u3"
    read_back(USERS, work, endpoint, 3)
    assert measuring.figures.discrepancies == discrepancies


@pytest.mark.parametrize("members", [None, [], "none", [7, {}, {"value": ["a"]}]], ids=repr)
def test_an_endpoint_that_does_not_return_members_is_asked_about_each(members: object) -> None:
    work = job()
    expected = POPULATION.members(1)
    work.ledger.users.ids.update({member: f"u{member}" for member in expected})
    work.ledger.groups.ids[1] = "g1"
    group = {"id": "g1", "displayName": TEAM, **({} if members is None else {"members": members})}
    each = [says({"Resources": [{"id": "g1"}]}) for _ in expected]
    endpoint, session, measuring = lane(found(group), says(group), *each)
    read_back(GROUPS, work, endpoint, 1)
    asked = [("GET", "/Groups")] * len(expected) if not members or isinstance(members, str) else []
    assert session.sent == [("GET", "/Groups"), ("GET", "/Groups/g1"), *asked]
    lost = measuring.figures.discrepancies.get("lost_members", Tally()).count
    assert lost == (0 if asked else len(expected))


@pytest.mark.parametrize(
    ("kind", "index", "name"),
    [(USERS, 3, {"userName": ADA}), (GROUPS, 1, {"displayName": TEAM})],
    ids=["user", "group"],
)
def test_only_what_carries_this_runs_name_is_deleted(kind: Kind, index: int, name: dict[str, str]) -> None:
    work = job()
    kind.side(work.ledger).read_back.add(index)
    kind.side(work.ledger).ids[index] = "own"
    endpoint, session, _ = lane(says({"id": "own", **name}), Answer(204))
    assert remove(kind, work, endpoint, index)
    assert session.sent == [("GET", f"{kind.path}/own"), ("DELETE", f"{kind.path}/own")]

    endpoint, session, _ = lane(says({"id": "own", "userName": "ceo@contoso.test", "displayName": "Board"}))
    with pytest.raises(Refused):
        remove(kind, work, endpoint, index)
    assert session.sent == [("GET", f"{kind.path}/own")]


def test_a_user_whose_creation_was_refused_and_who_is_there_is_removed() -> None:
    endpoint, session, _ = lane(
        found(),
        Answer(500),
        found({"id": "u3", "userName": ADA}),
        says({"id": "u3", "userName": ADA}),
        Answer(204),
    )
    work = job()
    with pytest.raises(Refused):
        create(USERS, work, endpoint, 3)
    read_back(USERS, work, endpoint, 3)
    assert remove(USERS, work, endpoint, 3)
    assert session.sent[-1] == ("DELETE", "/Users/u3")


def test_a_user_whose_read_back_failed_is_looked_for_before_the_removal() -> None:
    endpoint, session, _ = lane(
        Answer(500), found({"id": "u3", "userName": ADA}), says({"id": "u3", "userName": ADA}), Answer(204)
    )
    work = job()
    with pytest.raises(Refused):
        read_back(USERS, work, endpoint, 3)
    assert remove(USERS, work, endpoint, 3)
    assert session.sent[-1] == ("DELETE", "/Users/u3")


def test_before_the_read_back_a_removal_looks_for_doubles() -> None:
    work = job()
    work.ledger.users.ids[3] = "u3"
    own = [{"id": name, "userName": ADA} for name in ("u3", "u4")]
    endpoint, session, _ = lane(found(*own), says(own[0]), Answer(204), says(own[1]), Answer(204))
    remove(USERS, work, endpoint, 3)
    assert [path for method, path in session.sent if method == "DELETE"] == ["/Users/u3", "/Users/u4"]


def test_what_unpacks_to_much_is_unpacked_as_far_as_is_allowed() -> None:
    parts = gzip.compress(b"[1,") + gzip.compress(b"2]")
    assert unpacked(parts) == b"[1,2]"
    assert unpacked(zlib.compress(b"[1]")) == b"[1]"
    assert unpacked(b"[1]") == b"[1]"
    assert len(unpacked(gzip.compress(b" " * (3 * LARGEST_ANSWER)))) == LARGEST_ANSWER + 1


def test_an_id_cannot_lead_to_another_path() -> None:
    work = job()
    work.ledger.users.read_back.add(3)
    work.ledger.users.ids[3] = "../Groups/g1?x"
    endpoint, session, _ = lane(Answer(404))
    assert not remove(USERS, work, endpoint, 3)
    assert session.sent == [("GET", "/Users/..%2FGroups%2Fg1%3Fx")]


def test_failures_name_the_user_until_there_are_too_many() -> None:
    answer = Answer(500)
    endpoint, _, measuring = lane(answer, answer)
    for index, named in ((3, 0), (4, FAILURES_BY_NAME)):
        measuring.named_failures = named
        with pytest.raises(Refused):
            create(USERS, job(), Endpoint(Scripted([answer]), {}, lambda: measuring, endpoint.sleep), index)
    assert answer.failures == ["user 3: answered 500", "answered 500"]


def test_a_planned_request_waits_for_its_slot_and_counts_its_lateness() -> None:
    slept: list[float] = []
    measuring = Measuring(Schedule(0.5, lambda: time.monotonic() + 100))
    endpoint = Endpoint(Scripted([says({"Resources": []})]), {}, lambda: measuring, slept.append)
    endpoint.get("/Users", "/Users", "user 1")
    assert [round(seconds) for seconds in slept] == [100]
    assert measuring.figures.from_planned_start.total == 1

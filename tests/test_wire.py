"""The wire: what leaves, what is noted of it, and what is kept as evidence."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from scimulate.harness.allowance import RequestsSpent
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import StrangerWrite
from scimulate.harness.journal import Intent, Journal, Resource
from scimulate.harness.target import OAuth, Target
from scimulate.harness.wire import ForeignOrigin, ReadOnly, Wire, numbers_of

BASE = "https://scim.example.com/scim/v2"
USERS = f"{BASE}/Users"
RUN_ID = "k3f9x2ab"
TOKEN = "canary-token-4711"
ADA = {"userName": f"ada.{RUN_ID}@contoso.test", "externalId": f"{RUN_ID}-1"}

Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Line:
    """A wire to an endpoint that is a function, and what both saw."""

    folder: Path
    answer: Answer = field(default=lambda request: httpx.Response(200, json={}))
    sent: list[httpx.Request] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = Journal.open(
            RUN_ID, state_dir=self.folder, url=BASE, seed=1, started=datetime(2026, 1, 2, tzinfo=UTC)
        )

    def wire(self, target: Target | None = None) -> Wire:
        wire = Wire(
            target or Target(BASE, token=TOKEN),
            journal=self.journal,
            run_id=RUN_ID,
            record=self.exchanges.append,
            next_number=numbers_of(2),
            folder=self.folder,
            inner=httpx.MockTransport(self._answered),
            sleep=self.waits.append,
        )
        self.wires.append(wire)
        return wire

    def client(self, retries: int = 0) -> httpx.Client:
        return self.wire().client("judge", retries=retries)

    def _answered(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return self.answer(request)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    for wire in line.wires:
        wire.close()
    line.journal.close()


def seen(line: Line) -> list[tuple[str, str]]:
    return [(request.method, request.url.path) for request in line.sent]


def test_an_exchange_is_kept_without_the_token(line: Line) -> None:
    line.answer = lambda request: httpx.Response(
        401, headers={"Set-Cookie": "sid=1", "X-Seen": f"was {TOKEN}"}, json={"detail": f"no such token: {TOKEN}"}
    )
    wire = line.wire()
    wire.scenario = "features/x.feature::A title"
    response = wire.client("judge").get("/Users", params={"t": TOKEN})
    assert response.json() == {"detail": f"no such token: {TOKEN}"}
    assert response.extensions["exchange"] == wire.last == 20_000_001
    (kept,) = line.exchanges
    assert (kept.number, kept.actor, kept.scenario) == (20_000_001, "judge", "features/x.feature::A title")
    assert (kept.method, kept.url, kept.status) == ("GET", f"{USERS}?t=[redacted]", 401)
    assert dict(kept.request_headers)["authorization"] == "Bearer [redacted]"
    assert dict(kept.response_headers)["set-cookie"] == "[redacted]"
    assert dict(kept.response_headers)["x-seen"] == "was [redacted]"
    assert json.loads(kept.response_body) == {"detail": "no such token: [redacted]"}
    assert TOKEN not in kept.to_line()


def test_a_wrong_token_of_the_moment_is_not_kept_either(line: Line) -> None:
    line.answer = lambda request: httpx.Response(401, text=f"bad: {request.headers['authorization']}")
    line.wire().client("judge", token="another-long-token-0815").get("/Users")
    assert "0815" not in line.exchanges[0].to_line()


def test_a_creation_is_announced_before_it_is_sent(line: Line) -> None:
    announced: list[list[Intent]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        with Journal.load(line.journal.path) as other:
            announced.append(other.pending()[1])
        return httpx.Response(201, json={**ADA, "id": "a1"})

    line.answer = answer
    line.client().post("/Users", json=ADA)
    assert [[(each.number, each.collection, each.marks) for each in intents] for intents in announced] == [
        [(20_000_001, USERS, ADA)]
    ]
    assert line.journal.pending() == ([Resource(USERS, "a1")], [])


@pytest.mark.parametrize(
    ("status", "headers", "body", "resources", "unknown"),
    [
        (201, {}, {**ADA, "id": "a1"}, ["a1"], 0),
        (200, {}, {"id": 17}, ["17"], 0),
        (201, {"Location": f"{USERS}/a%2F1"}, {}, ["a/1"], 0),
        (201, {"Location": "https://elsewhere.test/Groups/a1"}, {}, [], 1),
        (201, {}, {"id": "s1", "userName": "eve@contoso.com"}, [], 1),
        (201, {}, {"id": "a1", "userName": f"ADA.{RUN_ID.upper()}@CONTOSO.TEST"}, ["a1"], 0),
        (201, {}, {"id": "a1", "userName": f"{RUN_ID}-renamed-by-the-endpoint"}, ["a1"], 0),
        (201, {}, {"id": ""}, [], 1),
        (204, {}, None, [], 1),
        (400, {}, {}, [], 0),
        (409, {}, {"id": "s1"}, [], 0),
        (302, {}, {}, [], 0),
        (500, {}, {"id": "a1"}, [], 1),
    ],
)
def test_the_answer_tells_what_became_of_a_creation(
    line: Line, status: int, headers: dict[str, str], body: object, resources: list[str], unknown: int
) -> None:
    line.answer = lambda request: httpx.Response(status, headers=headers, json=body)
    line.client().post("/Users/", json=ADA)
    left, intents = line.journal.pending()
    assert ([each.id for each in left], len(intents)) == (resources, unknown)


def test_a_lost_answer_leaves_the_announcement(line: Line) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("connection reset", request=request)

    line.answer = answer
    with pytest.raises(httpx.ReadError):
        line.client(retries=3).post("/Users", json=ADA)
    assert [each.marks for each in line.journal.pending()[1]] == [ADA]
    assert [(each.failure, each.status) for each in line.exchanges] == [
        ("no answer (ReadError): connection reset", None)
    ]


def test_a_record_is_gone_when_it_is_seen_to_be_gone(line: Line) -> None:
    statuses = {"POST": 201, "DELETE": 204, "GET": 404}
    line.answer = lambda request: httpx.Response(statuses[request.method], json={"id": "a1"})
    client = line.client()
    client.post("/Users", json=ADA)
    client.get("/Users/a1")
    assert line.journal.pending()[0] == [Resource(USERS, "a1")]
    client.delete("/Users/a1")
    assert line.journal.pending()[0] == [Resource(USERS, "a1")]
    client.get("/Users/a1")
    assert line.journal.pending()[0] == []


def test_a_delete_that_finds_nothing_settles_it_too(line: Line) -> None:
    statuses = {"POST": 201, "DELETE": 404}
    line.answer = lambda request: httpx.Response(statuses[request.method], json={"id": "a1"})
    client = line.client()
    client.post("/Users", json=ADA)
    client.delete("/Users/a1")
    assert line.journal.pending() == ([], [])


def test_reading_only_lets_nothing_else_out(line: Line) -> None:
    client = line.wire(Target(BASE, read_only=True)).client("judge")
    client.get("/Users")
    for method, path in (("POST", "/Users"), ("POST", "/.search"), ("PATCH", "/Users/1"), ("HEAD", "/Users")):
        with pytest.raises(ReadOnly, match=f"read-only: judge would have sent {method}"):
            client.request(method, path)
    assert seen(line) == [("GET", "/scim/v2/Users")]
    assert line.journal.pending() == ([], [])


def test_a_run_sends_no_more_requests_than_allowed_over_all_its_processes(line: Line) -> None:
    first, second = (line.wire(Target(BASE, max_requests=3)).client("judge") for _ in range(2))
    first.get("/Users")
    second.get("/Users")
    first.get("/Users")
    with pytest.raises(RequestsSpent, match="max-requests: the run has sent all of its 3 requests"):
        second.get("/Users")
    assert len(line.sent) == 3


def test_a_pace_is_kept_over_all_processes_of_a_run(line: Line) -> None:
    first, second = (line.wire(Target(BASE, pace=timedelta(seconds=100))).client("judge") for _ in range(2))
    first.get("/Users")
    second.get("/Users")
    first.get("/Users")
    assert [round(wait, -1) for wait in line.waits] == [100, 200]


def test_a_secret_goes_to_the_endpoint_alone(line: Line) -> None:
    target = Target(
        BASE,
        token=TOKEN,
        headers=(("X-Api-Key", "canary-key-4712"),),
        oauth=OAuth("https://login.example.com", "me", "canary-secret-4713"),
    )
    client = line.wire(target).client("judge")
    with pytest.raises(ForeignOrigin):
        client.get("https://scim.example.com.evil.test/Users")
    with pytest.raises(ForeignOrigin):
        client.get("http://scim.example.com/Users")
    other = line.wire(target).client("judge", token="")
    other.get("https://elsewhere.test/Users")
    assert [(request.url.host, request.headers.get("x-api-key")) for request in line.sent] == [("elsewhere.test", None)]
    client.get("/Users")
    assert line.sent[-1].headers["x-api-key"] == "canary-key-4712"
    assert "canary" not in "".join(each.to_line() for each in line.exchanges)


def test_headers_that_were_given_are_sent_and_not_kept(line: Line) -> None:
    line.wire(Target(BASE, headers=(("X-Tenant", "blue"),))).client("judge").get("/Users")
    assert line.sent[0].headers["x-tenant"] == "blue"
    assert dict(line.exchanges[0].request_headers)["x-tenant"] == "[redacted]"


def test_a_redirect_is_an_answer_and_not_followed(line: Line) -> None:
    line.answer = lambda request: httpx.Response(307, headers={"Location": "https://evil.test/Users"})
    assert line.client().get("/Users").status_code == 307
    assert seen(line) == [("GET", "/scim/v2/Users")]


def test_what_failed_for_the_moment_is_tried_again_and_each_attempt_is_kept(line: Line) -> None:
    answers = iter([httpx.Response(429, headers={"Retry-After": "7"}), httpx.Response(503), httpx.Response(200)])
    line.answer = lambda request: next(answers)
    response = line.client(retries=2).get("/Users")
    assert (response.status_code, response.extensions["attempt"]) == (200, 3)
    assert line.waits == [7, 1]
    assert [(each.attempt, each.number, each.status) for each in line.exchanges] == [
        (1, 20_000_001, 429),
        (2, 20_000_002, 503),
        (3, 20_000_003, 200),
    ]


@pytest.mark.parametrize(
    ("said", "waited"),
    [("86400", 30), ("soon", 1), ("-5", 1), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("9" * 400, 1)],
)
def test_the_endpoint_cannot_make_the_run_wait_long(line: Line, said: str, waited: float) -> None:
    answers = iter([httpx.Response(503, headers={"Retry-After": said}), httpx.Response(200)])
    line.answer = lambda request: next(answers)
    assert line.client(retries=1).get("/Users").status_code == 200
    assert line.waits == [waited]


def test_without_retries_the_first_answer_counts(line: Line) -> None:
    line.answer = lambda request: httpx.Response(503)
    assert line.client().get("/Users").status_code == 503
    assert len(line.sent) == 1


def test_a_get_without_an_answer_is_tried_again(line: Line) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if len(line.sent) == 1:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200)

    line.answer = answer
    assert line.client(retries=1).get("/Users").status_code == 200
    assert [each.failure for each in line.exchanges] == ["no answer (ConnectError): refused", None]


def test_every_attempt_to_create_is_announced(line: Line) -> None:
    answers = iter([httpx.Response(503), httpx.Response(201, json={"id": "a1"})])
    line.answer = lambda request: next(answers)
    line.client(retries=1).post("/Users", json=ADA)
    resources, intents = line.journal.pending()
    assert ([each.id for each in resources], [each.number for each in intents]) == (["a1"], [20_000_001])


def test_values_of_strangers_are_masked_in_evidence_and_not_for_the_caller(line: Line) -> None:
    eve = {"id": "e7e7-1", "userName": "eve@contoso.com", "active": True}
    line.answer = lambda request: httpx.Response(200, json={"totalResults": 1, "Resources": [eve]})
    client = line.client()
    assert client.get("/Users").json()["Resources"] == [eve]
    line.answer = lambda request: httpx.Response(200, json=eve)
    client.get("/Users/e7e7-1")
    assert json.loads(line.exchanges[0].response_body) == {
        "totalResults": 1,
        "Resources": [{"id": "x0x0-0", "userName": "xxx@xxxxxxx.xxx", "active": True}],
    }
    assert line.exchanges[1].url == f"{USERS}/x0x0-0"


def test_a_failure_that_quotes_an_answer_shows_nothing_of_strangers(line: Line) -> None:
    eve = {"id": "e7e7-1", "userName": "eve@contoso.com", "name": {"formatted": "Zoë Li"}, "department": "answer"}
    line.answer = lambda request: httpx.Response(200, json={"Resources": [eve, {**ADA, "id": "a-1"}]})
    wire = line.wire()
    answer = wire.client("judge").get("/Users")
    quoted = [f"an answer: 200 {answer.text}", {"found": [eve, {**ADA, "id": "a-1"}], "with": (1, True, TOKEN)}]
    masked = {
        "id": "x0x0-0",
        "userName": "xxx@xxxxxxx.xxx",
        "name": {"formatted": "xxx xx"},
        "department": "xxxxxx",
    }
    text, data = wire.shown(quoted)
    assert "Zo" not in json.dumps(wire.shown(json.dumps(eve)))
    assert text.startswith('an answer: 200 {"Resources":[{"id":"x0x0-0","userName":"xxx@xxxxxxx.xxx"')
    assert ADA["userName"] in text
    assert data == {"found": [masked, {**ADA, "id": "a-1"}], "with": [1, True, "[redacted]"]}


def test_a_write_to_a_stranger_is_kept_as_refused(line: Line) -> None:
    with pytest.raises(StrangerWrite) as refused:
        line.client().patch("/Users/e7e7-1", json={"active": False})
    assert str(refused.value) == (
        "ENTRA-498: judge was led to PATCH Users/x0x0-0: expected a record that this run created, got a record that "
        "this run did not create; the write was not sent (exchange 20000001)"
    )
    assert line.sent == []
    assert [(each.method, each.url, each.failure) for each in line.exchanges] == [
        (
            "PATCH",
            f"{USERS}/x0x0-0",
            "refused before sending: a record that this run did not create; the write was not sent",
        )
    ]


def test_what_is_not_the_endpoint_is_neither_guarded_nor_masked(line: Line) -> None:
    line.answer = lambda request: httpx.Response(201, json={"id": "1", "token": "hush", "user_name": "eve"})
    portal = line.wire().client("portal administrator", guarded=False, base_url="https://scim.example.com/portal/api")
    portal.post("/tokens", json={"confirm": True})
    portal.delete("/users/1")
    assert line.journal.pending() == ([], [])
    assert json.loads(line.exchanges[0].response_body) == {"id": "1", "token": "[redacted]", "user_name": "eve"}

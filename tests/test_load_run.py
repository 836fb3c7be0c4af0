"""A whole load, run by Locust in processes of its own, against an endpoint that may misbehave."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from scimulate.harness.faults import HarnessError, SettingsError, TargetUnreachable
from scimulate.harness.runfolder import open_run_folder, remove_dead_folder, run_folders
from scimulate.harness.target import Target
from scimulate.load.journal import FOLDER, read
from scimulate.load.population import Population, mark_of
from scimulate.load.result import Cleanup, LoadResult
from scimulate.load.run import LoadOutcome, remove_unfinished, run_load
from scimulate.load.settings import LoadSettings
from scimulate.load.shapes import create_group, create_user, match_group, match_user
from scimulate.mock_servers.entra.dialect import Dialect
from tests.load_endpoint import TOKEN, LoadEndpoint, Resource

RUN_ID = "k3f7x2ab"
PATIENT_MS = 60_000.0


@pytest.fixture
def endpoint() -> Iterator[LoadEndpoint]:
    with LoadEndpoint() as running:
        yield running


@pytest.fixture
def load(endpoint: LoadEndpoint, tmp_path: Path) -> Callable[..., LoadOutcome]:
    def run(*, out: Path | None = None, say: Callable[[str], None] = lambda _: None, **settings: Any) -> LoadOutcome:
        return run_load(settings_for(endpoint, tmp_path, **settings), out=out, say=say, environ=os.environ)

    return run


def settings_for(endpoint: LoadEndpoint, folder: Path, **settings: Any) -> LoadSettings:
    given: dict[str, Any] = {
        "target": Target(endpoint.url, TOKEN),
        "users": 40,
        "groups": 4,
        "lanes": 8,
        "run_id": RUN_ID,
        "p99_limit_ms": PATIENT_MS,
        "state_dir": folder / "state",
    }
    return LoadSettings(**{**given, **settings})


def index_of(resource: Resource) -> int:
    return int(resource["userName"].split(".")[2])


def is_user(index: int) -> Callable[[Resource], bool]:
    return lambda resource: "userName" in resource and index_of(resource) == index


@pytest.mark.parametrize("processes", [1, 2])
def test_everyone_is_created_once_and_removed(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path, processes: int
) -> None:
    outcome = load(users=200, groups=10, processes=processes, out=tmp_path)
    population = Population(1, 200, 10, mark_of(RUN_ID, 1))
    created = sorted(json.dumps(body) for method, path, body in endpoint.bodies if path.endswith("/Users"))
    assert created == sorted(json.dumps(json.loads(create_user(population.user(i)))) for i in range(200))
    result = outcome.result
    assert (result.missing, result.doubled, result.lost_members, result.errors) == (0, 0, 0, 0)
    assert (result.processes, result.cleanup.removed, result.cleanup.left) == (processes, 210, [])
    assert outcome.exit_code == 0
    assert endpoint.stored == {"Users": {}, "Groups": {}}
    assert list((tmp_path / "state" / FOLDER).iterdir()) == []
    assert LoadResult.from_json(json.loads((tmp_path / "load.json").read_text())) == result
    assert "Passed: 200 users and 10 groups" in (tmp_path / "load.html").read_text()


def test_the_requests_are_entras_in_entras_order(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    load(users=3, groups=1, lanes=1, keep=True)
    population = Population(1, 3, 1, mark_of(RUN_ID, 1))
    base, users, group = "/scim/v2", [population.user(i) for i in range(3)], population.group(0)
    after_the_preflight = endpoint.requests[1:]
    group_id = next(iter(endpoint.stored["Groups"]))
    assert after_the_preflight[:9] == [
        *(line for user in users for line in (("GET", base + match_user(user)), ("POST", f"{base}/Users"))),
        ("GET", base + match_group(group)),
        ("POST", f"{base}/Groups"),
        ("PATCH", f"{base}/Groups/{group_id}"),
    ]
    ids = {index_of(row): row["id"] for row in endpoint.stored["Users"].values()}
    assert [body for _, _, body in endpoint.bodies] == [
        *(json.loads(create_user(user)) for user in users),
        json.loads(create_group(group)),
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [
                {"op": "Add", "path": "members", "value": [{"value": ids[i]} for i in population.members(0)]}
            ],
        },
    ]


def test_the_compliant_dialect_is_spoken_when_chosen(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    load(users=3, groups=1, dialect=Dialect.COMPLIANT)
    assert [body["Operations"][0]["op"] for method, _, body in endpoint.bodies if method == "PATCH"] == ["add"]


def test_members_are_those_of_the_population_whoever_created_them(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    outcome = load(users=300, groups=20, processes=2, keep=True)
    population = Population(1, 300, 20, mark_of(RUN_ID, 1))
    indices = {row["id"]: index_of(row) for row in endpoint.stored["Users"].values()}
    stored = {
        row["displayName"]: sorted(indices[member["value"]] for member in row["members"])
        for row in endpoint.stored["Groups"].values()
    }
    assert stored == {population.group(j).display_name: sorted(population.members(j)) for j in range(20)}
    assert (outcome.result.kept, outcome.result.cleanup.removed, outcome.exit_code) == (True, 0, 0)
    sizes = [len(body["Operations"][0]["value"]) for method, _, body in endpoint.bodies if method == "PATCH"]
    assert max(sizes) == 100


def test_a_user_that_was_dropped_is_missing(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    endpoint.forget = is_user(7)
    outcome = load(groups=0)
    assert (outcome.result.missing, outcome.result.doubled, outcome.exit_code) == (1, 0, 1)
    assert outcome.result.discrepancies == {"missing": {"count": 1, "subjects": ["user 7"]}}
    assert outcome.result.cleanup.left == []


def test_a_user_that_was_stored_twice_is_doubled(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    endpoint.double = is_user(11)
    outcome = load(groups=0)
    assert (outcome.result.missing, outcome.result.doubled, outcome.exit_code) == (0, 1, 1)
    assert outcome.result.discrepancies == {"doubled": {"count": 1, "subjects": ["user 11"]}}
    assert endpoint.stored["Users"] == {}


def test_a_member_that_was_lost_is_named(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    lost: list[str] = []

    def keeps_member(_group: Resource, member: str) -> bool:
        if not lost:
            lost.append(f"user {index_of(endpoint.stored['Users'][member])}")
            return False
        return True

    endpoint.keeps_member = keeps_member
    outcome = load(groups=1, lanes=1)
    assert (outcome.result.lost_members, outcome.exit_code) == (1, 1)
    assert outcome.result.discrepancies == {"lost_members": {"count": 1, "subjects": [f"{lost[0]} in group 0"]}}


def test_an_error_names_the_user_and_the_others_go_on(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    endpoint.answers = lambda method, _path, body: 500 if method == "POST" and is_user(12)(body) else None
    outcome = load(groups=0)
    result = outcome.result
    assert result.error_kinds == {"POST /Users: answered 500": {"count": 1, "subjects": ["user 12"]}}
    assert (result.errors, result.missing, result.created, result.cleanup.removed) == (1, 1, 39, 39)
    assert outcome.exit_code == 1


def test_where_nothing_can_be_created_nothing_is_said_to_be_removed(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    endpoint.answers = lambda _method, _path, _body: 404 if len(endpoint.requests) > 1 else None
    outcome = load(users=5, groups=1)
    result = outcome.result
    assert (result.created, result.cleanup, result.users_per_second) == (0, Cleanup(0, []), 0.0)
    assert outcome.exit_code == 1


def test_an_answer_that_does_not_end_is_not_read_to_its_end(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    endpoint.on_request = at_request(2, lambda: setattr(endpoint, "padding", 64 * 1024 * 1024))
    outcome = load(users=1, groups=0, lanes=1)
    kind = "GET /Users?filter: answered 200 with more than 10 MiB"
    assert outcome.result.error_kinds == {kind: {"count": 2, "subjects": ["user 0", "user 0"]}}
    assert endpoint.cut_off == 2


def test_a_token_that_dies_on_the_way_leaves_a_journal_and_says_what_is_left(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    endpoint.answers = lambda _method, _path, _body: 401 if len(endpoint.requests) > 230 else None
    outcome = load(users=300, groups=0)
    assert outcome.exit_code == 1
    created = len(endpoint.stored["Users"])
    assert outcome.result.created == created
    assert (outcome.result.cleanup.removed, len(outcome.result.cleanup.left)) == (0, 101)
    more = int(outcome.result.cleanup.left[-1].removeprefix("and ").removesuffix(" more"))
    assert 100 + more >= created
    endpoint.answers = lambda _method, _path, _body: None
    clean: dict[str, Any] = {"state_dir": tmp_path / "state", "say": lambda _: None, "environ": os.environ}
    (cleanup,) = remove_unfinished(Target(endpoint.url, TOKEN), **clean)
    assert (cleanup.removed, cleanup.left, endpoint.stored["Users"]) == (created, [], {})


def test_nothing_is_written_to_strangers(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    stranger = endpoint.add("Users", userName="ceo@contoso.test")
    endpoint.ignores_filters = True
    outcome = load(users=5, groups=0)
    assert endpoint.stored["Users"] == {stranger["id"]: stranger}
    assert {method for method, _ in endpoint.requests} == {"GET"}
    kind = "GET /Users?filter: answered a record that was not asked for"
    assert sorted(outcome.result.error_kinds[kind]["subjects"]) == sorted([f"user {i}" for i in range(5)] * 2)
    assert outcome.exit_code == 1


def test_the_rate_is_kept_and_reported(load: Callable[..., LoadOutcome]) -> None:
    result = load(users=40, groups=0, rate=400.0).result
    assert result.achieved_ratio is not None
    assert 0 < result.achieved_ratio <= 1
    assert result.seconds >= 0.19
    assert result.thresholds[-1].name == "achieved_ratio"


def test_a_stall_shows_in_the_time_from_planned_start(load: Callable[..., LoadOutcome], endpoint: LoadEndpoint) -> None:
    released = threading.Event()

    def stall(number: int) -> None:
        if number >= 40:
            released.wait(1.0)
            released.set()

    endpoint.on_request = stall
    outcome = load(users=100, groups=0, rate=200.0, p99_limit_ms=500.0)
    latency = outcome.result.latency_ms
    assert latency["service"]["p50"] < 500
    assert latency["from_planned_start"]["p95"] > 500
    failed = [threshold.name for threshold in outcome.result.thresholds if not threshold.passed]
    assert "p99_from_planned_start_ms" in failed
    assert outcome.exit_code == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupted_load_removes_what_it_made(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path, number: int, code: int, processes: int
) -> None:
    endpoint.on_request = at_request(100, lambda: os.kill(os.getpid(), number))
    outcome = load(users=2000, processes=processes)
    assert outcome.exit_code == code
    assert endpoint.stored == {"Users": {}, "Groups": {}}
    assert (outcome.result.missing, outcome.result.interrupted) == (None, True)
    assert outcome.result.cleanup.removed == sum(path.endswith("/Users") for _, path, _ in endpoint.bodies)
    assert list((tmp_path / "state" / FOLDER).iterdir()) == []


def test_a_load_that_is_interrupted_before_it_began_ends_as_interrupted(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    def interrupt_when_locust_is_starting() -> None:
        while not psutil.Process().children():
            pass
        os.kill(os.getpid(), signal.SIGINT)

    starting = threading.Thread(target=interrupt_when_locust_is_starting)
    endpoint.on_request = at_request(1, starting.start)
    outcome = load()
    starting.join()
    assert outcome == LoadOutcome(None, 130)
    assert endpoint.stored == {"Users": {}, "Groups": {}}


def test_a_worker_that_dies_is_reported_and_its_users_are_removed(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    def kill_a_worker() -> None:
        master = psutil.Process().children()[0]
        master.children()[0].kill()

    endpoint.on_request = at_request(100, kill_a_worker)
    outcome = load(users=400, processes=2)
    assert [t.name for t in outcome.result.thresholds if not t.passed][-1] == "lost_workers"
    assert (len(outcome.result.lost_workers), outcome.result.missing, outcome.exit_code) == (1, None, 1)
    assert endpoint.stored == {"Users": {}, "Groups": {}}


def test_when_locust_is_killed_the_journal_is_enough_to_remove_everything(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    endpoint.on_request = at_request(100, lambda: psutil.Process().children()[0].kill())
    with pytest.raises(HarnessError, match="Locust ended without a result"):
        load(users=400)
    assert endpoint.stored == {"Users": {}, "Groups": {}}


PARENT = """
import os, sys
from pathlib import Path
from scimulate.harness.runfolder import open_run_folder, remove_dead_folder, run_folders
from scimulate.harness.target import Target
from scimulate.load.run import run_load
from scimulate.load.settings import LoadSettings
url, token, state = sys.argv[1:]
settings = LoadSettings(Target(url, token), users=400, lanes=8, state_dir=Path(state))
run_load(settings, out=None, say=lambda _: None, environ=os.environ)
"""


def test_when_the_command_is_killed_its_child_removes_everything(endpoint: LoadEndpoint, tmp_path: Path) -> None:
    children: list[psutil.Process] = []
    arguments = [sys.executable, "-c", PARENT, endpoint.url, TOKEN, str(tmp_path / "state")]
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    environ = {**os.environ, "TMPDIR": str(elsewhere)}
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL, env=environ) as parent:

        def kill() -> None:
            children.extend(psutil.Process(parent.pid).children(recursive=True))
            parent.kill()

        endpoint.on_request = at_request(100, kill)
        parent.wait()
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert endpoint.stored == {"Users": {}, "Groups": {}}
    assert list(elsewhere.iterdir()) == []
    (left,) = run_folders(tmp_path / "state")
    remove_dead_folder(left)
    assert not left.exists()


def test_a_run_id_that_is_in_use_is_refused(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    with (
        open_run_folder(tmp_path / "state", RUN_ID),
        pytest.raises(SettingsError, match=f"^run_id: {RUN_ID} is that of a load that goes on"),
    ):
        load()
    assert endpoint.bodies == []


def test_a_kept_directory_stays_until_its_journal_is_worked_off(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    assert load(keep=True).exit_code == 0
    assert [len(rows) for rows in endpoint.stored.values()] == [40, 4]
    target, state_dir = Target(endpoint.url, TOKEN), tmp_path / "state"
    clean: dict[str, Any] = {"state_dir": state_dir, "say": lambda _: None, "environ": os.environ}
    assert remove_unfinished(target, **clean) == []
    (journal,) = (state_dir / FOLDER).iterdir()
    journal.write_text(journal.read_text().replace('"keep": true', '"keep": false'))
    with open_run_folder(state_dir, RUN_ID):
        assert remove_unfinished(target, **clean) == []
    (cleanup,) = remove_unfinished(target, **clean)
    assert (cleanup.removed, cleanup.left) == (44, [])
    assert endpoint.stored == {"Users": {}, "Groups": {}}
    assert not journal.exists()


def test_a_directory_that_is_half_there_is_completed_without_doubling(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    load(users=20, groups=0, keep=True)
    outcome = load(users=40, groups=0, keep=True)
    assert (outcome.result.missing, outcome.result.doubled, outcome.exit_code) == (0, 0, 0)
    assert sorted(map(index_of, endpoint.stored["Users"].values())) == list(range(40))


def test_the_token_is_in_no_file_and_no_argument(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    seen: list[str] = []
    endpoint.on_request = at_request(
        20, lambda: seen.extend(" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True))
    )
    said: list[str] = []
    load(out=tmp_path, say=said.append)
    assert seen
    figures = json.loads((tmp_path / "load.json").read_text())
    assert said[-4:] == [
        f"Passed: 40 users and 4 groups, {figures['users_per_second']:,.0f} users/s.",
        f"{figures['users_per_second']:,.0f} users/s, {figures['requests_per_second']:,.0f} requests/s.",
        "44 objects created, 44 removed, 0 left.",
        f"Report: {tmp_path / 'load.html'} and {tmp_path / 'load.json'}",
    ]
    assert [line.partition(" in ")[0] for line in said[:-4]] == [
        "users: 40 of 40 users",
        "groups: 4 of 4 groups",
        "memberships: 4 of 4 groups",
        "read-back: 44 of 44 objects",
        "removal: 44 of 44 objects",
    ]
    assert not any(TOKEN in text for text in (*seen, *said))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["load.html", "load.json"]
    assert not any(TOKEN in path.read_text() for path in files)


def test_the_journal_is_written_before_the_first_user(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    found: list[Any] = []
    path = tmp_path / "state" / FOLDER / f"{RUN_ID}.json"
    endpoint.on_request = at_request(2, lambda: found.append(read(path)))
    load(users=3, groups=1)
    assert [(row.run_id, row.seed, row.users, row.groups, row.url) for row in found] == [
        (RUN_ID, 1, 3, 1, endpoint.url)
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"users": 0}, "users: must be between 1 and 10,000,000; not 0"),
        ({"users": -5}, "users: must be between 1 and 10,000,000; not -5"),
        ({"groups": -1}, "groups: must be between 0 and 10,000,000; not -1"),
        ({"mode": "soak"}, "mode: soak is not available yet; available now: initial"),
        ({"mode": "sideways"}, "mode: sideways is unknown; available now: initial"),
        ({"rate": 0.0}, "rate: must be more than 0 requests per second, or max; not 0"),
        ({"processes": 9}, "lanes: must be between 9 and 10,000; not 8"),
        ({"run_id": "../x"}, "run_id: must be eight characters of a-z and 2-7"),
        (
            {"target": Target("https://scim.example.com/scim/v2", TOKEN)},
            "url: scim.example.com is not this machine; give --yes-this-endpoint if it may be loaded with 40 users",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)
def test_settings_that_cannot_work_are_refused(
    endpoint: LoadEndpoint, tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        settings_for(endpoint, tmp_path, **settings)
    assert str(refusal.value) == message
    assert endpoint.requests == []


def test_another_machine_may_be_loaded_when_that_is_said(endpoint: LoadEndpoint, tmp_path: Path) -> None:
    target = Target("https://scim.example.com/scim/v2", TOKEN)
    assert settings_for(endpoint, tmp_path, target=target, yes_this_endpoint=True).target == target


def test_a_refused_token_is_found_before_anything_is_made(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint
) -> None:
    with pytest.raises(TargetUnreachable, match=r"^token: "):
        load(target=Target(endpoint.url, "another"))
    assert endpoint.bodies == []


def test_an_endpoint_that_is_not_there_is_unreachable(load: Callable[..., LoadOutcome]) -> None:
    with pytest.raises(TargetUnreachable, match=r"^url: "):
        load(target=Target("http://127.0.0.1:9/scim/v2", TOKEN))


def test_a_report_folder_that_cannot_be_written_is_found_before_the_load(
    load: Callable[..., LoadOutcome], endpoint: LoadEndpoint, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^out: .* cannot be made or written to: "):
        load(out=tmp_path / "file")
    assert endpoint.requests == []


def at_request(number: int, act: Callable[[], None]) -> Callable[[int], None]:
    """Acts once, when the endpoint has been asked for the n-th time."""
    return lambda now: act() if now == number else None

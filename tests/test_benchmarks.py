"""`make bench`, with tiny directories: that the works are done, and that the table says what was measured."""

from pathlib import Path

import orjson
import pytest

from scimulate.load.benchmarks.client import Asked, Run, WrongAnswer, drive
from scimulate.load.benchmarks.comparison import Sizes, compare
from scimulate.load.benchmarks.directory import document, fill, user_name
from scimulate.load.benchmarks.growth import grow
from scimulate.load.benchmarks.measurement import Measured, Pace
from scimulate.load.benchmarks.servers import Server, ours, peer_version
from scimulate.load.benchmarks.table import CPU, MEMORY, RATE, Line, keep, lines_of
from scimulate.load.benchmarks.works import BY_USER_NAME, CREATE, READ, Directory
from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.serving import open_tenants

TOKEN = "benchmarks-only"
BRIEF = Pace(rounds=1, seconds=0.1)


def test_a_line_holds_both_sides_against_each_other() -> None:
    mine, theirs = Measured((Run(100, 1.0, 0.01),)), Measured((Run(50, 1.0, 0.02),))

    cpu, rate = lines_of("read", mine, theirs, "another", 2_000.0)

    assert (cpu.unit, cpu.ours, cpu.other, cpu.ratio) == (CPU, 100.0, 400.0, 0.25)
    assert (rate.unit, rate.ours, rate.other, rate.ratio) == (RATE, 100.0, 50.0, 2.0)


def test_the_middle_round_counts_and_wild_rounds_conclude_nothing() -> None:
    calm = Measured(tuple(Run(1_000, 1.0, cpu) for cpu in (0.10, 0.11, 0.12)))
    wild = Measured(tuple(Run(1_000, 1.0, cpu) for cpu in (0.10, 0.11, 0.20)))
    hindered = Measured(tuple(Run(1_000, seconds, 0.11) for seconds in (1.0, 1.1, 3.0)))

    assert round(calm.cpu_microseconds) == 110
    assert [line.is_conclusive for line in lines_of("read", calm, calm, "another", 1.0)] == [True, True]
    assert [line.is_conclusive for line in lines_of("read", calm, wild, "another", 1.0)] == [False, True]
    assert [line.is_conclusive for line in lines_of("read", calm, hindered, "another", 1.0)] == [True, False]


def test_what_is_kept_can_be_read_by_a_program(tmp_path: Path) -> None:
    keep([Line("read", 1.0, 4.0, "another", CPU, 2_000.0, 0.1)], tmp_path / "out" / "bench.json")

    assert orjson.loads((tmp_path / "out" / "bench.json").read_bytes()) == [
        {
            "work": "read",
            "ours": 1.0,
            "other": 4.0,
            "other_name": "another",
            "unit": CPU,
            "disk_syncs_per_second": 2_000.0,
            "spread": 0.1,
            "ratio": 0.25,
        }
    ]


def test_a_round_goes_on_until_enough_was_answered_to_be_measured() -> None:
    with ours("ours", None, TOKEN) as server:
        directory = Directory(server)
        directory.fill(2)
        runs = [drive(server, READ.requests(directory), 2, seconds=0.0, least=least) for least in (0, 30)]

    assert runs[0].requests == 0
    assert 30 <= runs[1].requests <= 31


def test_a_directory_is_filled_in_place_with_what_scim_would_have_kept(tmp_path: Path) -> None:
    with ours("sent", tmp_path / "sent.sqlite", TOKEN) as server:
        Directory(server).fill(3)
    ids = fill(tmp_path / "filled.sqlite", 3)

    assert len(set(ids)) == 3
    sent, filled = _documents(tmp_path / "sent.sqlite", 3), _documents(tmp_path / "filled.sqlite", 3)
    assert sent == filled == [document(index) for index in range(3)]


def test_an_answer_that_is_not_the_work_stops_the_measurement() -> None:
    with ours("ours", None, TOKEN) as server:
        directory = Directory(server)
        directory.fill(2)
        for work in (READ, BY_USER_NAME, CREATE):
            work.check(directory)
        directory.users = ["nobody"]
        with pytest.raises(WrongAnswer, match=r"^ours answered GET /Users/nobody with 404"):
            READ.check(directory)
        stranger = Server(server.name, server.url, "another-token", server.process)
        with pytest.raises(WrongAnswer, match="with 401"):
            drive(stranger, iter([Asked("GET", "/Users", b"", (200,))]), 1)


@pytest.mark.slow
@pytest.mark.skipif(peer_version() is None, reason="scim2-server is not installed")
def test_every_work_is_compared_durable_and_in_memory(tmp_path: Path) -> None:
    lines = list(compare(tmp_path, Sizes(small=10, large=210, group=10), BRIEF, connections=(2,)))

    works = ["filter by userName, 10 users"]
    works += [
        f"{work}, 210 users"
        for work in (
            "read",
            "filter by userName",
            "PATCH active",
            "page at the middle",
            "add a member to a group of 10",
            "create",
        )
    ]
    assert [(line.work, line.unit) for line in lines] == [
        (f"{work}, {kind}, 2 connections", unit)
        for work in works
        for kind in ("durable", "in memory")
        for unit in (CPU, RATE)
    ]
    assert all(line.ours >= 0 and line.other > 0 and line.disk_syncs_per_second > 0 for line in lines)


def test_growth_is_told_for_lookups_pages_groups_and_memory(tmp_path: Path) -> None:
    lines = list(grow(tmp_path, (200, 250), 100, BRIEF))

    assert [line.work for line in lines if line.unit == RATE] == [
        "filter by userName, 250 users",
        "filter by externalId, 250 users",
        "first page, 250 users",
        "page at the middle, 250 users",
        "last page, 250 users",
        "page at the middle, 250 users",
        "last page, 250 users",
        "add a member to a group of 100",
    ]
    assert [line.work for line in lines if line.unit == MEMORY] == ["memory, 250 users"]


def _documents(path: Path, users: int) -> list[dict[str, object]]:
    tenants = open_tenants(str(path), lambda name: RealClock())
    try:
        find = tenants.default.resources.find_user_by_name
        names = [user_name(index) for index in range(users)]
        rows = tenants.database.read(lambda connection: [find(connection, name) for name in names])
        return [row.document for row in rows if row is not None]
    finally:
        tenants.database.close()

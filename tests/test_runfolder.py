"""The folder of a run: what its processes append is read together, without what a killed one tore."""

from datetime import UTC, datetime
from pathlib import Path

from scimulate.harness.evidence import Exchange
from scimulate.harness.runfolder import append_exchange, append_record, read_exchanges, read_records
from scimulate.harness.verdict import ScenarioRecord


def exchange(number: int) -> Exchange:
    return Exchange(
        number=number,
        actor="judge",
        scenario="features/x.feature::A title",
        started_at=datetime(2026, 1, 2, tzinfo=UTC),
        seconds=0.01,
        method="GET",
        url="https://h.test/Users",
        request_headers=(("accept", "application/scim+json"),),
        request_body="",
        status=200,
        response_headers=(("x", "1"),),
        response_body="Zoë\u2028\n",
    )


def record(line: int, title: str) -> ScenarioRecord:
    return ScenarioRecord("features/x.feature", line, title, ("SEED-001",), "passed", exchanges=(1, 2))


def test_exchanges_of_all_workers_are_read_by_number(tmp_path: Path) -> None:
    for number, worker in ((200_001, "gw1"), (100_001, "gw0"), (100_002, "gw0")):
        append_exchange(tmp_path, exchange(number), worker)
    assert read_exchanges(tmp_path) == [exchange(number) for number in (100_001, 100_002, 200_001)]


def test_scenarios_are_read_in_the_order_of_the_features(tmp_path: Path) -> None:
    append_record(tmp_path, record(9, "Second"), "gw0")
    append_record(tmp_path, record(3, "First"), "gw1")
    assert read_records(tmp_path) == [record(3, "First"), record(9, "Second")]


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    append_exchange(tmp_path, exchange(1))
    append_record(tmp_path, record(3, "First"))
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes() + path.read_bytes()[:-20])
    assert read_exchanges(tmp_path) == [exchange(1)]
    assert read_records(tmp_path) == [record(3, "First")]


def test_a_lone_surrogate_does_not_lose_the_line(tmp_path: Path) -> None:
    append_record(tmp_path, record(3, "odd \ud800"))
    assert [each.line for each in read_records(tmp_path)] == [3]


def test_a_folder_without_a_run_holds_nothing(tmp_path: Path) -> None:
    assert (read_exchanges(tmp_path), read_records(tmp_path)) == ([], [])

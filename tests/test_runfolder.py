"""The folder of a run: what its processes append is read together, without what a killed one tore."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scimulate.harness.evidence import Exchange
from scimulate.harness.runfolder import (
    append_exchange,
    append_record,
    open_run_folder,
    read_exchanges,
    read_records,
    remove_dead_folder,
    run_folder,
    run_folders,
    write_plan,
)
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


def test_a_line_that_a_full_disk_tore_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda handle, content: write(handle, content[:-10]))
        with pytest.raises(OSError, match="No space left on device"):
            append_exchange(tmp_path, exchange(1))
    append_exchange(tmp_path, exchange(2))
    assert read_exchanges(tmp_path) == [exchange(2)]


def test_a_run_folder_lives_and_goes_with_its_run(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "k3f7x2ab")
    with open_run_folder(tmp_path, "k3f7x2ab"):
        (folder / "file").touch()
        remove_dead_folder(folder)
        assert (folder / "file").exists()
        with pytest.raises(FileExistsError), open_run_folder(tmp_path, "k3f7x2ab"):
            raise AssertionError("two runs in one folder")
        assert run_folders(tmp_path) == [folder]
    assert run_folders(tmp_path) == []


def test_the_folder_of_a_killed_run_gives_way_and_can_be_removed(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, "k3f7x2ab")
    folder.mkdir(parents=True)
    (folder / "file").touch()
    with open_run_folder(tmp_path, "k3f7x2ab"):
        assert list(folder.iterdir()) == []
    folder.mkdir()
    remove_dead_folder(folder)
    assert run_folders(tmp_path) == []


def test_a_folder_without_a_run_holds_nothing(tmp_path: Path) -> None:
    assert (read_exchanges(tmp_path), read_records(tmp_path)) == ([], [])


def test_what_was_planned_and_never_reached_is_read_as_it_was_planned(tmp_path: Path) -> None:
    reached, unreached = replace(record(1, "a"), node="a"), replace(record(2, "b"), node="b")
    never = replace(unreached, outcome="not_tested", reason="the run ended before it was reached")
    write_plan(tmp_path, [replace(reached, outcome="not_tested"), never])
    append_record(tmp_path, reached)
    assert read_records(tmp_path) == [reached, never]

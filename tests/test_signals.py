"""A real run is interrupted and killed in the middle, and nothing of it is left at the endpoint, nor a secret anywhere.

At ten creations, without and with workers, each before it is carried out or when its answer is on the way; while the
judging process ends, while the parent removes what was made, and while the results are written.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.harness.process_group import group_lives
from scimulate.harness.redaction import scan
from tests.ended_run import (
    HANG_UP,
    INT,
    INT_AND_TERM,
    KILL,
    KILL_OF_THE_CHILD,
    TERM,
    TOKEN,
    EndedRun,
    Point,
    Way,
    wait_for_the_processes_of_the_run,
)

WAYS = {"TERM": TERM, "INT": INT, "KILL of the child": KILL_OF_THE_CHILD, "KILL of the parent": KILL}
POINTS = range(1, 11)
ANSWER_LOST = range(4, 8)
SAMPLE = {
    (workers, way, point)
    for point in POINTS
    for workers, way in ((0, list(WAYS)[point % 4]), (2, list(WAYS)[(point + 2) % 4]))
}
"""What belongs to every change: each way and each point, with and without workers. The rest is a longer proof."""
CASES = [
    pytest.param(
        WAYS[way],
        workers,
        Point("POST", point, point in ANSWER_LOST),
        id=f"{way}, {workers} workers, {point}",
        marks=[] if (workers, way, point) in SAMPLE else [pytest.mark.slow],
    )
    for way in WAYS
    for workers in (0, 2)
    for point in POINTS
]
FILES = ["evidence.har", "junit.xml", "report.html", "result.json", "summary.md"]

# Done in the process of the run itself: the point is one that no endpoint sees.
AS_THE_CHILD_ENDS = """
import os
from scimulate.cli.progress import ProgressLine
tell, ended = ProgressLine.tell, []
def interrupted(self, event):
    tell(self, event)
    ended.extend(["x"] if "ended" in event else [])
    if len(ended) == len(self.collected) and "ended" in event:
        os.kill(os.getpid(), {number})
ProgressLine.tell = interrupted
"""
AS_RESULTS_ARE_WRITTEN = """
import os
from scimulate.reports import artifacts
write = artifacts._write
def interrupted(path, text):
    if path.name == "junit.xml":
        os.kill(os.getpid(), {number})
    return write(path, text)
artifacts._write = interrupted
"""

NewRun = Callable[..., EndedRun]


@pytest.fixture
def new_run(tmp_path: Path) -> Iterator[NewRun]:
    made: list[EndedRun] = []

    def make(way: Way, point: Point | None, bootstrap: str = "") -> EndedRun:
        made.append(EndedRun(tmp_path, way, point, bootstrap))
        return made[-1]

    yield make
    for run in made:
        run.close()


@pytest.fixture
def clean_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[EndedRun], int]:
    """`scimulate cleanup` at the endpoint of a run, and its exit code."""

    def call(run: EndedRun) -> int:
        monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)
        monkeypatch.setenv("SCIMULATE_STATE_DIR", str(run.state))
        return main.run(["cleanup", "--url", run.url])

    return call


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "scimulate-results").glob("*") if path.is_file())


def noted(run: EndedRun) -> list[Path]:
    return [path for path in run.state.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("way", "workers", "point"), CASES)
def test_nothing_is_left_of_a_run_that_was_ended_at_a_creation(
    way: Way, workers: int, point: Point, new_run: NewRun, clean_up: Callable[[EndedRun], int], tmp_path: Path
) -> None:
    run = new_run(way, point)
    with run.server:
        code = run.carry_out(workers)
        assert code == way.code, (tmp_path / "output").read_text()
        assert len(run.processes) == 1 + workers
        assert not group_lives(run.processes[0].pid)
        assert scan(tmp_path.rglob("*"), [TOKEN]) == []
        if way is KILL:
            assert clean_up(run) == 0
        else:
            assert written(tmp_path) == FILES
        assert run.left() == []
    assert noted(run) == []


@pytest.mark.parametrize("bootstrap", [AS_THE_CHILD_ENDS, AS_RESULTS_ARE_WRITTEN], ids=["child ends", "results"])
@pytest.mark.parametrize("way", [TERM, KILL], ids=["TERM", "KILL of the parent"])
def test_nothing_is_left_of_a_run_that_was_ended_near_its_end(
    way: Way, bootstrap: str, new_run: NewRun, clean_up: Callable[[EndedRun], int], tmp_path: Path
) -> None:
    run = new_run(way, None, bootstrap.format(number=int(way.signals[0])))
    with run.server:
        assert run.carry_out(0) == way.code, (tmp_path / "output").read_text()
        wait_for_the_processes_of_the_run(run.state)
        assert scan(tmp_path.rglob("*"), [TOKEN]) == []
        if way is TERM:
            assert written(tmp_path) == FILES
            assert json.loads((tmp_path / "scimulate-results" / "result.json").read_text())["cleanup"]["left"] == []
        else:
            assert written(tmp_path) == (["report.html", "result.json"] if bootstrap == AS_RESULTS_ARE_WRITTEN else [])
            assert clean_up(run) == 0
        assert run.left() == []
    assert noted(run) == []


@pytest.mark.parametrize("way", [TERM, INT_AND_TERM, KILL], ids=["TERM", "INT and TERM", "KILL of the parent"])
def test_nothing_is_left_of_a_run_that_was_ended_while_it_cleaned_up(
    way: Way, new_run: NewRun, clean_up: Callable[[EndedRun], int], tmp_path: Path
) -> None:
    run = new_run(way, Point("DELETE", 3))
    with run.server:
        assert run.carry_out(0) == way.code, (tmp_path / "output").read_text()
        assert run.processes == []
        assert scan(tmp_path.rglob("*"), [TOKEN]) == []
        if way is TERM:
            assert written(tmp_path) == FILES
        else:
            advice = f"scimulate: given up; scimulate cleanup --url {run.url} removes what is left\n"
            assert (advice in (tmp_path / "output").read_text()) == (way is INT_AND_TERM)
            assert len(run.left()) > 0
            assert clean_up(run) == 0
        assert run.left() == []
    assert noted(run) == []


def test_a_run_whose_terminal_is_closed_is_finished(new_run: NewRun, tmp_path: Path) -> None:
    run = new_run(HANG_UP, Point("POST", 2))
    with run.server:
        assert run.carry_out(0) == HANG_UP.code
        assert written(tmp_path) == FILES
        assert run.left() == []
    assert noted(run) == []

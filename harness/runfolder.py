"""The folder of a run: one file of exchanges and one of scenarios for each process that takes part.

Nobody keeps it: it goes with its run, and that of a killed run with the next cleanup. Lines are appended whole. A
process that was killed may leave a torn last line; readers leave it out.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scimulate.harness.alive import hold, is_held, no_other_probe
from scimulate.harness.appending import append
from scimulate.harness.evidence import Exchange
from scimulate.harness.verdict import ScenarioRecord

EXCHANGES = "exchanges"
SCENARIOS = "scenarios"
PLANNED = "planned"
ALONE = "main"
"""The worker name of a run without workers."""
RUNS = "runs"


def run_folder(state_dir: Path, run_id: str) -> Path:
    return state_dir / RUNS / run_id


def run_folders(state_dir: Path) -> list[Path]:
    return sorted((state_dir / RUNS).glob("*"))


@contextmanager
def open_run_folder(state_dir: Path, run_id: str) -> Iterator[int]:
    """Makes the folder and removes it in the end. The handle is the lock that says that the run lives.

    Raises FileExistsError when a run of this id is alive; what a dead one left gives way.
    """
    folder = run_folder(state_dir, run_id)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with no_other_probe(folder.parent):
        if is_held(folder):
            raise FileExistsError(f"{folder} belongs to a run that goes on")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        lock = hold(folder)
    try:
        yield lock
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_dead_folder(folder: Path) -> None:
    with no_other_probe(folder.parent):
        if not is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def append_exchange(folder: Path, exchange: Exchange, worker: str = ALONE) -> None:
    _append(folder / f"{EXCHANGES}-{worker}.jsonl", exchange.to_line())


def append_record(folder: Path, record: ScenarioRecord, worker: str = ALONE) -> None:
    _append(folder / f"{SCENARIOS}-{worker}.jsonl", record.to_line())


def write_plan(folder: Path, planned: Iterable[ScenarioRecord], worker: str = ALONE) -> None:
    """Every scenario that is to run, as it stands if it is never reached."""
    for record in planned:
        _append(folder / f"{PLANNED}-{worker}.jsonl", record.to_line())


def read_exchanges(folder: Path) -> list[Exchange]:
    """All exchanges of the run, by number."""
    return sorted(map(Exchange.from_json, _rows(folder, EXCHANGES)), key=lambda exchange: exchange.number)


def read_records(folder: Path) -> list[ScenarioRecord]:
    """All scenarios of the run in the order of the feature files, those that were never reached included."""
    records = list(map(ScenarioRecord.from_json, _rows(folder, SCENARIOS)))
    seen = {record.node for record in records}
    planned = {row["node"]: ScenarioRecord.from_json(row) for row in _rows(folder, PLANNED)}
    records += [record for node, record in planned.items() if node not in seen]
    return sorted(records, key=lambda record: (record.feature, record.line, record.title, record.node))


def _append(path: Path, line: str) -> None:
    # Opened and closed for each line: nothing is buffered when the process is killed, and nothing is left open.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        append(handle, line)
    finally:
        os.close(handle)


def _rows(folder: Path, kind: str) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{kind}-*.jsonl")):
        for line in path.read_bytes().split(b"\n"):
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row

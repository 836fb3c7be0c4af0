"""The folder of a run: one file of exchanges and one of scenarios for each process that takes part.

Lines are appended whole. A process that was killed may leave a torn last line; readers leave it out.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scimulate.harness.evidence import Exchange
from scimulate.harness.verdict import ScenarioRecord

EXCHANGES = "exchanges"
SCENARIOS = "scenarios"
ALONE = "main"
"""The worker name of a run without workers."""


def append_exchange(folder: Path, exchange: Exchange, worker: str = ALONE) -> None:
    _append(folder / f"{EXCHANGES}-{worker}.jsonl", exchange.to_line())


def append_record(folder: Path, record: ScenarioRecord, worker: str = ALONE) -> None:
    _append(folder / f"{SCENARIOS}-{worker}.jsonl", record.to_line())


def read_exchanges(folder: Path) -> list[Exchange]:
    """All exchanges of the run, by number."""
    return sorted(map(Exchange.from_json, _rows(folder, EXCHANGES)), key=lambda exchange: exchange.number)


def read_records(folder: Path) -> list[ScenarioRecord]:
    """All scenarios of the run in the order of the feature files."""
    records = map(ScenarioRecord.from_json, _rows(folder, SCENARIOS))
    return sorted(records, key=lambda record: (record.feature, record.line, record.title, record.node))


def _append(path: Path, line: str) -> None:
    # Opened and closed for each line: nothing is buffered when the process is killed, and nothing is left open.
    # A lone surrogate, which JSON may carry in escaped form, has no UTF-8 form.
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode("utf-8", "backslashreplace"))
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

"""The line that a load writes before its first request, so that what it makes can be removed whatever becomes of it.

One file per run under the state directory. It needs no list of resources: (run id, seed, ranges) gives every name.
The run holds a lock on the file while it lives, so whether it is alive is asked of the kernel.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from scimulate.harness.alive import is_alive
from scimulate.harness.appending import append
from scimulate.harness.faults import SettingsError

FOLDER = "loads"


@dataclass(frozen=True)
class LoadRecord:
    """What was loaded, and where. `keep` says that it is meant to stay."""

    run_id: str
    url: str
    seed: int
    users: int
    groups: int
    keep: bool


class LoadJournal:
    """The open journal of a run that is going on."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    @classmethod
    def write(cls, state_dir: Path, record: LoadRecord) -> Self:
        path = state_dir / FOLDER / f"{record.run_id}.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as problem:
            message = f"cannot write {path}: {problem.strerror}; SCIMULATE_STATE_DIR names another folder"
            raise SettingsError("state_dir", message) from None
        fcntl.flock(handle, fcntl.LOCK_SH)
        try:
            append(handle, json.dumps(asdict(record)))
            os.fsync(handle)
        except OSError as problem:
            os.close(handle)
            raise SettingsError("state_dir", f"cannot write {path}: {problem.strerror}; make room") from None
        return cls(path, handle)

    def close(self, finished: bool) -> None:
        """`finished`: nothing of the run is left at the endpoint, and the journal is no longer needed."""
        os.close(self._handle)
        if finished:
            self.path.unlink(missing_ok=True)


def read(path: Path) -> LoadRecord:
    try:
        return LoadRecord(**json.loads(path.read_text(encoding="utf-8")))
    except OSError as problem:
        raise SettingsError("journal", f"cannot read {path}: {problem.strerror}") from None
    except (TypeError, ValueError):
        raise SettingsError("journal", f"{path} is not the journal of a load") from None


def unfinished(state_dir: Path, url: str) -> Iterator[Path]:
    """Journals of loads against `url` that ended without removing what they made, and were not told to keep it."""
    for path in sorted((state_dir / FOLDER).glob("*.json")):
        if is_alive(path) or not path.stat().st_size:
            # An empty one was not finished, so nothing had been sent.
            continue
        record = read(path)
        if record.url == url and not record.keep:
            yield path

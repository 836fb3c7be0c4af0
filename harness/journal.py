"""The journal of a run: what it is about to create, what came of it, and what is gone again.

One JSONL file for each run, under the user's state directory, appended by every process of the run. A line is on disk
before the request that it announces is sent, so that `scimulate cleanup` can finish what a killed run began. It never
holds a token, not even when an endpoint has made one the id of a resource. A process of the run holds a shared lock on
the file while it lives (alive.py).
"""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import platformdirs

from scimulate.harness.appending import append
from scimulate.harness.faults import HarnessError, SettingsError


@dataclass(frozen=True)
class RunHeader:
    """What the first line says of the run."""

    run_id: str
    url: str
    seed: int
    started: str


@dataclass(frozen=True)
class Resource:
    """Something that the run created: the address of its collection and its id."""

    collection: str
    id: str


@dataclass(frozen=True)
class Intent:
    """A creation that was sent, or was about to be, and whose fate no answer told."""

    key: str
    number: int
    collection: str
    marks: Mapping[str, str]
    """userName, displayName and externalId, as far as they were sent."""


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where journals are kept: SCIMULATE_STATE_DIR, or the user's state directory."""
    own = environ.get("SCIMULATE_STATE_DIR")
    return Path(own) if own else platformdirs.user_state_path("scimulate")


def journal_path(state_dir: Path, run_id: str) -> Path:
    return state_dir / "journals" / f"{run_id}.jsonl"


class Journal:
    """The journal as one process of the run sees it. Lines of the others are read when they are needed."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle
        self._lock = threading.Lock()
        self._writer = secrets.token_hex(4)
        self._sent = 0
        self._read_to = 0
        self._header: RunHeader | None = None
        self._intents: dict[str, Intent] = {}
        self._fates: set[str] = set()
        self._created: dict[Resource, None] = {}
        self._ids: set[str] = set()
        self._gone: set[Resource] = set()
        self._is_secret: Callable[[str], bool] = lambda id: False
        self._unwritten: dict[Resource, str] = {}

    @classmethod
    def open(cls, run_id: str, *, state_dir: Path, url: str, seed: int, started: datetime) -> Self:
        """Joins the journal of the run; the first process to come makes it."""
        if not run_id.isalnum() or not run_id.isascii():
            raise SettingsError("run-id", "must be letters and digits only")
        journal = cls.load(journal_path(state_dir, run_id), create=True)
        header = RunHeader(run_id, url, seed, started.isoformat())
        # Two processes may both find the file empty: the first header counts.
        if journal._size() == 0:
            journal._append({"kind": "run", **asdict(header)}, durable=True)
        return journal

    @classmethod
    def load(cls, path: Path, *, create: bool = False) -> Self:
        """The journal of an earlier run, to finish it."""
        flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT if create else 0)
        try:
            if create:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(path, flags, 0o600)
        except OSError as problem:
            if create:
                words = f"cannot write {path}: {problem.strerror}; SCIMULATE_STATE_DIR names another folder"
                raise SettingsError("state-dir", words) from None
            raise SettingsError("journal", f"cannot open {path}: {problem.strerror}") from None
        fcntl.flock(handle, fcntl.LOCK_SH)
        return cls(path, handle)

    def keep_out(self, is_secret: Callable[[str], bool]) -> None:
        """An id that `is_secret` is known to this process alone; for others the creation stays without an answer."""
        self._is_secret = is_secret

    def intend(self, number: int, collection: str, marks: Mapping[str, str]) -> str:
        """Notes a creation before it is sent; the key stands for it when its fate is known."""
        with self._lock:
            self._sent += 1
            key = f"{self._writer}-{self._sent}"
            row = {"kind": "intent", "key": key, "number": number, "collection": collection, "marks": dict(marks)}
            self._append(row, durable=True)
        return key

    def created(self, key: str, collection: str, id: str) -> None:
        row = {"kind": "created", "key": key, "collection": collection, "id": id}
        with self._lock:
            if self._is_secret(id):
                self._unwritten[Resource(collection, id)] = key
                self._note(row)
            else:
                self._append(row)

    def refused(self, key: str) -> None:
        """The endpoint said that nothing was created, or nothing was found when it was looked for."""
        with self._lock:
            self._append({"kind": "refused", "key": key})

    def removed(self, collection: str, id: str) -> None:
        """The resource was seen to be gone. A DELETE that says so is not enough: some endpoints only say it."""
        row = {"kind": "removed", "collection": collection, "id": id}
        with self._lock:
            key = self._unwritten.get(Resource(collection, id))
            if key is not None:
                self._append({"kind": "refused", "key": key})
                self._note(row)
            elif not self._is_secret(id):
                self._append(row)

    def owns(self, collection: str, id: str) -> bool:
        """True for what this run created, by any of its processes, also when it has been removed since."""
        resource = Resource(collection, id)
        with self._lock:
            if resource not in self._created:
                self._read_on()
            return resource in self._created

    def knows(self, id: str) -> bool:
        """True when the run created something of this id, in any collection."""
        with self._lock:
            if id not in self._ids:
                self._read_on()
            return id in self._ids

    def pending(self) -> tuple[list[Resource], list[Intent]]:
        """What is still there and what may be there, the last first."""
        with self._lock:
            self._read_on()
            resources = [resource for resource in self._created if resource not in self._gone]
            intents = [intent for key, intent in self._intents.items() if key not in self._fates]
        return resources[::-1], intents[::-1]

    def counts(self) -> tuple[int, int]:
        """How many resources the run created, and how many of them are gone."""
        with self._lock:
            self._read_on()
            return len(self._created), len(self._gone & self._created.keys())

    @property
    def header(self) -> RunHeader:
        with self._lock:
            self._read_on()
        if self._header is None:
            raise SettingsError("journal", f"{self.path} is not the journal of a run")
        return self._header

    def close(self) -> None:
        """Leaves the run. Without a process in it the run is no longer alive."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def discard(self) -> None:
        """Deletes the file of a run of which nothing is left."""
        self.path.unlink(missing_ok=True)
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _size(self) -> int:
        return os.fstat(self._handle).st_size

    def _append(self, row: dict[str, Any], *, durable: bool = False) -> None:
        # Only what is announced must outlive a power cut: what became of it can be asked again.
        try:
            append(self._handle, json.dumps(row, separators=(",", ":")))
            if durable:
                os.fsync(self._handle)
        except OSError as problem:
            words = f"the journal {self.path} cannot be written: {problem.strerror}"
            raise HarnessError(f"{words}; make room, or name another folder by SCIMULATE_STATE_DIR") from None
        self._note(row)

    def _read_on(self) -> None:
        """Reads what any process has appended since the last look; a line that is not complete waits."""
        size = self._size()
        if size <= self._read_to:
            return
        new = os.pread(self._handle, size - self._read_to, self._read_to)
        whole = new.rpartition(b"\n")[0] + b"\n" if b"\n" in new else b""
        self._read_to += len(whole)
        for row in map(_row, whole.splitlines()):
            self._note(row)

    def _note(self, row: Mapping[str, Any]) -> None:
        match row:
            case {"kind": "run", "run_id": str(run), "url": str(url), "seed": int(seed), "started": str(started)}:
                self._header = self._header or RunHeader(run, url, seed, started)
            case {
                "kind": "intent",
                "key": str(key),
                "number": int(number),
                "collection": str(at),
                "marks": dict(marks),
            }:
                self._intents.setdefault(key, Intent(key, number, at, marks))
            case {"kind": "created", "key": str(key), "collection": str(at), "id": str(id)}:
                self._fates.add(key)
                self._created.setdefault(Resource(at, id))
                self._ids.add(id)
                self._gone.discard(Resource(at, id))
            case {"kind": "refused", "key": str(key)}:
                self._fates.add(key)
            case {"kind": "removed", "collection": str(at), "id": str(id)}:
                self._gone.add(Resource(at, id))
            case _:
                pass


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def journals(state_dir: Path) -> Sequence[Path]:
    return sorted((state_dir / "journals").glob("*.jsonl"))

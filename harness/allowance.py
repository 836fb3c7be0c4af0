"""How many requests a run may send, and how close together, over all its processes.

The processes share one small file in the run's folder and take their turn under its lock.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scimulate.harness.faults import HarnessError
from scimulate.harness.target import Target


class RequestsSpent(HarnessError):
    """The run has sent as many requests as `max_requests` allows."""


class Allowance:
    """Without `folder` it is this process's own."""

    def __init__(
        self,
        target: Target,
        folder: Path | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = target.max_requests
        self._pace = target.pace.total_seconds()
        self._clock = clock
        self._sleep = sleep
        self._handle: int | None = None
        if self._limit is not None or self._pace > 0:
            self._handle = _opened(folder)

    def take(self) -> None:
        """Waits for the turn of one request; raises when none is left."""
        if self._handle is None:
            return
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            sent, free_at = self._read()
            if self._limit is not None and sent >= self._limit:
                raise RequestsSpent(f"max-requests: the run has sent all of its {self._limit} requests")
            now = self._clock()
            # The clock starts anew with the machine: a time far ahead is not of this run.
            turn = free_at if now < free_at <= now + 1000 * self._pace else now
            os.pwrite(self._handle, f"{sent + 1} {turn + self._pace!r}\n".encode().ljust(64), 0)
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
        if turn > now:
            self._sleep(turn - now)

    def _read(self) -> tuple[int, float]:
        assert self._handle is not None
        words = os.pread(self._handle, 64, 0).split()
        return (int(words[0]), float(words[1])) if len(words) == 2 else (0, 0.0)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _opened(folder: Path | None) -> int:
    if folder is not None:
        return os.open(folder / "allowance", os.O_RDWR | os.O_CREAT, 0o600)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())

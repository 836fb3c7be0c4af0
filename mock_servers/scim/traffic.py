"""What a rehearsal may watch and disturb at a SCIM endpoint: a bounded journal of requests, and faults on demand."""

import fnmatch
import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

JOURNAL_ENTRIES = 10_000
LONGEST_DELAY_SECONDS = 10.0


@dataclass(frozen=True)
class Content:
    """What an answer with success consists of; without `body` it is that of the answer."""

    media_type: str
    body: bytes | None = None


STATUS_FAULTS = {"403": 403, "404": 404, "429": 429, "500": 500, "503": 503}
CONTENT_FAULTS = {
    "html": Content("text/html; charset=utf-8", b"<!DOCTYPE html><title>Sign in</title><p>Sign in to go on.</p>"),
    "array": Content("application/scim+json", b"[]"),
    "text": Content("text/plain; charset=utf-8"),
}
CONNECTION_FAULTS = frozenset({"reset", "lost", "empty", "truncated", "slow"})
FAULT_NAMES = (*STATUS_FAULTS, *CONTENT_FAULTS, *sorted(CONNECTION_FAULTS))


@dataclass(frozen=True)
class Fault:
    """A disturbance of the requests that match.

    A status, `html`, `array` and `reset` (connection closed) come instead of the work; `lost` (done, then closed),
    `empty`, `truncated` and `text` (the wrong content type) spoil the answer after it; `slow` delays. `path` is a shell
    pattern on the path after the SCIM base. The first `after` matching requests pass, then `times` of them (None: all)
    are disturbed.
    """

    name: str
    method: str | None = None
    path: str | None = None
    after: int = 0
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    retry_after: int | None = None
    seconds: float = 1.0

    def matches(self, method: str, path: str) -> bool:
        if self.method is not None and self.method.upper() != method:
            return False
        return self.path is None or fnmatch.fnmatchcase(path, self.path)


@dataclass(frozen=True)
class Seen:
    """A request of the journal."""

    number: int
    method: str
    path: str
    query: str
    status: int | None


@dataclass
class _Armed:
    fault: Fault
    passed: int = 0
    used: int = 0
    chance: random.Random = field(default_factory=random.Random)


class Traffic:
    """The journal and the faults of one tenant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[Seen] = deque(maxlen=JOURNAL_ENTRIES)
        self._count = 0
        self._armed: list[_Armed] = []

    def note(self, method: str, path: str, query: str, status: int | None) -> None:
        """Enter a request; a status of None means that no answer was given."""
        with self._lock:
            self._count += 1
            # Who filters by a password is refused, and the journal does not show it either.
            shown = "password=hidden" if "password" in query.lower() else query
            self._seen.append(Seen(self._count, method, path, shown, status))

    def seen(self) -> list[Seen]:
        with self._lock:
            return list(self._seen)

    def arm(self, faults: Sequence[Fault]) -> None:
        """These faults from now on, and no others."""
        with self._lock:
            self._armed = [_Armed(fault, chance=random.Random(fault.seed)) for fault in faults]

    def armed(self) -> list[Fault]:
        with self._lock:
            return [armed.fault for armed in self._armed]

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()
            self._count = 0
            self._armed = []

    def fault_for(self, method: str, path: str) -> Fault | None:
        """The fault that meets this request; each matching fault counts it."""
        chosen: Fault | None = None
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if not fault.matches(method, path):
                    continue
                armed.passed += 1
                exhausted = fault.times is not None and armed.used >= fault.times
                if chosen is not None or armed.passed <= fault.after or exhausted:
                    continue
                if armed.chance.random() < fault.probability:
                    armed.used += 1
                    chosen = fault
        return chosen

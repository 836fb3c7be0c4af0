"""How far a load is: reported by Locust's process as one JSON object a line, told by its parent in sentences."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Self

from scimulate.load.phases import Phase

PREFIX: Final = "scimulate-progress "
UNITS: Final = {"users": "users", "groups": "groups", "memberships": "groups"}
SHORTEST_PAUSE, LONGEST_PAUSE = 2.0, 60.0


@dataclass(frozen=True)
class Progress:
    """One phase, as far as it is."""

    phase: str
    done: int
    total: int
    seconds: float
    ended: bool

    def to_line(self) -> str:
        return PREFIX + json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Self | None:
        return cls(**json.loads(line.removeprefix(PREFIX))) if line.startswith(PREFIX) else None

    def in_words(self) -> str:
        unit = UNITS.get(self.phase, "objects")
        rate = self.done / self.seconds if self.seconds else 0.0
        words = f"{self.phase}: {self.done:,} of {self.total:,} {unit} in {self.seconds:.1f} s"
        if not rate:
            return words
        words += f", {rate:,.0f} {unit}/s"
        return words if self.ended else f"{words}, about {duration((self.total - self.done) / rate)} to go"


class Reporter:
    """In Locust's process: what has changed since the last look."""

    def __init__(self) -> None:
        self._ended = 0

    def look(self, phases: Sequence[Phase], now: float) -> Iterator[Progress]:
        while self._ended < len(phases) and phases[self._ended].ended:
            yield _progress(phases[self._ended], now)
            self._ended += 1
        for phase in phases[self._ended :]:
            yield _progress(phase, now)


class Narrator:
    """In the parent: says when a phase has ended, and now and then how far a long one is; the longer, the rarer."""

    def __init__(self) -> None:
        self._phase = ""
        self._due = 0.0

    def tell(self, progress: Progress) -> str | None:
        if progress.phase != self._phase:
            self._phase, self._due = progress.phase, SHORTEST_PAUSE
        if not progress.total or (progress.seconds < self._due and not progress.ended):
            return None
        pause = min(LONGEST_PAUSE, max(SHORTEST_PAUSE, progress.seconds / 10))
        self._due = progress.seconds + pause
        return progress.in_words()


def duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 7200 else f"{whole / 3600:.1f} h"


def _progress(phase: Phase, now: float) -> Progress:
    seconds = phase.seconds if phase.ended else now - phase.began
    done = phase.figures.objects if phase.ended else phase.done
    return Progress(phase.name, done, phase.total, round(seconds, 3), phase.ended)

"""Rounds of one work on several servers in turn, and what may be concluded from them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scimulate.load.benchmarks.client import Run, drive
from scimulate.load.benchmarks.works import Directory, Work

WILD = 0.5
"""Rounds that lie further apart than this part of their median say nothing."""


@dataclass(frozen=True)
class Pace:
    """How often, and how long, each server is driven: for so many seconds, and for `least` requests."""

    rounds: int = 3
    seconds: float = 1.0
    least: int = 60


@dataclass(frozen=True)
class Measured:
    """The rounds of one server."""

    runs: tuple[Run, ...]

    @property
    def cpu_microseconds(self) -> float:
        return median(run.cpu_microseconds for run in self.runs)

    @property
    def rate(self) -> float:
        return median(run.rate for run in self.runs)

    @property
    def cpu_spread(self) -> float:
        """How far the rounds lie apart, as a part of their median."""
        return _spread([run.cpu_microseconds for run in self.runs])

    @property
    def rate_spread(self) -> float:
        return _spread([run.rate for run in self.runs])


def measure(work: Work, directories: Sequence[Directory], connections: int, pace: Pace) -> list[Measured]:
    """One after the other in every round, so that a disturbance of the machine meets all of them."""
    runs: list[list[Run]] = [[] for _ in directories]
    for directory in directories:
        work.check(directory)
    for _ in range(pace.rounds):
        for directory, held in zip(directories, runs, strict=True):
            requests = work.requests(directory)
            held.append(drive(directory.server, requests, connections, seconds=pace.seconds, least=pace.least))
    return [Measured(tuple(held)) for held in runs]


def _spread(figures: Sequence[float]) -> float:
    """Infinite where too little was done to be measured."""
    middle = median(figures)
    return (max(figures) - min(figures)) / middle if middle else math.inf

"""Latency in a histogram of constant size: every value within 0.8 %, merged over workers by addition.

Percentiles are the upper bound of their bucket, so they are never flattering; the maximum is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

SUB_BUCKETS = 128
_EXACT_BELOW = 2 * SUB_BUCKETS
PERCENTILES = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0}


@dataclass
class Histogram:
    """Durations in whole microseconds."""

    counts: dict[int, int] = field(default_factory=dict)
    maximum: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def record(self, microseconds: int, times: int = 1) -> None:
        value = max(0, microseconds)
        bucket = _bucket(value)
        self.counts[bucket] = self.counts.get(bucket, 0) + times
        if value > self.maximum:
            self.maximum = value

    def add(self, other: Self) -> None:
        for bucket, count in other.counts.items():
            self.counts[bucket] = self.counts.get(bucket, 0) + count
        self.maximum = max(self.maximum, other.maximum)

    def percentile(self, percent: float) -> int:
        """The value that `percent` of the recorded ones do not exceed; 0 when nothing was recorded."""
        wanted = max(1.0, self.total * percent / 100)
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= wanted:
                return min(self.maximum, _upper_bound(bucket))
        return 0

    def corrected(self, expected_interval: int) -> "Histogram":
        """What a sender that never waits for an answer would have measured.

        A lane that is held up for two seconds records one slow answer and leaves out the requests that it would have
        sent meanwhile, one each `expected_interval`: those are added, each with the wait that was left to it.
        """
        result = Histogram(dict(self.counts), self.maximum)
        if expected_interval <= 0:
            return result
        for bucket, count in self.counts.items():
            waiting = min(self.maximum, _upper_bound(bucket)) - expected_interval
            while waiting >= expected_interval:
                result.record(waiting, count)
                waiting -= expected_interval
        return result

    def to_milliseconds(self) -> dict[str, float]:
        """The figures of the report: p50, p90, p95, p99 and max."""
        figures = {name: self.percentile(percent) / 1000 for name, percent in PERCENTILES.items()}
        return {**figures, "max": self.maximum / 1000}

    def to_pairs(self) -> list[list[int]]:
        """As plain lists for a message between processes; the first pair holds the maximum."""
        return [[-1, self.maximum], *([bucket, count] for bucket, count in sorted(self.counts.items()))]

    @classmethod
    def from_pairs(cls, pairs: Iterable[Sequence[int]]) -> Self:
        (_, maximum), *rest = pairs
        return cls({bucket: count for bucket, count in rest}, maximum)


def _bucket(value: int) -> int:
    if value < _EXACT_BELOW:
        return value
    shift = value.bit_length() - _EXACT_BELOW.bit_length() + 1
    return shift * SUB_BUCKETS + (value >> shift)


def _upper_bound(bucket: int) -> int:
    if bucket < _EXACT_BELOW:
        return bucket
    shift = bucket // SUB_BUCKETS - 1
    return ((bucket - shift * SUB_BUCKETS + 1) << shift) - 1

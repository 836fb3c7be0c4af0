"""The verdicts, worst first, and what a scenario hands to those who sum up."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Verdict(StrEnum):
    """What is known of a requirement. The order of the members is the order of severity: worst wins."""

    HARNESS_ERROR = "harness_error"
    FAILED = "failed"
    WARNING = "warning"
    PASSED = "passed"
    INFO = "info"
    NOT_APPLICABLE = "not_applicable"
    NOT_TESTED = "not_tested"


SEVERITY = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: list[Verdict]) -> Verdict:
    """The worst of `verdicts`; nothing at all is not tested."""
    return min(verdicts, key=SEVERITY.__getitem__, default=Verdict.NOT_TESTED)


@dataclass(frozen=True)
class ScenarioRecord:
    """What one scenario observed, before any profile weighs it.

    `outcome` is how the scenario ended:
      "passed"; "fault" (the endpoint broke `broke` in a When or Then); "blocked" (it broke `broke` in a Given);
      "not_applicable"; "not_tested" (the run's own limits forbade a request); "harness_error".
    `decided` are the ids that a matcher found to hold before the end was reached.
    """

    feature: str
    line: int
    title: str
    requirements: tuple[str, ...]
    outcome: str
    broke: str | None = None
    stranger: bool = False
    """True when the guard refused a write to a record that is not ours."""
    decided: tuple[str, ...] = ()
    step: str = ""
    reason: str = ""
    expected: Any = None
    actual: Any = None
    exchanges: tuple[int, ...] = ()
    """The exchanges that prove the outcome; the scenario's others are found by its node id."""
    readings: dict[str, str] | None = None
    retried: bool = False
    node: str = ""
    seconds: float = 0.0

    def to_line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, default=str, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        lists = ("requirements", "decided", "exchanges")
        return cls(**{**row, **{name: tuple(row[name]) for name in lists}})

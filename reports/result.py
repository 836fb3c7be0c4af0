"""`result.json`: what a run found, in a form that scripts and CI can rely on. `result.schema.json` is its contract."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scimulate.harness.findings import Finding, RequirementResult, ScenarioResult, Summary
from scimulate.harness.printable import printable

FORMAT = "scimulate-result/1"
DEPTH_LIMIT = 32


@dataclass(frozen=True)
class Cleanup:
    """What the run made at the endpoint; `left` names what could not be removed."""

    created: int = 0
    removed: int = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """The facts of one run that no scenario tells. `bundled`: it judged our own servers."""

    version: str
    catalogue_version: str
    profile: str
    question: str
    seed: int
    run_id: str
    started: datetime
    seconds: float
    requests: int
    url: str
    bundled: bool = False
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    cleanup: Cleanup = field(default_factory=Cleanup)
    accepted: Mapping[str, str] = field(default_factory=dict)
    """What the baseline holds: requirement -> why, and by whom."""
    described: str = ""
    """The profile with the release and the source that it follows (SEED-000); its name where there is none."""

    @property
    def judged_by(self) -> str:
        return self.described or self.profile


def compose(run: Run, summary: Summary) -> dict[str, Any]:
    """The result as plain JSON data; what an endpoint sent is cut in depth, not in meaning."""
    result = {
        "format": FORMAT,
        "version": run.version,
        "catalogue_version": run.catalogue_version,
        "profile": run.profile,
        "seed": run.seed,
        "run_id": run.run_id,
        "started": run.started.isoformat(),
        "seconds": round(run.seconds, 3),
        "requests": run.requests,
        "target": {"url": run.url, "capabilities": run.capabilities},
        "counts": {verdict.value: count for verdict, count in summary.counts.items()},
        "requirements": [_requirement(result) for result in summary.requirements],
        "findings": [_finding(finding) for finding in summary.findings],
        "cleanup": {"created": run.cleanup.created, "removed": run.cleanup.removed, "left": run.cleanup.left},
    }
    plain: dict[str, Any] = plain_json(result)
    return plain


def json_text(value: Any) -> str:
    """JSON that is also safe to look at: characters that could steer a terminal are escaped."""
    return printable(json.dumps(plain_json(value), ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def plain_json(value: Any, depth: int = 0) -> Any:
    """`value` with nothing that JSON cannot hold: no NaN, no other types, no bottomless nesting."""
    if depth > DEPTH_LIMIT:
        return "…"
    if isinstance(value, Mapping):
        return {str(name): plain_json(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain_json(inner, depth + 1) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _requirement(result: RequirementResult) -> dict[str, Any]:
    return {
        "requirement": result.requirement,
        "level": result.level,
        "verdict": result.verdict,
        "partly": result.partly,
        "reason": result.reason,
        "scenarios": [_scenario(scenario) for scenario in result.scenarios],
    }


def _scenario(scenario: ScenarioResult) -> dict[str, Any]:
    return {
        "feature": scenario.feature,
        "line": scenario.line,
        "title": scenario.title,
        "verdict": scenario.verdict,
        "expected": scenario.expected,
        "actual": scenario.actual,
        "exchanges": scenario.exchanges,
        "readings": scenario.readings or {},
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "requirement": finding.requirement,
        "verdict": finding.verdict,
        "title": finding.title,
        "expected": finding.expected,
        "actual": finding.actual,
        "why_it_matters": finding.why_it_matters,
        "fix": finding.fix,
        "source": finding.source,
        "curl": finding.curl,
        "exchanges": finding.exchanges,
        "also_broke": finding.also_broke,
        "blocked": finding.blocked,
    }

"""The outcome of a load: the figures of `load.json`, the thresholds they are held to, and the exit code.

Pure: phases and ending in, a value out. The child process that runs Locust makes it, its parent reads it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from scimulate.load.figures import Figures, Tally
from scimulate.load.order import READ_BACK, REMOVAL, SYNC_PHASES
from scimulate.load.phases import Ending, Phase
from scimulate.load.settings import LoadSettings

FORMAT: Final = "scimulate-load/1"
LEAST_ACHIEVED: Final = 0.98

OK, FAILED, CLEANUP_INCOMPLETE, INTERRUPTED = 0, 1, 6, 130


@dataclass(frozen=True)
class Threshold:
    """`value` is None when it was not measured; then the threshold does not pass."""

    name: str
    limit: float
    value: float | None
    passed: bool


@dataclass(frozen=True)
class Cleanup:
    """`removed` counts objects that were there and are no longer; `left` names those that could not be removed."""

    removed: int
    left: list[str]


@dataclass(frozen=True)
class LoadResult:
    """Names and shape are a contract. Durations are in seconds unless the name says otherwise."""

    mode: str
    run_id: str
    url: str
    started: str
    users: int
    groups: int
    seed: int
    rate: float | None
    processes: int
    lanes: int
    dialect: str
    seconds: float
    users_per_second: float
    created: int
    """Users and groups that the endpoint said it created."""
    requests: int
    requests_per_second: float
    errors: int
    latency_ms: dict[str, dict[str, float]]
    achieved_ratio: float | None
    """Planned over taken time of the schedule; None without a fixed rate."""
    generator_cpu_share: float
    """Of one core, by the busiest of the generator's processes."""
    missing: int | None
    doubled: int | None
    lost_members: int | None
    phases: list[dict[str, Any]]
    thresholds: list[Threshold]
    error_kinds: dict[str, dict[str, Any]]
    discrepancies: dict[str, dict[str, Any]]
    timeline: list[dict[str, float]]
    interrupted: bool
    lost_workers: list[str]
    kept: bool
    cleanup: Cleanup
    format: str = field(default=FORMAT)

    @property
    def exit_code(self) -> int:
        if self.interrupted:
            return INTERRUPTED
        if not all(threshold.passed for threshold in self.thresholds):
            return FAILED
        return CLEANUP_INCOMPLETE if self.cleanup.left else OK

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        thresholds = [Threshold(**row) for row in document["thresholds"]]
        return cls(**{**document, "thresholds": thresholds, "cleanup": Cleanup(**document["cleanup"])})


def conclude(
    settings: LoadSettings, started: datetime, processes: int, lanes: int, phases: Sequence[Phase], ending: Ending
) -> LoadResult:
    synced = [phase for phase in phases if phase.name in SYNC_PHASES]
    figures = _sum(synced)
    seconds = sum(phase.seconds for phase in synced)
    users_phase = [phase for phase in synced if phase.name == "users"]
    users_seconds = sum(phase.seconds for phase in users_phase)
    everything = _sum([phase for phase in phases if phase.name != REMOVAL])
    service = figures.service
    planned = figures.from_planned_start if settings.rate else service.corrected(service.percentile(50))
    was_read_back = not ending.lost_workers and any(
        phase.name == READ_BACK and not phase.waiting_for for phase in phases
    )
    result = LoadResult(
        mode=settings.mode,
        run_id=settings.run_id,
        url=settings.target.url,
        started=started.isoformat(timespec="seconds"),
        users=settings.users,
        groups=settings.groups,
        seed=settings.seed,
        rate=settings.rate,
        processes=processes,
        lanes=lanes,
        dialect=settings.dialect.value,
        seconds=round(seconds, 3),
        users_per_second=round(_sum(users_phase).provisioned / users_seconds, 1) if users_seconds else 0.0,
        created=figures.created,
        requests=figures.requests,
        requests_per_second=round(figures.requests / seconds, 1) if seconds else 0.0,
        errors=sum(tally.count for tally in everything.errors.values()),
        latency_ms={"service": service.to_milliseconds(), "from_planned_start": planned.to_milliseconds()},
        achieved_ratio=_achieved(figures) if settings.rate else None,
        generator_cpu_share=round(max((share for phase in synced for share in phase.shares_of_cpu), default=0.0), 3),
        missing=_count(everything, "missing") if was_read_back else None,
        doubled=_count(everything, "doubled") + _count(everything, "changed_id") if was_read_back else None,
        lost_members=_count(everything, "lost_members") if was_read_back else None,
        phases=[_phase(phase) for phase in phases],
        thresholds=[],
        error_kinds={kind: tally.to_json() for kind, tally in sorted(everything.errors.items())},
        discrepancies={kind: tally.to_json() for kind, tally in sorted(everything.discrepancies.items())},
        timeline=_timeline(figures),
        interrupted=ending.interrupted,
        lost_workers=list(ending.lost_workers),
        kept=settings.keep,
        cleanup=Cleanup(ending.removed, list(ending.left)),
    )
    return LoadResult.from_json({**result.to_json(), "thresholds": _thresholds(result, settings)})


def _thresholds(result: LoadResult, settings: LoadSettings) -> list[dict[str, Any]]:
    p99 = result.latency_ms["from_planned_start"]["p99"]
    extra = result.discrepancies.get("extra_members", {"count": 0})["count"]
    most: list[tuple[str, float, float | None]] = [
        ("errors", 0, result.errors),
        ("missing", 0, result.missing),
        ("doubled", 0, result.doubled),
        ("lost_members", 0, result.lost_members),
        ("extra_members", 0, extra),
        ("lost_workers", 0, len(result.lost_workers)),
        ("p99_from_planned_start_ms", settings.p99_limit_ms, p99),
    ]
    rows = [Threshold(name, limit, value, value is not None and value <= limit) for name, limit, value in most]
    if result.achieved_ratio is not None:
        passed = result.achieved_ratio >= LEAST_ACHIEVED
        rows.append(Threshold("achieved_ratio", LEAST_ACHIEVED, result.achieved_ratio, passed))
    return [asdict(row) for row in rows]


def _sum(phases: Sequence[Phase]) -> Figures:
    total = Figures()
    for phase in phases:
        total.add(phase.figures)
    return total


def _achieved(figures: Figures) -> float:
    return round(figures.planned_seconds / figures.taken_seconds, 4) if figures.taken_seconds else 1.0


def _count(figures: Figures, kind: str) -> int:
    return figures.discrepancies.get(kind, Tally()).count


def _phase(phase: Phase) -> dict[str, Any]:
    figures = phase.figures
    return {
        "name": phase.name,
        "seconds": round(phase.seconds, 3),
        "objects": figures.objects,
        "requests": figures.requests,
        "requests_per_second": round(figures.requests / phase.seconds, 1) if phase.seconds else 0.0,
        "errors": sum(tally.count for tally in figures.errors.values()),
        "latency_ms": figures.service.to_milliseconds(),
    }


def _timeline(figures: Figures) -> list[dict[str, float]]:
    """One row for each second from the first to the last, the silent ones too."""
    if not figures.seconds:
        return []
    first, last = min(figures.seconds), max(figures.seconds)
    rows: list[dict[str, float]] = []
    for second in range(first, last + 1):
        slot = figures.seconds.get(second)
        row = {"second": float(second - first), "requests": 0.0, "errors": 0.0}
        if slot is not None:
            row |= {"requests": float(slot.requests), "errors": float(slot.errors), **slot.service.to_milliseconds()}
        rows.append(row)
    return rows

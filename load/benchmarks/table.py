"""Lines of the table: two figures and their ratio; on paper and as JSON."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from scimulate.load.benchmarks.measurement import WILD, Measured

CPU = "us CPU per request"
RATE = "requests a second"
MEMORY = "MB resident"


@dataclass(frozen=True)
class Line:
    """`ours` against `other`, in `unit`. `spread` is the wider one of both sides' rounds."""

    work: str
    ours: float
    other: float
    other_name: str
    unit: str
    disk_syncs_per_second: float
    spread: float = 0.0
    ratio: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", self.ours / self.other if self.other else math.inf)

    @property
    def is_conclusive(self) -> bool:
        return self.spread <= WILD


def lines_of(work: str, ours: Measured, other: Measured, other_name: str, disk_syncs: float) -> list[Line]:
    """What one work costs, and how often it is done in a second."""
    cpu_spread, rate_spread = max(ours.cpu_spread, other.cpu_spread), max(ours.rate_spread, other.rate_spread)
    return [
        Line(work, ours.cpu_microseconds, other.cpu_microseconds, other_name, CPU, disk_syncs, cpu_spread),
        Line(work, ours.rate, other.rate, other_name, RATE, disk_syncs, rate_spread),
    ]


def show(lines: Sequence[Line], title: str, console: Console) -> None:
    table = Table("work", "unit", "ours", "other", "ratio", "spread", title=title, title_justify="left")
    for line in lines:
        ratio = f"{line.ratio:.3f}" if line.is_conclusive else "no conclusion"
        table.add_row(line.work, line.unit, _short(line.ours), _short(line.other), ratio, f"{line.spread:.0%}")
    console.print(table)


def keep(lines: Sequence[Line], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps([asdict(line) for line in lines], option=orjson.OPT_INDENT_2))


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.1f}"

"""The phases of a run over all its workers, and how it ended."""

from dataclasses import dataclass, field

from scimulate.load.figures import Figures


@dataclass
class Phase:
    """One phase, over all workers."""

    name: str
    began: float
    seconds: float = 0.0
    ended: bool = False
    figures: Figures = field(default_factory=Figures)
    shares_of_cpu: list[float] = field(default_factory=list)
    waiting_for: set[str] = field(default_factory=set)
    progress: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return sum(report["objects"] for report in self.progress.values())

    @property
    def total(self) -> int:
        return sum(report["total"] for report in self.progress.values())


@dataclass
class Ending:
    """How a run ended, apart from its figures."""

    interrupted: bool = False
    lost_workers: list[str] = field(default_factory=list)
    removed: int = 0
    left: list[str] = field(default_factory=list)

"""What the Provisioning page shows of a job."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from scimulate.mock_servers.entra.cycle import CycleKind
from scimulate.mock_servers.entra.log import Action, LogEntry, Status
from scimulate.mock_servers.entra.trouble import Told


class JobState(StrEnum):
    """Where a job stands."""

    NOT_CONFIGURED = "NotConfigured"
    NOT_RUN = "NotRun"
    ACTIVE = "Active"
    PAUSED = "Paused"
    QUARANTINE = "Quarantine"


class CycleResult(StrEnum):
    """How a cycle ended; `INTERRUPTED` when it was broken off from outside."""

    SUCCEEDED = "Succeeded"
    PARTLY_FAILED = "Partly failed"
    FAILED = "Failed"
    INTERRUPTED = "Interrupted"


@dataclass(frozen=True)
class CycleSummary:
    """One cycle that has ended, with the number of objects for each action and status."""

    id: str
    kind: CycleKind
    began_at: datetime
    ended_at: datetime
    result: CycleResult
    counts: Mapping[tuple[Action, Status], int] = field(default_factory=dict)

    def count(self, action: Action | str | None = None, status: Status | str | None = None) -> int:
        """How many objects had this action and status; `None` stands for any."""
        return sum(
            number
            for (done, ended), number in self.counts.items()
            if (action is None or done == action.lower()) and (status is None or ended == status.lower())
        )


@dataclass(frozen=True)
class JobStatus:
    """The status panel (SEED-048). `object_counts` are the linked users and groups."""

    state: JobState
    current_cycle: CycleKind | None
    last_cycle: CycleSummary | None
    next_cycle_at: datetime | None
    quarantine_reason: str
    quarantine_message: str
    quarantine_told: Told | None
    object_counts: Mapping[str, int]
    failures_to_retry: int


def shown_state(status: JobStatus) -> str:
    """What the page says of the state: a cycle that runs, or the end of a long quarantine, is told as well."""
    if status.current_cycle is not None:
        return "Running"
    if status.state is JobState.PAUSED and status.quarantine_reason:
        return "Disabled"
    return status.state


def counted(entries: list[LogEntry]) -> Mapping[tuple[Action, Status], int]:
    return Counter((entry.action, entry.status) for entry in entries)

"""What the coordinator tells a worker to do, and the names of the messages between them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from scimulate.load.population import Population, mark_of
from scimulate.load.settings import LoadSettings
from scimulate.mock_servers.entra.dialect import Dialect

BEGIN: Final = "scimulate-begin"
PHASE: Final = "scimulate-phase"
DONE: Final = "scimulate-done"
PROGRESS: Final = "scimulate-progress"
IDS: Final = "scimulate-ids"
REMOVE: Final = "scimulate-remove"
REMOVED: Final = "scimulate-removed"
INTERRUPT: Final = "scimulate-interrupt"

IDS_PER_MESSAGE: Final = 5_000

SYNC_PHASES: Final = ("users", "groups", "memberships")
READ_BACK: Final = "read-back"
REMOVAL: Final = "removal"


@dataclass(frozen=True)
class Order:
    """One run as one worker sees it: the directory, and which part of it is this worker's."""

    run_id: str
    seed: int
    users: int
    groups: int
    dialect: str
    rate: float | None
    """Requests per second of this worker; None for as fast as its lanes go."""
    worker: int
    nodes: tuple[str, ...]
    """All workers of the run, by their Locust ids, in the order of their shares."""

    @property
    def population(self) -> Population:
        return Population(self.seed, self.users, self.groups, mark_of(self.run_id, self.seed))

    @property
    def patch_dialect(self) -> Dialect:
        return Dialect(self.dialect)

    def to_message(self) -> dict[str, Any]:
        return {**asdict(self), "nodes": list(self.nodes)}

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Self:
        return cls(**{**message, "nodes": tuple(message["nodes"])})


def deal(settings: LoadSettings, nodes: Sequence[str]) -> list[Order]:
    """One order for each worker: the shares are disjoint and together everything, the rates add up to the whole."""
    first = Order(
        run_id=settings.run_id,
        seed=settings.seed,
        users=settings.users,
        groups=settings.groups,
        dialect=settings.dialect.value,
        rate=None if settings.rate is None else settings.rate / len(nodes),
        worker=0,
        nodes=tuple(nodes),
    )
    return [replace(first, worker=worker) for worker in range(len(nodes))]

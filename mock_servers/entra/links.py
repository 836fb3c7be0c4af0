"""What a job remembers between its cycles: links to the target, failures to retry, and how far it has looked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scimulate.mock_servers.entra.log import Identity

INTERVAL = timedelta(minutes=40)
LONGEST_WAIT = timedelta(hours=24)


@dataclass
class Link:
    """A source object and the resource it was matched with or created as (ENTRA-088)."""

    identity: Identity
    target_id: str
    # False after the disable that follows an unassignment: nothing further is sent for the user (ENTRA-143).
    managed: bool = True
    manager_sent: str | None = None
    members_sent: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Escrow:
    """A failure kept for retry (ENTRA-049)."""

    code: str
    attempts: int
    next_retry_at: datetime


@dataclass
class Links:
    """The memory of one job. `watermark` is None until a cycle has ended."""

    users: dict[str, Link] = field(default_factory=dict)
    groups: dict[str, Link] = field(default_factory=dict)
    escrows: dict[str, Escrow] = field(default_factory=dict)
    watermark: int | None = None
    # Whom the scope covered when the last cycle began, each with whether it was active in the directory.
    covered: frozenset[tuple[str, bool]] = frozenset()

    def escrow(self, source_id: str, code: str, cycle_began_at: datetime) -> None:
        """Retry with the next cycle, then in twice the time, up to a day (ENTRA-618)."""
        attempts = self.escrows[source_id].attempts + 1 if source_id in self.escrows else 1
        wait = min(INTERVAL * 2 ** min(attempts - 1, 8), LONGEST_WAIT)
        self.escrows[source_id] = Escrow(code, attempts, cycle_began_at + wait)

    def due(self, now: datetime) -> frozenset[str]:
        return frozenset(source_id for source_id, escrow in self.escrows.items() if escrow.next_retry_at <= now)

    def forget_watermark(self) -> None:
        """The portal's Restart: everything is looked at again, links are kept (ENTRA-247)."""
        self.watermark = None
        self.escrows.clear()

    def drop_user(self, source_id: str) -> None:
        """The resource is gone, and with it its memberships in the target."""
        gone = self.users.pop(source_id)
        for group in self.groups.values():
            group.members_sent.discard(gone.target_id)

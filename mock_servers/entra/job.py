"""The synchronization job of one application: when cycles run, and what becomes of the job when they fail.

It knows the clock and asks its application for each cycle's plan; what a cycle says is `cycle.py`'s matter.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from scimulate.mock_servers.clock import Clock, Timer
from scimulate.mock_servers.entra.conversation import Send, converse
from scimulate.mock_servers.entra.cycle import Cycle, CycleKind, CyclePlan, Quarantine
from scimulate.mock_servers.entra.links import INTERVAL, Links
from scimulate.mock_servers.entra.log import LogEntry, ProvisioningLog, Status
from scimulate.mock_servers.entra.refused import ProvisioningRefused
from scimulate.mock_servers.entra.status import CycleResult, CycleSummary, JobState, JobStatus, counted
from scimulate.mock_servers.entra.treatment import Treatment

# First retry 6 hours after the failure, the second 12 hours later, then daily, for 28 days (ENTRA-277, ENTRA-617).
QUARANTINE_WAITS = (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24))
LONGEST_QUARANTINE = timedelta(days=28)


class Source(Protocol):
    """What a job asks of its application at the start of each cycle."""

    def plan(self, kind: CycleKind, links: Links, only: frozenset[str] | None = None) -> CyclePlan: ...

    def sender(self) -> Send: ...

    def quarantined(self, quarantine: Quarantine) -> None: ...


class Job:
    """Starts, stops and repeats cycles. Cycles run on the caller's thread, one at a time."""

    def __init__(self, clock: Clock, source: Source, log: ProvisioningLog, new_id: Callable[[], str]) -> None:
        self.links = Links()
        self._clock = clock
        self._source = source
        self._log = log
        self._new_id = new_id
        self._lock = threading.RLock()
        self._timer: Timer | None = None
        self._next_cycle_at: datetime | None = None
        self._enabled = False
        self._ever_started = False
        self._running: CycleKind | None = None
        self._restart_wanted = False
        self._look_again = False
        self._last_cycle: CycleSummary | None = None
        self._quarantine: Quarantine | None = None
        self._quarantined_at: datetime | None = None
        self._retries = 0

    def start(self) -> None:
        """Begin, or go on after a stop; ends a quarantine (ENTRA-237). A running job is left alone (SEED-047)."""
        with self._lock:
            if self._enabled and self._quarantine is None:
                return
            self._begin()
        self._run()

    def stop(self) -> None:
        """No further cycle; one that is running is finished (ENTRA-238)."""
        with self._lock:
            self._enabled = False
            self._restart_wanted = False
            self._cancel_timer()

    def restart(self) -> None:
        """A new initial cycle over everything; links are kept (ENTRA-247)."""
        with self._lock:
            self._begin()
            self._restart_wanted = True
        self._run()

    def forget_links(self) -> None:
        """As a restart with the scope `Full` does: every object is matched again in the next cycle (ENTRA-245)."""
        with self._lock:
            self.links = Links()

    def credentials_changed(self) -> None:
        """A quarantined job tries the new credentials within an interval rather than within a day (NEG-17)."""
        with self._lock:
            soon = self._clock.now() + INTERVAL
            if self._quarantine is not None and self._next_cycle_at is not None and soon < self._next_cycle_at:
                self._schedule(soon)

    def mapping_changed(self) -> None:
        """The next cycle looks at everything again (ENTRA-234, ENTRA-235)."""
        with self._lock:
            self._look_again = True

    def run_on_demand(self, only: frozenset[str]) -> tuple[Quarantine | None, list[LogEntry]]:
        """A cycle of a few objects. It does not count as one, and the next one is due when it was before."""
        with self._lock:
            if self._running is not None:
                raise ProvisioningRefused("cycle_running")
            self._running = CycleKind.INCREMENTAL
        entries: list[LogEntry] = []
        try:
            plan = self._source.plan(CycleKind.INCREMENTAL, self.links, only)
            return self._talk(plan, self._new_id(), entries), entries
        finally:
            if self._go_on():
                self._run()

    def _go_on(self) -> bool:
        """Whether a cycle was to begin meanwhile."""
        with self._lock:
            self._running = None
            due = self._next_cycle_at
            return self._enabled and (due is None or due <= self._clock.now())

    def status(self, configured: bool) -> JobStatus:
        with self._lock:
            return JobStatus(
                state=self._state(configured),
                current_cycle=self._running,
                last_cycle=self._last_cycle,
                next_cycle_at=self._next_cycle_at,
                quarantine_reason=self._quarantine.reason if self._quarantine else "",
                quarantine_message=self._quarantine.message if self._quarantine else "",
                quarantine_told=self._quarantine.told if self._quarantine else None,
                object_counts={"User": len(self.links.users), "Group": len(self.links.groups)},
                failures_to_retry=len(self.links.escrows),
            )

    def _state(self, configured: bool) -> JobState:
        if not configured:
            return JobState.NOT_CONFIGURED
        if not self._ever_started:
            return JobState.NOT_RUN
        if not self._enabled:
            return JobState.PAUSED
        return JobState.QUARANTINE if self._quarantine else JobState.ACTIVE

    def _begin(self) -> None:
        self._enabled = self._ever_started = True
        self._quarantine, self._quarantined_at, self._retries = None, None, 0
        self._cancel_timer()

    def _run(self) -> None:
        """Run a cycle, and again while a restart was asked for meanwhile."""
        while self._begin_cycle():
            began_at = self._clock.now()
            try:
                self._run_cycle(began_at)
            finally:
                self._end_cycle(began_at)
            if not self._restart_wanted:
                return

    def _begin_cycle(self) -> bool:
        with self._lock:
            if not self._enabled or self._running is not None:
                return False
            self._cancel_timer()
            if self._restart_wanted:
                self.links.forget_watermark()
                self._restart_wanted = False
            if self._look_again:
                self.links.watermark = None
                self._look_again = False
            self._running = CycleKind.INITIAL if self.links.watermark is None else CycleKind.INCREMENTAL
            return True

    def _run_cycle(self, began_at: datetime) -> None:
        kind = self._running or CycleKind.INITIAL
        cycle_id = self._new_id()
        entries: list[LogEntry] = []
        result = CycleResult.INTERRUPTED
        try:
            quarantine = self._talk(self._source.plan(kind, self.links), cycle_id, entries)
            self._judge(quarantine, began_at)
            failed = any(entry.status is Status.FAILURE for entry in entries)
            result = CycleResult.PARTLY_FAILED if failed else CycleResult.SUCCEEDED
            if quarantine is not None:
                result = CycleResult.FAILED
        finally:
            ended_at = self._clock.now()
            self._last_cycle = CycleSummary(cycle_id, kind, began_at, ended_at, result, counted(entries))

    def _talk(self, plan: CyclePlan, cycle_id: str, entries: list[LogEntry]) -> Quarantine | None:
        """Carry a cycle out; its entries go into `entries` and into the log as they come."""

        def record(treatment: Treatment) -> None:
            entry = treatment.entry(self._new_id(), cycle_id, self._clock.now())
            entries.append(entry)
            self._log.append(entry)

        return converse(Cycle(plan, self.links, record).talk(), self._source.sender())

    def _judge(self, quarantine: Quarantine | None, began_at: datetime) -> None:
        """A cycle that gets through ends a quarantine (ENTRA-279); four weeks of it disable the job (ENTRA-280)."""
        with self._lock:
            if quarantine is None:
                self._quarantine, self._quarantined_at, self._retries = None, None, 0
                return
            self._quarantined_at = self._quarantined_at or began_at
            if self._quarantine is None or self._quarantine.code != quarantine.code:
                self._source.quarantined(quarantine)
            self._quarantine = quarantine
            self._retries += 1
            if began_at - self._quarantined_at >= LONGEST_QUARANTINE:
                self._enabled = False

    def _end_cycle(self, began_at: datetime) -> None:
        """The next cycle begins 40 minutes after this one began (ENTRA-619), at once when it is late (NEG-56)."""
        with self._lock:
            self._running = None
            wait = INTERVAL
            if self._quarantine is not None:
                wait = QUARANTINE_WAITS[min(self._retries, len(QUARANTINE_WAITS)) - 1]
            if self._enabled:
                self._schedule(max(began_at + wait, self._clock.now()))

    def _schedule(self, when: datetime) -> None:
        self._cancel_timer()
        self._next_cycle_at = when
        self._timer = self._clock.call_at(when, self._run)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._next_cycle_at = None

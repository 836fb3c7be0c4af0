"""A worker: hands the objects of its share to its lanes, phase after phase, and tells the coordinator what came of it.

It runs inside a Locust process, on gevent; `send` carries a message to the coordinator and `new_endpoint` makes a lane
that is no Locust user, for the removal.
"""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gevent  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]
from gevent.pool import Pool  # type: ignore[import-untyped]

from scimulate.load.endpoint import Endpoint, Measuring, Refused
from scimulate.load.figures import Figures, Tally
from scimulate.load.initial import GROUPS, USERS, Job, Kind, add_memberships, create, read_back, remove
from scimulate.load.ledger import Ledger, Side
from scimulate.load.order import DONE, IDS, IDS_PER_MESSAGE, PROGRESS, REMOVAL, REMOVED, Order
from scimulate.load.population import share
from scimulate.load.schedule import Schedule

Send = Callable[[str, dict[str, Any]], None]
Work = Callable[[Endpoint], None]
REMOVAL_LANES = 16


@dataclass
class Removal:
    """What became of the objects that a worker tried to create. `removed` counts those that were there."""

    removed: int = 0
    left: Tally = field(default_factory=Tally)

    def to_message(self) -> dict[str, Any]:
        more = self.left.count - len(self.left.subjects)
        return {"removed": self.removed, "left": self.left.subjects + ([f"and {more} more"] if more else [])}


class Worker:
    """One process's part in one run."""

    def __init__(self, order: Order, send: Send, new_endpoint: Callable[[], Endpoint]) -> None:
        self._order = order
        self._send = send
        self._new_endpoint = new_endpoint
        self._users = share(order.users, order.worker, len(order.nodes))
        self._groups = share(order.groups, order.worker, len(order.nodes))
        self._job = Job(order.population, order.patch_dialect, Ledger(Side(self._users), Side(self._groups)))
        self._phase = ""
        self._work: Iterator[Work] | None = None
        self._total = 0
        self._in_hand = 0
        self._wake = Event()
        self._closed = False
        self._measuring = Measuring(Schedule(None, time.monotonic))
        self._cpu_seconds = 0.0
        self._began = 0.0

    def measuring(self) -> Measuring:
        return self._measuring

    def serve(self, endpoint: Endpoint) -> bool:
        """One object's work on this lane; waits for some. False when there will be no more."""
        while not self._closed:
            if self._work is None:
                self._wake.wait()
                continue
            work = next(self._work, None)
            if work is not None:
                self._do(work, endpoint)
                return True
            self._work = None
            self._wake.clear()
            self._end_phase_when_empty_handed()
        return False

    def close(self) -> None:
        """No more work: every lane ends after the object it has in hand."""
        self._closed = True
        self._wake.set()

    def _do(self, work: Work, endpoint: Endpoint) -> None:
        self._in_hand += 1
        carried_through = False
        try:
            work(endpoint)
            carried_through = True
        except Refused:
            carried_through = True
        finally:
            if not carried_through:
                self._measuring.figures.note_error("the generator failed", str(work))
            self._measuring.figures.objects += 1
            self._in_hand -= 1
            self._end_phase_when_empty_handed()

    def begin_phase(self, phase: str) -> None:
        self._phase = phase
        self._measuring = Measuring(Schedule(self._order.rate, time.monotonic))
        self._cpu_seconds, self._began = time.process_time(), time.monotonic()
        self._work = self._work_of(phase)
        self._total = self._total_of(phase)
        gevent.spawn(self._tell_progress, phase)
        self._wake.set()

    def borrow(self, ids: list[list[Any]]) -> None:
        """Ids of users that another worker created and whom groups of this share contain."""
        self._job.ledger.borrowed.update({index: identifier for index, identifier in ids})

    def remove(self, everything: bool) -> None:
        """End what is in hand, then remove what was made. `everything`: the ledger was lost with an earlier process."""
        interrupted, self._work, self._phase = self._phase, None, REMOVAL
        self._wake.clear()
        if everything:
            self._job.ledger.expect_everything()
        gevent.spawn(self._remove, interrupted)

    def _work_of(self, phase: str) -> Iterator[Work]:
        job = self._job
        match phase:
            case "users":
                return (partial(create, USERS, job, index=index) for index in self._users)
            case "groups":
                return (partial(create, GROUPS, job, index=index) for index in self._groups)
            case "memberships":
                return (partial(add_memberships, job, index=index) for index in self._groups)
            case _:
                shares = ((USERS, self._users), (GROUPS, self._groups))
                return (partial(read_back, kind, job, index=index) for kind, indices in shares for index in indices)

    def _total_of(self, phase: str) -> int:
        match phase:
            case "users":
                return len(self._users)
            case "groups" | "memberships":
                return len(self._groups)
            case _:
                return len(self._users) + len(self._groups)

    def _end_phase_when_empty_handed(self) -> None:
        if self._work is not None or self._in_hand or self._phase in ("", REMOVAL):
            return
        phase, self._phase = self._phase, ""
        gevent.spawn(self._end_phase, phase)

    def _end_phase(self, phase: str) -> None:
        if phase == "users":
            self._lend_ids()
        self._report(phase)

    def _report(self, phase: str) -> None:
        self._send(DONE, {"phase": phase, "figures": self._closing_figures().to_message(), **self._effort()})

    def _closing_figures(self) -> Figures:
        figures, schedule = self._measuring.figures, self._measuring.schedule
        figures.planned_seconds, figures.taken_seconds = schedule.planned_seconds, schedule.taken_seconds
        return figures

    def _effort(self) -> dict[str, float]:
        return {"cpu": time.process_time() - self._cpu_seconds, "seconds": time.monotonic() - self._began}

    def _lend_ids(self) -> None:
        """Send each other worker the ids of this share's users that its groups contain."""
        ids = self._job.ledger.users.ids
        for worker, node in enumerate(self._order.nodes):
            if worker == self._order.worker:
                continue
            groups = share(self._order.groups, worker, len(self._order.nodes))
            wanted = {member for group in groups for member in self._job.population.members(group) if member in ids}
            pairs = [[index, ids[index]] for index in sorted(wanted)]
            for start in range(0, len(pairs), IDS_PER_MESSAGE):
                self._send(IDS, {"node": node, "ids": pairs[start : start + IDS_PER_MESSAGE]})

    def _tell_progress(self, phase: str) -> None:
        while self._phase == phase and not self._closed:
            figures = self._measuring.figures
            self._send(PROGRESS, {"objects": figures.objects, "total": self._total})
            gevent.sleep(0.5)

    def _remove(self, interrupted: str) -> None:
        while self._in_hand:
            gevent.sleep(0.02)
        if interrupted:
            self._report(interrupted)
        self._measuring = Measuring(Schedule(None, time.monotonic))
        self._began = time.monotonic()
        removal = Removal()
        sides = [(kind, sorted(kind.side(self._job.ledger).tried, reverse=True)) for kind in (GROUPS, USERS)]
        self._total = sum(len(tried) for _, tried in sides)
        gevent.spawn(self._tell_progress, REMOVAL)
        for kind, tried in sides:
            # Twice, since an endpoint may only have been out of breath.
            refused = self._remove_all(kind, tried, removal)
            self._total += len(refused)
            for index, reason in self._remove_all(kind, refused, removal).items():
                removal.left.note(f"{kind.word} {index}: {reason}")
        self._phase = ""
        figures = self._closing_figures().to_message()
        self._send(REMOVED, {**removal.to_message(), "figures": figures, **self._effort()})

    def _remove_all(self, kind: Kind, indices: Collection[int], removal: Removal) -> dict[int, str]:
        """Why some of them could not be removed."""
        refused: dict[int, str] = {}
        todo, lanes = iter(indices), min(REMOVAL_LANES, len(indices))

        def remove_some(endpoint: Endpoint) -> None:
            for index in todo:
                try:
                    # In two steps: while this lane waits, others count too.
                    was_there = remove(kind, self._job, endpoint, index)
                    removal.removed += was_there
                except Refused as reason:
                    refused[index] = str(reason)
                self._measuring.figures.objects += 1

        Pool(REMOVAL_LANES).map(remove_some, [self._new_endpoint() for _ in range(lanes)])
        return refused

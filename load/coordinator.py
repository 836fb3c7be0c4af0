"""The coordinator: one per run, beside Locust's master or local runner. Deals out the shares, calls the phases, and
puts the workers' figures together.

It holds counts and messages only; who was created where, the workers know. Each worker waits for the next phase until
all have ended the last, so memberships never refer to a user who is still to come (ENTRA-222).
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from gevent.event import Event  # type: ignore[import-untyped]

from scimulate.load.figures import Figures
from scimulate.load.order import BEGIN, IDS, PHASE, READ_BACK, REMOVAL, REMOVE, SYNC_PHASES, Order
from scimulate.load.phases import Ending, Phase

Tell = Callable[[str, dict[str, Any], str], None]


class Coordinator:
    """`alive` names the workers that Locust still hears from; `tell` sends a message to one of them."""

    def __init__(self, orders: Sequence[Order], tell: Tell, alive: Callable[[], set[str]]) -> None:
        self._orders = orders
        self._tell = tell
        self._alive = alive
        self._nodes = list(orders[0].nodes)
        self._wake = Event()
        self._phase: Phase | None = None
        self.phases: list[Phase] = []
        self.ending = Ending()
        self.started_at = datetime.now(UTC)

    def run(self, keep: bool) -> None:
        """The whole run, to its end."""
        self._deal()
        for name in (*SYNC_PHASES, READ_BACK):
            self._run_phase(name, PHASE, {"phase": name})
            if self.ending.interrupted or self.ending.lost_workers:
                break
        if not keep:
            self._run_phase(REMOVAL, REMOVE, {"everything": False})

    def run_removal(self) -> None:
        """Only remove what an earlier run with these orders may have left."""
        self._deal()
        self._run_phase(REMOVAL, REMOVE, {"everything": True})

    def interrupt(self) -> None:
        """End the current phase; what was made so far will be removed."""
        self.ending.interrupted = True
        self._wake.set()

    def on_progress(self, node: str, report: dict[str, int]) -> None:
        if self._phase is not None:
            self._phase.progress[node] = report

    def on_ids(self, data: dict[str, Any]) -> None:
        """Pass ids on to the worker that needs them. Messages keep their order: they arrive before the next phase."""
        self._tell(IDS, {"ids": data["ids"]}, data["node"])

    def on_done(self, node: str, data: dict[str, Any]) -> None:
        phase = next((phase for phase in self.phases if phase.name == data["phase"]), None)
        if phase is None or node not in phase.waiting_for:
            return
        phase.figures.add(Figures.from_message(data["figures"]))
        phase.shares_of_cpu.append(data["cpu"] / data["seconds"] if data["seconds"] else 0.0)
        phase.waiting_for.discard(node)
        self._wake.set()

    def on_removed(self, node: str, data: dict[str, Any]) -> None:
        self.ending.removed += data["removed"]
        self.ending.left += data["left"]
        self.on_done(node, {**data, "phase": REMOVAL})

    def _deal(self) -> None:
        for order, node in zip(self._orders, self._nodes, strict=True):
            self._tell(BEGIN, order.to_message(), node)

    def _run_phase(self, name: str, message: str, data: dict[str, Any]) -> None:
        nodes = [node for node in self._nodes if node not in self.ending.lost_workers]
        phase = Phase(name, time.monotonic(), waiting_for=set(nodes))
        self._phase = phase
        self.phases.append(phase)
        for node in nodes:
            self._tell(message, data, node)
        while phase.waiting_for:
            self._wake.wait(timeout=1.0)
            self._wake.clear()
            self._count_lost(phase)
            if self.ending.interrupted and name != REMOVAL:
                break
        phase.seconds = time.monotonic() - phase.began
        phase.ended = True

    def _count_lost(self, phase: Phase) -> None:
        for node in sorted(phase.waiting_for - self._alive()):
            phase.waiting_for.discard(node)
            self.ending.lost_workers.append(node)

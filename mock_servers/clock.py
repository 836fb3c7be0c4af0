"""The clock of a rehearsal: what time it is, and what happens when a time is reached.

A scenario owns one `VirtualClock` and shares it with every server in it, so forty minutes pass in no time and
in the same order everywhere. `RealClock` offers the same two questions to a server that a person watches.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

Action = Callable[[], None]

LOOKS_AGAIN_AFTER = timedelta(minutes=1)
"""So late at most is a real clock on a machine that slept meanwhile, or whose time was set."""


class Timer(Protocol):
    """An appointment that can be withdrawn before its time."""

    def cancel(self) -> None: ...


class Clock(Protocol):
    """The time in UTC, and appointments with it."""

    def now(self) -> datetime: ...

    def call_at(self, when: datetime, action: Action) -> Timer: ...

    def wait(self, duration: timedelta) -> None:
        """Come back when `duration` has passed."""


@dataclass(order=True)
class _Appointment:
    when: datetime
    order: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


@dataclass(frozen=True)
class _Withdrawable:
    cancel: Action


class VirtualClock:
    """A clock that moves only when told to. Appointments run in time order, each seeing its own time as now."""

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._appointments: list[_Appointment] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    def call_at(self, when: datetime, action: Action) -> Timer:
        appointment = _Appointment(max(when, self._now), next(self._order), action)
        heapq.heappush(self._appointments, appointment)
        return appointment

    def wait(self, duration: timedelta) -> None:
        """Whoever waits moves the clock."""
        self.advance(duration)

    def advance(self, duration: timedelta) -> None:
        """Move forward by `duration`, running what falls due on the way."""
        self.advance_to(self._now + duration)

    def advance_to(self, when: datetime) -> None:
        """Move forward to `when` (UTC). Moving backwards raises `ValueError`.

        An action that raises leaves the clock at its own time, with the later appointments still to come.
        """
        if when < self._now:
            raise ValueError(f"the clock stands at {self._now:%H:%M:%S} and cannot go back to {when:%H:%M:%S}")
        while self._appointments and self._appointments[0].when <= when:
            appointment = heapq.heappop(self._appointments)
            if not appointment.cancelled:
                self._now = max(self._now, appointment.when)
                appointment.action()
        self._now = max(self._now, when)


class RealClock:
    """The machine's clock. One thread waits for all appointments, while there are any; what falls due runs on a thread
    of its own, so that what takes long holds up nothing else."""

    def __init__(self) -> None:
        self._appointments: list[_Appointment] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._is_watched = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def call_at(self, when: datetime, action: Action) -> Timer:
        appointment = _Appointment(when, next(self._order), action)
        with self._changed:
            heapq.heappush(self._appointments, appointment)
            self._changed.notify()
            if not self._is_watched:
                threading.Thread(target=self._watch, name="scimulate-clock", daemon=True).start()
                self._is_watched = True
        return _Withdrawable(partial(self._withdraw, appointment))

    def _withdraw(self, appointment: _Appointment) -> None:
        with self._changed:
            if appointment in self._appointments:
                self._appointments.remove(appointment)
                heapq.heapify(self._appointments)
                self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while self._appointments:
                ahead = self._appointments[0].when - self.now()
                if ahead > timedelta(0):
                    self._changed.wait(min(ahead, LOOKS_AGAIN_AFTER).total_seconds())
                else:
                    due = heapq.heappop(self._appointments)
                    threading.Thread(target=due.action, name="scimulate-appointment", daemon=True).start()
            self._is_watched = False

    def wait(self, duration: timedelta) -> None:
        time.sleep(duration.total_seconds())

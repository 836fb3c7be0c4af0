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
from typing import Protocol

Action = Callable[[], None]


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
    """The machine's clock. Appointments run on threads of their own."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def call_at(self, when: datetime, action: Action) -> Timer:
        timer = threading.Timer(max(0.0, (when - self.now()).total_seconds()), action)
        timer.daemon = True
        timer.start()
        return timer

    def wait(self, duration: timedelta) -> None:
        time.sleep(duration.total_seconds())

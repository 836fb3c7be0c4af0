"""When requests are meant to start: at a fixed rate whatever the endpoint does, or as soon as a lane is free."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Schedule:
    """The slots of one worker in one phase. Without a rate there are none.

    A slot belongs to whoever asks next. When all lanes are held up the slots go by, and the requests that take them
    later count their lateness: that is what makes a stall of the endpoint visible.
    """

    rate: float | None
    now: Callable[[], float]
    _first: float | None = None
    _taken: int = 0
    _last_sent: float = 0.0

    def next_slot(self) -> float | None:
        """The planned start of the next request, in the time of `now`."""
        if self.rate is None:
            return None
        if self._first is None:
            self._first = self.now()
        slot = self._first + self._taken / self.rate
        self._taken += 1
        return slot

    def sent(self, at: float) -> None:
        self._last_sent = max(self._last_sent, at)

    @property
    def planned_seconds(self) -> float:
        """From the first slot to the last one taken."""
        return (self._taken - 1) / self.rate if self.rate and self._taken else 0.0

    @property
    def taken_seconds(self) -> float:
        """From the first slot to the last request that was sent: longer than planned when requests were late."""
        return max(self.planned_seconds, self._last_sent - self._first) if self._first is not None else 0.0

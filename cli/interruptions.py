"""Signals that reach `scimulate run`: what they do depends on how far the run has come."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptions:
    """Before the child runs a signal ends the command. While it runs, the first asks its process group to end and the
    second kills it. While the run is finished, the first is noted and the second gives up.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._group: int | None = None
        self._finishing = 0

    @property
    def exit_code(self) -> int | None:
        return 128 + self.received[0] if self.received else None

    @contextmanager
    def handled(self) -> Iterator["Interruptions"]:
        before = {number: signal.signal(number, self._handle) for number in NUMBERS}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def forwarded_to(self, group: int) -> Iterator[None]:
        self._group = group
        try:
            yield
        finally:
            self._group = None

    def begin_finish(self) -> None:
        """From here on one more signal is tolerated: what the run made is being removed."""
        self._finishing = len(self.received) + 1

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.received.append(number)
        if self._group is not None:
            self._signal(self._group, signal.SIGTERM if len(self.received) == 1 else signal.SIGKILL)
        elif len(self.received) > self._finishing:
            raise KeyboardInterrupt

    @staticmethod
    def _signal(group: int, number: int) -> None:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return  # it has ended by itself

"""Signals that reach `scimulate run`: what they do depends on how far the run has come."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TOLD_AS = {signal.SIGHUP: signal.SIGTERM}
"""A terminal that was closed ends the run as a request to end does."""


class Interruptions:
    """Until a child is about to run, a signal ends the command. From then on until the finish begins none is raised:
    the first asks the child's process group to end, as soon as there is one, and the second kills it. While the run
    is finished, one more is tolerated, and the next gives up.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._group: int | None = None
        self._tolerated: int | None = 0

    @property
    def exit_code(self) -> int | None:
        return 128 + TOLD_AS.get(signal.Signals(self.received[0]), self.received[0]) if self.received else None

    @contextmanager
    def handled(self) -> Iterator["Interruptions"]:
        before = {number: signal.signal(number, self._handle) for number in NUMBERS}
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def begin_child(self) -> None:
        """From here on something may be made that has to be removed."""
        self._tolerated = None

    @contextmanager
    def forwarded_to(self, group: int) -> Iterator[None]:
        """Those that have come already are passed on now."""
        self._group = group
        if self.received:
            self._forward()
        try:
            yield
        finally:
            self._group = None

    def begin_finish(self) -> None:
        """From here on one more signal is tolerated: what the run made is being removed."""
        self._tolerated = len(self.received) + 1

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.received.append(number)
        if self._group is not None:
            self._forward()
        elif self._tolerated is not None and len(self.received) > self._tolerated:
            raise KeyboardInterrupt

    def _forward(self) -> None:
        assert self._group is not None
        with suppress(ProcessLookupError, PermissionError):  # it has ended by itself
            os.killpg(self._group, signal.SIGTERM if len(self.received) == 1 else signal.SIGKILL)

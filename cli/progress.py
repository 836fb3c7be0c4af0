"""What a person sees while a run goes on: one moving line on a terminal, a line for each feature elsewhere."""

from collections import Counter
from typing import TextIO

from scimulate.cli.child import Event

MARKS = {"passed": ".", "failed": "F", "skipped": "s"}


class ProgressLine:
    """Told the events of the child; writes to `stream` and keeps what was collected."""

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._moving = stream.isatty()
        self._ended: Counter[str] = Counter()
        self._feature = ""
        self._outcomes = ""
        self.collected: tuple[str, ...] = ()

    def tell(self, event: Event) -> None:
        collected = event.get("collected")
        if isinstance(collected, list):
            self.collected = tuple(map(str, collected))
        elif "ended" in event:
            self._tell_end(str(event["ended"]), str(event["outcome"]))

    def close(self) -> None:
        if self._quiet:
            return
        if self._moving and self._ended:
            self._stream.write("\r\033[K")
        else:
            self._finish_feature()
        self._stream.flush()

    def _tell_end(self, node: str, outcome: str) -> None:
        self._ended[outcome] += 1
        if self._quiet:
            return
        feature, _, title = node.partition("::")
        if self._moving:
            counts = f"{self._ended.total()}/{len(self.collected)}, {self._ended['failed']} failed"
            self._stream.write(f"\r\033[K{counts}: {title[:60]}")
        elif feature == self._feature:
            self._outcomes += MARKS.get(outcome, "?")
        else:
            self._finish_feature()
            self._feature, self._outcomes = feature, MARKS.get(outcome, "?")
        self._stream.flush()

    def _finish_feature(self) -> None:
        if self._feature:
            self._stream.write(f"{self._feature} {self._outcomes}  [{self._ended.total()}/{len(self.collected)}]\n")
        self._feature = self._outcomes = ""

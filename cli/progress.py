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
        self._outcomes: Counter[str] = Counter()
        self._marks: dict[str, str] = {}
        """What the scenarios of each feature came to, as long as the feature has not ended."""
        self._sizes: Counter[str] = Counter()
        self.collected: tuple[str, ...] = ()

    def tell(self, event: Event) -> None:
        collected = event.get("collected")
        if isinstance(collected, list):
            self.collected = tuple(map(str, collected))
            self._sizes = Counter(_feature(node) for node in self.collected)
        elif "ended" in event:
            self._tell_end(str(event["ended"]), str(event["outcome"]))

    def close(self) -> None:
        if self._quiet:
            return
        if self._moving and self._outcomes:
            self._stream.write("\r\033[K")
        for feature in [*self._marks]:
            self._write_feature(feature)
        self._stream.flush()

    def _tell_end(self, node: str, outcome: str) -> None:
        self._outcomes[outcome] += 1
        if self._quiet:
            return
        if self._moving:
            title = "".join(letter for letter in node.partition("::")[2] if letter.isprintable())
            counts = f"{self._outcomes.total()}/{len(self.collected)}, {self._outcomes['failed']} failed"
            self._stream.write(f"\r\033[K{counts}: {title[:60]}")
        else:
            feature = _feature(node)
            self._marks[feature] = self._marks.get(feature, "") + MARKS.get(outcome, "?")
            if len(self._marks[feature]) == self._sizes[feature]:
                self._write_feature(feature)
        self._stream.flush()

    def _write_feature(self, feature: str) -> None:
        ended = self._outcomes.total()
        self._stream.write(f"{feature} {self._marks.pop(feature)}  [{ended}/{len(self.collected)}]\n")


def _feature(node: str) -> str:
    return node.partition("::")[0]

"""Progress: plain lines where nobody watches, one moving line on a terminal, nothing when quiet."""

import io

import pytest

from scimulate.cli.progress import ProgressLine

EVENTS: list[dict[str, object]] = [
    {"collected": ["a.feature::one", "a.feature::two", "b.feature::three"]},
    {"ended": "a.feature::one", "outcome": "passed"},
    {"ended": "a.feature::two", "outcome": "failed"},
    {"ended": "b.feature::three", "outcome": "skipped"},
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "quiet", "shown"),
    [
        (io.StringIO(), False, "a.feature .F  [2/3]\nb.feature s  [3/3]\n"),
        (io.StringIO(), True, ""),
        (
            Terminal(),
            False,
            "\r\x1b[K1/3, 0 failed: one\r\x1b[K2/3, 1 failed: two\r\x1b[K3/3, 1 failed: three\r\x1b[K",
        ),
    ],
    ids=["plain", "quiet", "terminal"],
)
def test_what_is_shown(stream: io.StringIO, quiet: bool, shown: str) -> None:
    progress = ProgressLine(stream, quiet=quiet)
    for event in EVENTS:
        progress.tell(event)
    progress.close()
    assert (stream.getvalue(), len(progress.collected)) == (shown, 3)

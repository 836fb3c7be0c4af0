"""ISO 8601 durations: what is read, what is refused."""

from datetime import timedelta

import pytest

from scimulate.mock_servers.duration import LONGEST, DurationRefused, read_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT40M", timedelta(minutes=40)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0S", timedelta()),
        ("P366D", LONGEST),
        ("PT31622400S", LONGEST),
    ],
)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    "value",
    ["", "40", "P", "PT", "PT-40M", "PT40M ", "PT40M\n", "PT1.5H", "P1Y", "PT٤M", "P367D", "PT99999999H", 40, None],
    ids=repr,
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(DurationRefused, match="advance"):
        read_duration(value)

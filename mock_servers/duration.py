"""Durations of ISO 8601, in days, hours, minutes and seconds, as both portals take them to move a clock.

DurationRefused    a text is no such duration, or asks for too much
"""

import re
from datetime import timedelta

LONGEST = timedelta(days=366)

_DURATION = re.compile(r"P(?:(\d{1,8})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})S)?)?", re.ASCII)


class DurationRefused(ValueError):
    """A text is no such duration, or asks for too much; the words of the sentence are ours."""


def read_duration(value: object) -> timedelta:
    """A duration such as PT40M, of `LONGEST` at most. Raises `DurationRefused`."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise DurationRefused("advance has to be an ISO 8601 duration such as PT40M.")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if duration > LONGEST:
        raise DurationRefused(f"advance can be at most {LONGEST.days} days.")
    return duration

"""Lower limits for one tenant, as JSON gives them.

LimitRefused        there is no such limit, or it is none that the server can keep
"""

from collections.abc import Mapping
from dataclasses import asdict, replace

from scimulate.mock_servers.scim.limits import PAGE_RESOURCES, Limits

HIGHEST = {**asdict(Limits()), "default_results": PAGE_RESOURCES}


class LimitRefused(ValueError):
    """`limit` is the one that cannot be had."""

    def __init__(self, limit: str, sentence: str) -> None:
        super().__init__(f"{limit}: {sentence}")
        self.limit = limit


def changed_limits(changes: Mapping[str, object]) -> Limits:
    """The server's own limits with these in their place; raises `LimitRefused`."""
    values: dict[str, int] = {}
    for name, value in changes.items():
        if name not in HIGHEST:
            raise LimitRefused(name, f"there is no such limit; the limits are {', '.join(HIGHEST)}")
        if type(value) is not int or not 0 < value <= HIGHEST[name]:
            raise LimitRefused(name, f"the limit is a whole number, from 1 to {HIGHEST[name]}")
        values[name] = value
    limits = replace(Limits(), **values)
    # A page that nobody chose the size of is no larger than the largest one.
    return replace(limits, default_results=min(limits.default_results, limits.max_results))

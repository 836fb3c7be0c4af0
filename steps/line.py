"""The line to the endpoint, on which a scenario places events: a click after the n-th request, an answer that is lost.

What happens here costs no time and needs nothing of the endpoint, so it can be rehearsed with any.
"""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

Happening = Callable[[], None]


class BrokenOff(Exception):
    """The provisioning service itself is broken off in the middle of a cycle; no answer of an endpoint does that."""


@dataclass
class _Event:
    """`happens` once `to_come` more requests of this kind have come; what it raises takes the place of the answer."""

    method: str
    collection: str
    to_come: int
    happens: Happening
    undelivered: bool
    lasts: bool

    def meets(self, request: httpx.Request, *, undelivered: bool) -> bool:
        if self.undelivered is not undelivered or (self.to_come <= 0 and not self.lasts):
            return False
        if self.method not in ("", request.method) or not request.url.path.endswith(self.collection):
            return False
        self.to_come -= 1
        return self.to_come <= 0


class Line(httpx.BaseTransport):
    """Passes requests on. An event that raises keeps the answer, or with `undelivered` the request, from arriving."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._events: list[_Event] = []

    def after(self, nth: int, happens: Happening, *, method: str = "", collection: str = "") -> None:
        """When the n-th request of this kind from now on has been answered."""
        self._events.append(_Event(method, collection, nth, happens, undelivered=False, lasts=False))

    def lose_answers(self, nth: int, *, method: str = "", collection: str = "") -> None:
        """The endpoint does what the n-th request of this kind asks for, and its answer does not arrive."""
        self._events.append(_Event(method, collection, nth, _times_out, undelivered=False, lasts=False))

    def fall_silent(self, nth: int, *, lasts: bool) -> None:
        """The n-th request from now on does not arrive, nor do, if it `lasts`, those that follow."""
        self._events.append(_Event("", "", nth, _times_out, undelivered=True, lasts=lasts))

    def recover(self) -> None:
        """Nothing more happens."""
        self._events.clear()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._happen(request, undelivered=True)
        response = self._inner.handle_request(request)
        self._happen(request, undelivered=False)
        return response

    def close(self) -> None:
        self._inner.close()

    def _happen(self, request: httpx.Request, *, undelivered: bool) -> None:
        for event in [each for each in self._events if each.meets(request, undelivered=undelivered)]:
            event.happens()


def break_off() -> None:
    raise BrokenOff("the provisioning service was broken off")


def _times_out() -> None:
    raise httpx.ReadTimeout("no answer in time")

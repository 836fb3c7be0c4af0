"""The resources that a query is about, in the order of its list: rows out, no messages.

Three orders: that of creation, that of a column, and that of an attribute which no column holds. The first two are
read from an index from any place on; the third is a walk that keeps the keys of one page and no documents.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from scimulate.mock_servers.scim.cursor import Key, Place
from scimulate.mock_servers.scim.filter import parse
from scimulate.mock_servers.scim.matching import Predicate, predicate
from scimulate.mock_servers.scim.notation import resolve
from scimulate.mock_servers.scim.ordering import order_of, sort_key
from scimulate.mock_servers.scim.plan import column_of, plan_of
from scimulate.mock_servers.scim.projection import WHOLE
from scimulate.mock_servers.scim.query import ListQuery
from scimulate.mock_servers.scim.representation import links_of, represent
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.store import Connection

Keys = tuple[Key, ...]
Found = tuple[Keys, Row]

_ALL = "1"
_OF_LINKS = ("member", "group", "version")
FEW = 100
"""So many rows are read where the request is; more are read off the event loop."""
_KEY_CHARACTERS = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Part:
    """The resources of one type: a condition on their columns, and what else must hold of them."""

    kind: str
    where: str = _ALL
    parameters: tuple[object, ...] = ()
    holds: Predicate | None = None
    narrow: bool = False

    @property
    def is_everything(self) -> bool:
        return self.where == _ALL and self.holds is None


class Selection:
    """What one query selects. Made without the database: a query that makes no sense is refused first."""

    def __init__(
        self, resources: Resources, rules: Rules, query: ListQuery, types: Sequence[ResourceType], base_url: str
    ) -> None:
        self._resources = resources
        self._rules = rules
        self._base_url = base_url
        self._has_cursor = query.cursor is not None
        self._descending = query.descending and query.sort_by is not None
        asked = f"{query.filter or ''} {query.sort_by or ''}".lower()
        self._needs_links = any(name in asked for name in _OF_LINKS)
        self._parts = _parts(query.filter, types, rules)
        self._key = sort_key(query.sort_by, types) if query.sort_by is not None else None
        self._column = self._order = None
        if query.sort_by is not None and len(types) == 1:
            place = resolve(query.sort_by.strip(), types[0])
            self._column = column_of(place) if place is not None else None
            self._order = order_of(query.sort_by, types[0], descending=query.descending)
        if self._column is not None:
            self._key = None

    @property
    def is_quick(self) -> bool:
        """Whether any page of it is a matter of few rows. Many may have one value, whatever index leads to them."""
        if all(part.is_everything for part in self._parts):
            return self._key is None and (self._column is None or self._has_cursor)
        if not all(part.narrow for part in self._parts):
            return False
        return not self._resources.database.read(
            lambda connection: any(
                self._resources.listing.has_more_than(connection, FEW, part.kind, part.where, part.parameters)
                for part in self._parts
            )
        )

    def total(self, connection: Connection) -> int:
        """How many there are."""
        return sum(self._count(connection, part) for part in self._parts)

    def page(self, connection: Connection, start: int, count: int) -> tuple[int, list[Row]]:
        """How many there are, and those from the `start`-th, counted from 1."""
        if self._key is not None:
            total, keys = self._walk(connection, None, start - 1 + count)
            return total, self._rows_of(connection, keys[start - 1 :])
        if all(part.holds is None for part in self._parts):
            return self._counted_page(connection, start - 1, count)
        total, rows = 0, []
        for _, row in self._stream(connection, None, upwards=not self._descending):
            total += 1
            if start <= total < start + count:
                rows.append(row)
        return total, rows

    def beyond(self, connection: Connection, place: Place | None, limit: int) -> list[Found]:
        """The first `limit` on from a place, in the direction in which it is left."""
        upwards = self._descending == (place is not None and place.backwards)
        if self._key is None:
            place = self._in_full(connection, place)
            return list(islice(self._stream(connection, place, upwards=upwards), limit))
        _, keys = self._walk(connection, place, limit)
        return list(zip(keys, self._rows_of(connection, keys), strict=True))

    def _rows_of(self, connection: Connection, keys: Sequence[Keys]) -> list[Row]:
        return self._resources.listing.numbered(connection, [number for *_, number in keys if isinstance(number, int)])

    def _count(self, connection: Connection, part: _Part) -> int:
        if part.is_everything:
            return self._resources.listing.total(connection, part.kind)
        if part.holds is None:
            return self._resources.listing.count(connection, part.kind, part.where, part.parameters)
        return sum(1 for _ in self._matching(connection, part))

    def _counted_page(self, connection: Connection, offset: int, count: int) -> tuple[int, list[Row]]:
        """A page of what conditions in SQL select by themselves: who comes before it is passed over unread."""
        total, rows = 0, list[Row]()
        for part in self._parts:
            held = self._count(connection, part)
            skipped, wanted = max(0, offset - total), count - len(rows)
            total += held
            if wanted and skipped < held:
                rows += self._some_of(connection, part, skipped, wanted)
        return total, rows

    def _some_of(self, connection: Connection, part: _Part, offset: int, limit: int) -> list[Row]:
        if part.is_everything and self._order is None:
            return self._resources.listing.page(connection, part.kind, offset, limit)
        found = self._resources.listing.select(
            connection, part.kind, part.where, part.parameters, self._order or "number", limit=limit, offset=offset
        )
        return [row for row, _ in found]

    def _matching(
        self, connection: Connection, part: _Part, where: str = _ALL, parameters: Keys = (), order: str = "number"
    ) -> Iterator[tuple[Row, Any]]:
        """The rows of a part that fulfil a condition more, each with the value of the column of the order."""
        condition = f"({part.where}) AND ({where})"
        found = self._resources.listing.select(
            connection, part.kind, condition, (*part.parameters, *parameters), order, self._column or "NULL"
        )
        for row, value in found:
            if part.holds is None or part.holds(self._resource(connection, row)):
                yield row, value

    def _resource(self, connection: Connection, row: Row) -> dict[str, object]:
        policy = self._rules.policy
        links = links_of(connection, row, WHOLE, policy) if self._needs_links else ()
        return represent(row, links, self._base_url, self._rules)

    def _stream(self, connection: Connection, place: Place | None, *, upwards: bool) -> Iterator[Found]:
        """What follows a place in the order of creation, part by part, or of a column, read only as far as asked."""
        parts = list(enumerate(self._parts))
        for index, part in parts if upwards else parts[::-1]:
            if self._column is not None:
                stretches = _stretches(self._column, place, upwards=upwards)
            elif place is None or place.keys[0] == index:
                stretches = [_by_number(place, upwards=upwards)]
            elif (index > place.keys[0]) == upwards:  # type: ignore[operator]
                stretches = [_by_number(None, upwards=upwards)]
            else:
                continue
            for where, parameters, order in stretches:
                for row, value in self._matching(connection, part, where, parameters, order):
                    yield (_kept(value) if self._column is not None else index, row.number), row

    def _in_full(self, connection: Connection, place: Place | None) -> Place | None:
        """The place with its whole value, which the resource itself still has unless it has changed or gone."""
        if place is None or self._column is None:
            return place
        value, number = place.keys
        if not isinstance(value, str) or len(value) < _KEY_CHARACTERS:
            return place
        held = self._resources.listing.value_of(connection, number, self._column)
        return replace(place, keys=(held, number)) if isinstance(held, str) and held.startswith(value) else place

    def _walk(self, connection: Connection, place: Place | None, limit: int) -> tuple[int, list[Keys]]:
        """How many there are, and the keys of the first `limit` on from a place."""
        key, total = self._key, 0
        assert key is not None
        upwards = self._descending == (place is not None and place.backwards)

        def beyond() -> Iterator[tuple[Any, ...]]:
            nonlocal total
            for part in self._parts:
                for row, _ in self._matching(connection, part):
                    total += 1
                    missing, value = key(self._resource(connection, row))
                    keys = (missing, _kept(value), row.number)
                    if place is None or (keys > place.keys if upwards else keys < place.keys):
                        yield keys

        chosen = heapq.nsmallest(limit, beyond()) if upwards else heapq.nlargest(limit, beyond())
        return total, chosen


def _parts(text: str | None, types: Sequence[ResourceType], rules: Rules) -> list[_Part]:
    policy = rules.policy
    if text is None:
        parts = [_Part(known.name) for known in types]
    else:
        tree = parse(text, policy.readings)
        holds = predicate(tree, types, policy)
        parts = []
        for known in types:
            plan = plan_of(tree, known, policy)
            if plan is None:
                parts.append(_Part(known.name, holds=holds))
            else:
                confirmed = None if plan.exact else holds
                parts.append(_Part(known.name, plan.where, plan.parameters, confirmed, plan.narrow))
    return [_without_inactive(part) for part in parts] if policy.readings.inactive_users_hidden else parts


def _without_inactive(part: _Part) -> _Part:
    if part.kind != "User":
        return part
    return _Part(part.kind, f"({part.where}) AND active = 1", part.parameters, part.holds, part.narrow)


def _by_number(place: Place | None, *, upwards: bool) -> tuple[str, Keys, str]:
    order = "number" if upwards else "number DESC"
    return (_ALL, (), order) if place is None else (f"number {_sign(upwards)} ?", place.keys[-1:], order)


def _stretches(column: str, place: Place | None, *, upwards: bool) -> list[tuple[str, Keys, str]]:
    """Conditions that an index answers one after the other: resources without a value are the last of the order."""
    order = f"{column}, number" if upwards else f"{column} DESC, number DESC"
    valued: tuple[str, Keys, str] = (f"{column} IS NOT NULL", (), order)
    missing: tuple[str, Keys, str] = (f"{column} IS NULL", (), "number" if upwards else "number DESC")
    if place is not None and place.keys[0] is None:
        missing = (f"{column} IS NULL AND number {_sign(upwards)} ?", place.keys[-1:], missing[2])
        return [missing] if upwards else [missing, valued]
    if place is not None:
        valued = (f"({column}, number) {_sign(upwards)} (?, ?)", place.keys, order)
        return [valued, missing] if upwards else [valued]
    return [valued, missing] if upwards else [missing, valued]


def _sign(upwards: bool) -> str:
    return ">" if upwards else "<"


def _kept(value: object) -> Any:
    """A sort key as it is kept in a cursor: no longer than a URL bears, and moments as numbers."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    return value[:_KEY_CHARACTERS] if isinstance(value, str) else value

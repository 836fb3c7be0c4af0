"""Lists: filter, sort, page and project (RFC 7644 §3.4.2, §3.4.3).

What Entra asks, one equality on a name or an external id, is answered from an index; so is a page of everything. A
filter that needs more is a walk through the tenant's resources, and says so by being `Slow`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import orjson

from scimulate.mock_servers.scim.errors import invalid_filter, invalid_value
from scimulate.mock_servers.scim.filter import And, Compare, Filter, ValuePath, check_size, parse
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.limits import DEFAULT_PAGE_RESOURCES, PAGE_RESOURCES
from scimulate.mock_servers.scim.matching import Predicate, predicate
from scimulate.mock_servers.scim.messages import Response, Slow
from scimulate.mock_servers.scim.ordering import sort_key
from scimulate.mock_servers.scim.projection import WHOLE, Projection
from scimulate.mock_servers.scim.representation import links_of, represent
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.store import Connection

T = TypeVar("T")

LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

_SIMPLE = re.compile(r'\s*(userName|externalId|displayName|id)\s+eq\s+"([^"\\\x00-\x1f]*)"\s*', re.IGNORECASE)
_KEYS = {"username": "user_name", "displayname": "display_name", "externalid": "external_id", "id": "id"}
_LOWERED = frozenset({"user_name", "display_name"})
_OF_LINKS = ("member", "group", "version")


@dataclass(frozen=True)
class ListQuery:
    """What a list request asks for."""

    filter: str | None = None
    sort_by: str | None = None
    descending: bool = False
    start: int = 1
    count: int = DEFAULT_PAGE_RESOURCES
    projection: Projection = WHOLE


@dataclass(frozen=True)
class _Lookup:
    """An indexed equality. `member` is the key of "groups that list this id"."""

    key: str
    value: str


def page_bounds(start: object, count: object) -> tuple[int, int]:
    """startIndex and count with the readings of RFC 7644 §3.4.2.4: below 1 is 1, below 0 is 0, too many is fewer."""
    first = 1 if start is None else max(1, _integer(start, "startIndex"))
    wanted = DEFAULT_PAGE_RESOURCES if count is None else _integer(count, "count")
    return first, min(max(0, wanted), PAGE_RESOURCES)


def _integer(value: object, name: str) -> int:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
        raise invalid_value(f"{name} is an integer")
    return int(text)


class Lists:
    """Answers list requests on one tenant."""

    def __init__(self, resources: Resources, rules: Rules) -> None:
        self._resources = resources
        self._rules = rules
        self._policy = rules.policy

    def answer(self, query: ListQuery, types: Sequence[ResourceType], base_url: str) -> Response | Slow:
        """The list, at once where an index has it."""
        if len(types) == 1 and query.sort_by is None:
            if query.filter is None:
                return self._read(lambda connection: self._page(connection, query, types[0], base_url))
            lookup = self._simple_lookup(query.filter, types[0])
            if lookup is not None:
                return self._read(lambda connection: self._found(connection, query, types[0], lookup, base_url))
        return self._general(query, types, base_url)

    def _read(self, query: Callable[[Connection], Response]) -> Response:
        return self._resources.database.read(query)

    def _simple_lookup(self, text: str, resource_type: ResourceType) -> _Lookup | None:
        match = _SIMPLE.fullmatch(text)
        return self._lookup_of(match[1], match[2], resource_type) if match is not None else None

    def _lookup_of(self, name: str, value: str, resource_type: ResourceType) -> _Lookup | None:
        key = _KEYS.get(name.lower())
        if key is None or resource_type.attribute(name) is None:
            return None
        if key == "external_id" and not self._policy.external_id_search:
            return None
        return _Lookup(key, without_case(value) if key in _LOWERED else value)

    def _page(self, connection: Connection, query: ListQuery, resource_type: ResourceType, base_url: str) -> Response:
        total = self._resources.total(connection, resource_type.name)
        rows = (
            self._resources.page(connection, resource_type.name, query.start - 1, query.count)
            if query.count and query.start <= total
            else []
        )
        return self._list(connection, query, total, rows, base_url)

    def _found(
        self, connection: Connection, query: ListQuery, resource_type: ResourceType, lookup: _Lookup, base_url: str
    ) -> Response:
        rows = self._resources.find_equal(connection, resource_type.name, lookup.key, lookup.value)
        return self._list(connection, query, len(rows), _window(rows, query), base_url)

    def _general(self, query: ListQuery, types: Sequence[ResourceType], base_url: str) -> Response | Slow:
        tree = parse(query.filter, self._policy.readings) if query.filter is not None else None
        holds = predicate(tree, types, self._policy) if tree is not None else None
        key = sort_key(query.sort_by, types) if query.sort_by is not None else None
        lookup = self._indexed_part(tree, types[0]) if tree is not None and len(types) == 1 else None
        asked = f"{query.filter or ''} {query.sort_by or ''}".lower()
        needs_links = any(name in asked for name in _OF_LINKS)

        def run(connection: Connection) -> Response:
            rows = self._candidates(connection, types, lookup)
            matching = list(self._matching(connection, rows, holds, key is not None, needs_links, base_url))
            if key is not None:
                matching.sort(key=lambda found: (*key(found[1]), found[0].number), reverse=query.descending)
            chosen = [row for row, _ in _window(matching, query)]
            return self._list(connection, query, len(matching), chosen, base_url)

        if lookup is not None and key is None:
            return self._read(run)
        return Slow(lambda: self._read(run))

    def _candidates(
        self, connection: Connection, types: Sequence[ResourceType], lookup: _Lookup | None
    ) -> Iterator[Row]:
        if lookup is None:
            for resource_type in types:
                yield from self._resources.all(connection, resource_type.name)
        elif lookup.key == "member":
            yield from self._resources.find_groups_with(connection, lookup.value)
        else:
            yield from self._resources.find_equal(connection, types[0].name, lookup.key, lookup.value)

    def _matching(
        self,
        connection: Connection,
        rows: Iterator[Row],
        holds: Predicate | None,
        is_sorted: bool,
        needs_links: bool,
        base_url: str,
    ) -> Iterator[tuple[Row, dict[str, object]]]:
        for row in rows:
            if holds is None and not is_sorted:
                yield row, {}
                continue
            links = links_of(self._resources, connection, row, WHOLE, self._policy) if needs_links else ()
            resource = represent(row, links, base_url, self._rules)
            if holds is None or holds(resource):
                yield row, resource

    def _indexed_part(self, tree: Filter, resource_type: ResourceType) -> _Lookup | None:
        """An equality with an index that every match must satisfy."""
        match tree:
            case And(parts):
                return next((found for part in parts if (found := self._indexed_part(part, resource_type))), None)
            case Compare(name, "eq", str() as operand):
                if resource_type.name == "Group" and name.lower() in ("members", "members.value"):
                    return _Lookup("member", operand)
                return self._lookup_of(name, operand, resource_type)
            case ValuePath("members", Compare("value", "eq", str() as operand), None):
                return _Lookup("member", operand) if resource_type.name == "Group" else None
        return None

    def _list(
        self, connection: Connection, query: ListQuery, total: int, rows: Sequence[Row], base_url: str
    ) -> Response:
        projection = query.projection
        shown = []
        for row in rows:
            links = links_of(self._resources, connection, row, projection, self._policy)
            resource = represent(row, links, base_url, self._rules)
            shown.append(resource if projection.is_default else projection.of(resource))
        return list_response(shown, total, query.start)


def list_response(shown: Sequence[object], total: int, start: int = 1) -> Response:
    """A ListResponse; `Resources` is an array also when it is empty (D-004), `itemsPerPage` what it holds (D-068)."""
    message = {
        "schemas": [LIST_URN],
        "totalResults": total,
        "itemsPerPage": len(shown),
        "startIndex": start,
        "Resources": shown,
    }
    return Response(200, orjson.dumps(message))


def read_filter(text: str | None) -> str | None:
    """The filter parameter; an empty one is a mistake and never "all resources" (AMB-50, D-041)."""
    if text is None:
        return None
    if not text.strip():
        raise invalid_filter("the filter is empty")
    check_size(text)
    return text


def _window(items: list[T], query: ListQuery) -> list[T]:
    return items[query.start - 1 : query.start - 1 + query.count]

"""Answers to list requests: pages by index (RFC 7644 §3.4.2.4) and by cursor (RFC 9865), as ListResponse messages.

What Entra asks, one equality on a name or an external id, is answered without even parsing the filter. What needs
more than a few rows says so by being `Slow`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson

from scimulate.mock_servers.scim.cursor import Cursors, Key, Place, bound_to, invalid_count
from scimulate.mock_servers.scim.errors import ScimError, not_found
from scimulate.mock_servers.scim.filter import parse
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.messages import Response, Slow
from scimulate.mock_servers.scim.query import LIST_URN, ListQuery
from scimulate.mock_servers.scim.representation import links_of, represent
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType
from scimulate.mock_servers.scim.selection import FEW, Selection
from scimulate.mock_servers.scim.store import Connection

_SIMPLE = re.compile(r' *(userName|externalId|displayName|id) +eq +"([^"\\\x00-\x1f]*)" *', re.IGNORECASE)
_KEYS = {"username": "user_name", "displayname": "display_name", "externalid": "external_id", "id": "id"}
_WITHOUT_CASE = frozenset({"user_name", "display_name"})


class Lists:
    """Answers list requests on one tenant."""

    def __init__(self, resources: Resources, rules: Rules, cursors: Cursors) -> None:
        self._resources = resources
        self._rules = rules
        self._readings = rules.policy.readings
        self._cursors = cursors
        self._answered = 0

    def answer(self, query: ListQuery, types: Sequence[ResourceType], base_url: str) -> Response | Slow:
        """The list, at once where an index has it."""
        if query.filter is not None and query.sort_by is None and query.cursor is None and len(types) == 1:
            lookup = self._simple_lookup(query.filter, types[0])
            found = lookup and self._resources.database.read(
                lambda connection: self._found(connection, query, types[0], lookup, base_url)
            )
            if found is not None:
                return found
        selection = Selection(self._resources, self._rules, query, types, base_url)
        if query.cursor is None:
            return self._made(selection, lambda connection: self._by_index(connection, query, selection, base_url))
        bound = bound_to([known.endpoint for known in types], query.filter, query.sort_by, descending=query.descending)
        place = self._opened(query, bound) if query.cursor else None
        return self._made(
            selection, lambda connection: self._by_cursor(connection, query, selection, place, bound, base_url)
        )

    def answer_of_one(
        self, resource_id: str, query: ListQuery, resource_type: ResourceType, base_url: str
    ) -> Response | Slow:
        """A query on the URL of a resource, answered with a list of none or one (AMB-03)."""
        rows = self._resources.database.read(
            lambda connection: self._resources.find_equal(connection, resource_type.name, "id", resource_id)
        )
        if not rows:
            raise not_found()
        if query.filter is not None:
            parse(query.filter, self._readings)  # By itself: what follows is put together from text.
        of_one = f'id eq "{resource_id}"'
        both = of_one if query.filter is None else f"{of_one} and ({query.filter})"
        narrowed = replace(query, filter=both, start=1, cursor=None)
        return self.answer(narrowed, (resource_type,), base_url)

    def _made(self, selection: Selection, make: Callable[[Connection], Response]) -> Response | Slow:
        if selection.is_quick:
            return self._resources.at_one_moment(make)
        return Slow(lambda: self._resources.at_one_moment(make))

    def _simple_lookup(self, text: str, resource_type: ResourceType) -> tuple[str, str] | None:
        """A column and its value, for an equality that an index answers."""
        match = _SIMPLE.fullmatch(text)
        if match is None or resource_type.attribute(match[1]) is None or self._readings.inactive_users_hidden:
            return None
        if "eq" in self._readings.operators_not_offered:
            return None
        key = _KEYS[match[1].lower()]
        if key == "external_id" and not self._rules.policy.external_id_search:
            return None
        return key, without_case(match[2]) if key in _WITHOUT_CASE else match[2]

    def _found(
        self,
        connection: Connection,
        query: ListQuery,
        resource_type: ResourceType,
        lookup: tuple[str, str],
        base_url: str,
    ) -> Response | None:
        """None where so many have the value that they are counted and not read."""
        rows = self._resources.find_equal(connection, resource_type.name, *lookup, FEW + 1)
        if len(rows) > FEW:
            return None
        page = rows[query.start - 1 : query.start - 1 + query.count]
        return self._index_message(connection, query, len(rows), page, base_url)

    def _by_index(self, connection: Connection, query: ListQuery, selection: Selection, base_url: str) -> Response:
        total, rows = selection.page(connection, query.start, query.count)
        return self._index_message(connection, query, total, rows, base_url)

    def _index_message(
        self, connection: Connection, query: ListQuery, total: int, rows: Sequence[Row], base_url: str
    ) -> Response:
        if total > self._rules.limits.max_results and not self._rules.policy.supported.index_paging_supported:
            # Nothing is paged here, neither by index nor by cursor: the rest could never be had (RFC 7644 §3.4.2.1).
            raise ScimError(400, "more resources match than this server lists; a filter narrows them", "tooMany")
        return self._message(connection, query, {"totalResults": total, "startIndex": query.start}, rows, base_url)

    def _opened(self, query: ListQuery, bound: bytes) -> Place:
        place, first_count = self._cursors.open(query.cursor or "", bound)
        if self._readings.count_errors_told and query.count != first_count:
            raise invalid_count("count is not that of the first request")
        return place

    def _by_cursor(
        self,
        connection: Connection,
        query: ListQuery,
        selection: Selection,
        place: Place | None,
        bound: bytes,
        base_url: str,
    ) -> Response:
        told: dict[str, object] = {}
        if not self._readings.cursor_list_without_total:
            told["totalResults"] = selection.total(connection)
        # One more than the page holds tells whether there is another.
        found = selection.beyond(connection, place, query.count + 1) if query.count else []
        page, more = found[: query.count], len(found) > query.count
        backwards = place is not None and place.backwards
        if backwards:
            page.reverse()
        keys = [keys for keys, _ in page]
        if query.count:
            for name, next_place in _neighbours(keys, place, more=more, descending=query.descending):
                told[name] = self._cursors.seal(next_place, query.count, bound)
        return self._message(connection, query, told, [row for _, row in page], base_url)

    def _message(
        self,
        connection: Connection,
        query: ListQuery,
        told: dict[str, object],
        rows: Sequence[Row],
        base_url: str,
    ) -> Response:
        """A ListResponse; `Resources` is there also when it is empty (D-004), `itemsPerPage` what it holds (D-068)."""
        projection, readings = query.projection, self._readings
        shown = []
        for row in rows:
            links = links_of(connection, row, projection, self._rules.policy)
            resource = represent(row, links, base_url, self._rules)
            shown.append(resource if projection.is_default else projection.of(resource))
        if readings.unsorted_lists_vary and query.sort_by is None and shown:
            self._answered += 1
            turned = self._answered % len(shown)
            shown = shown[turned:] + shown[:turned]
        per_page = len(shown) if readings.items_per_page == "returned" else query.count
        message = {"schemas": [LIST_URN], **told, "itemsPerPage": per_page}
        if not (readings.empty_list_without_resources and told.get("totalResults") == 0):
            message["Resources"] = shown
        return Response(200, orjson.dumps(message))


def _neighbours(
    keys: Sequence[tuple[Key, ...]], place: Place | None, *, more: bool, descending: bool
) -> list[tuple[str, Place]]:
    """Where the page after this one begins, and where the one before it ends (RFC 9865 §2, Table 2)."""
    if place is None or not place.backwards:
        after = [("nextCursor", Place(keys[-1]))] if more else []
        return [*after, ("previousCursor", Place(keys[0], backwards=True))] if place is not None and keys else after
    if not keys:
        # All that came before has gone: the next page is what it was the end of, that resource included.
        *held, number = place.keys
        assert isinstance(number, int)
        return [("nextCursor", Place((*held, number + (1 if descending else -1))))]
    after = [("nextCursor", Place(keys[-1]))]
    return [*after, ("previousCursor", Place(keys[0], backwards=True))] if more else after

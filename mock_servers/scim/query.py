"""What a list request asks: RFC 7644 §3.4.2 and RFC 9865 §2, in a URL or in a body (§3.4.3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scimulate.mock_servers.scim.cursor import invalid_count, invalid_cursor
from scimulate.mock_servers.scim.errors import ScimError, invalid_filter, invalid_syntax, invalid_value
from scimulate.mock_servers.scim.filter import check_size
from scimulate.mock_servers.scim.limits import DEFAULT_PAGE_RESOURCES
from scimulate.mock_servers.scim.ordering import is_descending
from scimulate.mock_servers.scim.projection import WHOLE, Projection, names_in, read_projection
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import ResourceType

LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

Asked = Mapping[str, object]
"""Parameters of a URL or fields of a body, by lowered name."""


@dataclass(frozen=True)
class ListQuery:
    """What a list request asks for. A `cursor` is empty for the first page, and None where the page has an index."""

    filter: str | None = None
    sort_by: str | None = None
    descending: bool = False
    start: int = 1
    count: int = DEFAULT_PAGE_RESOURCES
    cursor: str | None = None
    projection: Projection = WHOLE


def read_query(asked: Asked, types: Sequence[ResourceType], rules: Rules) -> ListQuery:
    """The query; raises `ScimError` for what cannot be read or is not supported."""
    cursor = _read_cursor(asked, rules)
    return ListQuery(
        _read_filter(_text(asked, "filter"), rules),
        _read_sort(_text(asked, "sortby"), rules),
        is_descending(_text(asked, "sortorder")),
        _read_start(asked.get("startindex"), rules),
        _read_count(asked.get("count"), rules, with_cursor=cursor is not None),
        cursor,
        projection_of(asked, types, rules),
    )


def projection_of(asked: Asked, types: Sequence[ResourceType], rules: Rules) -> Projection:
    """The projection of any request that is answered with resources."""
    names, excluded = _names(asked, "attributes"), _names(asked, "excludedattributes")
    return read_projection(names, excluded, types, rules.policy.readings)


def _read_filter(text: str | None, rules: Rules) -> str | None:
    """The filter; an empty one is a mistake and never "all resources" (AMB-50, D-041)."""
    if text is None:
        return None
    policy = rules.policy
    if not text.strip() and policy.readings.empty_filter_ignored:
        return None
    if not policy.supported.filter_supported:
        status = int(policy.readings.unsupported_filter)
        raise ScimError(status, "this server has no filters", "invalidFilter" if status == 400 else None)
    if not text.strip():
        raise invalid_filter("the filter is empty")
    check_size(text)
    return text


def _read_sort(text: str | None, rules: Rules) -> str | None:
    if text is None or rules.policy.supported.sort_supported:
        return text
    reading = rules.policy.readings.unsupported_sort
    if reading == "ignored":
        return None
    raise ScimError(int(reading), "this server does not sort", "invalidValue" if reading == "400" else None)


def _read_cursor(asked: Asked, rules: Rules) -> str | None:
    """RFC 9865 §2.3, §2.4: who asks for no method is given the index, where the server has one."""
    supported = rules.policy.supported
    if not supported.cursor_paging_supported:
        return None
    cursor = asked.get("cursor")
    if cursor is None:
        return None if supported.index_paging_supported else ""
    if not isinstance(cursor, str):
        raise invalid_cursor()
    if asked.get("startindex") is not None and rules.policy.readings.start_index_with_cursor == "refused":
        raise invalid_value("startIndex and cursor exclude each other")
    return cursor


def _read_start(value: object, rules: Rules) -> int:
    """RFC 7644 §3.4.2.4: below 1 is 1."""
    if value is None or not rules.policy.supported.index_paging_supported:
        return 1
    number = _integer(value)
    if number is None:
        raise invalid_value("startIndex is an integer")
    return max(1, number)


def _read_count(value: object, rules: Rules, *, with_cursor: bool) -> int:
    """RFC 7644 §3.4.2.4: below 0 is 0; RFC 9865 §2.1 can be read to refuse that, and what is too much (AMB-41)."""
    limits, supported = rules.limits, rules.policy.supported
    if value is None:
        pages = supported.index_paging_supported or supported.cursor_paging_supported
        return limits.default_results if pages else limits.max_results
    number = _integer(value)
    if number is None:
        detail = "count is an integer"
        raise invalid_count(detail) if with_cursor else invalid_value(detail)
    told = with_cursor and rules.policy.readings.count_errors_told
    if told and not 0 <= number <= limits.max_results:
        raise invalid_count(f"count is between 0 and {limits.max_results}")
    return min(max(0, number), limits.max_results)


def _integer(value: object) -> int | None:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII) else None


def _text(asked: Asked, name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_syntax(f"{name} is a string")
    return value


def _names(asked: Asked, name: str) -> list[str] | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return names_in(value)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise invalid_syntax(f"{name} is a list of names")
    return value or None

"""sortBy and sortOrder: RFC 7644 §3.4.2.3."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.matching import Place, parse_time, resolve, values_at
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

Resource = dict[str, object]
SortKey = Callable[[Resource], tuple[bool, Any]]

_EARLIEST = datetime.min.replace(tzinfo=UTC)


def sort_key(name: str, types: Sequence[ResourceType]) -> SortKey:
    """The key of a resource. One without the attribute comes last when ascending and first when descending."""
    place = next((found for known in types if (found := resolve(name.strip(), known)) is not None), None)
    if place is None:
        raise invalid_value("sortBy names an attribute that no schema of this resource has")
    steps, attribute = _simple_steps(place)

    def key(resource: Resource) -> tuple[bool, Any]:
        value = _comparable(_preferred(resource, steps), attribute)
        missing = value is None
        return (missing, _nothing_of(attribute) if missing else value)

    return key


def _simple_steps(place: Place) -> tuple[tuple[Attribute, ...], Attribute]:
    attribute = place.attribute
    if not attribute.is_complex:
        return place.steps, attribute
    value = attribute.sub("value")
    if value is None or attribute.is_extension:
        raise invalid_value("sortBy names a complex attribute; name one of its sub-attributes")
    return (*place.steps, value), value


def _preferred(resource: Resource, steps: tuple[Attribute, ...]) -> object:
    """Of several values the primary one, else the first."""
    holder = steps[0]
    values = values_at(resource, (holder,))
    if holder.multi_valued and len(steps) > 1:
        values.sort(key=lambda value: not (isinstance(value, dict) and value.get("primary") is True))
    found = values_at({holder.name: values}, steps) if values else []
    return found[0] if found else None


def _comparable(value: object, attribute: Attribute) -> object:
    if attribute.type == "boolean":
        return value if isinstance(value, bool) else None
    if not isinstance(value, str):
        return None
    if attribute.type == "dateTime":
        return parse_time(value)
    return value if attribute.case_exact else without_case(value)


def _nothing_of(attribute: Attribute) -> object:
    if attribute.type == "boolean":
        return False
    return _EARLIEST if attribute.type == "dateTime" else ""

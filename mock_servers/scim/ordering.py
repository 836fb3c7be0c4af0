"""sortBy and sortOrder: RFC 7644 §3.4.2.3.

Text is in the order of its code points, without its letter case where the attribute has none: no locale is implied.
Descending is ascending read from its end, creation order included, so that either way a place in the list is told by
a value and a number.
"""

from collections.abc import Callable, Sequence
from typing import Any

from scimulate.mock_servers.scim.comparison import parse_time
from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.notation import Place, resolve
from scimulate.mock_servers.scim.plan import column_of
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

Resource = dict[str, object]
SortKey = Callable[[Resource], tuple[bool, Any]]

_ORDERS = {"ascending": False, "descending": True}


def is_descending(sort_order: str | None) -> bool:
    """What `sortOrder` asks for; ascending where it is not sent."""
    if sort_order is None:
        return False
    if sort_order.lower() not in _ORDERS:
        raise invalid_value("sortOrder is ascending or descending")
    return _ORDERS[sort_order.lower()]


def sort_key(name: str, types: Sequence[ResourceType]) -> SortKey:
    """The key of a resource. One without the attribute comes last when ascending and first when descending."""
    places = {known.name: place for known in types if (place := resolve(name.strip(), known)) is not None}
    if not places:
        raise invalid_value("sortBy names an attribute that no schema of this resource has")
    chains: dict[object, tuple[Attribute, ...]] = {kind: _simple_steps(place) for kind, place in places.items()}

    def key(resource: Resource) -> tuple[bool, Any]:
        steps = chains.get(_kind_of(resource))
        value = _comparable(_preferred(resource, steps), steps[-1]) if steps is not None else None
        return value is None, value

    return key


def order_of(sort_by: str, resource_type: ResourceType, *, descending: bool) -> str | None:
    """What follows ORDER BY in SQL, where a column of `resource` has the attribute: the same order as by `sort_key`."""
    place = resolve(sort_by.strip(), resource_type)
    column = column_of(place) if place is not None else None
    if column is None:
        return None
    return f"{column} DESC NULLS FIRST, number DESC" if descending else f"{column} NULLS LAST, number"


def _simple_steps(place: Place) -> tuple[Attribute, ...]:
    attribute, steps = place.attribute, place.steps
    if attribute.is_complex:
        value = attribute.sub("value")
        if value is None or attribute.is_extension:
            raise invalid_value("sortBy names a complex attribute; name one of its sub-attributes")
        steps = (*steps, value)
    if any(step.returned == "never" for step in steps):
        # An order would tell of the values.
        raise invalid_value("sortBy names an attribute that is never returned")
    return steps


def _kind_of(resource: Resource) -> object:
    meta = resource["meta"]
    return meta["resourceType"] if isinstance(meta, dict) else None


def _preferred(resource: Resource, steps: tuple[Attribute, ...]) -> object:
    """Of several values the primary one, else the first."""
    value: object = resource
    for step in steps:
        held = value.get(step.name) if isinstance(value, dict) else None
        if isinstance(held, list):
            held = next((one for one in held if _is_primary(one)), held[0] if held else None)
        value = held
    return value


def _is_primary(value: object) -> bool:
    return isinstance(value, dict) and value.get("primary") is True


def _comparable(value: object, attribute: Attribute) -> object:
    if attribute.type == "boolean":
        return value if isinstance(value, bool) else None
    if attribute.type in ("integer", "decimal"):
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(value, str):
        return None
    if attribute.type == "dateTime":
        return parse_time(value)
    return value if attribute.case_exact or attribute.type == "binary" else without_case(value)

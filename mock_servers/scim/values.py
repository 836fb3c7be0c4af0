"""The values of a multi-valued attribute: one value of one type is there once, and one at most is primary.

Lists in, new lists out (RFC 7643 §2.4, RFC 7644 §3.5.2). A value is an object or, without sub-attributes, plain.
"""

from collections.abc import Hashable, Iterable

from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.schema import Attribute


def check_primaries(attribute: Attribute, values: Iterable[object]) -> None:
    """An operation that brings two primary values contradicts itself."""
    if sum(_is_primary(value) for value in values) > 1:
        raise invalid_value(f"{attribute.name} has more than one primary value")


def extended(values: list[object], new: list[object]) -> tuple[list[object], list[int]]:
    """The values with the new ones added, and the places of those that were brought.

    §3.5.2.1: a value that is there already is not added again (D-172); what is said of it anew counts.
    """
    result = [*values]
    places: dict[Hashable, int] = {}
    for place, value in enumerate(values):
        _remember(places, value, place)
    touched: list[int] = []
    for value in new:
        place = places.get(_marks(value)[0], len(result))
        if place == len(result):
            _remember(places, value, place)
            result.append(value)
        else:
            result[place] = _joined(result[place], value)
        touched.append(place)
    return result, touched


def one_primary(values: list[object], touched: list[int]) -> list[object]:
    """§3.5.2: where an operation makes a value primary, the others are no longer (D-154)."""
    newest = next((place for place in reversed(touched) if _is_primary(values[place])), None)
    if newest is None:
        return values
    return [
        {**value, "primary": False} if place != newest and isinstance(value, dict) and _is_primary(value) else value
        for place, value in enumerate(values)
    ]


def each_once(values: list[object]) -> list[object]:
    """The values with those put together that became equal in value and type; a primary one stays it."""
    places: dict[Hashable, int] = {}
    result: list[object] = []
    for value in values:
        place = len(result)
        if isinstance(value, dict) and "value" in value:
            place = places.setdefault((value["value"], value.get("type")), place)
        if place == len(result):
            result.append(value)
        else:
            primary = {"primary": True} if _is_primary(result[place]) else {}
            result[place] = _joined(_joined(result[place], value), primary)
    return result


def _joined(held: object, value: object) -> object:
    return {**held, **value} if isinstance(held, dict) and isinstance(value, dict) else held


def _remember(places: dict[Hashable, int], value: object, place: int) -> None:
    for mark in _marks(value):
        places.setdefault(mark, place)


def _is_primary(value: object) -> bool:
    return isinstance(value, dict) and value.get("primary") is True


def _marks(value: object) -> list[Hashable]:
    """By what a value is known again, most telling first. One that is sent without its type is any of that value."""
    if not isinstance(value, dict):
        return [("plain", value)]
    if "value" in value:
        whole = ("value", value["value"], value.get("type"))
        return [whole, ("value", value["value"])] if "type" in value else [("value", value["value"]), whole]
    return [("parts", frozenset(value.items()))]

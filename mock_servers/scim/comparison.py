"""What an operator says of one value and an operand, by the type of the attribute (RFC 7644 Table 3)."""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scimulate.mock_servers.scim.errors import invalid_filter
from scimulate.mock_servers.scim.filter import Operand
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import Attribute

ValueTest = Callable[[object], bool]

_ORDERING = frozenset({"gt", "ge", "lt", "le"})
_SUBSTRING = frozenset({"co", "sw", "ew"})

_ORDER_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = _ORDER_TESTS | {
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
}
# xsd:dateTime as RFC 7643 §2.3.5 wants it: a date and a time, with seconds.
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_time(text: str) -> datetime | None:
    """The moment that an xsd:dateTime names; without an offset it is read as UTC."""
    return _moment(text) if _DATE_TIME.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def value_test(attribute: Attribute, operator: str, operand: Operand, policy: Policy) -> ValueTest:
    """A test of one value, by the type of its attribute (RFC 7644 Table 3)."""
    if attribute.type == "boolean":
        return _boolean_test(operator, operand, policy)
    if attribute.type in ("integer", "decimal"):
        return _number_test(operator, operand)
    if not isinstance(operand, str):
        raise invalid_filter("the filter compares text with a value that is not text")
    if attribute.type == "dateTime" and operator not in _SUBSTRING:
        return _time_test(operator, operand)
    if attribute.type == "binary" and operator in _ORDERING:
        raise invalid_filter("a binary attribute has no order")
    compare = _TEXT_TESTS[operator]
    if attribute.case_exact or attribute.type == "binary":
        return lambda value: isinstance(value, str) and compare(value, operand)
    lowered = without_case(operand)
    return lambda value: isinstance(value, str) and compare(without_case(value), lowered)


def _boolean_test(operator: str, operand: Operand, policy: Policy) -> ValueTest:
    if operator != "eq":
        raise invalid_filter("a Boolean attribute can be compared with eq and ne alone")
    # ENTRA-128: role mappings ask for [primary eq "True"], a Boolean in quotes.
    if policy.string_booleans and isinstance(operand, str) and operand.lower() in ("true", "false"):
        operand = operand.lower() == "true"
    if not isinstance(operand, bool):
        raise invalid_filter("a Boolean attribute is compared with true or false")
    # RFC 7643 §2.5: an absent Boolean is not false, but for `primary` absence means false (§2.4).
    return lambda value: value is operand


def _number_test(operator: str, operand: Operand) -> ValueTest:
    if operator in _SUBSTRING:
        raise invalid_filter("a number has no parts to compare")
    if isinstance(operand, bool) or not isinstance(operand, int | float):
        raise invalid_filter("a number is compared with a number")
    compare = _ORDER_TESTS[operator]
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and compare(value, operand)


def _time_test(operator: str, operand: str) -> ValueTest:
    moment = parse_time(operand)
    if moment is None:
        raise invalid_filter("a dateTime attribute is compared with a date and time such as 2026-01-05T09:00:00Z")
    compare = _ORDER_TESTS[operator]

    def holds(value: object) -> bool:
        held = _moment(value) if isinstance(value, str) else None
        return held is not None and compare(held, moment)

    return holds

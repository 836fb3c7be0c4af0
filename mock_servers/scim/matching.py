"""What a filter means: a tree and a resource type in, a predicate over resources (as plain JSON objects) out.

All checks are made while the predicate is built, so a bad filter is refused on an empty server as well (D-041).
"""

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scimulate.mock_servers.scim.errors import invalid_filter
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Operand, Or, Present, ValuePath
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

Resource = dict[str, object]
Predicate = Callable[[Resource], bool]
ValueTest = Callable[[object], bool]
_Predicates = dict[object, Predicate]

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


@dataclass(frozen=True)
class Place:
    """Where an attribute name points: a chain of attributes from the resource inwards."""

    steps: tuple[Attribute, ...]

    @property
    def attribute(self) -> Attribute:
        return self.steps[-1]


class _UnknownAttribute(Exception):
    """The filter names an attribute that no schema has."""


def predicate(tree: Filter, types: Sequence[ResourceType], policy: Policy) -> Predicate:
    """Whether a resource matches. With several types a name need only be known to one (RFC 7644 §3.4.2.1)."""
    builder = _Builder(types, policy)
    try:
        predicates: _Predicates = {known.name: builder.build(tree, known) for known in types}
    except _UnknownAttribute:
        return _nothing(policy)
    if len(types) == 1:
        return predicates[types[0].name]

    def holds(resource: Resource) -> bool:
        meta = resource["meta"]
        return isinstance(meta, dict) and predicates[meta["resourceType"]](resource)

    return holds


def value_predicate(tree: Filter, attribute: Attribute, policy: Policy) -> Predicate:
    """Whether one value of a multi-valued complex attribute matches the filter in its brackets."""
    try:
        return _Builder((), policy).build(tree, attribute)
    except _UnknownAttribute:
        return _nothing(policy)


def _nothing(policy: Policy) -> Predicate:
    """What is made of a filter on an attribute that no schema has (AMB-10): `not` and `ne` do not find all by it."""
    if policy.readings.unknown_in_filter_matches_nothing:
        return lambda resource: False
    raise invalid_filter("the filter names an attribute that no schema of this resource has")


def resolve(name: str, resource_type: ResourceType) -> Place | None:
    """The place of a dotted or URN-qualified name, or None when the type has no such attribute."""
    container: Attribute | None = None
    split = resource_type.split_urn(name)
    if split is not None:
        container, name = split
        if not name:
            return Place((container,)) if container is not None else None
    first, _, rest = name.partition(".")
    found = container.sub(first) if container is not None else resource_type.attribute(first)
    if found is None:
        return None
    steps = (found,) if container is None else (container, found)
    if not rest:
        return Place(steps)
    sub = found.sub(rest)
    return Place((*steps, sub)) if sub is not None else None


def values_at(resource: object, steps: tuple[Attribute, ...]) -> list[object]:
    """All values found along the steps, through lists. Absent, null and [] are one state (RFC 7643 §2.5)."""
    found = [resource]
    for step in steps:
        inner: list[object] = []
        for value in found:
            held = value.get(step.name) if isinstance(value, dict) else None
            if isinstance(held, list):
                inner.extend(held)
            elif held is not None:
                inner.append(held)
        found = inner
    return found


def parse_time(text: str) -> datetime | None:
    """The moment that an xsd:dateTime names; without an offset it is read as UTC."""
    return _moment(text) if _DATE_TIME.fullmatch(text) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


class _Builder:
    """Builds predicates over resources of a type, or over the values of the complex attribute before the brackets."""

    def __init__(self, types: Sequence[ResourceType], policy: Policy) -> None:
        self._types = types
        self._policy = policy

    def build(self, tree: Filter, scope: ResourceType | Attribute) -> Predicate:
        match tree:
            case Compare():
                return self._compare(tree, scope)
            case Present():
                return self._present(tree, scope)
            case Not(inner):
                negated = self.build(inner, scope)
                return lambda resource: not negated(resource)
            case And(parts):
                conjuncts = [self.build(part, scope) for part in parts]
                return lambda resource: all(part(resource) for part in conjuncts)
            case Or(parts):
                disjuncts = [self.build(part, scope) for part in parts]
                return lambda resource: any(part(resource) for part in disjuncts)
            case ValuePath():
                return self._value_path(tree, scope)

    def _place(self, name: str, scope: ResourceType | Attribute) -> tuple[Place, bool]:
        """Where the name points, and whether resources of this type have it, or only those of another one."""
        if not self._policy.external_id_search and name.lower().endswith("externalid"):
            raise invalid_filter("this server cannot search by externalId")
        if isinstance(scope, Attribute):
            sub = scope.sub(name)
            here = place = Place((sub,)) if sub is not None else None
        else:
            here = resolve(name, scope)
            place = here or next((found for known in self._types if (found := resolve(name, known))), None)
        if place is None:
            raise _UnknownAttribute
        if any(step.returned == "never" for step in place.steps):
            # What is never shown is not told by way of a filter either (RFC 7643 §7, RFC 7644 §7.5).
            raise invalid_filter("the filter names an attribute that is never returned")
        return place, here is not None

    def _offered(self, operator: str) -> None:
        """RFC 7644 Table 9: a combination that is not supported is an invalidFilter (AMB-52)."""
        if operator in self._policy.readings.operators_not_offered:
            raise invalid_filter("this server does not offer an operator of the filter")

    def _compare(self, tree: Compare, scope: ResourceType | Attribute) -> Predicate:
        self._offered(tree.operator)
        place, is_here = self._place(tree.attribute, scope)
        test = _place_test(place, tree.operator, tree.operand, self._policy)
        # RFC 7644 §3.4.2.1: an attribute that a type lacks is one without a value.
        return test if is_here else lambda resource: test({})

    def _present(self, tree: Present, scope: ResourceType | Attribute) -> Predicate:
        self._offered("pr")
        place, is_here = self._place(tree.attribute, scope)
        steps = place.steps
        return lambda resource: is_here and _holds_something(values_at(resource, steps))

    def _value_path(self, tree: ValuePath, scope: ResourceType | Attribute) -> Predicate:
        place, is_here = self._place(tree.attribute, scope)
        attribute, steps = place.attribute, place.steps
        if not attribute.is_complex or attribute.is_extension:
            raise invalid_filter("brackets follow an attribute that has no sub-attributes")
        holds = self.build(tree.inner, attribute)
        then = self.build(tree.then, attribute) if tree.then is not None else None
        return lambda resource: (
            is_here
            and any(
                isinstance(value, dict) and holds(value) and (then is None or then(value))
                for value in values_at(resource, steps)
            )
        )


def _holds_something(value: object) -> bool:
    """RFC 7644 Table 3: a complex value is present by a node of it that is not empty."""
    if isinstance(value, dict):
        return any(map(_holds_something, value.values()))
    if isinstance(value, list):
        return any(map(_holds_something, value))
    return value is not None and value != ""


def _place_test(place: Place, operator: str, operand: Operand, policy: Policy) -> Predicate:
    steps, attribute, readings = place.steps, place.attribute, policy.readings
    if attribute.is_complex and operand is not None:
        value = attribute.sub("value")
        # `manager eq "id"` is the one singular complex attribute that Entra compares (ENTRA-195).
        refused = attribute.multi_valued and readings.bare_multi_valued_refused
        if attribute.is_extension or value is None or refused:
            raise invalid_filter("a complex attribute is compared by one of its sub-attributes")
        steps, attribute = (*steps, value), value
    if operand is None:
        if readings.null_operand_refused:
            raise invalid_filter("this server does not compare with null")
        return _null_test(steps, operator)
    if operator == "ne":
        return _difference_test(steps, _value_test(attribute, "eq", operand, policy), readings)
    test = _value_test(attribute, operator, operand, policy)
    if len(steps) == 1 and not attribute.multi_valued:
        name = attribute.name
        return lambda resource: test(resource.get(name))
    return lambda resource: any(test(value) for value in values_at(resource, steps))


def _difference_test(steps: tuple[Attribute, ...], equals: ValueTest, readings: Readings) -> Predicate:
    """`ne`, by the two readings of AMB-11."""
    differ = any if readings.ne_of_several == "one value differs" else all
    missing = readings.missing_matches_ne

    def holds(resource: Resource) -> bool:
        values = values_at(resource, steps)
        return differ(not equals(value) for value in values) if values else missing

    return holds


def _null_test(steps: tuple[Attribute, ...], operator: str) -> Predicate:
    if operator == "eq":
        return lambda resource: not _holds_something(values_at(resource, steps))
    if operator == "ne":
        return lambda resource: _holds_something(values_at(resource, steps))
    raise invalid_filter("null can be compared with eq and ne alone")


def _value_test(attribute: Attribute, operator: str, operand: Operand, policy: Policy) -> ValueTest:
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

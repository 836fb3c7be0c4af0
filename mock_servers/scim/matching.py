"""What a filter means: a tree and a resource type in, a predicate over resources (as plain JSON objects) out.

All checks are made while the predicate is built, so a bad filter is refused on an empty server as well (D-041).
Readings: an attribute that is missing matches `ne` (AMB-11); for a multi-valued one `ne` means that no value
equals; `eq null` is the same as not `pr` (AMB-08); a bare multi-valued name means its `value` (AMB-09).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from scimulate.mock_servers.scim.errors import invalid_filter
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Operand, Or, Present, ValuePath
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

Resource = dict[str, object]
Predicate = Callable[[Resource], bool]
ValueTest = Callable[[object], bool]

_ORDERING = frozenset({"gt", "ge", "lt", "le"})
_SUBSTRING = frozenset({"co", "sw", "ew"})

_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda value, operand: value == operand,
    "co": lambda value, operand: operand in value,
    "sw": lambda value, operand: value.startswith(operand),
    "ew": lambda value, operand: value.endswith(operand),
    "gt": lambda value, operand: value > operand,
    "ge": lambda value, operand: value >= operand,
    "lt": lambda value, operand: value < operand,
    "le": lambda value, operand: value <= operand,
}
_TIME_TESTS: dict[str, Callable[[datetime, datetime], bool]] = {
    "eq": lambda value, operand: value == operand,
    "gt": lambda value, operand: value > operand,
    "ge": lambda value, operand: value >= operand,
    "lt": lambda value, operand: value < operand,
    "le": lambda value, operand: value <= operand,
}


@dataclass(frozen=True)
class Place:
    """Where an attribute name points: a chain of attributes from the resource inwards."""

    steps: tuple[Attribute, ...]

    @property
    def attribute(self) -> Attribute:
        return self.steps[-1]


def predicate(tree: Filter, resource_types: Iterable[ResourceType], policy: Policy) -> Predicate:
    """Whether a resource matches. With several resource types a name need only be known to one (§3.4.2.1)."""
    return _Builder(tuple(resource_types), policy).build(tree)


def value_predicate(tree: Filter, attribute: Attribute, policy: Policy) -> Predicate:
    """Whether one value of a multi-valued complex attribute matches the filter in its brackets."""
    return _Builder((), policy, attribute).build(tree)


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
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if "T" not in text.upper():
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


class _Builder:
    """Builds predicates; `scope` is the complex attribute whose brackets we are in."""

    def __init__(
        self, resource_types: tuple[ResourceType, ...], policy: Policy, scope: Attribute | None = None
    ) -> None:
        self._types = resource_types
        self._policy = policy
        self._scope = scope

    def build(self, tree: Filter) -> Predicate:
        match tree:
            case Compare():
                return self._compare(tree)
            case Present():
                return self._present(tree)
            case Not(inner):
                negated = self.build(inner)
                return lambda resource: not negated(resource)
            case And(parts):
                conjuncts = [self.build(part) for part in parts]
                return lambda resource: all(part(resource) for part in conjuncts)
            case Or(parts):
                disjuncts = [self.build(part) for part in parts]
                return lambda resource: any(part(resource) for part in disjuncts)
            case ValuePath():
                return self._value_path(tree)

    def _places(self, name: str) -> list[Place]:
        if not self._policy.external_id_search and name.lower().endswith("externalid"):
            raise invalid_filter("this server cannot search by externalId")
        if self._scope is not None:
            sub = self._scope.sub(name)
            places = [Place((sub,))] if sub is not None else []
        else:
            places = [place for known in self._types if (place := resolve(name, known)) is not None]
        if not places:
            raise invalid_filter("the filter names an attribute that no schema of this resource has")
        return places

    def _compare(self, tree: Compare) -> Predicate:
        tests = [
            _place_test(place, tree.operator, tree.operand, self._policy) for place in self._places(tree.attribute)
        ]
        if len(tests) == 1:
            return tests[0]
        # In a root query a name may mean something in each type; where a type lacks it, it finds nothing.
        combine = all if tree.operator == "ne" else any
        return lambda resource: combine(test(resource) for test in tests)

    def _present(self, tree: Present) -> Predicate:
        chains = [place.steps for place in self._places(tree.attribute)]
        return lambda resource: any(_holds_something(values_at(resource, steps)) for steps in chains)

    def _value_path(self, tree: ValuePath) -> Predicate:
        chains: list[tuple[tuple[Attribute, ...], Predicate]] = []
        for place in self._places(tree.attribute):
            if not place.attribute.is_complex or place.attribute.is_extension:
                raise invalid_filter("brackets follow an attribute that has no sub-attributes")
            inner = value_predicate(tree.inner, place.attribute, self._policy)
            chains.append((place.steps, self._with_then(inner, tree.then, place.attribute)))
        return lambda resource: any(
            isinstance(value, dict) and holds(value) for steps, holds in chains for value in values_at(resource, steps)
        )

    def _with_then(self, inner: Predicate, then: Compare | Present | None, attribute: Attribute) -> Predicate:
        if then is None:
            return inner
        rest = value_predicate(then, attribute, self._policy)
        return lambda value: inner(value) and rest(value)


def _holds_something(values: list[object]) -> bool:
    return any(value not in ("", {}, []) for value in values)


def _place_test(place: Place, operator: str, operand: Operand, policy: Policy) -> Predicate:
    steps = place.steps
    attribute = place.attribute
    if attribute.is_complex and operand is not None:
        value = attribute.sub("value")
        # `manager eq "id"` is the one singular complex attribute that Entra compares (ENTRA-195).
        if attribute.is_extension or value is None:
            raise invalid_filter("a complex attribute is compared by one of its sub-attributes")
        steps, attribute = (*steps, value), value
    if operand is None:
        return _null_test(steps, operator)
    if operator == "ne":
        equals = _value_test(attribute, "eq", operand, policy)
        return lambda resource: not any(equals(value) for value in values_at(resource, steps))
    test = _value_test(attribute, operator, operand, policy)
    if len(steps) == 1 and not attribute.multi_valued:
        name = attribute.name
        return lambda resource: test(resource.get(name))
    return lambda resource: any(test(value) for value in values_at(resource, steps))


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
    if not isinstance(operand, str):
        raise invalid_filter("the filter compares text with a value that is not text")
    if attribute.type == "dateTime" and operator not in _SUBSTRING:
        return _time_test(operator, operand)
    if attribute.type == "binary" and operator in _ORDERING:
        raise invalid_filter("a binary attribute has no order")
    compare = _TEXT_TESTS[operator]
    if attribute.case_exact:
        return lambda value: isinstance(value, str) and compare(value, operand)
    lowered = operand.lower()
    return lambda value: isinstance(value, str) and compare(value.lower(), lowered)


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


def _time_test(operator: str, operand: str) -> ValueTest:
    moment = parse_time(operand)
    if moment is None:
        raise invalid_filter("a dateTime attribute is compared with a date and time such as 2026-01-05T09:00:00Z")
    compare = _TIME_TESTS[operator]

    def holds(value: object) -> bool:
        held = parse_time(value) if isinstance(value, str) else None
        return held is not None and compare(held, moment)

    return holds

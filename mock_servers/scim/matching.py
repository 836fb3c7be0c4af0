"""What a filter means: a tree and a resource type in, a predicate over resources (as plain JSON objects) out.

All checks are made while the predicate is built, so a bad filter is refused on an empty server as well (D-041).
"""

from collections.abc import Callable, Sequence

from scimulate.mock_servers.scim.comparison import ValueTest, value_test
from scimulate.mock_servers.scim.errors import invalid_filter
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Operand, Or, Present, ValuePath
from scimulate.mock_servers.scim.notation import Place, resolve, values_at
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

Resource = dict[str, object]
Predicate = Callable[[Resource], bool]
_Predicates = dict[object, Predicate]


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
        return _difference_test(steps, value_test(attribute, "eq", operand, policy), readings)
    test = value_test(attribute, operator, operand, policy)
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

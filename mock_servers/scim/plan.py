"""What the database can answer of a filter by itself: a tree in, a condition in SQL out.

Knows the columns of `resource` and no rows. Made of filters that `predicate` has accepted: it refuses nothing. The
evaluator has the last word: what is called exact here is held against it by generated filters in the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scimulate.mock_servers.scim.comparison import parse_time
from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Operand, Or, Present, ValuePath
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.notation import Place, resolve
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import Attribute, ResourceType

_COLUMNS = {
    ("id",): "id",
    ("externalId",): "external_id",
    ("userName",): "user_name",
    ("displayName",): "display_name",
    ("meta", "created"): "created",
    ("meta", "lastModified"): "modified",
    ("meta", "resourceType"): "kind",
}
"""Faithful copies of an attribute: the text itself, or without its letter case where the attribute has none."""
_ORDERS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LAST_CHARACTER, _BEFORE_SURROGATES, _AFTER_SURROGATES = 0x10FFFF, 0xD7FF, 0xE000

_OWN_ROWS = "SELECT number FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({})"
_OWN_ADDRESSES = "number IN (SELECT number FROM address WHERE tenant = ?1 AND {})"
_GROUPS_WITH = (
    "number IN (SELECT x.group_number FROM resource m JOIN membership x ON x.member_number = m.number"
    " WHERE m.tenant = ?1 AND m.kind IN ('User', 'Group') AND m.id = ?)"
)
_MEMBERS_OF = (
    "number IN (SELECT x.member_number FROM resource g JOIN membership x ON x.group_number = g.number"
    " WHERE g.tenant = ?1 AND g.kind = 'Group' AND g.id = ?)"
)


@dataclass(frozen=True)
class Plan:
    """A condition that every visible resource of the filter fulfils.

    It stands in `SELECT … FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({where})`: `?1` is the
    tenant there and within `where`, `?2` the kind; its own parameters are plain `?`, in the order of `parameters`.
    """

    where: str
    parameters: tuple[str, ...]
    exact: bool
    """The condition is the filter: its rows need no other look. Else the evaluator confirms each of them."""
    narrow: bool
    """An index leads to a few rows, whatever the size of the directory."""


_EVERYTHING = Plan("1", (), exact=True, narrow=False)
_NOTHING = Plan("0", (), exact=True, narrow=True)


def plan_of(tree: Filter, resource_type: ResourceType, policy: Policy) -> Plan | None:
    """The condition, or None where no column tells anything about the filter."""
    return _Planner(resource_type, policy).plan(tree)


def column_of(place: Place) -> str | None:
    """The column of `resource` that is a copy of the attribute."""
    return _COLUMNS.get(tuple(step.name for step in place.steps))


class _Planner:
    """Plans for one resource type, by the readings of one policy."""

    def __init__(self, resource_type: ResourceType, policy: Policy) -> None:
        self._type = resource_type
        self._readings = policy.readings

    def plan(self, tree: Filter) -> Plan | None:
        match tree:
            case And(parts):
                return _all_of([self.plan(part) for part in parts])
            case Or(parts):
                return _any_of([self.plan(part) for part in parts])
            case Not(inner):
                return _none_of(self.plan(inner))
            case Present(name):
                return self._comparison(name, "ne", None)
            case Compare(name, operator, operand):
                return self._comparison(name, operator, operand)
            case ValuePath():
                return self._value_path(tree)

    def _comparison(self, name: str, operator: str, operand: Operand) -> Plan | None:
        place = resolve(name, self._type)
        if place is None:
            return self._of_another_type(operator, operand)
        column = column_of(place)
        if column is None:
            return self._linked(place, operator, operand)
        if operand is None:
            present = Plan(f"{column} <> ''", (), exact=True, narrow=False)
            return present if operator == "ne" else _none_of(present)
        if not isinstance(operand, str):
            return None
        if place.attribute.type == "dateTime":
            return _instants(column, operator, operand)
        if operator == "ne":
            return self._difference(column, _key(place.attribute, operand))
        return _texts(column, operator, _key(place.attribute, operand))

    def _of_another_type(self, operator: str, operand: Operand) -> Plan | None:
        """RFC 7644 §3.4.2.1: an attribute that the type lacks is one without a value."""
        if self._readings.unknown_in_filter_matches_nothing:
            return None  # Unknown to all types, it makes the whole filter find nothing, `not` included.
        if operand is None:
            return _EVERYTHING if operator == "eq" else _NOTHING
        return _EVERYTHING if operator == "ne" and self._readings.missing_matches_ne else _NOTHING

    def _difference(self, column: str, operand: str) -> Plan:
        missing = f" OR {column} IS NULL" if self._readings.missing_matches_ne else ""
        return Plan(f"({column} <> ?{missing})", (operand,), exact=True, narrow=False)

    def _linked(self, place: Place, operator: str, operand: Operand) -> Plan | None:
        """Attributes whose values are in a table of their own. `ne` is not told by the rows that are there."""
        attribute = place.steps[0]
        is_value = len(place.steps) == 1 or place.attribute.name == "value"
        if not is_value or not isinstance(operand, str) or operator == "ne":
            return None
        if attribute.name == "emails":
            found = _texts("value", operator, without_case(operand))
            where = _OWN_ADDRESSES.format(found.where)
            return Plan(where, found.parameters, exact=found.exact, narrow=found.narrow)
        if operator != "eq":
            return None
        if attribute.name == "members":
            # Members who are hidden, or deleted, are shown by some policies alone: the evaluator knows.
            return None if self._readings.deleted_members_stay else Plan(_GROUPS_WITH, (operand,), False, True)
        return Plan(_MEMBERS_OF, (operand,), exact=True, narrow=False) if attribute.name == "groups" else None

    def _value_path(self, tree: ValuePath) -> Plan | None:
        place = resolve(tree.attribute, self._type)
        if place is None:
            return None if self._readings.unknown_in_filter_matches_nothing else _NOTHING
        inner = self._of_one_value(tree.inner, place)
        if tree.then is None:
            return inner
        return _inexact(_all_of([inner, self._of_one_value(tree.then, place)]))

    def _of_one_value(self, tree: Filter, place: Place) -> Plan | None:
        """That some value fulfils the tree. Two conditions may be met by two values, so they are not exact together."""
        match tree:
            case And(parts):
                return _inexact(_all_of([self._of_one_value(part, place) for part in parts]))
            case Or(parts):
                return _any_of([self._of_one_value(part, place) for part in parts])
            case Compare(name, operator, operand):
                sub = place.attribute.sub(name)
                return self._linked(Place((*place.steps, sub)), operator, operand) if sub is not None else None
        return None


def _key(attribute: Attribute, operand: str) -> str:
    return operand if attribute.case_exact else without_case(operand)


def _texts(column: str, operator: str, operand: str) -> Plan:
    """Code points have the order of the bytes of UTF-8, by which SQLite compares."""
    if operator == "sw":
        return _beginning_with(column, operand)
    if operator in ("co", "ew"):
        return Plan(f"instr({column}, ?) > 0", (operand,), exact=operator == "co", narrow=False)
    return Plan(f"{column} {_ORDERS[operator]} ?", (operand,), exact=True, narrow=operator == "eq")


def _beginning_with(column: str, prefix: str) -> Plan:
    """A range of the index: all texts from the prefix to the first that is beyond every text which begins with it."""
    head = prefix.rstrip(chr(_LAST_CHARACTER))
    if not head:
        return Plan(f"{column} >= ?", (prefix,), exact=True, narrow=False)
    last = ord(head[-1])
    beyond = head[:-1] + chr(_AFTER_SURROGATES if last == _BEFORE_SURROGATES else last + 1)
    return Plan(f"({column} >= ? AND {column} < ?)", (prefix, beyond), exact=True, narrow=False)


def _instants(column: str, operator: str, operand: str) -> Plan | None:
    """Comparison of moments, which are kept as UTC in whole milliseconds."""
    moment = parse_time(operand)
    if moment is None or operator in ("co", "sw", "ew"):
        return None
    held, is_whole = _as_kept(moment)
    if not is_whole:
        # It lies between two moments that can be kept.
        if operator in ("eq", "ne"):
            return _NOTHING if operator == "eq" else _EVERYTHING
        operator = {"ge": "gt", "lt": "le"}.get(operator, operator)
    sign = "<>" if operator == "ne" else _ORDERS[operator]
    return Plan(f"{column} {sign} ?", (held,), exact=True, narrow=False)


def _as_kept(moment: datetime) -> tuple[str, bool]:
    """The text of the last kept moment that is not later, and whether it is the same moment."""
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        # Before the year 1, or after the year 9999, in UTC.
        return ("0000" if moment.year == 1 else "9999-12-31T24"), False
    text = utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
    return text, utc.microsecond % 1000 == 0


def _all_of(plans: Sequence[Plan | None]) -> Plan | None:
    known = [plan for plan in plans if plan is not None]
    if not known:
        return None
    return Plan(
        " AND ".join(f"({plan.where})" for plan in known),
        sum((plan.parameters for plan in known), ()),
        exact=len(known) == len(plans) and all(plan.exact for plan in known),
        narrow=any(plan.narrow for plan in known),
    )


def _any_of(plans: Sequence[Plan | None]) -> Plan | None:
    known = [plan for plan in plans if plan is not None]
    if len(known) < len(plans):
        return None
    narrow = all(plan.narrow for plan in known)
    if narrow:
        # SQLite would rather look at everybody than into several indexes: each is asked by itself.
        where = f"number IN ({' UNION ALL '.join(_OWN_ROWS.format(plan.where) for plan in known)})"
    else:
        where = " OR ".join(f"({plan.where})" for plan in known)
    parameters = sum((plan.parameters for plan in known), ())
    return Plan(where, parameters, exact=all(plan.exact for plan in known), narrow=narrow)


def _none_of(plan: Plan | None) -> Plan | None:
    """NULL stands for false in a condition; `not` must be told so."""
    if plan is None or not plan.exact:
        return None
    return Plan(f"NOT ifnull({plan.where}, 0)", plan.parameters, exact=True, narrow=False)


def _inexact(plan: Plan | None) -> Plan | None:
    return plan and Plan(plan.where, plan.parameters, exact=False, narrow=plan.narrow)

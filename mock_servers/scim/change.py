"""How add, replace and remove change one attribute: RFC 7644 §3.5.2.1 to §3.5.2.3, with a policy's readings.

What is held is never changed in place but for the holder itself, which the caller made for this change.
"""

from collections.abc import Callable
from typing import NamedTuple

from scimulate.mock_servers.scim.document import Document, coerce
from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax, invalid_value, no_target
from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.matching import value_predicate
from scimulate.mock_servers.scim.path import equalities
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import Attribute
from scimulate.mock_servers.scim.values import check_primaries, each_once, extended, one_primary

_MARKS = frozenset({"type", "primary"})


class Target(NamedTuple):
    """An attribute in the object that holds it, perhaps one sub-attribute, perhaps selected values."""

    holder: Document
    attribute: Attribute
    sub: Attribute | None
    filter: Filter | None


def change_target(target: Target, op: str, value: object, has_value: bool, policy: Policy) -> None:
    """Carry out one operation on the holder."""
    if op == "remove":
        _remove(target, value, has_value, policy)
    elif policy.blank_updates_ignored and _is_blank(value):
        return
    elif _unassigns(target, value, policy):
        _unassign(target, op, value, policy)
    elif target.attribute.multi_valued:
        _change_values(target, op, value, policy)
    else:
        _change_single(target, op, value, policy)


def _is_blank(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _unassigns(target: Target, value: object, policy: Policy) -> bool:
    """Whether the value is no value (RFC 7643 §2.5). ENTRA-194: the manager is taken away by ""."""
    if value == "":
        return policy.blank_clears or (
            policy.bare_manager and target.attribute.is_complex and not target.attribute.multi_valued and not target.sub
        )
    return value is None or value == []


def _unassign(target: Target, op: str, value: object, policy: Policy) -> None:
    """Replace with null or [] unassigns (AMB-21); adding nothing adds nothing."""
    if op == "add":
        return
    if policy.readings.null_replacement_refused and value != "":
        raise invalid_value("replace takes a value; remove takes an attribute away")
    last = target.sub or target.attribute
    if last.required:
        raise invalid_value(f"{last.name} is required")
    found = _take_away(target, lambda one: True, policy)
    if not found and target.filter is not None and not policy.value_filter_upsert:
        raise _nothing_matches(target)


def _change_single(target: Target, op: str, value: object, policy: Policy) -> None:
    holder, attribute, sub, _ = target
    if sub is not None:
        held = holder.get(attribute.name)
        holder[attribute.name] = {**(held if isinstance(held, dict) else {}), sub.name: coerce(sub, value, policy)}
        return
    kept = coerce(attribute, value, policy)
    if not attribute.is_complex:
        if attribute.required and (not isinstance(kept, str) or not kept.strip()):
            raise invalid_value(f"{attribute.name} is required")
        holder[attribute.name] = kept
        return
    replaces = op == "add" and policy.readings.add_replaces_complex and kept is not None
    held = None if replaces else holder.get(attribute.name)
    _keep(holder, attribute, _merged(held, attribute, op, value, kept, policy))


def _merged(held: object, attribute: Attribute, op: str, given: object, kept: object, policy: Policy) -> Document:
    """§3.5.2.3: sub-attributes not named stay; one that is replaced by no value goes."""
    merged: Document = {**held} if isinstance(held, dict) else {}
    new: Document = {**kept} if isinstance(kept, dict) else {}
    for key, inner in given.items() if isinstance(given, dict) else ():
        if not _is_blank(inner) or (sub := attribute.sub(key)) is None:
            continue
        if policy.blank_updates_ignored:
            new.pop(sub.name, None)
        elif inner != "" or policy.blank_clears:
            new.pop(sub.name, None)
            if op == "replace":
                merged.pop(sub.name, None)
    return merged | new


def _change_values(target: Target, op: str, value: object, policy: Policy) -> None:
    holder, attribute, sub, tree = target
    held = holder.get(attribute.name)
    values: list[object] = held if isinstance(held, list) else []
    if tree is not None or sub is not None:
        _keep(holder, attribute, _with_selected_changed(values, target, op, value, policy))
        return
    if op == "add" and policy.readings.single_value_add_refused and not isinstance(value, list):
        raise invalid_value(f"{attribute.name} takes a list of values")
    coerced = coerce(attribute, value, policy)
    given: list[object] = coerced if isinstance(coerced, list) else []
    check_primaries(attribute, given)
    if op == "replace":
        if not given:
            # Not one known part in it: a client's mistake, which must not take all values away.
            raise invalid_value(f"no value of {attribute.name} has a part that is known")
        _keep(holder, attribute, given)
        return
    _keep(holder, attribute, one_primary(*extended(values, given)))


def _with_selected_changed(
    values: list[object], target: Target, op: str, value: object, policy: Policy
) -> list[object]:
    attribute, sub = target.attribute, target.sub
    selects = _selection(target, policy)
    given, kept = _one_object(attribute, value, policy) if sub is None else ({}, {sub.name: coerce(sub, value, policy)})
    changed: list[object] = []
    touched: list[int] = []
    for place, one in enumerate(values):
        if isinstance(one, dict) and selects(one):
            drops = op == "replace" and sub is None and policy.readings.selected_replacement_drops
            one = _merged(None if drops else one, attribute, op, given, kept, policy)
            touched.append(place)
        changed.append(one)
    if not touched:
        created = _created_value(target, op, kept, policy)
        if created is None:
            return values
        touched.append(len(changed))
        changed.append(created)
    return each_once(one_primary(changed, touched))


def _one_object(attribute: Attribute, value: object, policy: Policy) -> tuple[Document, Document]:
    """What a selected value is given, as it was sent and as it is kept."""
    sent = value[0] if isinstance(value, list) and len(value) == 1 else value
    kept = coerce(attribute, value, policy)
    if isinstance(sent, dict) and (kept is None or isinstance(kept, list)):
        first = kept[0] if kept else {}
        return sent, first if isinstance(first, dict) else {}
    raise invalid_value(f"a selected value of {attribute.name} takes one object")


def _created_value(target: Target, op: str, change: Document, policy: Policy) -> Document | None:
    """The value that was looked for and not found: ENTRA-130 wants it made, RFC 7644 §3.5.2.3 wants noTarget."""
    if target.filter is None:
        return dict(change)
    if op == "replace":
        if not policy.value_filter_upsert:
            raise _nothing_matches(target)
    elif policy.readings.add_without_match != "created":
        if policy.readings.add_without_match == "ignored":
            return None
        raise _nothing_matches(target)
    wanted = equalities(target.filter)
    created = coerce(target.attribute, [wanted], policy) if wanted is not None else None
    start = created[0] if isinstance(created, list) else None
    if not isinstance(start, dict) or not _selection(target, policy)(start):
        raise _nothing_matches(target)  # The filter says what a value is not, or contradicts itself.
    return {**start, **change}


def _remove(target: Target, value: object, has_value: bool, policy: Policy) -> None:
    if not has_value or value is None or target.filter is not None or target.sub is not None:
        # ENTRA-161: a value beside a path that already says what to remove is noise, never to be written (D-137).
        found = _take_away(target, lambda one: True, policy)
    elif not policy.remove_with_value:
        raise invalid_syntax("remove takes a path and no value")
    else:
        given = coerce(target.attribute, value, policy)
        unwanted = given if isinstance(given, list) else [given]
        found = _take_away(target, lambda one: any(_is_covered(one, wanted) for wanted in unwanted), policy)
    if not found and policy.readings.remove_of_nothing_refused:
        raise no_target(f"{target.attribute.name} has nothing to remove")


def _is_covered(held: object, wanted: object) -> bool:
    if isinstance(held, dict) and isinstance(wanted, dict):
        return all(held.get(name) == part for name, part in wanted.items())
    return held == wanted


def _take_away(target: Target, unwanted: Callable[[object], bool], policy: Policy) -> bool:
    """Whether there was something to take away."""
    holder, attribute, sub, _ = target
    held = holder.get(attribute.name)
    if attribute.multi_valued:
        selects = _selection(target, policy)
        values: list[object] = held if isinstance(held, list) else []
    else:
        selects, values = (lambda value: True), [] if held is None else [held]
    found = False
    rest: list[object] = []
    for one in values:
        if selects(one) and unwanted(one) and (sub is None or _has(one, sub)):
            found = True
            one = _without(one, sub)
        if one is not None:
            rest.append(one)
    if found:
        _keep(holder, attribute, rest if attribute.multi_valued else rest[0] if rest else None)
    return found


def _has(value: object, sub: Attribute) -> bool:
    return isinstance(value, dict) and sub.name in value


def _without(value: object, sub: Attribute | None) -> object:
    """What is left of a value; one that only says its type has nothing left to say."""
    if sub is None or not isinstance(value, dict):
        return None
    rest = {name: part for name, part in value.items() if name != sub.name}
    return rest if rest.keys() - _MARKS else None


def _keep(holder: Document, attribute: Attribute, value: object) -> None:
    """Unassigned is absent (RFC 7643 §2.5)."""
    if _is_blank(value):
        holder.pop(attribute.name, None)
    else:
        holder[attribute.name] = value


def _selection(target: Target, policy: Policy) -> Callable[[object], bool]:
    if target.filter is None:
        return lambda value: True
    selects = value_predicate(target.filter, target.attribute, policy)
    return lambda value: isinstance(value, dict) and selects(value)


def _nothing_matches(target: Target) -> ScimError:
    return no_target(f"no value of {target.attribute.name} matches the filter of the path")

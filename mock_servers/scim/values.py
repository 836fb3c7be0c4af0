"""How add, replace and remove change one attribute: RFC 7644 §3.5.2.1 to §3.5.2.3, with a policy's tolerances."""

from collections.abc import Callable
from dataclasses import dataclass

from scimulate.mock_servers.scim.document import Document, coerce
from scimulate.mock_servers.scim.errors import invalid_path, invalid_syntax, invalid_value, no_target
from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.matching import value_predicate
from scimulate.mock_servers.scim.path import equalities
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.schema import Attribute

_MARKS = frozenset({"type", "primary"})


@dataclass(frozen=True)
class Target:
    """An attribute in the object that holds it, perhaps one sub-attribute, perhaps selected values."""

    holder: Document
    attribute: Attribute
    sub: Attribute | None
    filter: Filter | None


def change_target(target: Target, op: str, value: object, has_value: bool, policy: Policy) -> None:
    """Carry out one operation, in place."""
    if op == "remove":
        _remove(target, value, has_value, policy)
        return
    if _is_blank(value):
        if policy.blank_updates_ignored:
            return
        if (
            value is None
            or value == []
            or (policy.blank_clears and value == "")
            or _clears_manager(target, value, policy)
        ):
            _clear(target, op, policy)
            return
    if target.attribute.multi_valued:
        _change_values(target, op, value, policy)
    else:
        _change_single(target, value, policy)


def _is_blank(value: object) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _clears_manager(target: Target, value: object, policy: Policy) -> bool:
    """ENTRA-194: the manager is removed by replacing it with ""."""
    return policy.bare_manager and value == "" and target.attribute.is_complex and target.sub is None


def _clear(target: Target, op: str, policy: Policy) -> None:
    """Replace with null or [] unassigns (AMB-21); adding nothing adds nothing."""
    if op == "add":
        return
    if target.attribute.required and target.sub is None:
        raise invalid_value(f"{target.attribute.name} is required")
    _remove_selected(target, lambda value: True, policy)


def _change_single(target: Target, value: object, policy: Policy) -> None:
    holder, attribute, sub = target.holder, target.attribute, target.sub
    if sub is not None:
        held = holder.get(attribute.name)
        inner = dict(held) if isinstance(held, dict) else {}
        inner[sub.name] = coerce(sub, value, policy)
        holder[attribute.name] = inner
        return
    kept = coerce(attribute, value, policy)
    if attribute.required and (not isinstance(kept, str) or not kept.strip()):
        raise invalid_value(f"{attribute.name} is required")
    if attribute.is_complex:
        _merge_single(holder, attribute, value, kept)
    else:
        holder[attribute.name] = kept


def _merge_single(holder: Document, attribute: Attribute, value: object, kept: object) -> None:
    """§3.5.2.3: sub-attributes not named stay; one given as null goes."""
    held = holder.get(attribute.name)
    merged = {**held} if isinstance(held, dict) else {}
    if isinstance(value, dict):
        for key, inner in value.items():
            sub = attribute.sub(key)
            if sub is not None and inner is None:
                merged.pop(sub.name, None)
    if isinstance(kept, dict):
        merged |= kept
    if merged:
        holder[attribute.name] = merged
    else:
        holder.pop(attribute.name, None)


def _change_values(target: Target, op: str, value: object, policy: Policy) -> None:
    holder, attribute = target.holder, target.attribute
    held = holder.get(attribute.name)
    values: list[object] = list(held) if isinstance(held, list) else []
    if target.filter is None and target.sub is None:
        touched = _add_or_replace_all(values, attribute, op, coerce(attribute, value, policy))
    else:
        touched = _change_selected(values, target, op, value, policy)
    _keep_one_primary(values, touched)
    if values:
        holder[attribute.name] = values
    else:
        holder.pop(attribute.name, None)


def _add_or_replace_all(values: list[object], attribute: Attribute, op: str, given: object) -> list[object]:
    """The values that the operation brought, after putting them into `values`."""
    new = given if isinstance(given, list) else []
    if sum(isinstance(one, dict) and one.get("primary") is True for one in new) > 1:
        raise invalid_value(f"{attribute.name} has more than one primary value")
    if op == "replace":
        values[:] = new
        return []
    touched: list[object] = []
    for one in new:
        same = next((index for index, old in enumerate(values) if _is_same_value(old, one)), None)
        if same is None:
            values.append(one)
        elif isinstance(one, dict) and isinstance(old := values[same], dict):
            values[same] = one = {**old, **one}
        touched.append(one)
    return touched


def _is_same_value(old: object, new: object) -> bool:
    """§3.5.2.1: a value that is there already is not added again (D-172)."""
    if isinstance(old, dict) and isinstance(new, dict) and "value" in new:
        return old.get("value") == new["value"] and old.get("type") == new.get("type", old.get("type"))
    return old == new


def _change_selected(values: list[object], target: Target, op: str, value: object, policy: Policy) -> list[object]:
    attribute, sub = target.attribute, target.sub
    if not attribute.is_complex:
        raise invalid_path(f"{attribute.name} has no sub-attributes")
    change = {sub.name: coerce(sub, value, policy)} if sub is not None else _object_value(attribute, value, policy)
    selects = _selection(target, policy)
    found = [index for index, one in enumerate(values) if isinstance(one, dict) and selects(one)]
    touched: list[object] = []
    for index in found:
        old = values[index]
        if isinstance(old, dict):
            values[index] = {**old, **change}
            touched.append(values[index])
    if not found:
        created = _created_value(target, op, change, policy)
        values.append(created)
        touched.append(created)
    return touched


def _object_value(attribute: Attribute, value: object, policy: Policy) -> Document:
    kept = coerce(attribute, value, policy)
    if isinstance(kept, list) and len(kept) == 1 and isinstance(kept[0], dict):
        return kept[0]
    raise invalid_value(f"a selected value of {attribute.name} takes one object")


def _created_value(target: Target, op: str, change: Document, policy: Policy) -> Document:
    """The value that was looked for and not found: ENTRA-130 wants it made, RFC 7644 §3.5.2.3 wants noTarget."""
    if target.filter is None:
        return dict(change)
    wanted = equalities(target.filter)
    if wanted is None or (op == "replace" and not policy.value_filter_upsert):
        raise no_target(f"no value of {target.attribute.name} matches the filter of the path")
    created = coerce(target.attribute, [wanted], policy)
    start = created[0] if isinstance(created, list) and isinstance(created[0], dict) else {}
    return {**start, **change}


def _keep_one_primary(values: list[object], touched: list[object]) -> None:
    """§3.5.2: where an operation makes a value primary, the others are no longer (D-154)."""
    newest = next((one for one in reversed(touched) if isinstance(one, dict) and one.get("primary") is True), None)
    if newest is None:
        return
    for index, one in enumerate(values):
        if one is not newest and isinstance(one, dict) and one.get("primary") is True:
            values[index] = {**one, "primary": False}


def _remove(target: Target, value: object, has_value: bool, policy: Policy) -> None:
    if not has_value or value is None or target.filter is not None or target.sub is not None:
        # ENTRA-161: a value beside a path that already says what to remove is noise, never to be written (D-137).
        _remove_selected(target, lambda one: True, policy)
        return
    if not policy.remove_with_value:
        raise invalid_syntax("remove takes a path and no value")
    given = coerce(target.attribute, value, policy)
    unwanted = given if isinstance(given, list) else [given]
    _remove_selected(target, lambda one: any(_is_covered(one, wanted) for wanted in unwanted), policy)


def _is_covered(held: object, wanted: object) -> bool:
    if isinstance(held, dict) and isinstance(wanted, dict):
        return all(held.get(name) == part for name, part in wanted.items())
    return held == wanted


def _remove_selected(target: Target, unwanted: Callable[[object], bool], policy: Policy) -> None:
    holder, attribute, sub = target.holder, target.attribute, target.sub
    held = holder.get(attribute.name)
    if attribute.multi_valued:
        selects = _selection(target, policy)
        values = held if isinstance(held, list) else []
        held = [
            rest
            for one in values
            if (rest := _without(one, sub) if _selected(one, selects) and unwanted(one) else one) is not None
        ]
    elif held is not None and unwanted(held):
        held = None if sub is None else _without(held, sub)
    if held:
        holder[attribute.name] = held
    elif held is not False:
        holder.pop(attribute.name, None)


def _selected(value: object, selects: Callable[[Document], bool]) -> bool:
    return isinstance(value, dict) and selects(value)


def _without(value: object, sub: Attribute | None) -> object:
    """What is left of a value; one that only says its type has nothing left to say (D-101)."""
    if sub is None or not isinstance(value, dict):
        return None
    rest = {name: part for name, part in value.items() if name != sub.name}
    return rest if rest.keys() - _MARKS else None


def _selection(target: Target, policy: Policy) -> Callable[[Document], bool]:
    if target.filter is None:
        return lambda value: True
    return value_predicate(target.filter, target.attribute, policy)

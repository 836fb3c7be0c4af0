"""Sequences of PATCH requests against a small model of RFC 7644 §3.5.2, which shares nothing with the server.

The model keeps a user as plain JSON and a group as a list of names. It is written to be read beside the text: no
filter is parsed in it, a step carries what its path selects.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scim_tenant import ENTERPRISE, ScimTenant, scim_tenant, what_the_client_wrote

JSON = dict[str, Any]
Select = Callable[[JSON], bool]

FIXED = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(FIXED, max_examples=5_000, derandomize=False)


class Refused(Exception):
    """The text wants this operation refused, and so the whole request."""


@dataclass(frozen=True)
class Step:
    """One operation as it is sent, and what its path means."""

    sent: JSON
    attribute: str | None
    sub: str | None = None
    select: Select | None = None
    created: JSON | None = None
    """What an `add` makes where its filter finds nothing."""

    def __repr__(self) -> str:
        return repr(self.sent)


# The model of a user


def user_after(user: JSON, steps: list[Step]) -> JSON:
    result = deepcopy(user)
    for step in steps:
        one_step(result, step)
    return {name: value for name, value in result.items() if value not in (None, [], {})}


def one_step(user: JSON, step: Step) -> None:
    op: str = step.sent["op"]
    value: Any = deepcopy(step.sent.get("value"))
    if step.attribute is None:
        for name, inner in value.items():
            one_step(user, Step({"op": op, "value": inner}, name))
    elif step.attribute == "userName" and op == "remove":
        raise Refused
    elif step.attribute in ("name", ENTERPRISE):
        change_parts(user, op, step.attribute, step.sub, value)
    elif step.attribute in ("emails", "addresses"):
        user[step.attribute] = values_after(user.get(step.attribute) or [], step, value)
    elif op == "remove" or (op == "replace" and value is None):
        user.pop(step.attribute, None)
    elif value is not None:
        user[step.attribute] = value


def change_parts(user: JSON, op: str, attribute: str, sub: str | None, value: Any) -> None:
    parts = user.setdefault(attribute, {})
    if op == "remove":
        op, value = "replace", None
    named: JSON = {sub: value} if sub else value or ({} if op == "add" or value == {} else dict.fromkeys(parts))
    for name, inner in named.items():
        if inner is not None:
            parts[name] = inner
        elif op == "replace":
            parts.pop(name, None)
    if not parts:
        user.pop(attribute)


def values_after(values: list[JSON], step: Step, value: Any) -> list[JSON]:
    op = step.sent["op"]
    chosen = [index for index, one in enumerate(values) if step.select is None or step.select(one)]
    if op == "remove" or (op == "replace" and value in (None, []) and chosen):
        return without(values, chosen, step.sub)
    if value in (None, []):
        if op == "replace" and step.select is not None:
            raise Refused
        return values
    if step.select is None and step.sub is None:
        return whole_list_after(values, op, value)
    parts = {step.sub: value} if step.sub else value
    if not chosen:
        if step.select is not None and op == "replace":
            raise Refused
        values = [*values, {**(step.created or {}), **parts}]
        chosen = [len(values) - 1]
    else:
        values = [{**one, **parts} if index in chosen else one for index, one in enumerate(values)]
    return put_together(only_last_primary(values, chosen))


def without(values: list[JSON], chosen: list[int], sub: str | None) -> list[JSON]:
    kept: list[JSON] = []
    for index, one in enumerate(values):
        if index not in chosen or (sub and sub not in one):
            kept.append(one)
        elif sub:
            rest = {name: part for name, part in one.items() if name != sub}
            if set(rest) - {"type", "primary"}:
                kept.append(rest)
    return kept


def whole_list_after(values: list[JSON], op: str, value: list[JSON]) -> list[JSON]:
    new: list[JSON] = []
    for one in value:
        twin = next((held for held in new if "value" in one and same(held, one)), None)
        if twin is not None:
            twin.update(one)
        else:
            new.append(one)
    if sum(one.get("primary") is True for one in new) > 1:
        raise Refused
    if op == "replace":
        return new
    result = [*values]
    touched: list[int] = []
    for one in new:
        if "value" not in one:
            place = next((index for index, held in enumerate(result) if held == one), None)
        elif "type" in one:
            place = next((index for index, held in enumerate(result) if same(held, one)), None)
        else:
            place = next((index for index, held in enumerate(result) if held.get("value") == one["value"]), None)
        if place is None:
            place = len(result)
            result.append(one)
        else:
            result[place] = {**result[place], **one}
        touched.append(place)
    return only_last_primary(result, touched)


def same(held: JSON, one: JSON) -> bool:
    return "value" in held and held["value"] == one["value"] and held.get("type") == one.get("type")


def only_last_primary(values: list[JSON], touched: list[int]) -> list[JSON]:
    made = [index for index in touched if values[index].get("primary") is True]
    if not made:
        return values
    return [
        {**one, "primary": False} if one.get("primary") is True and index != made[-1] else one
        for index, one in enumerate(values)
    ]


def put_together(values: list[JSON]) -> list[JSON]:
    result: list[JSON] = []
    for one in values:
        twin = next((index for index, held in enumerate(result) if "value" in one and same(held, one)), None)
        if twin is None:
            result.append(one)
        else:
            primary = {"primary": True} if result[twin].get("primary") is True else {}
            result[twin] = {**result[twin], **one, **primary}
    return result


# What is sent

texts = st.sampled_from(["a", "b", "c"])
none_or_text = st.one_of(texts, st.none())
types = st.sampled_from(["work", "home"])
emails = st.fixed_dictionaries({}, optional={"value": texts, "type": types, "display": texts, "primary": st.booleans()})
addresses = st.fixed_dictionaries({}, optional={"locality": texts, "type": types, "primary": st.booleans()})
lists = {"emails": emails, "addresses": addresses}
names = st.dictionaries(st.sampled_from(["givenName", "familyName", "middleName"]), none_or_text)
companies = st.dictionaries(st.sampled_from(["department", "division"]), none_or_text)
changing = st.sampled_from(["add", "replace"])
any_op = st.sampled_from(["add", "replace", "remove"])


def sent(op: str, path: str | None, value: Any) -> JSON:
    operation: JSON = {"op": op} | ({"path": path} if path else {})
    return operation if op == "remove" else {**operation, "value": value}


@st.composite
def steps_on_one_value(draw: st.DrawFn) -> Step:
    path, values = draw(
        st.sampled_from(
            [
                ("title", none_or_text),
                ("nickName", none_or_text),
                ("userName", st.just("ada")),
                ("name", st.one_of(names, st.none())),
                ("name.givenName", none_or_text),
                ("name.familyName", none_or_text),
                (ENTERPRISE, st.one_of(companies, st.none())),
                (f"{ENTERPRISE}:department", none_or_text),
                (f"{ENTERPRISE}:division", none_or_text),
            ]
        )
    )
    value = draw(values)
    if path.startswith("urn:"):
        attribute, sub = ENTERPRISE, path[len(ENTERPRISE) + 1 :]
    else:
        attribute, _, sub = path.partition(".")
    return Step(sent(draw(any_op), path, value), attribute, sub or None)


@st.composite
def steps_on_values(draw: st.DrawFn) -> Step:
    attribute = draw(st.sampled_from(sorted(lists)))
    one = lists[attribute].filter(bool)
    op = draw(any_op)
    select, text, created = draw(selections(attribute))
    sub = draw(st.sampled_from([None, "display" if attribute == "emails" else "locality", "type", "primary"]))
    value: Any
    if sub is not None:
        value = draw(st.booleans() if sub == "primary" else types if sub == "type" else texts)
    elif text:
        value = draw(one)
    else:
        value = draw(st.one_of(st.lists(one, min_size=1, max_size=3), st.none(), st.just([])))
    path = f"{attribute}{text}" + (f".{sub}" if sub else "")
    return Step(sent(op, path, value), attribute, sub, select, created)


@st.composite
def selections(draw: st.DrawFn, attribute: str) -> tuple[Select | None, str, JSON | None]:
    wanted = draw(types)
    other = "value" if attribute == "emails" else "locality"
    text = draw(texts)
    choices: list[tuple[Select | None, str, JSON | None]] = [
        (None, "", None),
        (lambda one: one.get("type") == wanted, f'[type eq "{wanted}"]', {"type": wanted}),
        (lambda one: one.get(other) == text, f'[{other} eq "{text}"]', {other: text}),
        (lambda one: one.get("primary") is True, "[primary eq true]", {"primary": True}),
        (
            lambda one: one.get("type") == wanted and one.get(other) == text,
            f'[type eq "{wanted}" and {other} eq "{text}"]',
            {"type": wanted, other: text},
        ),
    ]
    return draw(st.sampled_from(choices))


@st.composite
def steps_without_path(draw: st.DrawFn) -> Step:
    value = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "title": none_or_text,
                "nickName": none_or_text,
                "name": names,
                "emails": st.lists(emails.filter(bool), min_size=1, max_size=2),
                ENTERPRISE: companies,
            },
        ).filter(bool)
    )
    return Step(sent(draw(changing), None, value), None)


requests = st.lists(
    st.lists(st.one_of(steps_on_one_value(), steps_on_values(), steps_without_path()), min_size=1, max_size=4),
    min_size=1,
    max_size=6,
)


def assert_user_follows_the_model(tenant: ScimTenant, sequence: list[list[Step]]) -> None:
    user = tenant.create_user("ada")
    path, held = f"/Users/{user['id']}", what_the_client_wrote(user)
    try:
        for steps in sequence:
            before = tenant.send("GET", path).body
            answered = tenant.patch(path, *(step.sent for step in steps))
            try:
                expected = user_after(held, steps)
            except Refused:
                expected = held
                assert answered.status == 400, steps
            else:
                assert answered.status == 200, (steps, answered.body)
            after = tenant.send("GET", path).body
            assert what_the_client_wrote(after) == expected, steps
            assert (after["meta"]["version"] == before["meta"]["version"]) is (expected == held), steps
            held = expected
    finally:
        tenant.send("DELETE", path)


# Groups


@st.composite
def group_requests(draw: st.DrawFn) -> list[list[tuple[str, str | None, str, list[str]]]]:
    """Operations as (op, selected name or None for all, form of the path, names in the value)."""
    one = st.tuples(
        any_op,
        st.one_of(st.none(), st.sampled_from("abcd")),
        st.sampled_from(["path", "no path"]),
        st.lists(st.sampled_from("abcd"), max_size=3),
    )
    return draw(st.lists(st.lists(one, min_size=1, max_size=4), min_size=1, max_size=5))


def members_after(members: set[str], op: str, selected: str | None, named: list[str]) -> set[str]:
    if op == "remove":
        return members - ({selected} if selected else members)
    if op == "add":
        return members | set(named)
    if selected is None:
        return set(named)
    if selected not in members:
        raise Refused
    return members - {selected} | set(named)


def group_operation(op: str, selected: str | None, form: str, named: list[str], ids: dict[str, str]) -> JSON:
    path = f'members[value eq "{ids[selected]}"]' if selected else "members"
    value = [{"value": ids[name]} for name in named]
    if op != "remove" and selected is None and form == "no path":
        return {"op": op, "value": {"members": value}}
    return sent(op, path, value)


def assert_group_follows_the_model(
    tenant: ScimTenant, ids: dict[str, str], sequence: list[list[tuple[str, str | None, str, list[str]]]]
) -> None:
    group = tenant.create_group("Group")["id"]
    held: set[str] = set()
    for operations in sequence:
        before = tenant.send("GET", f"/Groups/{group}").body["meta"]["version"]
        # One value is put in the place of a selected one.
        operations = [(op, one, form, named[:1] if one else named) for op, one, form, named in operations]
        operations = [step for step in operations if step[3] or step[1] is None or step[0] == "remove"]
        if not operations:
            continue
        answered = tenant.patch(f"/Groups/{group}", *(group_operation(*step, ids) for step in operations))
        expected = held
        try:
            for op, selected, _, named in operations:
                expected = members_after(expected, op, selected, named)
        except Refused:
            expected = held
            assert answered.status == 400, operations
        else:
            assert answered.status == 204, (operations, answered.body)
        after = tenant.send("GET", f"/Groups/{group}").body
        assert {member["value"] for member in after["members"]} == {ids[name] for name in expected}, operations
        assert len(after["members"]) == len(expected)
        if len(operations) == 1:
            assert (after["meta"]["version"] == before) is (expected == held), operations
        held = expected


@pytest.fixture(scope="module")
def tenant() -> Iterator[ScimTenant]:
    with scim_tenant("strict") as tenant:
        yield tenant


@pytest.fixture(scope="module")
def ids(tenant: ScimTenant) -> dict[str, str]:
    return {name: tenant.create_user(f"member {name}")["id"] for name in "abcd"}


@FIXED
@given(requests)
def test_a_user_follows_the_model(tenant: ScimTenant, sequence: list[list[Step]]) -> None:
    assert_user_follows_the_model(tenant, sequence)


@FIXED
@given(group_requests())
def test_a_group_follows_the_model(
    tenant: ScimTenant, ids: dict[str, str], sequence: list[list[tuple[str, str | None, str, list[str]]]]
) -> None:
    assert_group_follows_the_model(tenant, ids, sequence)


@pytest.mark.slow
@LONG
@given(requests)
def test_a_user_follows_the_model_for_long(tenant: ScimTenant, sequence: list[list[Step]]) -> None:
    assert_user_follows_the_model(tenant, sequence)


@pytest.mark.slow
@LONG
@given(group_requests())
def test_a_group_follows_the_model_for_long(
    tenant: ScimTenant, ids: dict[str, str], sequence: list[list[tuple[str, str | None, str, list[str]]]]
) -> None:
    assert_group_follows_the_model(tenant, ids, sequence)

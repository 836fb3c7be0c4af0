"""Filters and directories made at random, for the agreement of the evaluator and the plans."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from scimulate.mock_servers.scim.filter import And, Compare, Filter, Not, Operand, Or, Present, ValuePath
from scimulate.mock_servers.scim.policy import POLICIES, Policy
from scimulate.mock_servers.scim.readings import Readings
from tests.scim_tenant import ENTERPRISE, GROUP, USER

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SOME_IDS = "an id of the directory"
"""Stands in a filter where one of the ids that exist is put in its place."""

_LETTERS = "aAbBß\u0130i\u0131Ié\u03a31"
"""Whose lower case is told in one way, in two, or by what stands beside them."""

texts = st.one_of(
    st.sampled_from(["", "ab", "ss", "e\u0301", "\u03c2", "\uff21", "a b", "a\x00b", "\ud7ff", "\ud7ffz", "\ue000"]),
    st.sampled_from(["\U0010ffff", "a\U0010ffff", "\U0010ffffb", *"%_*'\"\\\x00"]),
    st.text(st.sampled_from(_LETTERS), max_size=3),
    st.sampled_from(["a", "A", "b", "c"]),
    st.sampled_from(["a", "b"]),
)
_values = {
    "userName": texts,
    "externalId": texts,
    "displayName": texts,
    "title": texts,
    "active": st.booleans(),
    "name": st.fixed_dictionaries({}, optional={"givenName": texts, "familyName": texts}),
    "emails": st.lists(
        st.fixed_dictionaries(
            {}, optional={"value": texts, "type": st.sampled_from(["work", "home"]), "primary": st.booleans()}
        ),
        max_size=3,
    ),
    "x509Certificates": st.lists(st.fixed_dictionaries({"value": st.sampled_from(["YQ==", "yq=="])}), max_size=1),
    ENTERPRISE: st.fixed_dictionaries(
        {}, optional={"department": texts, "manager": st.fixed_dictionaries({"value": texts})}
    ),
}
users = st.lists(
    st.fixed_dictionaries({}, optional={name: values for name, values in _values.items()}), min_size=1, max_size=5
)
groups = st.lists(
    st.fixed_dictionaries({}, optional={name: _values[name] for name in ("displayName", "externalId")}), max_size=3
)
moments = st.integers(0, 4000).map(lambda microseconds: START + timedelta(microseconds=microseconds))

_offsets = st.sampled_from(["Z", "", "+00:00", "+02:00", "-14:00"])
_dates = st.one_of(
    st.builds(lambda moment, offset: _written(moment, offset), moments, _offsets),
    st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59.9999-14:00",
            "2026-01-05T09:00:00Z",
            "2026-01-05T10:00:00.0010+01:00",
        ]
    ),
)
_orderings = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"])
_all_operators = st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le", "co", "sw", "ew"])
_none: st.SearchStrategy[Operand] = st.none()


def _written(moment: datetime, offset: str) -> str:
    shift = {"+02:00": 2, "-14:00": -14}.get(offset, 0)
    return (moment + timedelta(hours=shift)).replace(tzinfo=None).isoformat() + offset


def _named(*names: str) -> st.SearchStrategy[str]:
    """A name in one letter case or another."""
    return st.builds(
        lambda name, change: change(name), st.sampled_from(names), st.sampled_from([str, str.upper, str.lower])
    )


def _terms(
    attributes: st.SearchStrategy[str], operators: st.SearchStrategy[str], operands: st.SearchStrategy[Any]
) -> st.SearchStrategy[Filter]:
    nulls = st.builds(Compare, attributes, st.sampled_from(["eq", "ne"]), _none)
    compared = st.builds(Compare, attributes, operators, operands)
    return st.one_of(compared, compared, compared, nulls, st.builds(Present, attributes))


_ids = st.just(SOME_IDS)
_TEXT_NAMES = ("userName", "displayName", "externalId", f"{USER}:userName", "displayName")
_email_terms = st.one_of(
    _terms(_named("value"), _all_operators, texts),
    _terms(_named("type"), _all_operators, st.sampled_from(["work", "WORK", "home"])),
    _terms(_named("primary"), st.sampled_from(["eq", "ne"]), st.booleans()),
)
_common_terms = st.one_of(
    _terms(_named("id"), _all_operators, st.one_of(_ids, texts)),
    _terms(_named("displayName", "externalId"), _all_operators, texts),
    _terms(_named("meta.created", "meta.lastModified"), _orderings, _dates),
    _terms(_named("meta.created"), st.sampled_from(["co", "sw", "ew"]), st.sampled_from(["2026-01-05t", "Z"])),
    _terms(_named("meta.resourceType"), _all_operators, st.sampled_from(["User", "Group", "user"])),
    _terms(_named("schemas"), st.sampled_from(["eq", "ne", "co"]), st.sampled_from([USER, GROUP.upper(), ENTERPRISE])),
)
_user_terms = st.one_of(
    _terms(_named(*_TEXT_NAMES), _all_operators, texts),
    _terms(_named("title", "name.givenName", f"{ENTERPRISE}:department"), _all_operators, texts),
    _terms(_named("active", "emails.primary"), st.sampled_from(["eq", "ne"]), st.booleans()),
    _terms(_named("emails", "emails.value", f"{ENTERPRISE}:manager.value"), _all_operators, texts),
    _terms(_named("x509Certificates"), st.sampled_from(["eq", "ne", "co"]), st.just("YQ==")),
    _terms(_named("groups", "groups.value"), _all_operators, _ids),
    st.builds(Present, _named("emails", "name", "groups", ENTERPRISE)),
)
_group_terms = st.one_of(
    _terms(_named("members", "members.value"), _all_operators, _ids),
    _terms(_named("members.display"), _all_operators, texts),
    st.builds(ValuePath, _named("members"), _terms(_named("value"), _all_operators, _ids)),
    st.builds(Present, _named("members")),
)


def _combined(terms: st.SearchStrategy[Filter], depth: int) -> st.SearchStrategy[Filter]:
    return st.recursive(
        terms,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=depth,
    )


_value_paths = st.builds(ValuePath, _named("emails"), _combined(_email_terms, 4), st.one_of(_none, _email_terms))
user_filters = _combined(st.one_of(_common_terms, _user_terms, _user_terms, _value_paths), 6)
group_filters = _combined(st.one_of(_common_terms, _group_terms), 6)
root_filters = _combined(st.one_of(_common_terms, _user_terms, _group_terms, _value_paths), 6)

policies = st.builds(
    lambda disabled, **fields: replace(POLICIES["entra"], members_keep_disabled=disabled, readings=Readings(**fields)),
    disabled=st.booleans(),
    missing_matches_ne=st.booleans(),
    ne_of_several=st.sampled_from(["no value equals", "one value differs"]),
    unknown_in_filter_matches_nothing=st.booleans(),
    deleted_members_stay=st.booleans(),
)


@dataclass(frozen=True)
class Story:
    """A directory in the making, and the policy it is asked under."""

    users: list[dict[str, object]]
    groups: list[dict[str, object]]
    moments: list[datetime]
    members: set[tuple[int, int]]
    hidden: set[int]
    deleted: set[int]
    changed: Mapping[int, dict[str, object]]
    policy: Policy


stories = st.builds(
    Story,
    users,
    groups,
    st.lists(moments, min_size=8, max_size=8),
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 7)), max_size=6),
    st.sets(st.integers(0, 4), max_size=2),
    st.sets(st.integers(0, 4), max_size=1),
    st.dictionaries(st.integers(0, 4), st.fixed_dictionaries({"emails": _values["emails"]}), max_size=2),
    policies,
)


def with_ids(tree: Filter, ids: list[str]) -> Filter:
    """The filter with an id that exists, or existed, in each place that is kept for one."""
    match tree:
        case Compare(name, operator, operand) if operand == SOME_IDS:
            return Compare(name, operator, ids[len(name + operator) % len(ids)])
        case Not(inner):
            return Not(with_ids(inner, ids))
        case And(parts):
            return And(tuple(with_ids(part, ids) for part in parts))
        case Or(parts):
            return Or(tuple(with_ids(part, ids) for part in parts))
        case ValuePath(name, inner, then):
            return ValuePath(name, with_ids(inner, ids), then)
    return tree

"""Filters and bodies of PATCH that nobody should send, made so that one which does harm shrinks to its least form."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scimulate.mock_servers.scim.filter import COMPARISONS
from tests.hostile_requests import ATTRIBUTES, CANARY, OPERANDS, TARGET, TEXTS
from tests.scim_tenant import GROUP, PATCH, USER, Answered, ScimTenant, scim_tenant

EXAMPLES = 200
SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MADE = {
    "Users": {"schemas": [USER], "userName": TARGET, "emails": [{"value": TARGET, "type": "work"}]},
    "Groups": {"schemas": [GROUP], "displayName": "Targets"},
}
POLICIES = ("strict", "entra", "ivanti-r119")
WORDS = (*ATTRIBUTES, *sorted(COMPARISONS), *OPERANDS, *"()[].", *("pr", "and", "or", "not", "not (", " ", "'", "\t"))


def _strung(words: tuple[str, ...], most: int) -> st.SearchStrategy[str]:
    """Words in a row, most of them of the grammar, some with a character of any kind."""
    word = st.one_of(st.sampled_from(words), st.sampled_from(words), st.sampled_from(TEXTS[:40]), st.characters())
    return st.tuples(st.sampled_from((" ", " ", "")), st.lists(word, max_size=most)).map(
        lambda made: made[0].join(made[1])
    )


simple = st.tuples(st.sampled_from(ATTRIBUTES), st.sampled_from(sorted(COMPARISONS)), st.sampled_from(OPERANDS))
filters = st.recursive(
    simple.map(" ".join) | _strung(WORDS, 8),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from((" and ", " or ")), inner).map("".join),
        inner.map("({})".format),
        inner.map("not ({})".format),
        st.tuples(st.sampled_from(("emails", "members", "name")), inner).map(lambda made: f"{made[0]}[{made[1]}]"),
    ),
    max_leaves=8,
)
paths = st.one_of(
    st.sampled_from(ATTRIBUTES),
    st.tuples(st.sampled_from(("emails", "members")), filters, st.sampled_from(("", ".value", ".type", "."))).map(
        lambda made: f"{made[0]}[{made[1]}]{made[2]}"
    ),
    _strung(WORDS, 4),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(TEXTS), st.characters())
names = st.one_of(st.sampled_from((*ATTRIBUTES, "value", "type", "primary", "$ref")), paths)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(("add", "replace", "remove", "Replace", CANARY))},
    optional={"path": paths | scalars, "value": values},
)
bodies = st.lists(operations, min_size=1, max_size=3) | st.lists(values, max_size=2)


@pytest.fixture(scope="module", params=POLICIES)
def tenant(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as made:
        emails = [{"value": f"{kind}@contoso.test", "type": kind} for kind in ("work", "home")]
        ada = made.create_user("ada@contoso.test", externalId="EX-1", name={"familyName": "Lovelace"}, emails=emails)
        made.create_group("Poets", ada["id"])
        yield made


def _assert_is_no_echo(answered: Answered) -> None:
    assert answered.status < 500
    if answered.status >= 400:
        assert answered.error[0] == answered.status
        assert CANARY not in str(answered.body)


@SETTINGS
@given(text=filters, path=st.sampled_from(("/Users", "/Groups", "/")))
def test_a_filter_is_answered_whatever_it_is(tenant: ScimTenant, text: str, path: str) -> None:
    query = {"filter": text.encode("utf-8", "surrogatepass")}
    answered = tenant.send("GET", path, **query)
    _assert_is_no_echo(answered)
    assert answered.status == 200 or answered.error == (400, "invalidFilter")


@SETTINGS
@given(sent=bodies, kind=st.sampled_from(("Users", "Groups")))
def test_a_patch_is_carried_out_or_changes_nothing(tenant: ScimTenant, sent: list[Any], kind: str) -> None:
    made = tenant.send("POST", f"/{kind}", MADE[kind])
    assert made.status == 201, made.body
    path = f"/{kind}/{made.body['id']}"
    try:
        answered = tenant.send("PATCH", path, {"schemas": [PATCH], "Operations": sent})
        _assert_is_no_echo(answered)
        after = tenant.send("GET", path).body
        assert after == (made.body if answered.status >= 400 else answered.body or after)
    finally:
        assert tenant.send("DELETE", path).status == 204

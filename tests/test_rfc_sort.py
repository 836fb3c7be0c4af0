"""RFC 7644 §3.4.2.3, requirement by requirement: the order of a list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.ordering import sort_key
from scimulate.mock_servers.scim.schema import USER as USER_TYPE
from scimulate.mock_servers.scim.schema import Attribute
from tests.scim_tenant import ENTERPRISE, USER, ScimTenant, scim_tenant

_MEN = ("b", "A", "C", "e", "D")


def _fill(tenant: ScimTenant) -> None:
    """Made in this order, an hour apart but for C and e, which are made at one moment."""
    clock = tenant.tenant.clock
    assert isinstance(clock, VirtualClock)
    known: dict[str, dict[str, object]] = {
        "b": {
            "externalId": "A",
            "title": "Queen",
            "name": {"familyName": "Young"},
            "emails": [{"value": "1@x.test"}, {"value": "9@x.test", "primary": True}],
            ENTERPRISE: {"employeeNumber": "2"},
        },
        "A": {
            "externalId": "a",
            "title": "duke",
            "name": {"familyName": "adams"},
            "emails": [{"value": "5@x.test"}, {"value": "0@x.test"}],
            ENTERPRISE: {"employeeNumber": "10"},
        },
        "C": {"externalId": "b", "name": {"givenName": "C"}, "emails": [{"value": "7@x.test", "primary": True}]},
        "e": {"externalId": "B", "title": "duke", "active": False},
        "D": {"title": "Éclair", ENTERPRISE: {"employeeNumber": "1"}},
    }
    for name in _MEN:
        tenant.create_user(name, **known[name])
        clock.advance(timedelta(hours=0 if name == "C" else 1))


@pytest.fixture(scope="module", params=["strict", "entra"])
def tenant(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as made:
        _fill(made)
        yield made


def _order(tenant: ScimTenant, **query: object) -> str:
    return "".join(tenant.user_names(**query))


@pytest.mark.requirement("RFC7644-3.4.2.3-04", "RFC7644-3.4.2.3-05")
@pytest.mark.parametrize(
    ("sort_by", "order"),
    [
        pytest.param("userName", "AbCDe", marks=pytest.mark.requirement("RFC7644-3.4.2.3-03", "RFC7644-3.4.2.3-12")),
        pytest.param("USERNAME", "AbCDe", marks=pytest.mark.requirement("RFC7644-3.4.2.3-12")),
        pytest.param("id", "bACeD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-03")),
        pytest.param(
            "title",
            "AebDC",
            marks=pytest.mark.requirement("RFC7644-3.4.2.3-09", "RFC7644-3.4.2.3-10", "RFC7644-3.4.2.3-12"),
        ),
        pytest.param("emails.value", "ACbeD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-07")),
        pytest.param("emails", "ACbeD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-07")),
        pytest.param("name.familyName", "AbCeD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-08")),
        pytest.param(
            "externalId",
            "beACD",
            marks=pytest.mark.requirement("RFC7644-3.4.2.3-09", "RFC7644-3.4.2.3-10", "RFC7644-3.4.2.3-13"),
        ),
        pytest.param("meta.created", "bACeD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-11")),
        pytest.param("active", "ebACD", marks=pytest.mark.requirement("RFC7644-3.4.2.3-11")),
        pytest.param(f"{ENTERPRISE}:employeeNumber", "DAbCe", marks=pytest.mark.requirement("RFC7644-3.4.2.3-15")),
        pytest.param(f"{USER}:title", "AebDC", marks=pytest.mark.requirement("RFC7644-3.4.2.3-15")),
    ],
)
def test_a_list_is_ordered(tenant: ScimTenant, sort_by: str, order: str) -> None:
    """Ascending unless it is said; descending is the same order from its end, those without a value first."""
    assert _order(tenant, sortBy=sort_by) == order
    assert _order(tenant, sortBy=sort_by, sortOrder="ascending") == order
    assert _order(tenant, sortBy=sort_by, sortOrder="descending") == order[::-1]


@pytest.mark.requirement("RFC7644-3.4.2.3-14")
@pytest.mark.parametrize("sort_by", ["userName", "title"])
@pytest.mark.parametrize("sort_order", ["ascending", "descending"])
def test_the_order_goes_through_filtered_pages(tenant: ScimTenant, sort_by: str, sort_order: str) -> None:
    query = {"filter": 'userName ne "e"', "sortBy": sort_by, "sortOrder": sort_order}
    whole = _order(tenant, **query)
    assert sorted(whole) == ["A", "C", "D", "b"]
    pages = [_order(tenant, **query, startIndex=start, count=1) for start in range(1, 6)]
    assert pages == [*whole, ""]


@pytest.mark.requirement("RFC7644-3.4.2.3-06")
@pytest.mark.parametrize(
    "query",
    [
        {"sortBy": "userName", "sortOrder": "sideways"},
        {"sortBy": "userName", "sortOrder": ""},
        {"sortBy": "shoeSize"},
        {"sortBy": "name"},
        {"sortBy": ENTERPRISE},
        {"sortBy": "password"},
    ],
)
def test_an_order_without_meaning_is_refused(tenant: ScimTenant, query: dict[str, str]) -> None:
    assert tenant.send("GET", "/Users", **query).error == (400, "invalidValue")
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], **query}
    assert tenant.send("POST", "/Users/.search", search).error == (400, "invalidValue")


@pytest.mark.requirement("RFC7644-3.4.2.3-01")
@pytest.mark.parametrize(("reading", "status"), [("ignored", 200), ("400", 400), ("501", 501)])
def test_without_sorting_the_order_is_told_to_be_none_of_the_servers(reading: str, status: int) -> None:
    with scim_tenant("strict") as tenant:
        _fill(tenant)
        tenant.tenant.change_policy(sort_supported=False, unsupported_sort=reading)
        assert tenant.send("GET", "/ServiceProviderConfig").body["sort"]["supported"] is False
        answered = tenant.send("GET", "/Users", sortBy="userName")
        assert answered.status == status
        if status == 200:
            assert [user["userName"] for user in answered.body["Resources"]] == list(_MEN)


@pytest.mark.requirement("RFC7644-3.4.2.3-11")
def test_a_query_at_the_root_orders_both_types(tenant: ScimTenant) -> None:
    groups = [tenant.create_group(name)["id"] for name in ("zeta", "Alpha")]

    def names(sort_by: str, **query: str) -> list[str]:
        found = tenant.send("GET", "/", sortBy=sort_by, **query).body["Resources"]
        return [resource.get("userName") or resource["displayName"] for resource in found]

    answered = names("displayName"), names("userName"), names("meta.resourceType")
    latest_first = names("meta.created", sortOrder="descending")
    for group in groups:
        tenant.send("DELETE", f"/Groups/{group}")
    assert answered == (
        ["Alpha", "zeta", *_MEN],
        ["A", "b", "C", "D", "e", "zeta", "Alpha"],
        ["zeta", "Alpha", *_MEN],
    )
    assert latest_first == ["Alpha", "zeta", *reversed(_MEN)]


EARLY, LATE = "2026-01-05T09:00:00+09:00", "2026-01-05T08:00:00Z"


@pytest.mark.parametrize(
    ("attribute", "ordered"),
    [
        (Attribute("size", "decimal"), [9.5, 10, 1e2, None]),
        (Attribute("size", "integer"), [1, 2, True]),
        (Attribute("size", "integer"), [1, 2, "0"]),
        (Attribute("size", "dateTime"), [EARLY, LATE, "never"]),
        (Attribute("size", "boolean"), [False, True, "true"]),
        (Attribute("size", "string"), ["a", "B", "c", 1]),
        (Attribute("size", "string", case_exact=True), ["B", "a", "c"]),
        (Attribute("size", "binary"), ["B", "a", "c"]),
    ],
    ids=lambda value: f"{value.type} {value.case_exact}" if isinstance(value, Attribute) else "",
)
def test_values_are_ordered_by_their_type(attribute: Attribute, ordered: list[object]) -> None:
    """Numbers and moments by what they are, not by how they are written; what is no value of the type is none."""
    sized = replace(USER_TYPE, attributes={**USER_TYPE.attributes, "size": attribute})
    key = sort_key("size", [sized])
    users: list[dict[str, object]] = [{"size": size, "meta": {"resourceType": "User"}} for size in reversed(ordered)]
    assert [user["size"] for user in sorted(users, key=key)] == ordered

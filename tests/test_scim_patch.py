"""PATCH of users: RFC 7644 §3.5.2 and both dialects of Entra."""

import copy
from typing import Any

import pytest

from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.patch import apply, steps_of
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.mock_servers.scim.schema import USER as USER_TYPE
from tests.scim_tenant import ENTERPRISE, PATCH, USER

WORK = {"type": "work", "value": "ada@x", "primary": True}
HOME = {"type": "home", "value": "ada@y"}
ADA: dict[str, Any] = {
    "userName": "ada",
    "active": True,
    "displayName": "Ada",
    "name": {"givenName": "Ada", "familyName": "Byron"},
    "emails": [WORK, HOME],
    ENTERPRISE: {"department": "Maths", "costCenter": "7"},
}


def patched(*operations: dict[str, object], policy: str = "entra") -> dict[str, Any]:
    """Ada after the operations; the original must be untouched."""
    before = copy.deepcopy(ADA)
    message: dict[str, object] = {"schemas": [PATCH], "Operations": list(operations)}
    after = apply(ADA, steps_of(message, USER_TYPE, POLICIES[policy]), POLICIES[policy])
    assert before == ADA
    return after


def refusal_of(*operations: dict[str, object], policy: str = "entra") -> tuple[int, str | None]:
    with pytest.raises(ScimError) as refused:
        patched(*operations, policy=policy)
    return refused.value.status, refused.value.scim_type


LEGACY = [
    {"op": "Replace", "path": "displayName", "value": "A. L."},
    {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "new@x"},
    {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
    {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
    {"op": "Add", "path": f"{ENTERPRISE}:employeeNumber", "value": "42"},
    {"op": "Replace", "path": "active", "value": "False"},
    {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "boss-id"},
]
COMPLIANT = [
    {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@x"},
    {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
    {
        "op": "replace",
        "value": {
            "displayName": "A. L.",
            "name.familyName": "Lovelace",
            f"{ENTERPRISE}:employeeNumber": "42",
            f"{ENTERPRISE}:manager": {"value": "boss-id"},
        },
    },
    {"op": "replace", "path": "active", "value": False},
]


@pytest.mark.parametrize("operations", [LEGACY, COMPLIANT], ids=["legacy", "compliant"])
def test_both_dialects_of_entra_have_the_same_effect(operations: list[dict[str, object]]) -> None:
    assert patched(*operations) == {
        "userName": "ada",
        "active": False,
        "displayName": "A. L.",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{**WORK, "value": "new@x"}, HOME],
        "phoneNumbers": [{"type": "mobile", "value": "1"}],
        ENTERPRISE: {
            "department": "Maths",
            "costCenter": "7",
            "employeeNumber": "42",
            "manager": {"value": "boss-id"},
        },
    }


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ({"op": "add", "path": "title", "value": "Dr"}, {"title": "Dr"}),
        ({"op": "replace", "path": f"{USER}:displayName", "value": "X"}, {"displayName": "X"}),
        ({"op": "replace", "path": "DISPLAYNAME", "value": "X"}, {"displayName": "X"}),
        (
            {"op": "replace", "path": "name", "value": {"givenName": "A"}},
            {"name": {"givenName": "A", "familyName": "Byron"}},
        ),
        ({"op": "add", "path": "emails", "value": [{"value": "z@z"}]}, {"emails": [WORK, HOME, {"value": "z@z"}]}),
        ({"op": "add", "path": "emails", "value": {"value": "z@z"}}, {"emails": [WORK, HOME, {"value": "z@z"}]}),
        ({"op": "add", "path": "emails", "value": [dict(WORK)]}, {}),
        ({"op": "replace", "path": "emails", "value": [{"value": "z@z"}]}, {"emails": [{"value": "z@z"}]}),
        (
            {"op": "add", "path": "emails", "value": [{"value": "z@z", "primary": True}]},
            {"emails": [{**WORK, "primary": False}, HOME, {"value": "z@z", "primary": True}]},
        ),
        (
            {"op": "replace", "path": 'emails[type eq "home"].primary', "value": True},
            {"emails": [{**WORK, "primary": False}, {**HOME, "primary": True}]},
        ),
        (
            {"op": "replace", "path": 'emails[type eq "home"]', "value": {"value": "n@y"}},
            {"emails": [WORK, {"type": "home", "value": "n@y"}]},
        ),
        ({"op": "remove", "path": 'emails[type eq "home"]'}, {"emails": [WORK]}),
        ({"op": "remove", "path": 'emails[type eq "home"].value'}, {"emails": [WORK]}),
        ({"op": "remove", "path": 'emails[type eq "none"]'}, {}),
        ({"op": "remove", "path": "emails"}, {"emails": None}),
        ({"op": "remove", "path": "name.givenName"}, {"name": {"familyName": "Byron"}}),
        ({"op": "remove", "path": ENTERPRISE}, {ENTERPRISE: None}),
        (
            {"op": "replace", "path": ENTERPRISE, "value": {"department": "D"}},
            {ENTERPRISE: {"department": "D", "costCenter": "7"}},
        ),
        (
            {"op": "replace", "value": {ENTERPRISE: {"department": "D"}}},
            {ENTERPRISE: {"department": "D", "costCenter": "7"}},
        ),
        ({"op": "replace", "path": "displayName", "value": None}, {"displayName": None}),
        ({"op": "add", "path": "displayName", "value": None}, {}),
        ({"op": "add", "path": "schemas", "value": [ENTERPRISE]}, {}),
        ({"op": "replace", "path": "active", "value": False}, {"active": False}),
    ],
    ids=str,
)
@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_an_operation_changes_exactly(operation: dict[str, object], changes: dict[str, Any], policy: str) -> None:
    expected = {name: value for name, value in {**ADA, **changes}.items() if value is not None}
    assert patched(operation, policy=policy) == expected


@pytest.mark.parametrize(
    ("operation", "changes", "strictly"),
    [
        ({"op": "Add", "path": "title", "value": "Dr"}, {"title": "Dr"}, "invalidSyntax"),
        ({"op": "replace", "path": "active", "value": "FALSE"}, {"active": False}, "invalidValue"),
        (
            {"op": "replace", "value": {"name.givenName": "A"}},
            {"name": {"givenName": "A", "familyName": "Byron"}},
            "invalidPath",
        ),
        ({"op": "remove", "path": "emails", "value": [{"value": "ada@y"}]}, {"emails": [WORK]}, "invalidSyntax"),
        ({"op": "remove", "path": "emails", "value": [{"value": "other"}]}, {}, "invalidSyntax"),
        (
            {"op": "replace", "path": 'emails[type eq "other"].value', "value": "o"},
            {"emails": [WORK, HOME, {"type": "other", "value": "o"}]},
            "noTarget",
        ),
        ({"op": "replace", "path": "shoeSize", "value": "9"}, {}, "invalidPath"),
        ({"op": "replace", "path": "urn:acme:User:shoeSize", "value": "9"}, {}, "invalidPath"),
        (
            {"op": "add", "path": f"{ENTERPRISE}:manager", "value": "b"},
            {ENTERPRISE: {"department": "Maths", "costCenter": "7", "manager": {"value": "b"}}},
            "invalidValue",
        ),
        (
            {"op": "add", "path": f"{ENTERPRISE}:manager", "value": [{"$ref": "x", "value": "b"}]},
            {ENTERPRISE: {"department": "Maths", "costCenter": "7", "manager": {"value": "b"}}},
            "invalidValue",
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_tolerance_of_entra_is_refused_by_strict(
    operation: dict[str, object], changes: dict[str, Any], strictly: str
) -> None:
    assert patched(operation) == {**ADA, **changes}
    assert refusal_of(operation, policy="strict") == (400, strictly)


@pytest.mark.parametrize("blank", ["", None])
def test_a_blank_clears_an_optional_attribute(blank: str | None) -> None:
    """ENTRA-162, ENTRA-194."""
    changed = patched(
        {"op": "replace", "path": "displayName", "value": blank},
        {"op": "replace", "value": {"name.givenName": blank}},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "boss"},
        {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": blank},
    )
    expected = {**ADA, "name": {"familyName": "Byron"}}
    del expected["displayName"]
    assert changed == expected


def test_ivanti_ignores_blank_updates() -> None:
    """IVANTI-052."""
    operations: list[dict[str, object]] = [
        {"op": "Replace", "path": "displayName", "value": ""},
        {"op": "replace", "value": {"name.givenName": None}},
    ]
    assert patched(*operations, policy="ivanti-r119") == ADA


def test_later_operations_see_earlier_ones() -> None:
    changed = patched(
        {"op": "remove", "path": "emails"},
        {"op": "add", "path": "emails", "value": [{"value": "1"}]},
        {"op": "replace", "path": "emails.value", "value": "2"},
    )
    assert changed["emails"] == [{"value": "2"}]


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove", "path": "id"}, "mutability"),
        ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "meta.created", "value": "x"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": []}, "mutability"),
        ({"op": "replace", "path": "userName", "value": ""}, "invalidValue"),
        ({"op": "replace", "path": "userName", "value": None}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": {}}, "invalidValue"),
        ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
        ({"op": "replace", "path": "name", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "title", "value": 7}, "invalidValue"),
        ({"op": "add", "path": "title"}, "invalidValue"),
        ({"op": "add", "value": "x"}, "invalidValue"),
        ({"op": "move", "path": "title"}, "invalidSyntax"),
        ({"op": None, "path": "title"}, "invalidSyntax"),
        ({"op": "replace", "path": "emails[type eq", "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 'title[type eq "x"]', "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": 7, "value": "x"}, "invalidPath"),
        ({"op": "replace", "path": "emails[type pr].value.x", "value": "x"}, "invalidPath"),
        (
            {
                "op": "replace",
                "path": "emails",
                "value": [{"value": "a", "primary": True}, {"value": "b", "primary": True}],
            },
            "invalidValue",
        ),
        (
            {
                "op": "add",
                "path": "emails",
                "value": [{"value": "a", "primary": True}, {"value": "b", "primary": True}],
            },
            "invalidValue",
        ),
    ],
    ids=str,
)
@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_an_operation_that_cannot_be_done_is_refused(operation: dict[str, object], scim_type: str, policy: str) -> None:
    assert refusal_of(operation, policy=policy) == (400, scim_type)


def test_more_than_a_thousand_operations_are_refused() -> None:
    operation: dict[str, object] = {"op": "replace", "path": "title", "value": "x"}
    assert patched(*[operation] * 1_000)["title"] == "x"
    assert refusal_of(*[operation] * 1_001) == (413, None)


def test_no_operation_is_tolerated_for_microsofts_validator_only() -> None:
    assert patched() == ADA
    assert refusal_of(policy="strict") == (400, "invalidSyntax")

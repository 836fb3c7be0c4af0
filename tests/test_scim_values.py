from typing import Any

import pytest

from scimulate.harness.scim_values import value_at

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ADA: dict[str, Any] = {
    "userName": "ada@contoso.test",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"type": "work", "value": "ada@contoso.test"}, {"type": "home", "value": "ada@home.test"}],
    "phoneNumbers": [{"type": "work", "value": "1"}, {"type": "work", "value": "2"}],
    ENTERPRISE: {"department": "Analysis", "manager": {"value": "42"}},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("userName", "ada@contoso.test"),
        ("USERNAME", "ada@contoso.test"),
        ("name.familyName", "Lovelace"),
        ("name.middleName", None),
        ('emails[type eq "work"].value', "ada@contoso.test"),
        ('emails[type eq "Home"].value', "ada@home.test"),
        ('emails[type eq "other"].value', None),
        ('phoneNumbers[type eq "work"].value', None),
        (f"{ENTERPRISE}:department", "Analysis"),
        (f"{ENTERPRISE}:manager.value", "42"),
        (f"{ENTERPRISE.lower()}:department", "Analysis"),
        ("urn:example:other:2.0:User:department", None),
        ("userName.value", None),
        ("nickName", None),
    ],
)
def test_a_path_names_one_value_or_none(path: str, value: Any) -> None:
    assert value_at(ADA, path) == value


def test_a_value_of_the_wrong_shape_is_not_repaired() -> None:
    assert value_at({"emails": ["ada@contoso.test"]}, 'emails[type eq "work"].value') is None
    assert value_at({ENTERPRISE: "Analysis"}, f"{ENTERPRISE}:department") is None

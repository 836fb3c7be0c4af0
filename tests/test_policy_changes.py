"""Single fields of a tenant's policy changed, kept, and in force with the next request."""

from pathlib import Path

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.mock_servers.scim.policy_changes import PolicyRefused, changed_policy
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenants
from tests.scim_tenant import USER, scim_tenant


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("lenient", True, "lenient: there is no such field; the fields are any_case_op, string_booleans, "),
        ("name", "mine", "name: there is no such field; the fields are any_case_op, "),
        ("email_required", 1, "email_required: the field takes true or false"),
        ("adoption_status", 204, "adoption_status: the field takes 200 or 201"),
        ("adoption_status", True, "adoption_status: the field takes 200 or 201"),
        (
            "operators_not_offered",
            ["EQ"],
            'operators_not_offered: the field takes a list of "eq" or "ne" or "co" or "sw" or "ew" or "gt" or "ge"'
            ' or "lt" or "le" or "pr"',
        ),
        ("unsupported_sort", 501, 'unsupported_sort: the field takes "ignored" or "400" or "501"'),
        ("max_tokens", 0, "max_tokens: the field takes a whole number above 0, or null"),
        ("max_tokens", "2", "max_tokens: the field takes a whole number above 0, or null"),
        ("updatable", "emails", "updatable: the field takes a list of attribute names, or null"),
        ("updatable", [1], "updatable: the field takes a list of attribute names, or null"),
    ],
)
def test_what_a_field_does_not_take_is_refused_by_name(name: str, value: object, sentence: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        changed_policy(POLICIES["entra"], {name: value})
    assert refused.value.field == name
    assert str(refused.value).startswith(sentence)


def test_a_change_holds_from_the_next_request() -> None:
    with scim_tenant("entra") as tenant:
        body = {"schemas": [USER], "userName": "ada"}
        tenant.tenant.change_policy(email_required=True)
        assert tenant.send("POST", "/Users", body).error == (400, "invalidValue")
        tenant.tenant.change_policy(email_required=False, updatable=["active"])
        assert tenant.send("POST", "/Users", body).status == 201
        assert (tenant.tenant.policy.name, tenant.tenant.policy.updatable) == ("entra", ("active",))


def test_a_refused_change_leaves_the_policy_as_it_was() -> None:
    with scim_tenant("entra") as tenant:
        with pytest.raises(PolicyRefused):
            tenant.tenant.change_policy(email_required=True, max_tokens=-1)
        assert tenant.tenant.policy == POLICIES["entra"]


@pytest.mark.parametrize("name", ["id", "meta", "groups", "schemas", "shoeSize", "emails.value", "Emails"])
def test_what_no_update_may_name_is_refused_by_name(name: str) -> None:
    with scim_tenant("entra") as tenant:
        with pytest.raises(PolicyRefused) as refused:
            tenant.tenant.change_policy(updatable=["title", name])
        assert str(refused.value).startswith(
            f"updatable: no update names '{name}'; the names are externalId, userName, "
        )
        assert tenant.tenant.policy == POLICIES["entra"]


@pytest.mark.parametrize("policy", POLICIES)
def test_what_a_policy_lists_may_be_named(policy: str) -> None:
    with scim_tenant("strict") as tenant:
        listed = POLICIES[policy].updatable
        assert tenant.tenant.change_policy(updatable=listed).updatable == listed


def test_only_fields_with_another_value_are_the_tenants_own() -> None:
    with scim_tenant("entra") as tenant:
        tenant.tenant.change_policy(max_tokens=1, blank_clears=False, email_required=False)
        assert tenant.tenant.own_fields == ("blank_clears", "max_tokens")


def test_changes_are_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    first = Tenants(Database(path), lambda name: VirtualClock())
    changed = first.default.change_policy(max_tokens=None, updatable=["active", "emails"])
    first.database.close()
    second = Tenants(Database(path), lambda name: VirtualClock())
    assert second.default.policy == changed
    second.database.close()

"""The documented habits of Ivanti as policies of the reference server."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.mock_servers.portal.listing import Listing, UserFilters
from scimulate.mock_servers.scim.policy import POLICIES, Policy
from tests.scim_tenant import ENTERPRISE, USER, ScimTenant, scim_tenant, what_the_client_wrote

EMAILS = [{"value": "ada@contoso.test", "type": "work", "primary": True}]


@pytest.fixture
def ivanti() -> Iterator[ScimTenant]:
    with scim_tenant("ivanti-r119") as tenant:
        yield tenant


def _listing(tenant: ScimTenant) -> Listing:
    return Listing(tenant.tenant.resources, tenant.tenant.name)


def _portal_rows(tenant: ScimTenant) -> list[tuple[str, str, str]]:
    lines = _listing(tenant).users(UserFilters()).lines
    return [(line.user_name, line.source, line.status) for line in lines]


def test_a_user_without_email_is_refused(ivanti: ScimTenant) -> None:
    """IVANTI-040."""
    refused = ivanti.send("POST", "/Users", {"schemas": [USER], "userName": "ada@contoso.test"})
    assert refused.error == (400, "invalidValue")
    assert "emails" in refused.body["detail"]


def test_a_blank_name_is_refused_on_create_and_update(ivanti: ScimTenant) -> None:
    """IVANTI-054, NEG-23."""
    name = {"givenName": "", "familyName": " "}
    body = {"schemas": [USER], "userName": "ada@contoso.test", "emails": EMAILS, "name": name}
    assert ivanti.send("POST", "/Users", body).error == (400, "invalidValue")


@pytest.mark.parametrize("active", [False, "False"], ids=["boolean", "string"])
@pytest.mark.parametrize(("policy", "status"), [("entra", 201), ("ivanti-r119", 400), ("ivanti-r118", 400)])
def test_an_inactive_user_is_not_provisioned(policy: str, status: int, active: object) -> None:
    """IVANTI-043: who is there already can be disabled nevertheless."""
    with scim_tenant(policy) as tenant:
        body = {"schemas": [USER], "userName": "ada@contoso.test", "emails": EMAILS, "active": active}
        answered = tenant.send("POST", "/Users", body)
        assert answered.status == status
        assert tenant.send("GET", "/Users").body["totalResults"] == (1 if status == 201 else 0)
        grace = tenant.create_user("grace@contoso.test", emails=EMAILS)
        disabled = tenant.patch(f"/Users/{grace['id']}", {"op": "replace", "path": "active", "value": active})
        assert (disabled.status, disabled.body["active"]) == (200, False)


def test_delete_disables_in_the_portal_and_hides_from_scim(ivanti: ScimTenant) -> None:
    """IVANTI-048, IVANTI-050."""
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    group = ivanti.create_group("Engineering", ada["id"])
    assert ivanti.send("DELETE", f"/Users/{ada['id']}").status == 204
    assert ivanti.send("GET", f"/Users/{ada['id']}").error == (404, None)
    assert ivanti.send("DELETE", f"/Users/{ada['id']}").error == (404, None)
    assert ivanti.send("GET", "/Users", filter='userName eq "ada@contoso.test"').body["totalResults"] == 0
    assert ivanti.send("GET", "/Users").body["totalResults"] == 0
    assert ivanti.members_of(group["id"]) == []
    assert _portal_rows(ivanti) == [("ada@contoso.test", "SCIM Entra ID", "Disabled")]
    shown = _listing(ivanti).group(group["id"])
    assert shown is not None
    assert [line.user_name for line in shown.members] == ["ada@contoso.test"]


def test_a_deleted_users_name_can_be_provisioned_again(ivanti: ScimTenant) -> None:
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    ivanti.send("DELETE", f"/Users/{ada['id']}")
    again = ivanti.create_user("Ada@contoso.test", emails=EMAILS, displayName="Ada")
    assert what_the_client_wrote(again) == {
        "userName": "Ada@contoso.test",
        "emails": EMAILS,
        "displayName": "Ada",
        "active": True,
    }
    assert ivanti.user_names() == ["Ada@contoso.test"]
    assert ivanti.send("GET", "/Users").body["totalResults"] == 1
    assert _portal_rows(ivanti) == [("Ada@contoso.test", "SCIM Entra ID", "Enabled")]


def test_a_local_user_is_taken_over(ivanti: ScimTenant) -> None:
    """IVANTI-059, NEG-39."""
    ivanti.put_in("User", "Local", userName="ada@contoso.test", active=True)
    local = ivanti.send("GET", "/Users", filter='userName eq "ada@contoso.test"').body["Resources"][0]
    taken_over = ivanti.create_user("ADA@contoso.test", emails=EMAILS)
    assert taken_over["id"] == local["id"]
    assert _portal_rows(ivanti) == [("ADA@contoso.test", "SCIM Entra ID", "Enabled")]
    again = {"schemas": [USER], "userName": "ada@contoso.test", "emails": EMAILS}
    assert ivanti.send("POST", "/Users", again).error == (409, "uniqueness")


def test_a_local_user_without_email_can_be_disabled(ivanti: ScimTenant) -> None:
    local = ivanti.put_in("User", "Local", userName="ada@contoso.test", active=True)
    disabled = ivanti.patch(f"/Users/{local}", {"op": "Replace", "path": "active", "value": "False"})
    assert (disabled.status, disabled.body["active"]) == (200, False)


@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_elsewhere_a_local_user_is_a_conflict(policy: str) -> None:
    with scim_tenant(policy) as tenant:
        tenant.put_in("User", "Local", userName="ada@contoso.test", active=True)
        assert tenant.send("POST", "/Users", {"schemas": [USER], "userName": "ada@contoso.test"}).error == (
            409,
            "uniqueness",
        )


def test_only_department_of_the_enterprise_extension_is_kept(ivanti: ScimTenant) -> None:
    """IVANTI-036."""
    ada = ivanti.create_user(
        "ada@contoso.test", emails=EMAILS, **{ENTERPRISE: {"department": "Maths", "costCenter": "7", "manager": "boss"}}
    )
    assert ada[ENTERPRISE] == {"department": "Maths"}
    path = f"{ENTERPRISE}:employeeNumber"
    changed = ivanti.patch(f"/Users/{ada['id']}", {"op": "Add", "path": path, "value": "1"})
    assert (changed.status, changed.body[ENTERPRISE]) == (200, {"department": "Maths"})


def test_blank_updates_leave_the_old_value(ivanti: ScimTenant) -> None:
    """IVANTI-052."""
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS, displayName="Ada")
    answered = ivanti.patch(f"/Users/{ada['id']}", {"op": "Replace", "path": "displayName", "value": ""})
    assert (answered.status, answered.body) == (200, ada)


@pytest.mark.parametrize(("policy", "status"), [("ivanti-r118", 400), ("ivanti-r119", 200)])
def test_the_user_name_is_fixed_up_to_r118(policy: str, status: int) -> None:
    """IVANTI-061, IVANTI-062."""
    with scim_tenant(policy) as tenant:
        ada = tenant.create_user("ada@contoso.test", emails=EMAILS)
        answered = tenant.patch(
            f"/Users/{ada['id']}", {"op": "Replace", "path": "userName", "value": "countess@contoso.test"}
        )
        assert answered.status == status
        assert tenant.user_names() == ["countess@contoso.test" if status == 200 else "ada@contoso.test"]


@pytest.mark.parametrize(("policy", "status"), [("ivanti-r118", 400), ("ivanti-r119", 200)])
def test_the_external_id_can_be_searched_from_r119(policy: str, status: int) -> None:
    """IVANTI-097."""
    with scim_tenant(policy) as tenant:
        answers = [
            tenant.send("GET", f"/{kind}", filter=text).status
            for kind in ("Users", "Groups")
            for text in ('externalId eq "e"', 'externalId eq "e" and displayName eq "x"')
        ]
        assert answers == [status] * 4


def test_each_policy_is_named_and_explained() -> None:
    assert list(POLICIES) == ["strict", "entra", "ivanti-r119", "ivanti-r118"]
    strict: dict[str, Any] = dataclasses.asdict(POLICIES["strict"])
    assert {name for name, value in strict.items() if value is True} == {"external_id_search"}
    source = Policy.__doc__
    assert source is not None
    assert all(policy.summary for policy in POLICIES.values())

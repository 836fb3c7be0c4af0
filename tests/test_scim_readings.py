"""Where the documented text allows more than one reading, each is a value of the policy: both are shown here."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.scim_tenant import ENTERPRISE, USER, Answered, ScimTenant, scim_tenant, what_the_client_wrote

EMAILS = [{"value": "ada@contoso.test", "type": "work", "primary": True}]
ADA = {"schemas": [USER], "userName": "ada@contoso.test", "emails": EMAILS, "displayName": "Ada"}


@pytest.fixture
def ivanti() -> Iterator[ScimTenant]:
    with scim_tenant("ivanti-r119") as tenant:
        yield tenant


def _display_name(tenant: ScimTenant, resource: Any) -> tuple[str, bool]:
    read = tenant.send("GET", f"/Users/{resource['id']}").body
    return read["displayName"], read["active"]


def _replaced(tenant: ScimTenant, resource: Any, path: str, value: object) -> Answered:
    return tenant.patch(f"/Users/{resource['id']}", {"op": "Replace", "path": path, "value": value})


# What an update may change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", "Countess"),
        ('phoneNumbers[type eq "mobile"].value', "+44"),
        ("nickName", "Ada"),
        ("userType", "Guest"),
    ],
)
def test_an_attribute_outside_the_list_stays_silently(ivanti: ScimTenant, path: str, value: str) -> None:
    """IVANTI-033."""
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS, title="Mathematician")
    answered = _replaced(ivanti, ada, path, value)
    assert (answered.status, answered.body) == (200, ada)
    ivanti.tenant.change_policy(other_updates_refused=True)
    assert _replaced(ivanti, ada, path, value).error == (400, "mutability")


def test_what_is_on_the_list_is_updated(ivanti: ScimTenant) -> None:
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS, title="Mathematician")
    new = {
        "userName": "countess@contoso.test",
        "externalId": "e1",
        "displayName": "Countess",
        "emails": [{"value": "countess@contoso.test", "type": "home"}],
        "name": {"givenName": "Ada", "familyName": "King"},
        "active": False,
        ENTERPRISE: {"department": "Engines"},
    }
    put = ivanti.send("PUT", f"/Users/{ada['id']}", {"schemas": [USER], **new, "title": "Countess"})
    assert (put.status, what_the_client_wrote(put.body)) == (200, {**new, "title": "Mathematician"})


@pytest.mark.parametrize("policy", ["strict", "entra", "ivanti-r119", "ivanti-r118"])
def test_the_id_is_never_updated(policy: str) -> None:
    """IVANTI-034, C-21."""
    with scim_tenant(policy) as tenant:
        ada = tenant.create_user("ada@contoso.test", emails=EMAILS)
        refused = tenant.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "id", "value": "mine"})
        assert refused.error == (400, "mutability")


def test_a_blank_value_of_a_put_leaves_the_old_one(ivanti: ScimTenant) -> None:
    """IVANTI-052."""
    name = {"givenName": "Ada", "familyName": "Lovelace"}
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS, displayName="Ada", name=name)
    body = {**ADA, "displayName": "", "name": {"givenName": "", "familyName": "King"}}
    put = ivanti.send("PUT", f"/Users/{ada['id']}", body)
    assert what_the_client_wrote(put.body) == {
        **what_the_client_wrote(ada),
        "name": {"givenName": "Ada", "familyName": "King"},
    }


# User names


def test_a_user_name_is_an_address(ivanti: ScimTenant) -> None:
    """IVANTI-087."""
    assert ivanti.send("POST", "/Users", {**ADA, "userName": "ada"}).error == (400, "invalidValue")
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    assert _replaced(ivanti, ada, "userName", "countess").error == (400, "invalidValue")
    assert ivanti.user_names() == ["ada@contoso.test"]


@pytest.mark.parametrize(("unique", "status"), [(False, 201), (True, 409)])
def test_a_name_in_another_tenant_counts_when_names_are_unique_over_tenants(unique: bool, status: int) -> None:
    """IVANTI-087."""
    with scim_tenant("entra") as first:
        second = ScimTenant(first.tenants, first.tenants.create("second", "entra"))
        second.tenant.change_policy(user_names_unique_over_tenants=unique)
        first.create_user("ada@contoso.test")
        assert second.send("POST", "/Users", {**ADA, "userName": "Ada@contoso.test"}).status == status
        first.create_user("linus@contoso.test")
        grace = second.create_user("grace@contoso.test")
        assert _replaced(second, grace, "userName", "linus@contoso.test").status == (409 if unique else 200)
        assert first.user_names() == ["ada@contoso.test", "linus@contoso.test"]


# Flattened names


def test_printed_names_are_aliases(ivanti: ScimTenant) -> None:
    """IVANTI-031, C-20."""
    printed = {f"{USER}:givenName": "Ada", f"{USER}:familyName": "Lovelace", f"{USER}:emails": EMAILS}
    ada = ivanti.send("POST", "/Users", {"schemas": [USER], f"{USER}:userName": "ada@contoso.test", **printed})
    assert (ada.status, what_the_client_wrote(ada.body)) == (
        201,
        {
            "userName": "ada@contoso.test",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": EMAILS,
            "active": True,
        },
    )
    assert _replaced(ivanti, ada.body, f"{USER}:familyName", "King").body["name"]["familyName"] == "King"
    assert ivanti.user_names(filter=f'{USER}:familyName eq "king"') == ["ada@contoso.test"]
    by_id = f'urn:ietf:params:scim:schemas:core:2.0:id eq "{ada.body["id"]}"'
    assert ivanti.user_names(filter=by_id) == ["ada@contoso.test"]


def test_names_below_the_core_urn_are_read_too(ivanti: ScimTenant) -> None:
    body = {"schemas": [USER], USER: {"userName": "ada@contoso.test", "givenName": "Ada", "emails": EMAILS}}
    assert ivanti.send("POST", "/Users", body).body["name"] == {"givenName": "Ada"}


@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_elsewhere_a_printed_name_is_no_attribute(policy: str) -> None:
    with scim_tenant(policy) as tenant:
        answered = tenant.send("POST", "/Users", {**ADA, f"{USER}:givenName": "Ada"})
        assert (answered.status, "name" in answered.body) == (201, False)
        assert tenant.send("GET", "/Users", filter=f'{USER}:givenName eq "Ada"').error == (400, "invalidFilter")


# Taking over


@pytest.mark.parametrize("source", ["Local", "LDAP", "Entra ID"])
@pytest.mark.parametrize(("status", "changes"), [(201, {}), (200, {"adoption_status": 200})])
def test_a_user_of_a_former_source_is_taken_over(
    ivanti: ScimTenant, source: str, status: int, changes: dict[str, object]
) -> None:
    """IVANTI-059, IVANTI-064, C-26."""
    ivanti.tenant.change_policy(**changes)
    there = ivanti.put_in("User", source, userName="ada@contoso.test", active=True)
    answered = ivanti.send("POST", "/Users", ADA)
    assert (answered.status, answered.body["id"]) == (status, there)
    assert ivanti.source_of("User", there) == "SCIM Entra ID"


@pytest.mark.parametrize("source", ["Local", "LDAP", "Entra ID"])
def test_an_update_relabels_too(ivanti: ScimTenant, source: str) -> None:
    user = ivanti.put_in("User", source, userName="ada@contoso.test", active=True)
    assert _replaced(ivanti, {"id": user}, "active", True).status == 200
    assert ivanti.source_of("User", user) == "SCIM Entra ID"


@pytest.mark.parametrize(("policy", "after"), [("entra", "Local"), ("strict", "Local")])
def test_elsewhere_the_source_stays(policy: str, after: str) -> None:
    with scim_tenant(policy) as tenant:
        user = tenant.put_in("User", "Local", userName="ada@contoso.test", active=True)
        assert tenant.patch(f"/Users/{user}", {"op": "replace", "path": "active", "value": False}).status == 200
        assert tenant.source_of("User", user) == after


@pytest.mark.parametrize("source", ["LDAP", "Entra ID"])
def test_a_group_of_a_former_source_is_relabelled(ivanti: ScimTenant, source: str) -> None:
    """IVANTI-064."""
    group = ivanti.put_in("Group", source, displayName="Engineering")
    answered = ivanti.patch(f"/Groups/{group}", {"op": "Replace", "path": "externalId", "value": "g1"})
    assert (answered.status, ivanti.source_of("Group", group)) == (204, "SCIM Entra ID")


@pytest.mark.parametrize(
    ("provider", "source"), [("Entra ID", "SCIM Entra ID"), ("Okta", "SCIM Okta"), ("Generic", "SCIM")]
)
def test_the_source_is_that_of_the_tokens_provider(provider: str, source: str) -> None:
    """IVANTI-029, NEG-52, NEG-53."""
    with scim_tenant("entra") as tenant:
        tenant.secret = tenant.tenant.tokens.generate(provider).secret
        ada = tenant.create_user("ada@contoso.test")
        group = tenant.create_group("Engineering")
        assert (tenant.source_of("User", ada["id"]), tenant.source_of("Group", group["id"])) == (source, source)


def test_a_user_of_another_provider_is_updated_and_never_doubled(ivanti: ScimTenant) -> None:
    """NEG-40."""
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    ivanti.secret = ivanti.tenant.tokens.generate("Okta").secret
    assert ivanti.send("POST", "/Users", ADA).error == (409, "uniqueness")
    assert _replaced(ivanti, ada, "displayName", "Countess").status == 200
    assert ivanti.user_names() == ["ada@contoso.test"]
    assert ivanti.source_of("User", ada["id"]) == "SCIM Entra ID"


# Deleting


def test_a_deleted_user_may_stay_readable(ivanti: ScimTenant) -> None:
    """C-12, the literal reading."""
    ivanti.tenant.change_policy(deleted_users_readable=True)
    ada = ivanti.send("POST", "/Users", ADA).body
    assert ivanti.send("DELETE", f"/Users/{ada['id']}").status == 204
    assert _display_name(ivanti, ada) == ("Ada", False)
    again = ivanti.send("POST", "/Users", ADA)
    assert (again.status, again.body["id"], _display_name(ivanti, ada)) == (201, ada["id"], ("Ada", True))
    assert ivanti.send("POST", "/Users", ADA).error == (409, "uniqueness")


@pytest.mark.parametrize("kept", [False, True])
def test_members_who_were_deleted_may_stay_listed(ivanti: ScimTenant, kept: bool) -> None:
    """IVANTI-050, C-14."""
    ivanti.tenant.change_policy(members_keep_disabled=kept)
    ada, grace = (ivanti.create_user(f"{name}@contoso.test", emails=EMAILS)["id"] for name in ("ada", "grace"))
    group = ivanti.create_group("Engineering", ada, grace)["id"]
    ivanti.send("DELETE", f"/Users/{ada}")
    assert ivanti.members_of(group) == ([ada, grace] if kept else [grace])
    assert len(ivanti.send("GET", "/Groups").body["Resources"][0]["members"]) == (2 if kept else 1)


def test_replacing_the_members_leaves_who_was_deleted(ivanti: ScimTenant) -> None:
    """IVANTI-050: a client cannot take away whom it cannot see."""
    ada, grace = (ivanti.create_user(f"{name}@contoso.test", emails=EMAILS)["id"] for name in ("ada", "grace"))
    group = ivanti.create_group("Engineering", ada, grace)["id"]
    ivanti.send("DELETE", f"/Users/{ada}")
    replaced = {"op": "Replace", "path": "members", "value": [{"value": grace}]}
    assert ivanti.patch(f"/Groups/{group}", replaced).status == 204
    ivanti.tenant.change_policy(members_keep_disabled=True)
    assert ivanti.members_of(group) == [ada, grace]


@pytest.mark.parametrize("cascades", [False, True])
def test_a_deleted_group_may_disable_its_independent_members(ivanti: ScimTenant, cascades: bool) -> None:
    """IVANTI-049, C-13."""
    ivanti.tenant.change_policy(cascade_group_delete=cascades)
    ada, grace = (
        ivanti.create_user(f"{name}@contoso.test", emails=EMAILS, displayName=name) for name in ("ada", "grace")
    )
    group = ivanti.create_group("Engineering", ada["id"], grace["id"])["id"]
    ivanti.create_group("Research", grace["id"])
    assert ivanti.send("DELETE", f"/Groups/{group}").status == 204
    assert _display_name(ivanti, ada) == ("ada", not cascades)
    assert _display_name(ivanti, grace) == ("grace", True)


# Group names


@pytest.mark.parametrize("source", ["Local", "LDAP", "Entra ID", "SCIM Okta"])
def test_a_group_name_that_is_taken_is_refused(ivanti: ScimTenant, source: str) -> None:
    """IVANTI-046, NEG-47."""
    ivanti.put_in("Group", source, displayName="Engineering")
    group = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "ENGINEERING"}
    assert ivanti.send("POST", "/Groups", group).error == (409, "uniqueness")
    research = ivanti.create_group("Research")["id"]
    renamed = {"op": "Replace", "path": "displayName", "value": "Engineering"}
    assert ivanti.patch(f"/Groups/{research}", renamed).error == (409, "uniqueness")
    assert ivanti.send("PUT", f"/Groups/{research}", group).error == (409, "uniqueness")
    again = {"op": "Replace", "path": "displayName", "value": "RESEARCH"}
    assert ivanti.patch(f"/Groups/{research}", again).status == 204
    names = [shown["displayName"] for shown in ivanti.send("GET", "/Groups").body["Resources"]]
    assert names == ["Engineering", "RESEARCH"]


def test_a_group_made_in_the_portal_is_not_written(ivanti: ScimTenant) -> None:
    """IVANTI-046, C-24."""
    group = ivanti.put_in("Group", "Local", displayName="Engineering")
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    joined = {"op": "Add", "path": "members", "value": [{"value": ada["id"]}]}
    assert ivanti.patch(f"/Groups/{group}", joined).error == (409, "uniqueness")
    assert (ivanti.members_of(group), ivanti.source_of("Group", group)) == ([], "Local")


@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_elsewhere_two_groups_may_share_a_name(policy: str) -> None:
    with scim_tenant(policy) as tenant:
        assert tenant.create_group("Engineering")["id"] != tenant.create_group("Engineering")["id"]


# The feature flag


def test_while_scim_is_off_a_good_token_is_forbidden_and_nothing_changes(ivanti: ScimTenant) -> None:
    """NEG-02, C-35."""
    ada = ivanti.create_user("ada@contoso.test", emails=EMAILS)
    ivanti.switch_scim(on=False)
    assert ivanti.send("DELETE", f"/Users/{ada['id']}").error == (403, None)
    assert ivanti.send("GET", "/Users").error == (403, None)
    assert ivanti.send("GET", "/Users", headers={"authorization": "Bearer wrong"}).error == (401, None)
    ivanti.switch_scim(on=True)
    assert ivanti.user_names() == ["ada@contoso.test"]


# What the portal does when a user arrives


def test_the_portal_is_told_of_users_who_come_and_change(ivanti: ScimTenant) -> None:
    """IVANTI-075, IVANTI-076: one mail for whom SCIM creates, none for an update or for who was there already."""
    ivanti.tenant.settings.save(invite_imported_users=True)
    ivanti.put_in("User", "Local", userName="grace@contoso.test", active=True)
    ada = ivanti.send("POST", "/Users", ADA).body
    ivanti.send("POST", "/Users", {**ADA, "userName": "grace@contoso.test"})
    _replaced(ivanti, ada, "displayName", "Countess")
    assert [mail.user_name for mail in ivanti.tenant.invitations.all()] == ["ada@contoso.test"]

"""Custom attributes of a tenant over SCIM: listed, stored, found and changed once they are defined (IVANTI-035)."""

from collections.abc import Iterator

import pytest

from scimulate.scim_schemas import validate
from tests.scim_tenant import ScimTenant, scim_tenant, what_the_client_wrote

IVANTI = "urn:ietf:params:scim:schemas:extension:ivanti:2.0:User"
EMAILS = [{"value": "ada@contoso.test", "type": "work", "primary": True}]


@pytest.fixture(params=["entra", "ivanti-r119"])
def tenant(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as tenant:
        yield tenant


def _ada(tenant: ScimTenant, **values: str) -> dict[str, object]:
    return tenant.create_user("ada@contoso.test", emails=EMAILS, **({IVANTI: values} if values else {}))


def test_the_schema_is_listed_once_an_attribute_is_defined(tenant: ScimTenant) -> None:
    assert tenant.send("GET", f"/Schemas/{IVANTI}").error == (404, None)
    tenant.tenant.attributes.add("badge")
    tenant.tenant.attributes.add("costCode")
    schema = tenant.send("GET", f"/Schemas/{IVANTI}").body
    assert [(one["name"], one["type"]) for one in schema["attributes"]] == [("badge", "string"), ("costCode", "string")]
    listed = [one["id"] for one in tenant.send("GET", "/Schemas").body["Resources"]]
    assert listed.count(IVANTI) == 1
    user_type = tenant.send("GET", "/ResourceTypes/User").body
    assert {"schema": IVANTI, "required": False} in user_type["schemaExtensions"]


def test_a_value_is_stored_and_shown_under_its_urn(tenant: ScimTenant) -> None:
    tenant.tenant.attributes.add("badge")
    ada = _ada(tenant, badge="7", unknown="x")
    assert ada[IVANTI] == {"badge": "7"}
    assert ada["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User", IVANTI]
    assert tenant.send("GET", f"/Users/{ada['id']}").body == ada
    assert validate("User", ada) == []


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": f"{IVANTI}:badge", "value": "8"},
        {"op": "replace", "value": {f"{IVANTI}:badge": "8"}},
        {"op": "Add", "path": IVANTI, "value": {"badge": "8"}},
        {"op": "add", "value": {IVANTI: {"badge": "8"}}},
    ],
    ids=["path", "dotted key", "whole extension", "below the urn"],
)
def test_a_value_is_patched_in_both_dialects(tenant: ScimTenant, operation: dict[str, object]) -> None:
    tenant.tenant.attributes.add("badge")
    tenant.tenant.attributes.add("costCode")
    ada = _ada(tenant, badge="7", costCode="c")
    answered = tenant.patch(f"/Users/{ada['id']}", operation)
    assert (answered.status, answered.body[IVANTI]) == (200, {"badge": "8", "costCode": "c"})


def test_users_are_found_sorted_and_projected_by_a_custom_attribute(tenant: ScimTenant) -> None:
    tenant.tenant.attributes.add("badge")
    ada = _ada(tenant, badge="7")
    tenant.create_user("grace@contoso.test", emails=EMAILS, **{IVANTI: {"badge": "6"}})
    assert tenant.user_names(filter=f'{IVANTI}:badge eq "7"') == ["ada@contoso.test"]
    assert tenant.user_names(sortBy=f"{IVANTI}:badge") == ["grace@contoso.test", "ada@contoso.test"]
    shown = tenant.send("GET", f"/Users/{ada['id']}", attributes=f"{IVANTI}:badge").body
    assert what_the_client_wrote(shown) == {IVANTI: {"badge": "7"}}


def test_before_it_is_defined_a_value_is_passed_over(tenant: ScimTenant) -> None:
    """IVANTI-037."""
    ada = _ada(tenant, badge="7")
    assert IVANTI not in ada
    answered = tenant.patch(f"/Users/{ada['id']}", {"op": "Add", "path": f"{IVANTI}:badge", "value": "7"})
    assert (answered.status, answered.body) == (200, ada)


def test_a_strict_server_refuses_an_attribute_that_is_not_defined() -> None:
    with scim_tenant("strict") as tenant:
        ada = tenant.create_user("ada")
        operation = {"op": "add", "path": f"{IVANTI}:badge", "value": "7"}
        assert tenant.patch(f"/Users/{ada['id']}", operation).error == (400, "invalidPath")
        tenant.tenant.attributes.add("badge")
        assert tenant.patch(f"/Users/{ada['id']}", operation).body[IVANTI] == {"badge": "7"}


def test_tenants_have_attributes_of_their_own(tenant: ScimTenant) -> None:
    other = ScimTenant(tenant.tenants, tenant.tenants.create("other", "entra"))
    tenant.tenant.attributes.add("badge")
    assert _ada(tenant, badge="7")[IVANTI] == {"badge": "7"}
    assert IVANTI not in _ada(other, badge="7")


def test_the_values_of_an_attribute_can_be_cleared(tenant: ScimTenant) -> None:
    """IVANTI-099: deleting an attribute wipes its values."""
    for name in ("badge", "costCode"):
        tenant.tenant.attributes.add(name)
    ada = _ada(tenant, badge="7", costCode="c")
    grace = tenant.create_user("grace@contoso.test", emails=EMAILS, **{IVANTI: {"badge": "6"}})
    resources = tenant.tenant.resources
    resources.database.write(lambda connection: resources.clear_extension_value(connection, IVANTI, "badge"))
    assert tenant.send("GET", f"/Users/{ada['id']}").body[IVANTI] == {"costCode": "c"}
    assert IVANTI not in tenant.send("GET", f"/Users/{grace['id']}").body

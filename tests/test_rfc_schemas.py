"""The schemas that the server publishes are those of RFC 7643, and they are true of what it serves."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scim_tenant import BASE, ENTERPRISE, GROUP, USER, ScimTenant, scim_tenant

SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
TYPES = {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
KEYWORDS = {
    "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
    "returned": {"always", "never", "default", "request"},
    "uniqueness": {"none", "server", "global"},
}


@pytest.fixture(params=["strict", "entra"])
def endpoint(request: pytest.FixtureRequest) -> Iterator[ScimTenant]:
    with scim_tenant(request.param) as tenant:
        yield tenant


def schemas_of(endpoint: ScimTenant) -> dict[str, dict[str, Any]]:
    return {schema["id"]: schema for schema in endpoint.send("GET", "/Schemas").body["Resources"]}


def walked(attributes: list[dict[str, Any]], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Each attribute with its dotted name, outer ones first."""
    for attribute in attributes:
        yield f"{path}{attribute['name']}", attribute
        yield from walked(attribute.get("subAttributes", []), f"{path}{attribute['name']}.")


def every_attribute(endpoint: ScimTenant) -> list[tuple[str, dict[str, Any]]]:
    found = [
        (f"{urn} {name}", attribute)
        for urn, schema in schemas_of(endpoint).items()
        for name, attribute in walked(schema["attributes"])
    ]
    assert len(found) > 100
    return found


def told(attribute: dict[str, Any]) -> str:
    """The characteristics in one line, without those that have their default (RFC 7643 §2.2)."""
    words = [attribute["type"], "several"] if attribute["multiValued"] else [attribute["type"]]
    words += [word for word in ("required", "caseExact") if attribute.get(word)]
    for name, default in (("mutability", "readWrite"), ("returned", "default"), ("uniqueness", "none")):
        if attribute.get(name, default) != default:
            words.append(attribute[name])
    return " ".join([*words, *attribute.get("referenceTypes", [])])


_TEXT = dict.fromkeys(("display", "type", "value"), "string") | {"primary": "boolean"}


def _several(name: str, **parts: str) -> dict[str, str]:
    return {name: "complex several"} | {f"{name}.{part}": said for part, said in (_TEXT | parts).items()}


OF_USERS = {
    "userName": "string required server",
    "name": "complex",
    **{
        f"name.{part}": "string"
        for part in ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
    },
    **dict.fromkeys(("displayName", "nickName", "title", "userType", "preferredLanguage", "locale"), "string"),
    "timezone": "string",
    "profileUrl": "reference caseExact external",
    "active": "boolean",
    "password": "string writeOnly never",
    **_several("emails"),
    **_several("phoneNumbers"),
    **_several("ims"),
    **_several("photos", value="reference caseExact external"),
    "addresses": "complex several",
    **{
        f"addresses.{part}": "string"
        for part in ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")
    },
    "addresses.primary": "boolean",  # Our own: §2.4 gives it to every attribute with several values.
    "groups": "complex several readOnly",
    "groups.value": "string caseExact readOnly",
    "groups.$ref": "reference caseExact readOnly Group",
    "groups.display": "string readOnly",
    "groups.type": "string readOnly",
    **_several("entitlements"),
    **_several("roles"),
    **_several("x509Certificates", value="binary caseExact"),
}
OF_GROUPS = {
    "displayName": "string required",
    "members": "complex several",
    "members.value": "string caseExact immutable",
    "members.$ref": "reference caseExact immutable User Group",
    "members.type": "string immutable",
    "members.display": "string readOnly",
}
OF_ENTERPRISE_USERS = {
    **dict.fromkeys(("employeeNumber", "costCenter", "organization", "division", "department"), "string"),
    "manager": "complex",
    "manager.value": "string caseExact",
    "manager.$ref": "reference caseExact User",
    "manager.displayName": "string readOnly",
}


@pytest.mark.parametrize(
    ("urn", "expected"),
    [
        pytest.param(
            USER,
            OF_USERS,
            id="users",
            marks=pytest.mark.requirement(
                "RFC7643-8.7-01",
                "RFC7643-8.7-02",
                "RFC7643-8.7-03",
                "RFC7643-8.7-04",
                "RFC7643-4.1.1-03",
                "RFC7643-7-23",
            ),
        ),
        pytest.param(GROUP, OF_GROUPS, id="groups", marks=pytest.mark.requirement("RFC7643-8.7-05")),
        pytest.param(ENTERPRISE, OF_ENTERPRISE_USERS, id="enterprise", marks=pytest.mark.requirement("RFC7643-8.7-06")),
    ],
)
def test_every_characteristic_is_that_of_the_rfc_with_its_errata(
    endpoint: ScimTenant, urn: str, expected: dict[str, str]
) -> None:
    published = dict(walked(schemas_of(endpoint)[urn]["attributes"]))
    assert {name: told(attribute) for name, attribute in published.items()} == expected


def test_a_server_that_takes_no_passwords_publishes_none(endpoint: ScimTenant) -> None:
    endpoint.tenant.change_policy(change_password_supported=False)
    published = dict(walked(schemas_of(endpoint)[USER]["attributes"]))
    assert {name: told(attribute) for name, attribute in published.items()} == {
        name: said for name, said in OF_USERS.items() if name != "password"
    }


@pytest.mark.requirement(
    "RFC7643-2.1-03", "RFC7643-7-05", "RFC7643-7-06", "RFC7643-7-07", "RFC7643-7-09", "RFC7643-7-10", "RFC7643-7-11"
)
@pytest.mark.requirement("RFC7643-2.3-01", "RFC7643-7-14", "RFC7643-2.2-01")
def test_every_attribute_is_defined_whole(endpoint: ScimTenant) -> None:
    for name, attribute in every_attribute(endpoint):
        assert re.fullmatch(r"\$?[A-Za-z][A-Za-z0-9$_-]*", attribute["name"]), name
        assert attribute["type"] in TYPES, name
        assert isinstance(attribute["multiValued"], bool), name
        assert isinstance(attribute["required"], bool), name
        assert attribute["description"], name
        assert isinstance(attribute.get("caseExact", False), bool), name
        for characteristic, words in KEYWORDS.items():
            assert attribute.get(characteristic, min(words)) in words, name
        if attribute["type"] != "complex":
            # What §2.2 has a default for is written out all the same: no client need know the defaults.
            assert {"mutability", "returned", "uniqueness"} <= attribute.keys(), name


@pytest.mark.requirement("RFC7643-7-08", "RFC7643-2.3.8-02", "RFC7643-2.3.8-03", "RFC7643-7-34")
def test_complex_attributes_have_simple_parts_and_no_characteristics_of_text(endpoint: ScimTenant) -> None:
    for urn, schema in schemas_of(endpoint).items():
        for name, attribute in walked(schema["attributes"]):
            assert (attribute["type"] == "complex") == bool(attribute.get("subAttributes")), name
            if attribute["type"] == "complex":
                assert attribute.get("uniqueness", "none") == "none", name
                assert attribute.get("caseExact", False) is False, name
                # §7: the schema of schemas alone describes what has parts within parts.
                assert "." not in name or urn == SCHEMA, name


@pytest.mark.requirement("RFC7643-2.4-01", "RFC7643-2.4-04", "RFC7643-2.4-09", "RFC7643-7-12", "RFC7643-7-33")
def test_parts_with_a_standard_name_have_their_standard_meaning(endpoint: ScimTenant) -> None:
    kinds = {"type": "string", "primary": "boolean", "display": "string", "$ref": "reference"}
    for urn in (USER, GROUP, ENTERPRISE):
        for name, attribute in walked(schemas_of(endpoint)[urn]["attributes"]):
            last = name.rpartition(".")[2]
            assert "." not in name or kinds.get(last, attribute["type"]) == attribute["type"], name
            words = attribute.get("canonicalValues", [])
            assert isinstance(words, list), name
            assert all(isinstance(word, str) for word in words), name
            references = attribute.get("referenceTypes")
            assert (references is not None) == (attribute["type"] == "reference"), name
            assert set(references or ()) <= {"User", "Group", "external", "uri"}, name
    types = {
        name: one["canonicalValues"]
        for name, one in walked(schemas_of(endpoint)[USER]["attributes"])
        if "canonicalValues" in one
    }
    assert types["emails.type"] == ["work", "home", "other"]
    assert types["phoneNumbers.type"] == ["work", "home", "mobile", "fax", "pager", "other"]
    assert types["photos.type"] == ["photo", "thumbnail"]
    assert types["groups.type"] == ["direct", "indirect"]


@pytest.mark.requirement("RFC7643-7-01", "RFC7643-7-03", "RFC7643-7-04", "RFC7643-7-36", "RFC7643-8.7-07")
def test_each_schema_is_a_resource_of_its_own(endpoint: ScimTenant) -> None:
    listed = endpoint.send("GET", "/Schemas").body["Resources"]
    ids = [schema["id"] for schema in listed]
    assert sorted(ids) == sorted([USER, GROUP, ENTERPRISE, SCHEMA, RESOURCE_TYPE, CONFIG])
    for schema in listed:
        assert schema["schemas"] == [SCHEMA]
        assert schema["name"]
        assert schema["description"]
        assert schema["meta"]["resourceType"] == "Schema"
        assert schema["meta"]["location"] == f"{BASE}/Schemas/{schema['id']}"
        assert endpoint.send("GET", f"/Schemas/{schema['id']}").body == schema
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        refused = endpoint.send(method, f"/Schemas/{USER}", {"schemas": [SCHEMA], "id": USER, "attributes": []})
        assert refused.status in (405, 501)
    assert endpoint.send("GET", "/Schemas").body["Resources"] == listed


@pytest.mark.requirement("RFC7643-3-02", "RFC7643-7-02", "RFC7643-4.1-01", "RFC7643-4.2-01", "RFC7643-4.3-01")
def test_each_resource_names_schemas_that_its_type_has_and_that_are_published(endpoint: ScimTenant) -> None:
    endpoint.create_user("ada", **{ENTERPRISE: {"department": "Maths"}})
    endpoint.create_user("grace")
    endpoint.create_group("Engineering")
    types = {one["name"]: one for one in endpoint.send("GET", "/ResourceTypes").body["Resources"]}
    declared = {
        name: {one["schema"], *(extension["schema"] for extension in one.get("schemaExtensions", ()))}
        for name, one in types.items()
    }
    assert declared == {"User": {USER, ENTERPRISE}, "Group": {GROUP}}
    assert [types[name]["schema"] for name in ("User", "Group")] == [USER, GROUP]
    published = schemas_of(endpoint).keys()
    for name, path in (("User", "/Users"), ("Group", "/Groups")):
        for resource in endpoint.send("GET", path).body["Resources"]:
            assert set(resource["schemas"]) <= declared[name]
            assert set(resource["schemas"]) <= published


@pytest.mark.requirement("RFC7643-3.3-03", "RFC7643-3.1-25")
def test_extensions_take_no_name_of_the_core_and_common_attributes_are_in_no_schema(endpoint: ScimTenant) -> None:
    names = {urn: {one["name"].lower() for one in schema["attributes"]} for urn, schema in schemas_of(endpoint).items()}
    assert names[ENTERPRISE] & names[USER] == set()
    for urn in (USER, GROUP, ENTERPRISE):
        assert names[urn] & {"id", "externalid", "meta", "schemas"} == set()

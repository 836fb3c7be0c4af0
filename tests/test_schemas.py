"""The schema resources and the JSON Schemas of the messages."""

from collections.abc import Iterator
from typing import Any

import pytest

from scimulate.scim_schemas import KINDS, schema_resource, schema_resources, validate

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
META = {"resourceType": "User"}


def _attributes(attributes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for attribute in attributes:
        yield attribute
        yield from _attributes(attribute.get("subAttributes", []))


def test_there_are_the_six_schemas_of_rfc_7643() -> None:
    assert [resource["id"] for resource in schema_resources()] == [
        f"{CORE}User",
        f"{CORE}Group",
        ENTERPRISE,
        f"{CORE}ServiceProviderConfig",
        f"{CORE}ResourceType",
        f"{CORE}Schema",
    ]


def test_every_attribute_states_all_that_a_schema_states() -> None:
    for resource in schema_resources():
        for attribute in _attributes(resource["attributes"]):
            assert attribute.keys() >= {"name", "type", "multiValued", "required", "mutability", "returned"}, attribute
            assert (attribute["type"] == "complex") == ("subAttributes" in attribute)
            assert not (attribute["type"] == "complex" and "uniqueness" in attribute)  # erratum 6004


def _attribute(urn: str, *names: str) -> dict[str, Any]:
    found: dict[str, Any] = {"subAttributes": schema_resource(urn)["attributes"]}
    for name in names:
        found = next(attribute for attribute in found["subAttributes"] if attribute["name"] == name)
    return found


@pytest.mark.parametrize(
    ("urn", "names", "key", "value"),
    [
        (f"{CORE}Group", ("displayName",), "required", True),
        (f"{CORE}User", ("groups", "$ref"), "referenceTypes", ["Group"]),
        (ENTERPRISE, ("manager", "value"), "caseExact", True),
        (f"{CORE}ResourceType", ("schemaExtensions",), "multiValued", True),
        (f"{CORE}ResourceType", ("name",), "uniqueness", "server"),
        (f"{CORE}ResourceType", ("endpoint",), "caseExact", True),
        (f"{CORE}Schema", ("attributes", "referenceTypes"), "multiValued", True),
        (f"{CORE}User", ("userName",), "caseExact", False),
    ],
)
def test_the_verified_errata_are_applied(urn: str, names: tuple[str, ...], key: str, value: object) -> None:
    assert _attribute(urn, *names)[key] == value


def test_a_schema_is_found_in_any_case_and_is_a_copy() -> None:
    schema = schema_resource(f"{CORE}User".upper())
    schema["attributes"].clear()
    assert schema_resource(f"{CORE}User")["attributes"]
    with pytest.raises(KeyError):
        schema_resource("urn:none")


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("ListResponse", {"schemas": [LIST], "totalResults": 0}),
        ("ListResponse", {"schemas": [LIST], "totalResults": 1, "itemsPerPage": 1, "startIndex": 1, "Resources": [{}]}),
        ("Error", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}),
        ("User", {"schemas": [f"{CORE}User", "urn:x"], "id": "1", "userName": "a", "meta": META, "emails": None}),
        ("Group", {"schemas": [f"{CORE}Group"], "id": "1", "displayName": "a", "meta": {"resourceType": "Group"}}),
    ],
)
def test_a_good_document_has_no_problems(kind: str, document: object) -> None:
    assert validate(kind, document) == []


@pytest.mark.parametrize(
    ("kind", "document", "place"),
    [
        ("ListResponse", {"schemas": [f"{CORE}Group"], "totalResults": 0}, "$.schemas"),
        ("ListResponse", {"schemas": [LIST], "totalResults": "0"}, "$.totalResults"),
        ("ListResponse", {"schemas": [LIST], "totalResults": 0, "startIndex": 0}, "$.startIndex"),
        ("ListResponse", {"schemas": [LIST], "totalResults": 0, "Resources": None}, "$.Resources"),
        ("Error", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": 404}, "$.status"),
        (
            "Error",
            {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "scimType": "null"},
            "$.scimType",
        ),
        ("User", {"schemas": [f"{CORE}User"], "id": 21, "userName": "a", "meta": META}, "$.id"),
        ("User", {"schemas": [f"{CORE}User"], "id": "1", "userName": "a", "meta": {}}, "$.meta"),
        ("User", {"schemas": [f"{CORE}User"], "id": "1", "userName": "a", "meta": META, "emails": ["a"]}, "$.emails"),
        ("User", {"schemas": [f"{CORE}User"], "id": "1", "userName": "a", "meta": META, "password": "x"}, "$.password"),
        (
            "User",
            {"schemas": [f"{CORE}User"], "id": "1", "userName": "a", "meta": {**META, "created": "5 May"}},
            "$.meta.created",
        ),
        ("Group", {"schemas": [f"{CORE}Group"], "id": "1", "meta": {"resourceType": "Group"}}, "$"),
    ],
)
def test_a_defect_is_named_with_its_place(kind: str, document: object, place: str) -> None:
    problems = validate(kind, document)
    assert [problem.split(": ")[0] for problem in problems] == [place]


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match=KINDS[0]):
        validate("Bulk", {})

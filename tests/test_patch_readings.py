"""PATCH where the text leaves a point open: each field alone on a strict server, in both values.

A row says what the field is, what is sent, and what comes of it: what has changed, or the scimType of the refusal.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.scim_tenant import ENTERPRISE, PATCH, ScimTenant, scim_tenant, what_the_client_wrote
from tests.test_rfc_patch import (
    ADA,
    COMPANY,
    HOME,
    NAME,
    NEW,
    WORK,
    Operation,
    ada_in,
    add,
    assert_patched,
    assert_refused,
    changed,
    remove,
    replace,
)

Outcome = Mapping[str, object] | str
BOSS = {**COMPANY, "manager": {"value": "boss"}}
NONE = 'emails[type eq "none"]'


def assert_outcome(tenant: ScimTenant, operations: list[Operation], outcome: Outcome) -> None:
    ada = ada_in(tenant)
    if isinstance(outcome, str):
        assert_refused(tenant, ada, operations, scim_type=outcome)
    else:
        assert_patched(tenant, ada, operations, changed(outcome))


@pytest.mark.parametrize(
    ("field", "operation", "without", "with_it"),
    [
        *(
            pytest.param(
                "any_case_op",
                {**operation, "op": str(operation["op"]).title()},
                "invalidSyntax",
                changes,
                marks=pytest.mark.requirement("RFC7644-3.5.2-08"),
            )
            for operation, changes in (
                (add("nickName", "A"), {"nickName": "A"}),
                (replace("title", "Dr"), {"title": "Dr"}),
                (remove("title"), {"title": None}),
            )
        ),
        *(
            pytest.param(
                "string_booleans",
                replace("active", text),
                "invalidValue",
                {"active": kept},
                marks=pytest.mark.requirement("RFC7644-3.5.2.3-15"),
            )
            for text, kept in (("False", False), ("false", False), ("FALSE", False), ("True", True))
        ),
        (
            "string_booleans",
            add('emails[primary eq "True"].display', "P"),
            "invalidFilter",
            {"emails": [{**WORK, "display": "P"}, HOME]},
        ),
        pytest.param(
            "dotted_value_keys",
            replace(None, {"name.givenName": "A"}),
            "invalidPath",
            {"name": {**NAME, "givenName": "A"}},
            marks=pytest.mark.requirement("RFC7644-3.5.2-25"),
        ),
        pytest.param(
            "dotted_value_keys",
            replace(None, {f"{ENTERPRISE}:department": "E"}),
            "invalidPath",
            {ENTERPRISE: {**COMPANY, "department": "E"}},
            marks=pytest.mark.requirement("RFC7644-3.5.2-24"),
        ),
        (
            "dotted_value_keys",
            add(None, {'emails[type eq "work"].value': "w"}),
            "invalidPath",
            {"emails": [{**WORK, "value": "w"}, HOME]},
        ),
        (
            "dotted_value_keys",
            add(None, {'emails[type eq "work"]': {"value": "w"}}),
            "invalidPath",
            {"emails": [{**WORK, "value": "w"}, HOME]},
        ),
        (
            "remove_with_value",
            {**remove("emails"), "value": [{"value": HOME["value"]}]},
            "invalidSyntax",
            {"emails": [WORK]},
        ),
        (
            "remove_with_value",
            {**remove("emails"), "value": {"value": HOME["value"]}},
            "invalidSyntax",
            {"emails": [WORK]},
        ),
        ("remove_with_value", {**remove("emails"), "value": [{"value": "other"}]}, "invalidSyntax", {}),
        ("remove_with_value", {**remove("emails"), "value": []}, "invalidSyntax", {}),
        ("remove_with_value", {**remove("title"), "value": "Countess"}, "invalidSyntax", {"title": None}),
        ("remove_with_value", {**remove("title"), "value": "Dr"}, "invalidSyntax", {}),
        pytest.param(
            "bare_manager",
            replace(f"{ENTERPRISE}:manager", "boss"),
            "invalidValue",
            {ENTERPRISE: BOSS},
            marks=pytest.mark.requirement("RFC7644-3.5.2.3-21"),
        ),
        ("bare_manager", add(None, {ENTERPRISE: {"manager": "boss"}}), "invalidValue", {ENTERPRISE: BOSS}),
        ("bare_manager", add(f"{ENTERPRISE}:manager", [{"value": "boss"}]), "invalidValue", {ENTERPRISE: BOSS}),
        ("bare_manager", replace(f"{ENTERPRISE}:manager", ""), "invalidValue", {}),
        (
            "value_filter_upsert",
            replace(f"{NONE}.value", "n"),
            "noTarget",
            {"emails": [WORK, HOME, {"type": "none", "value": "n"}]},
        ),
        (
            "value_filter_upsert",
            replace(NONE, {"value": "n"}),
            "noTarget",
            {"emails": [WORK, HOME, {"type": "none", "value": "n"}]},
        ),
        (
            "value_filter_upsert",
            replace('roles[primary eq true and type eq "x"].value', "n"),
            "noTarget",
            {"roles": [{"primary": True, "type": "x", "value": "n"}]},
        ),
        ("value_filter_upsert", replace(f"{NONE}.value", None), "noTarget", {}),
        (
            "value_filter_upsert",
            replace("emails[not (value pr)].value", "n"),
            "noTarget",
            "noTarget",
        ),
        ("value_filter_upsert", replace('emails[type eq "a" and type eq "b"].value', "n"), "noTarget", "noTarget"),
        *(
            pytest.param(
                "unknown_paths_ignored",
                operation,
                "invalidPath",
                {},
                marks=pytest.mark.requirement("RFC7644-3.5.2-37"),
            )
            for operation in (
                replace("shoeSize", "9"),
                add("urn:acme:User:shoeSize", "9"),
                remove("name.shoeSize"),
                replace(f"{ENTERPRISE}:shoeSize", "9"),
                replace("title.value", "9"),
                replace(None, {"shoeSize": "9"}),
                replace(None, {ENTERPRISE: {"shoeSize": "9"}}),
            )
        ),
        ("unknown_paths_ignored", replace(f"{ENTERPRISE}:manager.displayName", "B"), "mutability", {}),
        ("empty_patch_accepted", replace(None, {}), "invalidValue", {}),
        ("empty_patch_accepted", add(None, {}), "invalidValue", {}),
        ("blank_clears", replace("title", ""), {"title": ""}, {"title": None}),
        (
            "blank_clears",
            replace("name.givenName", ""),
            {"name": {**NAME, "givenName": ""}},
            {"name": {"middleName": "Augusta", "familyName": "Lovelace"}},
        ),
        (
            "blank_clears",
            replace("name", {"givenName": ""}),
            {"name": {**NAME, "givenName": ""}},
            {"name": {"middleName": "Augusta", "familyName": "Lovelace"}},
        ),
        (
            "blank_clears",
            replace('emails[type eq "work"].display', ""),
            {"emails": [{**WORK, "display": ""}, HOME]},
            {"emails": [{"value": WORK["value"], "type": "work", "primary": True}, HOME]},
        ),
        ("blank_clears", replace("emails", ""), "invalidValue", {"emails": None}),
        ("blank_clears", add("title", ""), {"title": ""}, {}),
        pytest.param(
            "single_value_add_refused",
            add("emails", NEW),
            {"emails": [WORK, HOME, NEW]},
            "invalidValue",
            marks=pytest.mark.requirement("RFC7644-3.5.2.1-09"),
        ),
        ("single_value_add_refused", add(None, {"emails": NEW}), {"emails": [WORK, HOME, NEW]}, "invalidValue"),
        (
            "single_value_add_refused",
            add("emails", [NEW]),
            {"emails": [WORK, HOME, NEW]},
            {"emails": [WORK, HOME, NEW]},
        ),
        (
            "single_value_add_refused",
            add('emails[type eq "home"]', {"display": "H"}),
            {"emails": [WORK, {**HOME, "display": "H"}]},
            {"emails": [WORK, {**HOME, "display": "H"}]},
        ),
        *(
            pytest.param(
                "remove_of_nothing_refused",
                remove(path),
                {},
                "noTarget",
                marks=pytest.mark.requirement("RFC7644-3.5.2.2-11"),
            )
            for path in (
                "nickName",
                "roles",
                NONE,
                "name.honorificPrefix",
                'emails[type eq "home"].display',
                f"{ENTERPRISE}:division",
            )
        ),
        ("remove_of_nothing_refused", remove("title"), {"title": None}, {"title": None}),
        ("remove_of_nothing_refused", remove(ENTERPRISE), {ENTERPRISE: None}, {ENTERPRISE: None}),
        *(
            pytest.param(
                "null_replacement_refused",
                operation,
                changes,
                "invalidValue",
                marks=pytest.mark.requirement("RFC7644-3.5.2.3-16"),
            )
            for operation, changes in (
                (replace("title", None), {"title": None}),
                (replace("title", []), {"title": None}),
                (replace("emails", []), {"emails": None}),
                (replace("emails", None), {"emails": None}),
                (replace("name.givenName", None), {"name": {"middleName": "Augusta", "familyName": "Lovelace"}}),
                (replace(None, {"title": None}), {"title": None}),
                (replace(ENTERPRISE, None), {ENTERPRISE: None}),
                (replace(f"{ENTERPRISE}:department", None), {ENTERPRISE: {"costCenter": "7"}}),
            )
        ),
        ("null_replacement_refused", add("title", None), {}, {}),
        (
            "selected_replacement_drops",
            replace('emails[type eq "work"]', {"value": "w"}),
            {"emails": [{**WORK, "value": "w"}, HOME]},
            {"emails": [{"value": "w"}, HOME]},
        ),
        (
            "selected_replacement_drops",
            add('emails[type eq "work"]', {"value": "w"}),
            {"emails": [{**WORK, "value": "w"}, HOME]},
            {"emails": [{**WORK, "value": "w"}, HOME]},
        ),
        (
            "selected_replacement_drops",
            replace('emails[type eq "work"].value', "w"),
            {"emails": [{**WORK, "value": "w"}, HOME]},
            {"emails": [{**WORK, "value": "w"}, HOME]},
        ),
        (
            "add_replaces_complex",
            add("name", {"givenName": "A"}),
            {"name": {**NAME, "givenName": "A"}},
            {"name": {"givenName": "A"}},
        ),
        (
            "add_replaces_complex",
            add("name.givenName", "A"),
            {"name": {**NAME, "givenName": "A"}},
            {"name": {**NAME, "givenName": "A"}},
        ),
        ("add_replaces_complex", add("name", {}), {}, {}),
        (
            "add_replaces_complex",
            replace("name", {"givenName": "A"}),
            {"name": {**NAME, "givenName": "A"}},
            {"name": {**NAME, "givenName": "A"}},
        ),
    ],
    ids=lambda value: str(value)[:70],
)
@pytest.mark.parametrize("on", [False, True])
def test_a_field_alone_decides(field: str, operation: Operation, without: Outcome, with_it: Outcome, on: bool) -> None:
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(**{field: on})
        assert_outcome(tenant, [operation], with_it if on else without)


@pytest.mark.requirement("RFC7644-3.5.2.1-13")
@pytest.mark.parametrize("operation", [add(f"{NONE}.value", "n"), add(NONE, {"value": "n"})], ids=str)
@pytest.mark.parametrize(
    ("reading", "outcome"),
    [
        ("created", {"emails": [WORK, HOME, {"type": "none", "value": "n"}]}),
        ("noTarget", "noTarget"),
        ("ignored", {}),
    ],
)
def test_adding_to_what_no_filter_finds(operation: Operation, reading: str, outcome: Outcome) -> None:
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(add_without_match=reading)
        assert_outcome(tenant, [operation], outcome)


@pytest.mark.parametrize("kind", ["invalidPath", "noTarget"])
@pytest.mark.parametrize(
    "operation", [replace("shoeSize", "9"), remove("name.shoeSize"), add(None, {"shoeSize": "9"})], ids=str
)
def test_a_path_that_no_schema_has_is_refused_by_either_name(kind: str, operation: Operation) -> None:
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(unknown_path_error=kind)
        assert_outcome(tenant, [operation], kind)


@pytest.mark.requirement("RFC7644-3.5.2-03")
@pytest.mark.parametrize(
    ("body", "taken_for_it"),
    [
        ({"schemas": [PATCH]}, True),
        ({"schemas": [PATCH.upper()]}, True),
        ({}, False),
        ({"schemas": []}, False),
        ({"schemas": PATCH}, False),
        ({"schemas": ["urn:none"]}, False),
    ],
    ids=str,
)
@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_a_message_without_its_schema(body: dict[str, Any], taken_for_it: bool, policy: str) -> None:
    with scim_tenant(policy) as tenant:
        ada = ada_in(tenant)
        answered = tenant.send("PATCH", ada, {**body, "Operations": [replace("title", "Dr")]})
        taken = taken_for_it or policy == "entra"
        assert answered.status == 200 if taken else answered.error == (400, "invalidSyntax")
        assert tenant.send("GET", ada).body["title"] == ("Dr" if taken else "Countess")


@pytest.mark.requirement("RFC7644-3.5.2.2-11")
@pytest.mark.parametrize("refused", [False, True])
def test_removing_a_whole_extension_that_is_not_there(refused: bool) -> None:
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(remove_of_nothing_refused=refused)
        plain = tenant.create_user("plain")
        answered = tenant.patch(f"/Users/{plain['id']}", remove(ENTERPRISE))
        assert answered.error == (400, "noTarget") if refused else (answered.status, answered.body) == (200, plain)
        assert tenant.send("GET", f"/Users/{plain['id']}").body == plain


@pytest.mark.requirement("RFC7644-3.5.2-05")
@pytest.mark.parametrize(("policy", "status"), [("strict", 400), ("entra", 200)])
def test_a_message_without_an_operation(policy: str, status: int) -> None:
    with scim_tenant(policy) as tenant:
        ada = ada_in(tenant)
        before = tenant.send("GET", ada).body
        answered = tenant.patch(ada)
        assert answered.body == before if status == 200 else answered.error == (400, "invalidSyntax")
        assert tenant.send("GET", ada).body == before


@pytest.mark.parametrize(
    "operation",
    [
        replace("displayName", ""),
        replace("name.givenName", ""),
        replace("name", {"givenName": ""}),
        replace("name", {"givenName": None}),
        replace(None, {"name": {"givenName": None, "familyName": "Lovelace"}}),
        replace('emails[type eq "work"].display', None),
        replace('emails[type eq "work"]', {"display": ""}),
        replace(ENTERPRISE, None),
        replace(f"{ENTERPRISE}:department", ""),
    ],
    ids=str,
)
def test_a_blank_update_is_passed_over_where_the_policy_says_so(operation: Operation) -> None:
    """IVANTI-052, also inside a complex value."""
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(blank_updates_ignored=True)
        assert_outcome(tenant, [operation], {})
        assert what_the_client_wrote(tenant.send("GET", "/Users").body["Resources"][0]) == ADA

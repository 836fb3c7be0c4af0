"""PATCH of groups and their members: RFC 7644 §3.5.2 to §3.5.2.3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from scimulate.mock_servers.scim.limits import MEMBERS
from tests.scim_tenant import GROUP, ScimTenant, scim_tenant
from tests.test_rfc_patch import NOTHING, Operation, a_minute_passes, add, edits, remove, replace


@dataclass(frozen=True)
class Engineering:
    """A group with Ada, Grace and Backend (a group); Linus and Margaret are in none."""

    tenant: ScimTenant
    path: str
    ada: str
    grace: str
    backend: str
    linus: str
    margaret: str

    def ids(self, names: Sequence[str]) -> list[str]:
        return [getattr(self, name) for name in names]

    def read(self) -> dict[str, Any]:
        return dict(self.tenant.send("GET", self.path).body)


@pytest.fixture(params=["strict", "entra"])
def group(request: pytest.FixtureRequest) -> Iterator[Engineering]:
    with scim_tenant(request.param) as tenant:
        yield engineering(tenant)


def engineering(tenant: ScimTenant) -> Engineering:
    ada, grace = (tenant.create_user(name)["id"] for name in ("ada", "grace"))
    backend = tenant.create_group("Backend")["id"]
    linus, margaret = (tenant.create_user(name)["id"] for name in ("linus", "margaret"))
    path = f"/Groups/{tenant.create_group('Engineering', ada, grace, backend)['id']}"
    a_minute_passes(tenant)
    return Engineering(tenant, path, ada, grace, backend, linus, margaret)


def filled_in(operation: Any, group: Engineering) -> Any:
    """The operation with ids in place of names in braces."""
    if isinstance(operation, dict):
        return {name: filled_in(part, group) for name, part in operation.items()}
    if isinstance(operation, list):
        return [filled_in(part, group) for part in operation]
    return operation.format_map(vars(group)) if isinstance(operation, str) and "{" in operation else operation


def members(*names: str) -> list[dict[str, str]]:
    return [{"value": f"{{{name}}}"} for name in names]


def one(name: str) -> str:
    return f'members[value eq "{{{name}}}"]'


HELD = ("ada", "grace", "backend")


def assert_members(group: Engineering, operations: list[Operation], names: Sequence[str]) -> None:
    before = group.read()
    answered = group.tenant.patch(group.path, *(filled_in(operation, group) for operation in operations))
    assert (answered.status, answered.body) == (204, None)
    after = group.read()
    assert [member["value"] for member in after["members"]] == group.ids(names)
    moved = tuple(names) != HELD
    for mark in ("version", "lastModified"):
        assert (after["meta"][mark] != before["meta"][mark]) is moved, mark
    assert edits(group.tenant) == moved
    for name in (*HELD, "linus"):
        kind = "Groups" if name == "backend" else "Users"
        listed = group.tenant.send("GET", f"/{kind}/{getattr(group, name)}").body.get("groups", [])
        if kind == "Users":
            assert [held["value"] for held in listed] == [after["id"]] * (name in names)


def assert_refused(group: Engineering, operations: list[Operation], *, scim_type: str) -> None:
    """Nothing changes, also where the name and the members were changed by operations before."""
    before = group.read()
    others = [replace("displayName", "Changed"), add("members", members("margaret")), remove(one("grace"))]
    for sent in (operations, [*others, *operations], [*operations, *others]):
        answered = group.tenant.patch(group.path, *(filled_in(operation, group) for operation in sent))
        assert answered.error == (400, scim_type)
        assert group.read() == before
    assert edits(group.tenant) == 0


@pytest.mark.parametrize(
    ("operations", "names"),
    [
        pytest.param(
            [add("members", members("linus"))], (*HELD, "linus"), marks=pytest.mark.requirement("RFC7644-3.5.2.1-17")
        ),
        pytest.param(
            [add(None, {"members": members("linus", "ada")})],
            (*HELD, "linus"),
            marks=pytest.mark.requirement("RFC7644-3.5.2.1-08"),
        ),
        pytest.param(
            [add("members", members("ada", "backend", "ada"))],
            HELD,
            marks=pytest.mark.requirement("RFC7644-3.5.2.1-14", "RFC7644-3.5.2.1-15", "RFC7644-3.5.2.1-16"),
        ),
        (
            [add("members", [{"value": "{linus}", "display": "L", "$ref": None, "type": "User", "more": 1}])],
            (*HELD, "linus"),
        ),
        ([add(f"{GROUP}:members", members("linus"))], (*HELD, "linus")),
        ([add("Members", members("linus"))], (*HELD, "linus")),
        ([add("members", none) for none in NOTHING], HELD),
        pytest.param([remove(one("ada"))], ("grace", "backend"), marks=pytest.mark.requirement("RFC7644-3.5.2.2-04")),
        ([remove('members[VALUE eq "{grace}"]')], ("ada", "backend")),
        ([remove('members[type eq "User"]')], ("backend",)),
        ([remove('members[value eq "{ada}" or type eq "Group"]')], ("grace",)),
        ([remove('members[not (value eq "{ada}")]')], ("ada",)),
        ([remove('members[value eq "{ada}" and value eq "{grace}"]')], HELD),
        ([remove('members[value eq "{ada}" and type eq "Group"]')], HELD),
        pytest.param([remove(one("linus"))], HELD, marks=pytest.mark.requirement("RFC7644-3.5.2.2-12")),
        ([remove('members[value eq "nobody"]')], HELD),
        ([remove("members")], ()),
        pytest.param(
            [remove(one("ada")), add("members", members("linus"))],
            ("grace", "backend", "linus"),
            marks=pytest.mark.requirement("RFC7644-3.5.2.2-14"),
        ),
        pytest.param(
            [remove("members"), add("members", members("grace", "linus"))],
            ("grace", "linus"),
            marks=pytest.mark.requirement("RFC7644-3.5.2.2-15"),
        ),
        ([add("members", members("linus")), remove(one("linus"))], None),
        pytest.param(
            [replace("members", members("linus"))], ("linus",), marks=pytest.mark.requirement("RFC7644-3.5.2.3-17")
        ),
        ([replace("members", members(*HELD))], HELD),
        ([replace("members", members("backend", "ada", "grace", "ada"))], HELD),
        ([replace(None, {"members": members("linus", "ada")})], ("ada", "linus")),
        *(([replace("members", none)], ()) for none in NOTHING),
        ([replace(one("ada"), {"value": "{linus}"})], ("grace", "backend", "linus")),
        ([replace(one("ada"), {"value": "{ada}"})], HELD),
        pytest.param([replace(f"{one('ada')}.value", "{ada}")], HELD, id="a part may be given the value that it has"),
        ([add(f"{one('ada')}.type", "User")], HELD),
    ],
    ids=lambda value: str(value)[:90],
)
def test_members(group: Engineering, operations: list[Operation], names: Sequence[str] | None) -> None:
    if names is None:
        # Whoever came and went within one request leaves the same list, and a new version of it.
        sent = [filled_in(operation, group) for operation in operations]
        assert group.tenant.patch(group.path, *sent).status == 204
        assert group.tenant.members_of(group.path.removeprefix("/Groups/")) == group.ids(HELD)
        return
    assert_members(group, operations, names)


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        *(
            pytest.param(operation, "mutability", marks=pytest.mark.requirement("RFC7644-3.5.2.3-18"))
            for operation in (
                replace(f"{one('ada')}.value", "{linus}"),
                replace(f"{one('ada')}.type", "Group"),
                replace(f"{one('ada')}.$ref", "https://mdm.test/scim/v2/Users/{linus}"),
                replace("members.value", "{linus}"),
                add(f"{one('ada')}.value", "{linus}"),
                remove(f"{one('ada')}.value"),
                remove("members.type"),
            )
        ),
        (replace(f"{one('linus')}.value", "{linus}"), "noTarget"),
        (add("members", "{linus}"), "invalidValue"),
        (add("members", ["{linus}"]), "invalidValue"),
        (add("members", [{"display": "L"}]), "invalidValue"),
        (add("members", [{"value": None}]), "invalidValue"),
        (add("members", [{"value": 7}]), "invalidValue"),
        (add("members", [{}]), "invalidValue"),
        (add("members", {}), "invalidValue"),
        (add("members", ""), "invalidValue"),
        (add("members", [{"value": "nobody"}]), "invalidValue"),
        (replace("members", [*members("ada"), {"value": "nobody"}]), "invalidValue"),
        (replace(one("ada"), {"value": "nobody"}), "invalidValue"),
        (remove("members["), "invalidPath"),
        (remove("members[value eq]"), "invalidPath"),
        (remove('members[shoeSize eq "9"]'), "invalidFilter"),
        (remove("members[value eq 7]"), "invalidFilter"),
        (remove("displayName"), "mutability"),
        (replace("displayName", ""), "invalidValue"),
        (replace("displayName", None), "invalidValue"),
        (replace("id", "x"), "mutability"),
    ],
    ids=lambda value: str(value)[:90],
)
def test_a_refused_operation_leaves_the_group_as_it_was(
    group: Engineering, operation: Operation, scim_type: str
) -> None:
    assert_refused(group, [operation], scim_type=scim_type)


@pytest.mark.requirement("RFC7644-3.5.2.3-18")
@pytest.mark.parametrize(
    "operation", [replace(f"{one('linus')}.value", "{linus}"), replace(one("linus"), {"value": "{linus}"})]
)
def test_replacing_a_member_who_is_none_is_refused(operation: Operation) -> None:
    with scim_tenant("strict") as tenant:
        assert_refused(engineering(tenant), [operation], scim_type="noTarget")


@pytest.mark.requirement("RFC7644-3.5.2.3-19")
@pytest.mark.parametrize("path", ["displayName", None])
def test_a_group_is_renamed(group: Engineering, path: str | None) -> None:
    before = group.read()
    operation = replace(path, "Research" if path else {"displayName": "Research"})
    assert group.tenant.patch(group.path, operation).status == 204
    assert group.read() == {**before, "displayName": "Research", "meta": group.read()["meta"]}
    listed = group.tenant.send("GET", f"/Users/{group.ada}").body["groups"]
    assert [held["display"] for held in listed] == ["Research"]


@pytest.mark.parametrize(
    ("field", "operation", "without", "with_it"),
    [
        ("single_value_add_refused", add("members", {"value": "{linus}"}), (*HELD, "linus"), "invalidValue"),
        ("single_value_add_refused", add("members", members("linus")), (*HELD, "linus"), (*HELD, "linus")),
        pytest.param(
            "remove_of_nothing_refused",
            remove(one("linus")),
            HELD,
            "noTarget",
            marks=pytest.mark.requirement("RFC7644-3.5.2.2-12"),
        ),
        ("remove_of_nothing_refused", remove('members[type eq "Car"]'), HELD, "noTarget"),
        ("remove_of_nothing_refused", remove(f"{one('linus')}.type"), HELD, "noTarget"),
        ("remove_of_nothing_refused", remove(one("ada")), ("grace", "backend"), ("grace", "backend")),
        ("null_replacement_refused", replace("members", None), (), "invalidValue"),
        ("null_replacement_refused", replace("members", []), (), "invalidValue"),
        pytest.param(
            "remove_with_value",
            {**remove("members"), "value": members("ada", "linus")},
            "invalidSyntax",
            ("grace", "backend"),
            marks=pytest.mark.requirement("RFC7644-3.5.2.2-13"),
        ),
        ("remove_with_value", {**remove("members"), "value": []}, "invalidSyntax", HELD),
        ("remove_with_value", {**remove("members"), "value": None}, (), ()),
        ("value_filter_upsert", replace(one("linus"), {"value": "{linus}"}), "noTarget", (*HELD, "linus")),
        ("unknown_paths_ignored", replace(f"{one('ada')}.displayName", "A"), "invalidPath", HELD),
    ],
    ids=lambda value: str(value)[:70],
)
@pytest.mark.parametrize("on", [False, True])
def test_a_field_alone_decides(
    field: str, operation: Operation, without: Sequence[str] | str, with_it: Sequence[str] | str, on: bool
) -> None:
    outcome = with_it if on else without
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(**{field: on})
        group = engineering(tenant)
        if isinstance(outcome, str):
            assert_refused(group, [operation], scim_type=outcome)
        else:
            assert_members(group, [operation], outcome)


@pytest.mark.requirement("RFC7644-3.5.2.1-13")
@pytest.mark.parametrize(
    ("reading", "operation", "outcome"),
    [
        ("created", add('members[value eq "nobody"]', {"value": "{linus}"}), (*HELD, "linus")),
        ("noTarget", add('members[value eq "nobody"]', {"value": "{linus}"}), "noTarget"),
        ("ignored", add('members[value eq "nobody"]', {"value": "{linus}"}), HELD),
        # A part alone makes no member.
        ("created", add(f"{one('linus')}.type", "User"), "noTarget"),
        ("noTarget", add(f"{one('linus')}.type", "User"), "noTarget"),
        ("ignored", add(f"{one('linus')}.type", "User"), HELD),
    ],
    ids=lambda value: str(value)[:70],
)
def test_adding_a_member_that_no_filter_finds(reading: str, operation: Operation, outcome: Sequence[str] | str) -> None:
    with scim_tenant("strict") as tenant:
        tenant.tenant.change_policy(add_without_match=reading)
        group = engineering(tenant)
        if isinstance(outcome, str):
            assert_refused(group, [operation], scim_type=outcome)
        else:
            assert_members(group, [operation], outcome)


def test_the_members_that_a_request_names_are_counted_over_all_operations() -> None:
    with scim_tenant("entra") as tenant:
        group = engineering(tenant)
        before = group.read()
        first, second = (
            {**remove("members"), "value": [{"value": f"{half}{number}"} for number in range(MEMBERS // 2 + 1)]}
            for half in "ab"
        )
        assert tenant.patch(group.path, remove(f'members[value eq "{group.ada}"]'), first, second).error == (413, None)
        assert group.read() == before
        assert tenant.patch(group.path, first).status == 204

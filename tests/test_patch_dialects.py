"""What Entra ID sends as PATCH, and what other servers got wrong about it: each with the number of its source."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.scim_tenant import ENTERPRISE, USER, ScimTenant, scim_tenant
from tests.test_rfc_patch import (
    ADA,
    COMPANY,
    DEPOT,
    FLAT,
    HOME,
    NAME,
    OFFICE,
    WORK,
    Operation,
    ada_in,
    add,
    assert_patched,
    changed,
    remove,
    replace,
)

ROLE = '{"id":"1","value":"admin","displayName":"Admin"}'
BOSS = {ENTERPRISE: {**COMPANY, "manager": {"value": "boss"}}}
MANAGER = f"{ENTERPRISE}:manager"


@pytest.fixture
def entra() -> Iterator[ScimTenant]:
    with scim_tenant("entra") as tenant:
        yield tenant


def legacy(op: str, path: str, value: object = None) -> Operation:
    return {"op": op, "path": path} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(
    ("operations", "changes"),
    [
        pytest.param([legacy("Replace", "displayName", "A")], {"displayName": "A"}, id="ENTRA-121"),
        pytest.param(
            [
                legacy("Replace", "title", "Dr"),
                legacy("Add", "nickName", "A"),
                legacy("Replace", "name.givenName", "A"),
            ],
            {"title": "Dr", "nickName": "A", "name": {**NAME, "givenName": "A"}},
            id="ENTRA-122 ENTRA-123 ENTRA-126",
        ),
        pytest.param([legacy("Replace", "active", "False")], {"active": False}, id="ENTRA-125"),
        pytest.param([legacy("Replace", "active", "True")], {}, id="ENTRA-144"),
        pytest.param(
            [legacy("Add", f"{ENTERPRISE}:employeeNumber", "42")],
            {ENTERPRISE: {**COMPANY, "employeeNumber": "42"}},
            id="ENTRA-127",
        ),
        pytest.param(
            [
                legacy("Add", 'roles[primary eq "True"].display', "Admin"),
                legacy("Add", 'roles[primary eq "True"].type', "WAAD"),
                legacy("Add", 'roles[primary eq "True"].value', "admin"),
            ],
            {"roles": [{"primary": True, "display": "Admin", "type": "WAAD", "value": "admin"}]},
            id="ENTRA-128",
        ),
        pytest.param(
            [replace("emails[primary eq true].value", "new@x.test")],
            {"emails": [{**WORK, "value": "new@x.test"}, HOME]},
            id="ENTRA-129",
        ),
        *(
            pytest.param(
                [legacy(op, 'phoneNumbers[type eq "mobile"].value', "1")],
                {"phoneNumbers": [{"type": "mobile", "value": "1"}]},
                id=f"ENTRA-130 {op}",
            )
            for op in ("Add", "Replace", "add", "replace")
        ),
        pytest.param(
            [
                replace('emails[type eq "work"].value', "new@x.test"),
                replace(None, {"displayName": "A", "name.familyName": "King", f"{ENTERPRISE}:department": "E"}),
                replace("active", False),
                add("nickName", "A"),
            ],
            {
                "emails": [{**WORK, "value": "new@x.test"}, HOME],
                "displayName": "A",
                "name": {**NAME, "familyName": "King"},
                ENTERPRISE: {**COMPANY, "department": "E"},
                "active": False,
                "nickName": "A",
            },
            id="ENTRA-132 to ENTRA-136",
        ),
        pytest.param([legacy("Add", "roles", [{"value": ROLE}])], {"roles": [{"value": ROLE}]}, id="ENTRA-157"),
        pytest.param(
            [
                add("roles", [{"value": "old"}]),
                replace("roles", [{"primary": False, "type": "WAAD", "display": "R", "value": "reader"}]),
            ],
            {"roles": [{"primary": False, "type": "WAAD", "display": "R", "value": "reader"}]},
            id="ENTRA-158",
        ),
        pytest.param(
            [legacy("Remove", 'emails[type eq "work"].value', "other@x.test")],
            {"emails": [{name: part for name, part in WORK.items() if name != "value"}, HOME]},
            id="ENTRA-161 D-137",
        ),
        *(
            pytest.param([replace("displayName", blank)], {"displayName": None}, id=f"ENTRA-162 {blank!r}")
            for blank in ("", None)
        ),
        *(
            pytest.param(
                [replace(None, {"displayName": blank, "name.middleName": blank, f"{ENTERPRISE}:costCenter": blank})],
                {
                    "displayName": None,
                    "name": {"givenName": "Ada", "familyName": "Lovelace"},
                    ENTERPRISE: {"department": "Maths"},
                },
                id=f"ENTRA-162 {blank!r} batched",
            )
            for blank in ("", None)
        ),
        *(pytest.param([legacy(op, MANAGER, "boss")], BOSS, id=f"ENTRA-191 {op}") for op in ("Add", "Replace", "add")),
        pytest.param([add("manager", [{"$ref": "https://x.test/boss", "value": "boss"}])], BOSS, id="ENTRA-192"),
        pytest.param([add(MANAGER, {"value": "boss"})], BOSS, id="ENTRA-193 D-133"),
        pytest.param([legacy("Add", MANAGER, "boss"), remove(MANAGER)], {}, id="ENTRA-193 removed"),
        pytest.param([legacy("Add", MANAGER, "first"), replace(MANAGER, "boss")], BOSS, id="ENTRA-194"),
        pytest.param([legacy("Add", MANAGER, "boss"), replace(MANAGER, "")], {}, id="ENTRA-194 removed"),
        pytest.param([add(None, {ENTERPRISE: {"manager": "boss"}})], BOSS, id="ENTRA-116"),
        pytest.param([replace(None, {"active": False})], {"active": False}, id="D-112"),
        pytest.param(
            [replace(None, {"name.familyName": "King"})], {"name": {**NAME, "familyName": "King"}}, id="D-113"
        ),
        pytest.param(
            [replace(None, {f"{ENTERPRISE}:department": "E"})], {ENTERPRISE: {**COMPANY, "department": "E"}}, id="D-115"
        ),
        pytest.param(
            [replace(f"{ENTERPRISE}:costCenter", "8")], {ENTERPRISE: {**COMPANY, "costCenter": "8"}}, id="D-116"
        ),
        pytest.param(
            [replace(ENTERPRISE, {"costCenter": "8"})], {ENTERPRISE: {**COMPANY, "costCenter": "8"}}, id="D-118"
        ),
        pytest.param([add(f"{USER}:userType", "Guest")], {"userType": "Guest"}, id="D-119"),
        pytest.param(
            [replace('addresses[type eq "home"].postalCode', "W2")],
            {"addresses": [OFFICE, DEPOT, {**FLAT, "postalCode": "W2"}]},
            id="D-124 D-125",
        ),
        pytest.param([replace("name", {"givenName": "A"})], {"name": {**NAME, "givenName": "A"}}, id="D-127 D-128"),
        pytest.param([legacy("Add", "emails", [HOME])], {}, id="D-130"),
        pytest.param([replace(f"{MANAGER}.value", "boss")], BOSS, id="D-134"),
        pytest.param([legacy("Remove", "title")], {"title": None}, id="D-136"),
        pytest.param([replace("title", "a"), remove("title"), add("title", "b")], {"title": "b"}, id="D-139"),
        pytest.param([replace("userName", "countess@contoso.test")], {"userName": "countess@contoso.test"}, id="D-146"),
        pytest.param([replace("title", "Dr")], {"title": "Dr"}, id="D-143 D-148 D-149"),
        pytest.param(
            [add("emails", [{"value": "new@x.test", "primary": True}])],
            {"emails": [{**WORK, "primary": False}, HOME, {"value": "new@x.test", "primary": True}]},
            id="D-154",
        ),
    ],
)
def test_what_entra_sends_has_the_effect_that_it_means(
    entra: ScimTenant, operations: list[Operation], changes: Mapping[str, Any]
) -> None:
    assert_patched(entra, ada_in(entra), operations, changed(changes))


@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_a_change_of_the_current_version_is_made(policy: str) -> None:
    """D-152; of a former version it is not."""
    with scim_tenant(policy) as tenant:
        ada = ada_in(tenant)
        version = tenant.send("GET", ada).headers["etag"]
        for title, status in (("Dr", 200), ("Lady", 412)):
            body = {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [replace("title", title)],
            }
            assert tenant.send("PATCH", ada, body, headers={"if-match": version}).status == status
        assert tenant.send("GET", ada).body["title"] == "Dr"


def test_a_disabled_user_stays_and_is_enabled_again(entra: ScimTenant) -> None:
    """D-155, D-157, D-158, ENTRA-144."""
    ada = ada_in(entra)
    for value, active in (("False", False), ("True", True)):
        assert entra.patch(ada, legacy("Replace", "active", value)).body["active"] is active
        found = entra.send("GET", "/Users", filter=f'userName eq "{ADA["userName"]}"').body["Resources"]
        assert [user["active"] for user in found] == [active]


def test_members_in_the_forms_of_entra(entra: ScimTenant) -> None:
    """ENTRA-153, ENTRA-176, ENTRA-178 to ENTRA-180, D-166, D-167, D-175, D-184."""
    ids = [entra.create_user(name)["id"] for name in ("ada", "grace", "linus")]
    group = entra.create_group("Engineering")["id"]

    def members_after(*operations: Operation) -> list[str]:
        answered = entra.patch(f"/Groups/{group}", *operations)
        assert (answered.status, answered.body) == (204, None)
        return entra.members_of(group)

    values = [{"$ref": None, "value": member, "displayName": "x"} for member in ids]
    assert members_after(legacy("Add", "members", values)) == ids
    assert members_after(legacy("Remove", "members", values[:1])) == ids[1:]
    assert members_after(remove(f'members[value eq "{ids[1]}"]')) == ids[2:]
    assert members_after(*(add("members", [{"value": member}]) for member in ids)) == ids
    assert members_after(legacy("Replace", "displayName", "Research")) == ids
    assert members_after(replace(None, {"displayName": "Engines"})) == ids
    assert entra.send("GET", f"/Groups/{group}").body["displayName"] == "Engines"

"""Tenants: names, policies, separation, restart."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenants import PolicyUnknown, TenantExists, TenantNameRefused, Tenants
from tests.scim_tenant import ScimTenant

T = TypeVar("T")


@pytest.fixture
def tenants() -> Iterator[Tenants]:
    database = Database(":memory:")
    yield Tenants(database, lambda name: VirtualClock())
    database.close()


def test_there_is_a_default_tenant_at_the_root(tenants: Tenants) -> None:
    default = tenants.default
    assert (default.name, default.policy.name, default.scim_path, default.portal_path) == (
        "default",
        "entra",
        "/scim/v2",
        "/portal",
    )


def test_another_tenant_has_paths_of_its_own(tenants: Tenants) -> None:
    tenant = tenants.create("acme", "strict")
    assert (tenant.policy.name, tenant.scim_path, tenant.portal_path) == (
        "strict",
        "/tenants/acme/scim/v2",
        "/tenants/acme/portal",
    )
    assert tenants.names() == ["default", "acme"]
    assert tenants.get("acme") is tenant
    assert tenants.get("other") is None


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a b", "é", "a" * 65, "a\n"])
def test_a_name_that_cannot_stand_in_a_url_is_refused(tenants: Tenants, name: str) -> None:
    with pytest.raises(TenantNameRefused):
        tenants.create(name)
    assert tenants.names() == ["default"]


def test_a_name_is_given_once(tenants: Tenants) -> None:
    with pytest.raises(TenantExists):
        tenants.create("default")


class CountedDatabase(Database):
    """Counts what is put before the writer: each is a commit when nobody else waits."""

    submitted = 0

    def submit(self, change: Callable[[Connection], T]) -> Future[T]:
        self.submitted += 1
        return super().submit(change)


def test_a_new_tenant_with_all_its_parts_is_one_commit() -> None:
    database = CountedDatabase(":memory:")
    tenants = Tenants(database, lambda name: VirtualClock())
    before = database.submitted
    tenants.create("acme")
    assert database.submitted == before + 1
    database.close()


def test_a_tenant_that_could_not_be_made_leaves_nothing_behind() -> None:
    def new_clock(name: str) -> VirtualClock:
        if name == "acme":
            raise RuntimeError("no clock")
        return VirtualClock()

    database = Database(":memory:")
    with pytest.raises(RuntimeError, match="no clock"):
        Tenants(database, new_clock).create("acme")
    assert Tenants(database, lambda name: VirtualClock()).names() == ["default"]
    database.close()


def test_an_unknown_policy_is_refused_with_the_known_ones(tenants: Tenants) -> None:
    with pytest.raises(PolicyUnknown, match="strict, entra, ivanti-r119, ivanti-r118"):
        tenants.create("acme", "lax")


def test_tenants_do_not_see_each_other(tenants: Tenants) -> None:
    first, second = (ScimTenant(tenants, tenants.create(name)) for name in ("first", "second"))
    ada = first.create_user("ada")
    second.create_user("ada")
    group = second.create_group("Engineering")
    assert first.user_names() == ["ada"]
    assert second.send("GET", f"/Users/{ada['id']}").status == 404
    member: dict[str, object] = {"op": "add", "path": "members", "value": [{"value": ada["id"]}]}
    assert second.patch(f"/Groups/{group['id']}", member).error == (400, "invalidValue")
    assert second.send("GET", "/Users", headers={"authorization": f"Bearer {first.secret}"}).status == 401


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    first = Tenants(Database(path), lambda name: VirtualClock())
    before = ScimTenant(first, first.create("acme", "ivanti-r118"))
    ada = before.create_user("ada@contoso.test", emails=[{"value": "a@x"}])
    group = before.create_group("Engineering", ada["id"])
    group_before = before.send("GET", f"/Groups/{group['id']}").body
    first.database.close()

    second = Tenants(Database(path), lambda name: VirtualClock())
    acme = second.get("acme")
    assert acme is not None
    assert (second.names(), acme.policy.name) == (["default", "acme"], "ivanti-r118")
    after = ScimTenant(second, acme)
    after.secret = before.secret
    assert after.send("GET", f"/Groups/{group['id']}").body == group_before
    assert after.send("GET", "/Users").body["totalResults"] == 1
    second.database.close()

"""Tenants: names, policies, separation, restart."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenants import PolicyUnknown, TenantExists, TenantNameRefused, Tenants
from tests.scim_tenant import GROUP, USER, ScimTenant

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


@pytest.fixture
def two(tenants: Tenants) -> tuple[ScimTenant, ScimTenant]:
    first, second = (ScimTenant(tenants, tenants.create(name)) for name in ("first", "second"))
    return first, second


def _user(name: str) -> dict[str, object]:
    return {"schemas": [USER], "userName": name}


def _tables(tenants: Tenants) -> list[str]:
    """All that is kept, but when a token was used last."""
    return tenants.database.read(
        lambda connection: [line for line in connection.iterdump() if not line.startswith('INSERT INTO "token"')]
    )


def test_tenants_list_their_own_users_and_groups(two: tuple[ScimTenant, ScimTenant]) -> None:
    first, second = two
    ada, other = first.create_user("ada", externalId="7"), second.create_user("ada", externalId="7")
    group = second.create_group("Engineering", other["id"])
    assert (first.user_names(), second.user_names()) == (["ada"], ["ada"])
    assert first.send("GET", "/Users", filter='userName eq "ada"').body["Resources"] == [ada]
    assert first.send("GET", "/Users", filter='externalId eq "7"').body["Resources"] == [ada]
    assert first.send("GET", "/Users", filter=f'id eq "{other["id"]}"').body["totalResults"] == 0
    assert [one["id"] for one in first.send("GET", "/").body["Resources"]] == [ada["id"]]
    assert second.send("GET", "/Groups").body["Resources"] == [group]


def test_a_credential_of_one_tenant_opens_nothing_in_another(
    tenants: Tenants, two: tuple[ScimTenant, ScimTenant]
) -> None:
    first, second = two
    before = _tables(tenants)
    for method, path in [("GET", "/Users"), ("POST", "/Users"), ("GET", "/ServiceProviderConfig"), ("POST", "/Bulk")]:
        answered = second.send(method, path, _user("ada"), headers={"authorization": f"Bearer {first.secret}"})
        assert (method, path, answered.error) == (method, path, (401, None))
    assert _tables(tenants) == before


def test_ids_of_one_tenant_are_unknown_in_another(tenants: Tenants, two: tuple[ScimTenant, ScimTenant]) -> None:
    first, second = two
    ada = first.create_user("ada")
    theirs = first.create_group("Engineering", ada["id"])
    mine = second.create_group("Sales")
    member: dict[str, object] = {"op": "add", "path": "members", "value": [{"value": ada["id"]}]}
    before = _tables(tenants)
    for path, resource in ((f"/Users/{ada['id']}", _user("eve")), (f"/Groups/{theirs['id']}", _group("Eve"))):
        assert second.send("GET", path).error == (404, None)
        assert second.send("PUT", path, resource).error == (404, None)
        assert second.patch(path, {"op": "replace", "value": {"displayName": "Eve"}}).error == (404, None)
        assert second.send("DELETE", path).error == (404, None)
    assert second.patch(f"/Groups/{mine['id']}", member).error == (400, "invalidValue")
    in_a_new_one = {**_group("Research"), "members": [{"value": ada["id"]}]}
    assert second.send("POST", "/Groups", in_a_new_one).error == (400, "invalidValue")
    assert second.send("PUT", f"/Groups/{mine['id']}", in_a_new_one).error == (400, "invalidValue")
    in_bulk = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "DELETE", "path": f"/Users/{ada['id']}"}],
    }
    assert [one["status"] for one in second.send("POST", "/Bulk", in_bulk).body["Operations"]] == ["404"]
    assert _tables(tenants) == before


def _group(name: str) -> dict[str, object]:
    return {"schemas": [GROUP], "displayName": name}


def test_a_cursor_of_one_tenant_leads_nowhere_in_another(two: tuple[ScimTenant, ScimTenant]) -> None:
    for scim in two:
        for name in ("ada", "grace", "linus"):
            scim.create_user(name)
    first, second = two
    cursor = first.send("GET", "/Users", cursor="", count=1).body["nextCursor"]
    assert second.send("GET", "/Users", cursor=cursor, count=1).error == (400, "invalidCursor")
    assert first.user_names(cursor=cursor, count=1) == ["grace"]


def test_clearing_one_tenant_leaves_the_others(tenants: Tenants, two: tuple[ScimTenant, ScimTenant]) -> None:
    first, second = two
    for scim in two:
        scim.create_group("Engineering", scim.create_user("ada")["id"])
    before = second.send("GET", "/").body
    tenants.database.write(first.tenant.resources.clear)
    assert first.send("GET", "/").body["totalResults"] == 0
    assert second.send("GET", "/").body == before


def test_the_clock_of_one_tenant_moves_no_other(two: tuple[ScimTenant, ScimTenant]) -> None:
    clock = two[0].tenant.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(timedelta(days=1))
    created = [scim.create_user("ada")["meta"]["created"][:10] for scim in two]
    assert created == ["2026-01-06", "2026-01-05"]
    assert [scim.tenant.audit.all()[-1].performed_at.day for scim in two] == [6, 5]


def test_policy_flag_and_attributes_are_of_one_tenant(two: tuple[ScimTenant, ScimTenant]) -> None:
    first, second = two
    first.tenant.change_policy(patch_supported=False)
    first.tenant.attributes.add("badge")
    assert (first.send("PATCH", "/Users/x").status, second.send("PATCH", "/Users/x").status) == (501, 400)
    assert (first.tenant.attributes.names(), second.tenant.attributes.names()) == (("badge",), ())
    first.switch_scim(on=False)
    assert (first.send("GET", "/Users").status, second.send("GET", "/Users").status) == (403, 200)


class WatchedDatabase(Database):
    """Notes each statement, and counts the steps that SQLite takes for it."""

    def __init__(self, path: str) -> None:
        self.statements: list[str] = []
        self.steps = 0
        super().__init__(path, synchronous="OFF")

    def _connect(self, target: str, *, is_uri: bool = False) -> Connection:
        connection = super()._connect(target, is_uri=is_uri)
        connection.set_trace_callback(self.statements.append)
        connection.set_progress_handler(self._count, 1)
        return connection

    def _count(self) -> int:
        self.steps += 1
        return 0

    def taken(self, work: Callable[[], object]) -> tuple[int, int]:
        """Statements and steps of `work`."""
        statements, steps = len(self.statements), self.steps
        work()
        return len(self.statements) - statements, self.steps - steps


def _work_of_one(tmp_path: Path, count: int) -> dict[str, tuple[int, int]]:
    """What one tenant takes of the database among `count`, after a restart."""
    path = str(tmp_path / f"{count}.sqlite")
    full = Tenants(Database(path, synchronous="OFF"), lambda name: VirtualClock())
    sites = [ScimTenant(full, full.create(f"tenant-{number:03}")) for number in range(count)]
    for site in sites:
        site.create_group("Engineering", site.create_user("ada")["id"])
    full.database.close()

    database = WatchedDatabase(path)
    work: dict[str, tuple[int, int]] = {}
    opened: list[Tenants] = []
    work["start"] = database.taken(lambda: opened.append(Tenants(database, lambda name: VirtualClock())))
    work["first use"] = database.taken(lambda: opened[0].get("tenant-001"))
    tenant = opened[0].get("tenant-001")
    assert tenant is not None
    scim = ScimTenant(opened[0], tenant)
    scim.create_user("linus")
    requests: dict[str, Callable[[], object]] = {
        "list": lambda: scim.send("GET", "/Users"),
        "page": lambda: scim.send("GET", "/Users", startIndex=2, count=1),
        "find": lambda: scim.send("GET", "/Users", filter='userName eq "ada"'),
        "create": lambda: scim.create_user("grace"),
        "trail": lambda: tenant.audit.rows(),
    }
    work |= {name: database.taken(request) for name, request in requests.items()}
    database.close()
    return work


def test_a_tenant_takes_as_much_of_the_database_among_many_as_among_few(tmp_path: Path) -> None:
    few, many = _work_of_one(tmp_path, 3), _work_of_one(tmp_path, 150)
    assert {name: statements for name, (statements, _) in many.items()} == {
        name: statements for name, (statements, _) in few.items()
    }
    # At the start the names of all tenants are read, some steps each.
    assert many["start"][1] - few["start"][1] < 10 * 147
    grown = {name: (steps, few[name][1]) for name, (_, steps) in many.items() if name != "start"}
    assert {name: pair for name, pair in grown.items() if pair[0] > pair[1] * 1.1} == {}


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

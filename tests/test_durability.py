"""What was acknowledged is there after a crash, and a disk in trouble is an answer, not an end."""

import http.client
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.administrators import EVERYDAY_ROLES
from scimulate.mock_servers.scim import store
from scimulate.mock_servers.scim.store import Connection, Database, DatabaseTrouble
from scimulate.mock_servers.serving import RunningServer, StorageUnusable, open_tenants
from scimulate.mock_servers.tenants import Tenant
from scimulate.scim_schemas import validate

TOKEN = "durable"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SERVE = "from scimulate.cli.main import run; raise SystemExit(run())"
WRITERS = 4
STORM_WRITES = 150
"""A server is killed somewhere within so many acknowledged writes."""


# A server that is killed.


@contextmanager
def _serving(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`scimulate serve` as a process of its own, and its SCIM endpoint."""
    command = [sys.executable, "-P", "-c", SERVE, "serve", "--database", str(path), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "SCIMULATE_TOKEN": TOKEN}, cwd=path.parent
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


@dataclass
class Account:
    """One writer's view: what was acknowledged, and the one write whose answer never came."""

    number: int
    chance: random.Random
    users: dict[str, tuple[str, str]] = field(default_factory=dict)
    """userName and displayName by id."""
    group: str = ""
    members: set[str] = field(default_factory=set)
    written: int = 0
    unknown: tuple[str, str, str, str] | None = None
    """Method, id, userName and displayName."""

    def write(self, client: "Writer") -> None:
        """One write, noted before it is sent and again when it is answered."""
        kind = self.chance.choice(("POST", "POST", "PATCH", "DELETE", "MEMBER"))
        self.written += 1
        name = f"{self.number}-{self.written}"
        if kind == "POST" or not self.users:
            self.unknown = ("POST", "", name, name)
            user = client.send("POST", "/Users", {"schemas": [USER], "userName": name, "displayName": name})
            self.users[user["id"]] = (name, name)
        else:
            user_id = self.chance.choice(sorted(self.users))
            user_name, display_name = self.users[user_id]
            if kind == "PATCH":
                self.unknown = ("PATCH", user_id, user_name, name)
                client.patch(f"/Users/{user_id}", "replace", "displayName", name)
                self.users[user_id] = (user_name, name)
            elif kind == "DELETE":
                self.unknown = ("DELETE", user_id, user_name, display_name)
                client.send("DELETE", f"/Users/{user_id}")
                del self.users[user_id]
                self.members.discard(user_id)
            else:
                self.unknown = ("MEMBER", user_id, user_name, display_name)
                client.patch(f"/Groups/{self.group}", "add", "members", [{"value": user_id}])
                self.members.add(user_id)
        self.unknown = None

    def settle(self, users: dict[str, tuple[str, str]], members: set[str]) -> None:
        """Compare with what is there; the unknown write has happened wholly or not at all."""
        happened = self.unknown is not None and self._has_happened(*self.unknown, users, members)
        if happened:
            assert self.unknown is not None
            method, user_id, user_name, display_name = self.unknown
            if method == "DELETE":
                del self.users[user_id]
                self.members.discard(user_id)
            elif method == "MEMBER":
                self.members.add(user_id)
            else:
                made = next(key for key, (name, _) in users.items() if name == user_name)
                self.users[made] = (user_name, display_name)
        self.unknown = None
        assert (users, members) == (self.users, self.members)

    def _has_happened(
        self,
        method: str,
        user_id: str,
        user_name: str,
        display_name: str,
        users: dict[str, tuple[str, str]],
        members: set[str],
    ) -> bool:
        match method:
            case "POST":
                return any(name == user_name for name, _ in users.values())
            case "DELETE":
                return user_id not in users
            case "PATCH":
                return users.get(user_id) == (user_name, display_name)
        return user_id in members


class Writer:
    """One connection to the server."""

    def __init__(self, endpoint: str) -> None:
        url = httpx.URL(endpoint)
        self._path = url.path
        self._connection = http.client.HTTPConnection(url.host, url.port, timeout=30)

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The body of an answer with success."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        content = None if body is None else json.dumps(body)
        self._connection.request(method, self._path + path, content, headers)
        answer = self._connection.getresponse()
        received = answer.read()
        assert answer.status in (200, 201, 204), received
        return json.loads(received) if received else None

    def patch(self, path: str, op: str, where: str, value: object) -> None:
        self.send("PATCH", path, {"schemas": [PATCH], "Operations": [{"op": op, "path": where, "value": value}]})

    def users(self) -> dict[str, tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        while True:
            page = self.send("GET", f"/Users?startIndex={len(found) + 1}&count=500")
            found |= {user["id"]: (user["userName"], user["displayName"]) for user in page["Resources"]}
            if len(found) >= page["totalResults"] or not page["Resources"]:
                assert len(found) == page["totalResults"]
                return found

    def close(self) -> None:
        self._connection.close()


def _storm(endpoint: str, accounts: list[Account], kill: Callable[[], None], after: int) -> None:
    """All accounts write at the same time, until the server is killed after so many acknowledged writes."""
    acknowledged = threading.Semaphore(0)

    def work(account: Account) -> None:
        with closing(Writer(endpoint)) as client:
            try:
                while True:
                    account.write(client)
                    acknowledged.release()
            except (OSError, http.client.HTTPException):
                return  # The server was killed.

    threads = [threading.Thread(target=work, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    try:
        for _ in range(after):
            assert acknowledged.acquire(timeout=60), "no write is acknowledged any more"
    finally:
        kill()
        for thread in threads:
            thread.join()


def _check(endpoint: str, path: Path, accounts: list[Account]) -> None:
    with closing(Writer(endpoint)) as client:
        users = client.users()
        for account in accounts:
            mine = {key: value for key, value in users.items() if value[0].startswith(f"{account.number}-")}
            group = client.send("GET", f"/Groups/{account.group}")
            account.settle(mine, {member["value"] for member in group.get("members", [])})
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert _ranks(connection) == _recount(connection)
        orphans = (
            "SELECT count(*) FROM membership WHERE member_number NOT IN (SELECT number FROM resource)"
            " OR group_number NOT IN (SELECT number FROM resource)"
        )
        assert connection.execute(orphans).fetchone() == (0,)


def _ranks(connection: Connection) -> dict[tuple[str, str, int, int], int]:
    found = connection.execute("SELECT tenant, kind, shift, bucket, visible FROM resource_rank WHERE visible <> 0")
    return {(tenant, kind, shift, bucket): visible for tenant, kind, shift, bucket, visible in found}


def _recount(connection: Connection) -> dict[tuple[str, str, int, int], int]:
    shifts = [shift for (shift,) in connection.execute("SELECT DISTINCT shift FROM resource_rank")]
    counted: dict[tuple[str, str, int, int], int] = {}
    for tenant, kind, number in connection.execute("SELECT tenant, kind, number FROM resource WHERE NOT hidden"):
        for shift in shifts:
            key = (tenant, kind, shift, number >> shift)
            counted[key] = counted.get(key, 0) + 1
    return counted


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_a_server_that_is_killed_keeps_what_it_acknowledged_and_nothing_by_half(kills: int, tmp_path: Path) -> None:
    chance = random.Random(kills)
    path = tmp_path / "mdm.sqlite"
    accounts = [Account(number, random.Random(number)) for number in range(WRITERS)]
    for _ in range(kills):
        with _serving(path) as (process, endpoint):
            if not accounts[0].group:
                _make_groups(endpoint, accounts)
            _check(endpoint, path, accounts)
            _storm(endpoint, accounts, process.kill, chance.randrange(1, STORM_WRITES))
        assert process.returncode == -signal.SIGKILL
    with _serving(path) as (_, endpoint):
        _check(endpoint, path, accounts)


def _make_groups(endpoint: str, accounts: list[Account]) -> None:
    with closing(Writer(endpoint)) as client:
        for account in accounts:
            made = client.send("POST", "/Groups", {"schemas": [GROUP], "displayName": f"group {account.number}"})
            account.group = made["id"]


# The order of events in the writer.


class Watched:
    """The writer's connection; says what was done, and fails where it is told to."""

    def __init__(self, connection: Connection, done: Callable[[str], None]) -> None:
        self._connection = connection
        self._done = done

    def execute(self, statement: str, *values: Any) -> Any:
        self._done(statement)
        return self._connection.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(str(tmp_path / "mdm.sqlite"))
    database.write(lambda connection: connection.execute("CREATE TABLE thing (name TEXT)") and None)
    yield database
    database.close()


def _watch(database: Database, done: Callable[[str], None]) -> None:
    database._writer = Watched(database._writer, done)  # type: ignore[assignment]


def _add(name: str) -> Callable[[Connection], str]:
    def change(connection: Connection) -> str:
        connection.execute("INSERT INTO thing VALUES (?)", (name,))
        return name

    return change


def _names(database: Database) -> list[str]:
    return database.read(lambda connection: [name for (name,) in connection.execute("SELECT name FROM thing")])


def test_nobody_is_told_of_success_before_the_commit_is_on_the_disk(database: Database) -> None:
    told: list[bool] = []
    gate = threading.Event()
    _watch(database, lambda statement: told.extend(f.done() for f in futures) if statement == "COMMIT" else None)
    futures = [database.submit(lambda connection: gate.wait() and "first")]
    futures += [database.submit(_add(name)) for name in ("ada", "grace")]
    gate.set()
    assert [future.result() for future in futures] == ["first", "ada", "grace"]
    assert told
    # Those of an earlier commit may be told; of the commit that is being made, nobody is.
    assert told[-1] is False
    synchronous = database.write(lambda connection: connection.execute("PRAGMA synchronous").fetchone()[0])
    assert synchronous == 2, "FULL: a commit ends when the log is on the disk"


def test_a_commit_that_fails_is_told_to_all_whose_changes_it_held_and_keeps_none(database: Database) -> None:
    failing = True

    def done(statement: str) -> None:
        if statement == "COMMIT" and failing:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

    _watch(database, done)
    for future in [database.submit(_add(name)) for name in ("ada", "grace")]:
        with pytest.raises(DatabaseTrouble, match="disk I/O error"):
            future.result()
    assert _names(database) == []
    failing = False
    database.write(_add("linus"))
    assert _names(database) == ["linus"]


def test_a_rollback_that_fails_is_tried_again(database: Database) -> None:
    """Else the writer would be dead, and everybody after it would wait for ever."""
    failing = {"COMMIT", "ROLLBACK"}

    def done(statement: str) -> None:
        if statement in failing:
            failing.remove(statement)
            raise sqlite3.OperationalError(f"{statement} failed")

    _watch(database, done)
    for name in ("ada", "grace"):
        with pytest.raises(sqlite3.OperationalError):
            database.write(_add(name))
    database.write(_add("linus"))
    assert _names(database) == ["linus"]


# Disks in trouble.


@dataclass
class Provisioning:
    """A client of an MDM."""

    client: httpx.Client

    def create(self, name: str) -> httpx.Response:
        return self.client.post("/scim/v2/Users", json={"schemas": [USER], "userName": name, "title": "x" * 2_000})

    def names(self) -> set[str]:
        answered = self.client.get("/scim/v2/Users?count=1000")
        assert answered.status_code == 200
        return {user["userName"] for user in answered.json()["Resources"]}

    def create_until_refused(self) -> tuple[set[str], httpx.Response]:
        """The users that were acknowledged, and the refusal."""
        created: set[str] = set()
        for number in range(5_000):
            answered = self.create(f"user {number}")
            if answered.status_code != 201:
                return created, answered
            created.add(f"user {number}")
        raise AssertionError("the disk was never full")


@dataclass
class Mdm(Provisioning):
    """A running MDM with a database file, and a client of it."""

    tenant: Tenant
    path: Path

    @property
    def database(self) -> Database:
        return self.tenant.resources.database


def _assert_to_be_tried_again(answered: httpx.Response) -> None:
    assert answered.status_code == 503, answered.text
    assert validate("Error", answered.json()) == []
    assert int(answered.headers["retry-after"]) > 0


@pytest.fixture
def mdm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mdm]:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    path = tmp_path / "mdm.sqlite"
    tenants = open_tenants(str(path), lambda name: VirtualClock())
    headers = {"Authorization": f"Bearer {tenants.default.tokens.generate().secret}"}
    with (
        RunningServer(MdmApplication(tenants, control=True)) as server,
        httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client,
    ):
        yield Mdm(client, tenants.default, path)


@contextmanager
def _no_more_pages(mdm: Mdm) -> Iterator[None]:
    def limit(pages: int) -> Callable[[Connection], int]:
        return lambda connection: int(connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()[0])

    most = mdm.database.write(limit(1))
    yield
    mdm.database.write(limit(most + 10_000))


@contextmanager
def _locked(mdm: Mdm) -> Iterator[None]:
    with closing(sqlite3.connect(mdm.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def _moved(mdm: Mdm) -> Iterator[None]:
    elsewhere = mdm.path.with_suffix(".away")
    mdm.path.rename(elsewhere)
    yield
    elsewhere.rename(mdm.path)


@contextmanager
def _log_moved(mdm: Mdm) -> Iterator[None]:
    log = Path(f"{mdm.path}-wal")
    elsewhere = mdm.path.with_suffix(".away")
    log.rename(elsewhere)
    yield
    elsewhere.rename(log)


@contextmanager
def _read_only(mdm: Mdm) -> Iterator[None]:
    def set_to(on: int) -> Callable[[Connection], object]:
        return lambda connection: connection.execute(f"PRAGMA query_only = {on}")

    mdm.database.write(set_to(1))
    yield
    mdm.database._writer.execute("PRAGMA query_only = 0")


@pytest.mark.parametrize("trouble", [_no_more_pages, _locked, _moved, _log_moved, _read_only])
def test_a_disk_in_trouble_is_told_and_survived(trouble: Callable[[Mdm], Any], mdm: Mdm) -> None:
    """Reads go on, nothing acknowledged is lost, and when the trouble is over no restart is needed."""
    assert mdm.create("before").status_code == 201
    kept = mdm.names()
    with trouble(mdm):
        created, refused = mdm.create_until_refused()
        kept |= created
        _assert_to_be_tried_again(refused)
        assert mdm.names() == kept
        _assert_to_be_tried_again(mdm.create("again"))
    assert mdm.create("after").status_code == 201
    assert mdm.names() == {*kept, "after"}


def test_the_portal_the_control_surface_and_the_token_endpoint_say_a_sentence(mdm: Mdm) -> None:
    account = {"user_name": "admin", "password": mdm.tenant.administrators.set_password("admin", EVERYDAY_ROLES)}
    csrf = mdm.client.post("/portal/api/sign-in", json=account).json()["csrf"]
    registered = mdm.client.post("/control/oauth-clients", json={"name": "Entra ID"}).json()
    credentials = (registered["client_id"], registered["client_secret"])
    grant = {"grant_type": "client_credentials"}
    asked: dict[str, httpx.Response] = {}
    with _locked(mdm):
        asked["control"] = mdm.client.post("/control/tenants", json={"name": "acme"})
        generating = {"confirm": True, "provider": "Entra ID"}
        asked["portal"] = mdm.client.post("/portal/api/tokens", json=generating, headers={"X-CSRF-Token": csrf})
        asked["token endpoint"] = mdm.client.post("/oauth2/token", data=grant, auth=credentials)
    assert {name: answered.status_code for name, answered in asked.items()} == dict.fromkeys(asked, 503)
    assert asked["control"].json() == {"message": "the database cannot be used now"}
    assert asked["portal"].json()["code"] == "store_unusable"
    assert asked["token endpoint"].json()["error"] == "temporarily_unavailable"


def test_a_locked_file_keeps_a_server_from_starting_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.1)
    path = tmp_path / "mdm.sqlite"
    open_tenants(str(path), lambda name: VirtualClock()).database.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnusable, match="database is locked"):
            open_tenants(str(path), lambda name: VirtualClock())


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limits of another process can be set on Linux alone")
def test_a_full_disk_under_a_server_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "mdm.sqlite"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        _serving(path) as (process, endpoint),
        httpx.Client(base_url=endpoint.removesuffix("/scim/v2"), headers=headers, trust_env=False) as client,
    ):
        mdm = Provisioning(client)
        largest = max(os.path.getsize(name) for name in (path, f"{path}-wal"))
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest + 200_000, resource.RLIM_INFINITY))
        created, refused = mdm.create_until_refused()
        _assert_to_be_tried_again(refused)
        assert mdm.names() == created
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)
        assert mdm.create("after").status_code == 201
        process.kill()
        process.wait()
    with _serving(path) as (_, endpoint), closing(Writer(endpoint)) as writer:
        found = writer.send("GET", "/Users?count=1000&attributes=userName")
    assert {user["userName"] for user in found["Resources"]} == {*created, "after"}

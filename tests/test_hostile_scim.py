"""Ten thousand requests that nobody should send: each is answered, none does harm."""

import asyncio
import hashlib
import signal
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from scimulate.mock_servers.bounds import Bounds
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim.links import add_members
from scimulate.mock_servers.serving import RunningServer, open_tenants
from scimulate.mock_servers.tenants import Tenants
from scimulate.scim_schemas import validate
from tests.hostile_requests import CANARY, GROUP, TARGET, USER, Hostile, Maker, There
from tests.scim_tenant import ScimTenant

PATIENCE_SECONDS = 20
"""No request may take so long; the test fails there and then."""
REQUESTS_OF_A_ROUND = 50
POLICIES = ("strict", "entra", "ivanti-r119")
OVER_SOCKETS = 150
NOTED_ANYWAY = ("token",)
"""When a token was last used is kept with a refusal, too."""
HASTY = Bounds(head_seconds=0.5, body_seconds=0.5, idle_seconds=0.5, stalled_seconds=5, farewell_seconds=0.5)


class Target:
    """An MDM whose resources are there anew for each round."""

    def __init__(self, tenants: Tenants, app: MdmApplication, path: Path) -> None:
        self.tenants = tenants
        self.app = app
        self.path = path
        self._scim = ScimTenant(tenants, tenants.default)
        authorization = tenants.default.authorization
        own = authorization.clients.register({"name": "Own", "user_name": TARGET}).client
        self._own_secret = authorization.tokens.issue(own)
        self._client = authorization.clients.register({"name": "Asking"})

    def maker(self) -> Maker:
        resources = self.tenants.default.resources

        def change(connection: sqlite3.Connection) -> tuple[str, str]:
            resources.clear(connection)
            document: dict[str, object] = {"schemas": [USER], "userName": TARGET, "displayName": "Target"}
            emails = [{"value": f"{kind}@contoso.test", "type": kind} for kind in ("work", "home")]
            user = resources.insert(connection, "User", {**document, "emails": emails}, source="SCIM")
            for name in ("ada", "grace"):
                resources.insert(connection, "User", {"schemas": [USER], "userName": name}, source="SCIM")
            group = resources.insert(connection, "Group", {"schemas": [GROUP], "displayName": "Targets"}, source="SCIM")
            add_members(connection, group, [user.number])
            return user.id, group.id

        ids, secret = resources.database.write(change), self._client.secret or ""
        return Maker(
            There(self._scim.secret, self._own_secret, self._client.client.id, secret, *ids, tuple(self._cursors()))
        )

    def _cursors(self) -> Iterator[str]:
        cursor: str | None = ""
        while cursor is not None:
            cursor = self._scim.send("GET", "/Users", cursor=cursor, count=1).body.get("nextCursor")
            if cursor is not None:
                yield cursor


@contextmanager
def _target(policy: str, path: Path) -> Iterator[Target]:
    tenants = open_tenants(str(path), lambda name: VirtualClock(), default_policy=policy, synchronous="OFF")
    try:
        yield Target(tenants, MdmApplication(tenants), path)
    finally:
        tenants.database.close()


def _too_long(number: int, frame: FrameType | None) -> None:
    raise AssertionError("a request took longer than anyone can wait")


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, _too_long)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


async def _answered(app: MdmApplication, request: Hostile) -> tuple[int, bytes]:
    """What the application answers to the request as the listener would hand it on."""
    raw_path, _, query = request.target.encode().partition(b"?")
    scope = {
        **{"type": "http", "http_version": "1.1", "method": request.method, "scheme": "http", "root_path": ""},
        **{"path": unquote(raw_path.decode()), "raw_path": raw_path, "query_string": query},
        **{"headers": list(request.headers), "server": ("mdm.test", 80), "client": ("127.0.0.1", 1)},
    }
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def _assert_harmless(number: int, request: Hostile, status: int, body: bytes) -> None:
    told = f"request {number}: {request.method} {request.target[:200]} {request.body[:300]!r}: {status} {body[:300]!r}"
    assert status < 500 or status == 501, told
    if status < 400 or request.method == "HEAD":
        return
    message = orjson.loads(body)
    assert CANARY.encode() not in body, told
    if request.is_for_scim:
        assert validate("Error", message) == [], told
        assert message["status"] == str(status), told
    else:
        assert isinstance(message["error"], str), told


class Observer:
    """Sees from outside what the database holds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = -1
        self._content: dict[str, str] = {}

    def content(self) -> dict[str, str]:
        """A digest of each table; read again when something was committed."""
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if version != self._version:
            names = self._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
            self._content = {name: self._digest(name) for (name,) in names if name not in NOTED_ANYWAY}
            self._version = version
        return self._content

    def _digest(self, table: str) -> str:
        rows = self._connection.execute(f"SELECT * FROM {table}").fetchall()
        return hashlib.sha256(repr(rows).encode()).hexdigest()


TRAIL = ("audit_row", "sqlite_sequence")
REACHED = {
    *((status, None) for status in (200, 201, 204, 401, 403, 404, 405, 406, 412, 415)),
    *((400, told) for told in ("invalidFilter", "invalidPath", "invalidValue", "invalidSyntax", "mutability")),
    *((400, told) for told in ("invalidCursor", "invalidCount", "invalid_request", "unsupported_grant_type")),
    (401, "invalid_client"),
}
"""So deep the requests go: each of these is answered under every policy, or the requests no longer test much."""


def _outcome(status: int, body: bytes) -> tuple[int, str | None]:
    message = orjson.loads(body) if status >= 400 and body else {}
    return status, message.get("scimType", message.get("error"))


async def _send_all(target: Target, numbers: range) -> set[tuple[int, str | None]]:
    """What was answered: statuses, each with the scimType or the error of OAuth."""
    outcomes = set()
    with closing(sqlite3.connect(target.path)) as connection:
        observer = Observer(connection)
        for number in numbers:
            if number % REQUESTS_OF_A_ROUND == 0:
                maker = target.maker()
            request = maker.make(number)
            before = observer.content()
            signal.alarm(PATIENCE_SECONDS)
            status, body = await _answered(target.app, request)
            signal.alarm(0)
            _assert_harmless(number, request, status, body)
            outcomes.add(_outcome(status, body))
            if status >= 400:
                after = {**observer.content()}
                if not request.is_for_scim:
                    # The trail tells that a client was refused.
                    after.update((table, before[table]) for table in TRAIL)
                assert after == before, f"request {number} was refused and changed something: {request}"
    return outcomes


def _numbers(count: int) -> Iterator[Any]:
    """For each policy its share of so many requests, none of which another policy gets."""
    share = count // len(POLICIES) // REQUESTS_OF_A_ROUND * REQUESTS_OF_A_ROUND
    for place, policy in enumerate(POLICIES):
        yield policy, range(place * share, (place + 1) * share)


@pytest.mark.parametrize(
    ("policy", "numbers"),
    [*_numbers(6_000), *(pytest.param(*each, marks=pytest.mark.slow) for each in _numbers(60_000))],
    ids=str,
)
def test_what_nobody_should_send_is_answered_and_does_no_harm(policy: str, numbers: range, tmp_path: Path) -> None:
    with _target(policy, tmp_path / "mdm.sqlite") as target:
        outcomes = asyncio.run(_send_all(target, numbers))
        assert REACHED - outcomes == set()
        assert target.tenants.database.read(
            lambda connection: connection.execute("PRAGMA integrity_check").fetchall()
        ) == [("ok",)]


def test_the_same_goes_over_the_wire(tmp_path: Path) -> None:
    with _target("entra", tmp_path / "mdm.sqlite") as target, RunningServer(target.app, bounds=HASTY) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        maker = target.maker()

        def answered(number: int) -> tuple[Hostile, int, bytes]:
            request = maker.make(number)
            lines = [f"{request.method} {request.target} HTTP/1.1".encode(), *(b": ".join(h) for h in request.headers)]
            sent = b"\r\n".join([*lines, b"connection: close", b"", request.body])
            with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as client:
                client.sendall(sent)
                return (request, *_read_answer(client))

        with ThreadPoolExecutor(8) as threads:
            for number, (request, status, body) in enumerate(threads.map(answered, range(OVER_SOCKETS))):
                _assert_harmless(number, request, status, body)


def _read_answer(client: socket.socket) -> tuple[int, bytes]:
    received = b""
    while chunk := client.recv(65_536):
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body

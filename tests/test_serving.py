"""The reference MDM over real HTTP."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from scimulate.mock_servers import serving
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim.bulk import BulkRun
from scimulate.mock_servers.scim.messages import Response
from scimulate.mock_servers.scim.store import DatabaseClosed
from scimulate.mock_servers.serving import HostUnusable, PortUnusable, RunningServer, StorageUnusable, open_tenants
from scimulate.mock_servers.tenants import Tenants

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@contextlib.contextmanager
def _running(path: str = ":memory:", public_url: str | None = None) -> Iterator[tuple[Tenants, httpx.Client]]:
    tenants = open_tenants(path, lambda name: VirtualClock())
    secret = tenants.default.tokens.generate().secret
    app = MdmApplication(tenants, public_url=public_url)
    headers = {"Authorization": f"Bearer {secret}"}
    with RunningServer(app) as server, httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield tenants, client


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with _running() as (_, client):
        yield client


def test_a_user_goes_over_the_wire_and_back(client: httpx.Client) -> None:
    body = {"schemas": [USER], "userName": "ada+o'neil@contoso.test"}
    headers = {"Content-Type": "application/scim+json; charset=utf-8", "Accept": "application/scim+json, */*;q=0.1"}
    created = client.post("/scim/v2/Users", json=body, headers=headers)
    location = f"{client.base_url}/scim/v2/Users/{created.json()['id']}".replace("//scim", "/scim")
    assert created.status_code == 201
    assert created.headers["content-type"] == "application/scim+json"
    assert created.headers["location"] == created.json()["meta"]["location"] == location
    assert created.headers["etag"] == 'W/"1"'
    query = "filter=userName+eq+%22ADA%2bo%27neil%40contoso.test%22"
    assert client.get(f"/scim/v2/Users?{query}").json()["Resources"] == [created.json()]
    assert client.get(location).json() == created.json()
    head = client.head(location)
    assert (head.status_code, head.content) == (200, b"")
    gone = client.delete(location)
    assert (gone.status_code, gone.content, "content-type" in gone.headers) == (204, b"", False)


def test_a_refusal_over_the_wire_is_an_error_message(client: httpx.Client) -> None:
    refused = client.get("/scim/v2/Users", headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (
        401,
        'Bearer realm="SCIM", error="invalid_token"',
    )
    assert refused.headers["content-type"] == "application/scim+json"
    assert refused.json()["status"] == "401"


@pytest.mark.parametrize(
    "path",
    ["/scim/v3/Users", "/scim/v2x/Users", "/nowhere", "/tenants/none/scim/v2/Users", "/tenants", "/control/clock"],
)
def test_a_path_that_is_not_served_is_404_in_scims_words(client: httpx.Client, path: str) -> None:
    answered = client.get(path)
    assert (answered.status_code, answered.json()["status"]) == (404, "404")


def test_the_root_leads_to_the_portal(client: httpx.Client) -> None:
    assert client.get("/").headers["location"] == "/portal"
    assert client.get("/portal/users").headers["location"].startswith("/portal/sign-in")


def test_a_large_body_is_refused(client: httpx.Client) -> None:
    answered = client.post("/scim/v2/Users", content=b" " * (4 * 1024 * 1024 + 1))
    assert (answered.status_code, answered.json()["status"]) == (413, "413")

    def chunks() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 65_536

    with contextlib.suppress(httpx.WriteError):
        assert client.post("/scim/v2/Users", content=chunks()).status_code == 413


def test_a_long_url_is_refused(client: httpx.Client) -> None:
    answered = client.get("/scim/v2/Users", params={"attributes": "x" * 16_400})
    assert (answered.status_code, answered.json()["status"]) == (414, "414")


def test_a_strange_host_header_is_not_repeated_in_locations(client: httpx.Client) -> None:
    body = {"schemas": [USER], "userName": "host"}
    created = client.post("/scim/v2/Users", json=body, headers={"Host": 'evil"/><x'})
    assert created.headers["location"].startswith(f"{client.base_url}".rstrip("/"))
    client.delete(f"/scim/v2/Users/{created.json()['id']}")


def test_one_of_many_creates_at_once_wins(client: httpx.Client) -> None:
    """D-082."""

    def create(_: int) -> int:
        return client.post("/scim/v2/Users", json={"schemas": [USER], "userName": "race"}).status_code

    with ThreadPoolExecutor(8) as threads:
        statuses = sorted(threads.map(create, range(16)))
    assert statuses == [201] + [409] * 15


def test_a_slow_search_does_not_break_others(client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as threads:
        paths = ["/scim/v2/Users?filter=title+pr", "/scim/v2/Users?count=1"] * 8
        assert {answered.status_code for answered in threads.map(client.get, paths)} == {200}


def test_a_public_url_stands_in_locations() -> None:
    with _running(public_url="https://mdm.contoso.test/") as (_, client):
        created = client.post("/scim/v2/Users", json={"schemas": [USER], "userName": "ada"})
        assert created.headers["location"].startswith("https://mdm.contoso.test/scim/v2/Users/")


def test_a_stopped_server_has_closed_its_database_and_kept_everything(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    with _running(path) as (tenants, client):
        client.post("/scim/v2/Users", json={"schemas": [USER], "userName": "ada"})
    with pytest.raises(DatabaseClosed):
        tenants.database.write(lambda connection: None)
    with _running(path) as (_, client):
        assert client.get("/scim/v2/Users").json()["totalResults"] == 1


@pytest.fixture
def app() -> Iterator[MdmApplication]:
    tenants = open_tenants(":memory:", lambda name: VirtualClock())
    yield MdmApplication(tenants)
    tenants.database.close()


def test_a_busy_port_is_one_clear_error(app: MdmApplication) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(PortUnusable, match=f"127.0.0.1 port {port}: Address already in use"):
            RunningServer(app, port=port)


@pytest.mark.parametrize("host", ["203.0.113.7", "300.1.1.1", "no.such.host.invalid", "a..b", "fe80::1%nothing"])
def test_a_host_that_is_not_ours_is_refused(app: MdmApplication, host: str) -> None:
    with pytest.raises(HostUnusable, match=f"^cannot listen at {host}: "):
        RunningServer(app, host=host)


def test_a_port_that_does_not_exist_is_refused(app: MdmApplication) -> None:
    with pytest.raises(PortUnusable, match=r"^cannot listen at 127\.0\.0\.1 port 70000: "):
        RunningServer(app, port=70_000)


def test_an_unusable_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageUnusable, match="cannot be used"):
        open_tenants(str(tmp_path / "nowhere" / "mdm.sqlite"), lambda name: VirtualClock())


def test_what_takes_longer_than_a_stop_waits_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, over = threading.Event(), threading.Event()

    def endless(self: BulkRun) -> Response:
        begun.set()
        over.wait(30)
        return Response(204)

    monkeypatch.setattr(serving, "SHUTDOWN_SECONDS", 0)
    monkeypatch.setattr(BulkRun, "run", endless)
    job = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": []}
    with ThreadPoolExecutor(1) as other:
        with _running() as (_, client):
            headers = {"Authorization": client.headers["Authorization"], "Content-Type": "application/scim+json"}
            asked = other.submit(
                httpx.post, client.base_url.join("/scim/v2/Bulk"), json=job, headers=headers, trust_env=False
            )
            assert begun.wait(30)
            threading.Timer(1, over.set).start()
        answer = asked.result(30)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/scim+json")
    assert (answer.json()["status"], answer.json()["detail"]) == ("503", "the server is about to stop")

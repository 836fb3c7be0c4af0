"""What HTTP itself must show: header fields, bodies in bytes, HEAD, and what stands outside of the SCIM base."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication, alongside
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.scim.users import Users
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tenants import Tenants
from scimulate.mock_servers.tls import Authority, Presents

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SCIM = "application/scim+json"


@pytest.fixture(scope="module")
def tenants() -> Tenants:
    return Tenants(Database(":memory:"), lambda _: VirtualClock())


@pytest.fixture(scope="module")
def secret(tenants: Tenants) -> str:
    return tenants.default.tokens.generate().secret


@pytest.fixture(scope="module")
def client(tenants: Tenants, secret: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {secret}"}
    with (
        RunningServer(MdmApplication(tenants)) as server,
        httpx.Client(base_url=f"{server.url}/scim/v2", headers=headers, trust_env=False) as client,
    ):
        yield client


def post(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post("/Users", content=content, headers={"content-type": SCIM})


@pytest.mark.requirement("RFC7644-3.8-01", "RFC7644-3.8-02", "RFC7644-3.8-03")
def test_bodies_are_utf_8_both_ways(client: httpx.Client) -> None:
    name = "Zoë 山田 🦊"
    sent = f'{{"schemas": ["{USER}"], "userName": "{name}"}}'
    created = post(client, sent.encode("utf-8"))
    assert (created.status_code, created.headers["content-type"]) == (201, SCIM)
    assert f'"userName":"{name}"'.encode() in created.content
    assert client.get(created.headers["location"]).content == created.content
    for refused in (f"\ufeff{sent}".encode(), sent.encode("utf-16")):  # RFC 8259 §8.1: no byte order mark
        assert (post(client, refused).status_code, post(client, refused).json()["scimType"]) == (400, "invalidSyntax")


@pytest.mark.requirement("RFC7644-8.1-02", "RFC7644-3.12-06")
@pytest.mark.parametrize(("accept", "media_type"), [(SCIM, SCIM), ("application/json", "application/json")])
def test_an_answer_says_what_type_it_is_of(client: httpx.Client, accept: str, media_type: str) -> None:
    for path, status in (("/Users", 200), ("/Schemas", 200), ("/Users/none", 404), ("/nowhere", 404)):
        answered = client.get(path, headers={"accept": accept})
        assert (answered.status_code, answered.headers["content-type"]) == (status, media_type)
        assert answered.json()["schemas"]


@pytest.mark.parametrize("path", ["/Users", "/Schemas", "/nowhere", "/Users/none", "/Bulk"])
def test_head_has_no_body(client: httpx.Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert dict(head.headers) | {"date": ""} == dict(got.headers) | {"date": ""}


@pytest.mark.requirement("RFC7644-3.12-28", "RFC7644-3.13-03")
@pytest.mark.parametrize("base", ["/scim/v9", "/scim/v1", "/scim", "/scim/v2x"])
def test_another_version_of_the_protocol_is_not_served(client: httpx.Client, base: str) -> None:
    answered = client.get(f"{str(client.base_url).removesuffix('/scim/v2/')}{base}/Users")
    assert (answered.status_code, answered.headers["content-type"]) == (404, SCIM)
    assert (answered.json()["schemas"], answered.json()["status"]) == ([ERROR], "404")


@pytest.mark.requirement("RFC7644-3.13-01", "RFC7644-3.13-02")
def test_the_version_stands_right_before_the_endpoints(client: httpx.Client) -> None:
    created = post(client, f'{{"schemas": ["{USER}"], "userName": "version"}}'.encode())
    assert created.json()["meta"]["location"] == f"{client.base_url}Users/{created.json()['id']}"
    assert str(client.base_url).endswith("/scim/v2/")


@pytest.mark.requirement("RFC7644-3.13-04")
def test_a_path_without_a_version_is_no_endpoint(client: httpx.Client) -> None:
    root = str(client.base_url).removesuffix("/scim/v2/")
    assert [client.get(f"{root}{path}").status_code for path in ("/Users", "/scim/Users")] == [404, 404]


def test_a_job_goes_over_the_wire(client: httpx.Client) -> None:
    created = {"method": "POST", "path": "/Users", "bulkId": "x", "data": {"schemas": [USER], "userName": "bulk"}}
    deleted = {"method": "DELETE", "path": "/Users/bulkId:x"}
    job = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [created, deleted]}
    answered = client.post("/Bulk", json=job)
    assert (answered.status_code, answered.headers["content-type"]) == (200, SCIM)
    assert [one["status"] for one in answered.json()["Operations"]] == ["201", "204"]
    refused = client.post("/Bulk", json={**job, "Operations": [created] * 1_001})
    assert (refused.status_code, refused.json()["status"]) == (413, "413")
    refused = client.post("/Bulk", content=b" " * (4 * 1024 * 1024 + 1))
    assert (refused.status_code, "4194304" in refused.json()["detail"]) == (413, True)


@pytest.mark.requirement("RFC7644-3.12-17")
def test_a_mistake_of_the_server_is_told_as_one(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise RuntimeError("zebra")

    before = client.get("/Users").json()
    with monkeypatch.context() as broken:
        broken.setattr(Users, "create", mistaken)
        answered = post(client, f'{{"schemas": ["{USER}"], "userName": "zebra"}}'.encode())
    assert (answered.status_code, answered.headers["content-type"]) == (500, SCIM)
    told = {"schemas": [ERROR], "status": "500", "detail": "the server made a mistake; its log tells which"}
    assert answered.json() == told
    assert client.get("/Users").json() == before


@pytest.mark.parametrize("path", ["/Users/a%2Fb", "/Users/%2e%2e", "/Users/%00", "/%55sers/none", "/Users/none%3Fx=1"])
def test_what_is_encoded_in_a_path_finds_nothing_else(client: httpx.Client, path: str) -> None:
    answered = client.get(f"{client.base_url}{path.lstrip('/')}")
    assert (answered.status_code, answered.json()["schemas"]) == (404, [ERROR])


@pytest.mark.requirement("RFC7644-7.2-01", "RFC7644-7.2-02", "RFC7644-7.2-03")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_over_tls_nothing_is_told_without_it(
    tenants: Tenants, secret: str, version: ssl.TLSVersion, tmp_path: Path
) -> None:
    authority = Authority()
    trusting = ssl.create_default_context(cafile=authority.write_to(tmp_path))
    trusting.minimum_version = trusting.maximum_version = version
    headers = {"authorization": f"Bearer {secret}"}
    with RunningServer(alongside(MdmApplication(tenants)), tls=authority.server(Presents.VALID)) as server:
        with httpx.Client(headers=headers, verify=trusting, trust_env=False) as client:
            assert client.get(f"{server.url}/scim/v2/Users").status_code == 200
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url.replace('https', 'http')}/scim/v2/Users", headers=headers, trust_env=False)

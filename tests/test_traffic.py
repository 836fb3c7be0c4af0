"""Answers that are spoilt on demand: what the endpoint says, and whether the work was done."""

from collections.abc import Iterator

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.scim.traffic import Fault
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tenants import Tenants

ADA = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@contoso.test"}


@pytest.fixture
def app() -> MdmApplication:
    return MdmApplication(Tenants(Database(":memory:"), lambda _: VirtualClock()), control=True)


@pytest.fixture
def client(app: MdmApplication) -> Iterator[httpx.Client]:
    secret = app.tenants.default.tokens.generate().secret
    with (
        RunningServer(app) as server,
        httpx.Client(
            base_url=f"{server.url}/scim/v2", headers={"Authorization": f"Bearer {secret}"}, trust_env=False
        ) as client,
    ):
        yield client


SPOILT = [
    ("403", 403, "application/scim+json", 0),
    ("404", 404, "application/scim+json", 0),
    ("html", 200, "text/html; charset=utf-8", 0),
    ("array", 200, "application/scim+json", 0),
    ("text", 201, "text/plain; charset=utf-8", 1),
]


@pytest.mark.parametrize(("fault", "status", "media_type", "users"), SPOILT, ids=[row[0] for row in SPOILT])
def test_an_answer_is_spoilt_once(
    fault: str, status: int, media_type: str, users: int, app: MdmApplication, client: httpx.Client
) -> None:
    """NEG-31, NEG-32: with `text` the work is done, with the others it is not."""
    app.traffic_of(app.tenants.default).arm([Fault(fault, method="POST", times=1)])
    spoilt = client.post("/Users", json=ADA)
    assert (spoilt.status_code, spoilt.headers["content-type"]) == (status, media_type)
    assert client.get("/Users").json()["totalResults"] == users
    assert client.post("/Users", json=ADA).status_code == (409 if users else 201)


def test_the_bodies_are_those_of_other_servers(app: MdmApplication, client: httpx.Client) -> None:
    traffic = app.traffic_of(app.tenants.default)
    traffic.arm([Fault("html", times=1)])
    assert client.get("/Users").text.startswith("<!DOCTYPE html>")
    traffic.arm([Fault("array", times=1)])
    assert client.get("/Users").json() == []
    traffic.arm([Fault("text", times=1)])
    assert client.get("/Users").json()["totalResults"] == 0


def test_the_journal_shows_no_password(app: MdmApplication, client: httpx.Client) -> None:
    assert client.get("/Users", params={"filter": 'password eq "Hopper1906"'}).status_code == 400
    assert client.get("/Users", params={"count": "0"}).status_code == 200
    assert [seen.query for seen in app.traffic_of(app.tenants.default).seen()] == ["password=hidden", "count=0"]

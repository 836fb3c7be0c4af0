"""Servers over https for rehearsals: what they present, and that their tenants are those of the main listener."""

import logging
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from scimulate.harness.journal import Journal
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire, numbers_of
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication, alongside
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tenants import Tenants
from scimulate.mock_servers.tls import Authority, HandshakeListener, Presents


@pytest.fixture
def app() -> MdmApplication:
    return MdmApplication(Tenants(Database(":memory:"), lambda _: VirtualClock()))


@pytest.fixture
def main(app: MdmApplication) -> Iterator[RunningServer]:
    with RunningServer(app) as server:
        yield server


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def wire(main: RunningServer, tmp_path: Path) -> Iterator[Wire]:
    journal = Journal.open(
        "k3f9x2ab", state_dir=tmp_path, url=main.url, seed=1, started=datetime(2026, 1, 2, tzinfo=UTC)
    )
    with Wire(
        Target(main.url), journal=journal, run_id="k3f9x2ab", record=lambda _: None, next_number=numbers_of(0)
    ) as wire:
        yield wire


@pytest.mark.parametrize("presents", [Presents.VALID, Presents.VALID_OVER_TLS_1_2])
def test_a_valid_certificate_leads_to_the_same_tenants(
    presents: Presents, app: MdmApplication, main: RunningServer, authority: Authority, wire: Wire, tmp_path: Path
) -> None:
    """SEED-004, ENTRA-011."""
    token = app.tenants.default.tokens.generate().secret
    with RunningServer(alongside(app), tls=authority.server(presents)) as secure:
        assert secure.url.startswith("https://127.0.0.1:")
        assert app.scim_url_of(app.tenants.default) == f"{main.url}/scim/v2"
        wire.reach(Target(secure.url, ca_file=authority.write_to(tmp_path)))
        with wire.client("judge", base_url=f"{secure.url}/scim/v2", token=token) as client:
            made = client.post(
                "/Users", json={"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}
            )
    assert made.status_code == 201
    assert made.headers["location"] == f"{secure.url}/scim/v2/Users/{made.json()['id']}"
    found = httpx.get(f"{main.url}/scim/v2/Users/{made.json()['id']}", headers={"Authorization": f"Bearer {token}"})
    assert found.json()["userName"] == "ada"


REFUSED = {
    Presents.EXPIRED: "certificate has expired",
    Presents.SELF_SIGNED: "self-signed certificate",
    Presents.UNKNOWN_AUTHORITY: "unable to get local issuer certificate",
    Presents.WRONG_NAME: "certificate is not valid for '127.0.0.1'",
    Presents.ONLY_TLS_1_1: "TLSV1_ALERT_PROTOCOL_VERSION",
}


@pytest.mark.parametrize("presents", REFUSED)
def test_what_is_not_valid_is_refused_in_the_handshake(
    presents: Presents, authority: Authority, wire: Wire, tmp_path: Path
) -> None:
    """NEG-59."""
    with HandshakeListener(authority.server(presents)) as listener:
        wire.reach(Target(listener.url, ca_file=authority.write_to(tmp_path)))
        with wire.client("judge", token="canary-token-4711") as client, pytest.raises(httpx.ConnectError) as refused:
            client.get(f"{listener.url}/Users")
    assert REFUSED[presents] in str(refused.value)
    assert listener.received == []


@pytest.mark.parametrize("presents", REFUSED)
def test_whoever_does_not_check_gets_through(presents: Presents, authority: Authority) -> None:
    """A refusal proves nothing when the listener can speak with nobody."""
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    careless.set_ciphers("DEFAULT:@SECLEVEL=0")
    careless.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with HandshakeListener(authority.server(presents)) as listener:
        answer = httpx.get(f"{listener.url}/Users", verify=careless, trust_env=False)
    assert answer.status_code == 204
    assert [request.partition(b"\r\n")[0] for request in listener.received] == [b"GET /Users HTTP/1.1"]


def test_the_authority_is_trusted_where_it_is_named_only(
    app: MdmApplication, main: RunningServer, authority: Authority, wire: Wire
) -> None:
    with (
        RunningServer(alongside(app), tls=authority.server(Presents.VALID)) as secure,
        wire.client("judge", base_url=secure.url) as client,
        pytest.raises(httpx.ConnectError, match="unable to get local issuer certificate"),
    ):
        client.get("/scim/v2/Users")


def test_the_tenants_outlive_a_further_listener(
    app: MdmApplication, main: RunningServer, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), RunningServer(alongside(app), tls=authority.server(Presents.VALID)):
        pass
    assert httpx.get(f"{main.url}/scim/v2/Users").status_code == 401
    assert caplog.records == []

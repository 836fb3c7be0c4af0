"""Who may open a portal: its own pages and programs, no other site's page; and a portal for this machine only."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from scimulate.mock_servers.guard import Guard
from scimulate.mock_servers.refusal import PortalRefused
from tests.portal_site import HOME, Client, Mdm

NOT_LOCAL = "This portal can be opened only on the machine that it runs on, and directly."
FOREIGN_HOST = "The portal answers to localhost and 127.0.0.1 only. Open it under one of these names."
CROSS_SITE = "A change can be made from the portal's own pages only, not from another site."


def refuse(request: Request, refused: PortalRefused) -> Response:
    return PlainTextResponse(f"{refused.code}: {refused}", refused.status)


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


@pytest.fixture
def local() -> Client:
    """A site without a sign-in, for this machine only."""
    return Client(Guard(PlainTextResponse("welcome"), refuse, local_only=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_let_in(local: Client, host: str) -> None:
    assert local.send("GET", "/", client_host=host).status_code == 200


@pytest.mark.parametrize("host", ["192.168.1.7", "203.0.113.9", "2001:db8::1", "::ffff:192.168.1.7", "", "testclient"])
def test_other_machines_are_not(local: Client, host: str) -> None:
    answer = local.send("GET", "/", client_host=host)
    assert (answer.status_code, answer.text) == (403, f"not_local: {NOT_LOCAL}")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via"])
def test_a_forwarded_request_is_not_local(local: Client, header: str) -> None:
    answer = local.send("GET", "/", headers={header: "127.0.0.1"})
    assert (answer.status_code, answer.text) == (403, f"not_local: {NOT_LOCAL}")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8880", 200),
        ("127.0.0.1:8880", 200),
        ("[::1]:8880", 200),
        ("evil.test", 403),
        ("127.0.0.1.evil.test", 403),
        ("localhost.evil.test:8880", 403),
        ("evil.test@127.0.0.1.evil.test", 403),
        ("[", 403),
        ("", 403),
    ],
)
def test_only_loopback_names_are_answered(local: Client, host: str, status: int) -> None:
    answer = local.send("GET", "/", headers={"Host": host})
    assert answer.status_code == status
    assert (answer.text == f"foreign_host: {FOREIGN_HOST}") == (status == 403)


def test_a_portal_with_a_sign_in_is_open_to_other_machines(mdm: Mdm) -> None:
    answer = mdm.client.send(
        "GET", "/portal/admin", client_host="203.0.113.9", headers={"Host": "mdm.example.com", "Via": "proxy"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Origin": HOME}, 201),
        ({"Origin": HOME, "Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "https://evil.test"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[", "Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
    ids=str,
)
def test_a_change_comes_from_the_portals_own_pages_or_a_program(mdm: Mdm, headers: dict[str, str], status: int) -> None:
    answer = mdm.client.send("POST", "/portal/api/tokens", json={"confirm": True, "provider": "Okta"}, headers=headers)
    assert answer.status_code == status
    assert len(mdm.statuses()) == (1 if status == 201 else 0)
    assert (answer.json().get("message") == CROSS_SITE) == (status == 403)


def test_a_link_from_another_site_opens_a_page(mdm: Mdm) -> None:
    answer = mdm.client.send("GET", "/portal/admin", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


def test_a_browser_is_not_told_to_hide_the_origin_of_the_portals_own_forms(mdm: Mdm) -> None:
    """Under "no-referrer" Chromium sends its own forms with "Origin: null", and no change could be made at all."""
    assert mdm.client.send("GET", "/portal/admin/scim").headers["Referrer-Policy"] == "same-origin"

"""Secrets of the reference server by RFC 7644 §7.4: hard to guess, limited in time, and gone with the browser."""

import math
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from scimulate.mock_servers.clock import VirtualClock
from tests.portal_site import Mdm
from tests.scim_tenant import ScimTenant, scim_tenant


@pytest.fixture
def scim() -> Iterator[ScimTenant]:
    with scim_tenant("strict") as tenant:
        yield tenant


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def _token(scim: ScimTenant) -> str:
    scim.tenant.change_policy(max_tokens=None)
    return scim.tenant.tokens.generate().secret


def _client_secret(scim: ScimTenant) -> str:
    return scim.tenant.authorization.clients.register({"name": "Provisioning"}).secret or ""


def _access_token(scim: ScimTenant) -> str:
    clients = scim.tenant.authorization.clients
    return scim.tenant.authorization.tokens.issue(clients.register({"name": "Provisioning"}).client)


@pytest.mark.requirement("RFC7644-7.4-01")
@pytest.mark.parametrize("made", [_token, _client_secret, _access_token])
def test_a_secret_has_more_entropy_than_can_be_guessed(scim: ScimTenant, made: Callable[[ScimTenant], str]) -> None:
    secrets = [made(scim) for _ in range(50)]
    random_parts = [re.fullmatch(r"scim[tca]_([0-9A-Za-z]{40})[0-9A-Za-z]{6}", secret) for secret in secrets]
    parts = {match[1] for match in random_parts if match is not None}
    assert (len(parts), math.floor(40 * math.log2(62))) == (50, 238)
    # Of each place in fifty secrets, no one character is there too often.
    assert max(max(map(column.count, set(column))) for column in zip(*parts, strict=True)) < 10


@pytest.mark.requirement("RFC7644-7.4-01", "RFC7644-7.4-04")
@pytest.mark.parametrize("path", ["/portal/sign-in", "/portal/api/sign-in"])
def test_the_session_cookie_is_random_and_does_not_outlive_the_browser_session(mdm: Mdm, path: str) -> None:
    password = mdm.tenant.administrators.set_password("ada")
    values = set()
    for _ in range(20):
        mdm.client.cookie = mdm.client.csrf = ""
        account = {"user_name": "ada", "password": password}
        is_api = "api" in path
        answer = mdm.client.post(path, json=account if is_api else None, data=None if is_api else account)
        [(name, cookie)] = SimpleCookie(answer.headers["set-cookie"]).items()
        values.add(cookie.value)
        assert (name, cookie["expires"], cookie["max-age"], cookie["httponly"]) == ("scimulate_portal", "", "", True)
    assert (len(values), min(map(len, values)) * 6 >= 128) == (20, True)


@pytest.mark.requirement("RFC7644-7.4-03")
def test_a_provisioning_token_lives_for_a_year_under_strict(scim: ScimTenant) -> None:
    clock = scim.tenant.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(timedelta(days=364))
    assert scim.send("GET", "/Users").status == 200
    clock.advance(timedelta(days=1))
    expired, unknown = scim.send("GET", "/Users"), scim.send("GET", "/Users", headers={"authorization": "Bearer x"})
    assert (expired.status, expired.body, expired.headers) == (401, unknown.body, unknown.headers)

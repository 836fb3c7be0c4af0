"""Test Connection and Save: what is refused before anything is sent, what the endpoint's answers mean."""

import re

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import Application, CredentialsRefused, ProvisioningRefused
from scimulate.mock_servers.entra.connection import ConnectionTest
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import BASE, LIST, PROBE, TOKEN, Endpoint, Rehearsal, answered, error, rehearse

INCOMPATIBLE = "SystemForCrossDomainIdentityManagementServiceIncompatible"
UNAVAILABLE = "CredentialValidationUnavailable"


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def application(endpoint: Endpoint) -> Application:
    return EntraTenant(clock=VirtualClock(), transport=endpoint.transport()).create_application("MDM")


def test_the_test_asks_for_a_user_and_a_group_that_cannot_exist(application: Application, endpoint: Endpoint) -> None:
    """ENTRA-628, SEED-034, SEED-035."""
    tested = application.test_connection(BASE, TOKEN)
    assert tested == ConnectionTest(True, "", "The connection works: the credentials are accepted.")
    assert endpoint.sent() == PROBE
    application.test_connection(BASE, TOKEN)
    names = {re.findall(r"%22(.*)%22", str(request.url))[0] for request in endpoint.requests}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("url", "field", "says"),
    [
        ("", "Tenant URL", "is empty"),
        ("mdm.contoso.test/scim/v2", "Tenant URL", "no scheme"),
        ("ftp://mdm.contoso.test/scim", "Tenant URL", "unknown scheme"),
        ("http://mdm.contoso.test/scim", "Tenant URL", "https only"),
        ("HTTP://mdm.contoso.test/scim", "Tenant URL", "https only"),
        ("http://127.0.0.1.contoso.test/scim", "Tenant URL", "https only"),
        ("https:///scim", "Tenant URL", "names no host"),
        ("https://mdm.contoso.test:port/scim", "Tenant URL", "no valid URL"),
        ("https://[::1/scim", "Tenant URL", "no valid URL"),
        ("https://mdm..test/scim", "Tenant URL", "no valid URL"),
        (f"https://{'m' * 64}.test/scim", "Tenant URL", "no valid URL"),
        ("https://xn--/scim", "Tenant URL", "no valid URL"),
        ("https://mdm.contoso.test:65536/scim", "Tenant URL", "no valid URL"),
        ("https://ada:secret@mdm.contoso.test/scim", "Tenant URL", "user name or password"),
        ("https://mdm.contoso.test/scim?tenant=1", "Tenant URL", "query other than the flag"),
        ("https://mdm.contoso.test/scim?aadOptscim062020&tenant=1", "Tenant URL", "query other than the flag"),
        ("https://mdm.contoso.test/scim#top", "Tenant URL", "fragment"),
        ("https://mdm.contoso.test/sc im", "Tenant URL", "white space"),
    ],
)
def test_an_unusable_tenant_url_is_refused_unsent(
    url: str, field: str, says: str, application: Application, endpoint: Endpoint
) -> None:
    """NEG-13."""
    tested = application.test_connection(url, TOKEN)
    assert (tested.succeeded, tested.code) == (False, "TenantUrlInvalid")
    assert field in tested.message
    assert says in tested.message
    assert "secret" not in tested.message
    assert endpoint.sent() == []


@pytest.mark.parametrize(
    ("url", "token", "field"),
    [
        (TOKEN, BASE, "Secret Token holds a URL: the two fields seem to be swapped"),
        (BASE, BASE, "Secret Token holds a URL: paste the token there"),
        (TOKEN, TOKEN, "Tenant URL has no scheme"),
        (BASE, "two\nlines", "Secret Token holds line breaks"),
        (BASE, "tökén", "Secret Token holds line breaks or characters"),
    ],
)
def test_swapped_or_unsendable_fields_are_named_unsent(
    url: str, token: str, field: str, application: Application, endpoint: Endpoint
) -> None:
    """NEG-11, NEG-12."""
    tested = application.test_connection(url, token)
    assert tested.succeeded is False
    assert field in tested.message
    assert endpoint.sent() == []


@pytest.mark.parametrize(
    ("url", "token"),
    [
        (f"  {BASE}\n", TOKEN),
        (BASE, f" {TOKEN}\r\n"),
        (f"{BASE}/", TOKEN),
        (f"{BASE}?aadOptscim062020", TOKEN),
        (f"{BASE}/?AzureAdScimPatch2017", TOKEN),
        (BASE.replace("https://mdm.contoso.test", "http://localhost:8880"), TOKEN),
        (BASE.replace("https://mdm.contoso.test", "http://[::1]:8880"), TOKEN),
    ],
)
def test_usable_spellings_lead_to_the_same_requests(
    url: str, token: str, application: Application, endpoint: Endpoint
) -> None:
    """NEG-11, ENTRA-001, ENTRA-005, ENTRA-586."""
    assert application.test_connection(url, token).succeeded
    assert endpoint.sent() == PROBE


@pytest.mark.parametrize("token", [f"Bearer {TOKEN}", "tok en", "another"])
def test_a_token_that_is_not_the_token_is_sent_as_it_is_and_refused(
    token: str, application: Application, endpoint: Endpoint
) -> None:
    """NEG-11, NEG-15."""
    tested = application.test_connection(BASE, token)
    assert (tested.code, tested.inner_code) == (
        UNAVAILABLE,
        "SystemForCrossDomainIdentityManagementInvalidCredentials",
    )
    assert "Secret Token" in tested.message
    assert token not in tested.message
    assert [request.headers["Authorization"] for request in endpoint.requests] == [f"Bearer {token}"]


def test_a_blank_token_makes_entra_send_its_own(application: Application, endpoint: Endpoint) -> None:
    """NEG-29, ENTRA-035."""
    assert application.test_connection(BASE, "  ").code == UNAVAILABLE
    (request,) = endpoint.requests
    assert re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", request.headers["Authorization"])


def html(status: int) -> httpx.Response:
    return httpx.Response(status, html="<html>Sign in</html>")


ANSWERS: dict[str, tuple[httpx.Response | httpx.TransportError, str, str, str]] = {
    "401": (error(401), UNAVAILABLE, "SystemForCrossDomainIdentityManagementInvalidCredentials", "401"),
    "403": (error(403), UNAVAILABLE, "InsufficientRights", "403"),
    "404": (error(404), "InvalidCredentials", INCOMPATIBLE, "check the Tenant URL"),
    "429": (error(429), UNAVAILABLE, "TooManyRequests", "429"),
    "500 in HTML": (html(500), UNAVAILABLE, "InternalServerError", "Sign in"),
    "503": (error(503), UNAVAILABLE, "InternalServerError", "503"),
    "a redirect": (
        httpx.Response(302, headers={"Location": "https://evil.test"}),
        UNAVAILABLE,
        "WebExceptionProtocolError",
        "redirects are not followed",
    ),
    "a timeout": (httpx.ReadTimeout("slow"), UNAVAILABLE, "Timeout", "did not answer within 100 seconds"),
    "no such host": (httpx.ConnectError("unknown host"), UNAVAILABLE, "WebExceptionProtocolError", "unknown host"),
    "HTML": (html(200), "InvalidCredentials", INCOMPATIBLE, "unexpected response"),
    "an array": (answered(200, []), "InvalidCredentials", INCOMPATIBLE, "unexpected response"),
    "no list": (answered(200, {"totalResults": 0}), "InvalidCredentials", INCOMPATIBLE, "no ListResponse"),
    "no count": (answered(200, {"schemas": [LIST]}), "InvalidCredentials", INCOMPATIBLE, "lacks totalResults"),
    "a wrong content type": (
        httpx.Response(200, text='{"schemas": [], "totalResults": 0}'),
        "InvalidCredentials",
        INCOMPATIBLE,
        "unexpected response",
    ),
    "nothing": (httpx.Response(204), "InvalidCredentials", INCOMPATIBLE, "unexpected response"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_other_answer_fails_the_test_and_is_not_saved(
    name: str, application: Application, endpoint: Endpoint
) -> None:
    """NEG-30, NEG-31, NEG-32, ENTRA-079, ENTRA-080."""
    answer, code, inner_code, says = ANSWERS[name]

    def fault(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.Response):
            return answer
        raise answer

    endpoint.fault = fault
    tested = application.test_connection(BASE, TOKEN)
    assert (tested.succeeded, tested.code, tested.inner_code) == (False, code, inner_code)
    assert says in tested.message
    assert len(endpoint.requests) == 1
    with pytest.raises(CredentialsRefused) as refused:
        application.save_credentials(BASE, TOKEN)
    assert refused.value.test == tested
    assert application.credentials is None


def test_an_endpoint_that_ignores_filters_passes_with_a_warning(application: Application, endpoint: Endpoint) -> None:
    """ENTRA-590."""
    endpoint.fault = lambda _: answered(200, {"schemas": [LIST], "totalResults": 3, "Resources": []})
    tested = application.test_connection(BASE, TOKEN)
    assert tested.succeeded
    assert "ignore filters" in tested.warning


def test_an_endpoint_that_echoes_the_token_does_not_get_it_into_the_message(
    application: Application, endpoint: Endpoint
) -> None:
    """NEG-58."""
    endpoint.fault = lambda request: answered(500, {"detail": f"bad {request.headers['Authorization']}"})
    assert TOKEN not in application.test_connection(BASE, TOKEN).message


def test_the_saved_secret_cannot_be_read_back(application: Application) -> None:
    """SEED-033."""
    application.save_credentials(BASE, TOKEN)
    assert application.credentials is not None
    assert application.credentials.tenant_url == BASE
    assert TOKEN not in repr(application.credentials) + repr(application.__dict__)


def test_refused_credentials_leave_the_former_ones_in_use() -> None:
    """SEED-038, NEG-15."""
    rehearsal: Rehearsal = rehearse()
    with pytest.raises(CredentialsRefused):
        rehearsal.application.save_credentials(BASE, "wrong")
    rehearsal.endpoint.sent()
    rehearsal.application.start()
    assert {request.headers["Authorization"] for request in rehearsal.endpoint.requests} == {f"Bearer {TOKEN}"}


def test_starting_without_saved_credentials_is_refused(application: Application, endpoint: Endpoint) -> None:
    """SEED-039, NEG-34."""
    with pytest.raises(ProvisioningRefused, match="Admin credentials are required"):
        application.start()
    assert application.status().state == "NotConfigured"
    assert endpoint.sent() == []


def test_no_cookie_of_the_endpoint_comes_back(application: Application, endpoint: Endpoint) -> None:
    """ENTRA-022."""
    endpoint.fault = lambda _: httpx.Response(
        200, json={"schemas": [LIST], "totalResults": 0}, headers={"Set-Cookie": "a=b"}
    )
    application.test_connection(BASE, TOKEN)
    assert [request.headers.get("Cookie") for request in endpoint.requests] == [None, None]

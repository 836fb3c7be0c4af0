"""Preflight: one sentence names the setting and what to do; a SCIM answer that is merely wrong passes."""

import ssl
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
import trustme

from scimulate.harness.connection import Connection, read_answer
from scimulate.harness.faults import TargetUnreachable
from scimulate.harness.preflight import Send, fetch_token, preflight
from scimulate.harness.target import OAuth, Target
from tests.listening import listening, saying, silent

BASE = "https://scim.example.com/scim/v2"
EMPTY = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}
ERROR = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


def answering(answer: Callable[[httpx.Request], httpx.Response]) -> Send:
    def send(request: httpx.Request) -> httpx.Response:
        response = answer(request)
        response.request = request
        return response

    return send


def complaint(target: Target, send: Send) -> str:
    with pytest.raises(TargetUnreachable) as unreachable:
        preflight(target, send)
    message = str(unreachable.value)
    assert "\n" not in message
    return message


def over_the_network(target: Target) -> str:
    connection = Connection(target)

    def send(request: httpx.Request) -> httpx.Response:
        answer = connection.handle_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=read_answer(answer), request=request)

    try:
        return complaint(target, send)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json=EMPTY),
        httpx.Response(200, json=[EMPTY]),
        httpx.Response(200, json={"hello": "world"}),
        httpx.Response(200, json={"totalResults": 3, "Resources": [{"id": "1"}]}),
        httpx.Response(200, headers={"Content-Type": "application/json"}, text='{"trunc'),
        httpx.Response(200),
        httpx.Response(204),
        httpx.Response(400, json=ERROR),
        httpx.Response(429),
        httpx.Response(503, json=ERROR),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text[:20]}",
)
def test_what_is_merely_wrong_is_left_to_the_judge(answer: httpx.Response) -> None:
    preflight(Target(BASE), answering(lambda request: answer))


def test_it_asks_for_a_user_that_cannot_exist() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=EMPTY)

    for _ in range(2):
        preflight(Target(BASE, token="hush-4711"), answering(answer))
    assert {(request.method, request.url.path, request.headers["authorization"]) for request in asked} == {
        ("GET", "/scim/v2/Users", "Bearer hush-4711")
    }
    filters = {request.url.params["filter"] for request in asked}
    assert len(filters) == 2
    assert all(len(each) == len('userName eq ""') + 36 for each in filters)


def test_a_place_where_nothing_is_found_is_no_endpoint_even_if_it_says_so_in_scim() -> None:
    with pytest.raises(TargetUnreachable, match=r"^url: .*/Users was not found \(404\); give the SCIM base URL"):
        preflight(Target(BASE), answering(lambda request: httpx.Response(404, json=ERROR)))


def test_an_endpoint_that_describes_itself_is_left_to_the_judge() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if request.url.path.endswith("/Users") else 200, json=ERROR)

    preflight(Target(BASE), answering(answer))


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_endpoint_that_has_no_words_for_no_match_is_left_to_the_judge(status: int) -> None:
    preflight(
        Target(BASE),
        answering(
            lambda request: httpx.Response(status if "filter" in request.url.params else 200, json={"no": "scim"})
        ),
    )


@pytest.mark.parametrize("answer", [httpx.Response(500, json=ERROR), httpx.Response(501)])
def test_where_every_search_fails_nothing_can_be_judged(answer: httpx.Response) -> None:
    with pytest.raises(TargetUnreachable) as refused:
        preflight(Target(BASE), answering(lambda request: answer))
    told = f"answers every search with {answer.status_code}; see what the endpoint logged, then try again"
    assert str(refused.value) == f"url: {BASE}/Users {told}"


@pytest.mark.parametrize(
    ("answer", "token", "message"),
    [
        (
            httpx.Response(401, headers=HTML, text="<h1>no</h1>"),
            "hush-4711",
            "token: the endpoint does not accept the token (401); set SCIMULATE_TOKEN to one that is in force",
        ),
        (
            httpx.Response(403, json=ERROR),
            "hush-4711",
            "token: the endpoint knows the token but refuses it access to users (403); "
            "set SCIMULATE_TOKEN to one that is in force",
        ),
        (
            httpx.Response(401),
            "",
            "token: none was given and the endpoint asks for one (401); set SCIMULATE_TOKEN to one that is in force",
        ),
        (
            httpx.Response(404, text="not here"),
            "",
            f"url: {BASE}/Users was not found (404); give the SCIM base URL, the one to which /Users is appended",
        ),
        (
            httpx.Response(200, headers=HTML, text="<html>Welcome</html>"),
            "",
            f"url: {BASE}/Users answered 200 with a page of HTML instead of SCIM; "
            "give the SCIM base URL, not that of a portal or sign-in page",
        ),
        (
            httpx.Response(200, headers={"Content-Type": "text/plain"}, text="It works!"),
            "",
            f"url: {BASE}/Users answered with text/plain instead of SCIM; give the SCIM base URL",
        ),
        (
            httpx.Response(302, headers={"Location": "//me:hush@login.evil.test/sign-in?token=hush#x"}),
            "",
            f"url: {BASE}/Users redirects (302) to https://login.evil.test/sign-in, which is not followed because "
            "the token would go with it; set url to the final SCIM base URL",
        ),
        (
            httpx.Response(307, headers={"Location": "http://[::"}),
            "",
            f"url: {BASE}/Users redirects (307) to an address that cannot be read, which is not followed because the "
            "token would go with it; set url to the final SCIM base URL",
        ),
        (
            httpx.Response(502, headers=HTML, text="<h1>Bad Gateway</h1>"),
            "",
            f"url: a gateway answers for {BASE} with 502; start the endpoint behind it, then try again",
        ),
    ],
)
def test_an_answer_that_is_not_a_scim_endpoints_to_us(answer: httpx.Response, token: str, message: str) -> None:
    assert complaint(Target(BASE, token=token), answering(lambda request: answer)) == message


def test_a_closed_port() -> None:
    with listening(saying(b"")) as port:
        pass
    assert over_the_network(Target(f"http://127.0.0.1:{port}/scim")) == (
        f"url: nothing listens at 127.0.0.1:{port} (connection refused); start the endpoint, or check the port"
    )


def test_a_name_that_is_not_known() -> None:
    assert over_the_network(Target("https://scim.invalid/v2")) == (
        "url: the host scim.invalid is not known (DNS); check the name, or your network"
    )


def test_an_endpoint_that_hangs() -> None:
    with listening(silent) as port:
        message = over_the_network(Target(f"http://127.0.0.1:{port}", timeout=timedelta(seconds=0.2)))
    assert message == ("timeout: 127.0.0.1 gave no complete answer within 0.2 s; check the endpoint, or raise timeout")


def test_an_answer_of_fifty_mebibytes() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    with listening(saying(head, *[b" " * (1 << 20)] * 50)) as port:
        message = over_the_network(Target(f"http://127.0.0.1:{port}"))
    assert message == (
        "url: the answer to a search for one user is larger than 10 MiB; "
        f"check that http://127.0.0.1:{port} is the SCIM base URL and that filters work"
    )


def test_something_that_does_not_speak_http() -> None:
    with listening(saying(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        message = over_the_network(Target(f"http://127.0.0.1:{port}"))
    assert message.startswith("url: 127.0.0.1 does not answer in HTTP (")
    assert message.endswith("); check the scheme and the port")


def test_https_to_a_port_of_http() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        message = over_the_network(Target(f"https://127.0.0.1:{port}"))
    assert message.startswith("url: no TLS connection to 127.0.0.1 (")
    assert message.endswith("); does it speak https on this port?")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "127.0.0.1",
            "ca-file: the certificate of 127.0.0.1 is signed by nobody we trust; "
            "give its authority by ca-file, or set insecure to skip the check in a test",
        ),
    ],
)
def test_a_certificate_of_an_unknown_authority(name: str, message: str) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(name).configure_cert(tls)
    with listening(saying(b""), tls) as port:
        assert over_the_network(Target(f"https://127.0.0.1:{port}")) == message


def test_a_certificate_for_another_host(tmp_path_factory: pytest.TempPathFactory) -> None:
    authority = trustme.CA()
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.test").configure_cert(tls)
    with listening(saying(b""), tls) as port:
        message = over_the_network(Target(f"https://127.0.0.1:{port}", ca_file=ca_file))
    assert message.startswith("url: the certificate of 127.0.0.1 was refused (IP address mismatch")
    assert message.endswith("renew it, or set insecure to skip the check in a test")


OAUTH = OAuth("https://login.example.com/token", "me", "hush-4711")


def test_a_token_is_fetched_by_client_credentials() -> None:
    asked: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.read())
        return httpx.Response(200, json={"access_token": "abc.def", "token_type": "Bearer"})

    assert fetch_token(OAUTH, answering(answer)) == "abc.def"
    assert asked == [b"grant_type=client_credentials&client_id=me&client_secret=hush-4711"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            httpx.Response(401, json={"error": "invalid_client"}),
            "oauth-client-id: the token endpoint answered 401; check the client's id and secret",
        ),
        (httpx.Response(200, json=[]), "oauth-token-url: the answer (200) holds no access_token"),
        (httpx.Response(500, text="<p>"), "oauth-token-url: the answer (500) holds no access_token"),
    ],
)
def test_a_token_endpoint_that_gives_none_is_named(answer: httpx.Response, message: str) -> None:
    with pytest.raises(TargetUnreachable) as unreachable:
        fetch_token(OAUTH, answering(lambda request: answer))
    assert str(unreachable.value) == message

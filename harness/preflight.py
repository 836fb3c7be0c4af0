"""Before a run: is there a SCIM endpoint that takes our token? One sentence says what is wrong and what to do.

Only what makes any judgement pointless is found here. A SCIM answer that is merely wrong is the judge's business.
"""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx

from scimulate.harness.connection import AnswerTooLarge
from scimulate.harness.faults import SettingsError, TargetUnreachable
from scimulate.harness.guard import document_of
from scimulate.harness.printable import one_line
from scimulate.harness.target import OAuth, Target

SCIM = "urn:ietf:params:scim:"
TOKEN_HINT = "set SCIMULATE_TOKEN to one that is in force"
ROOT_MISSING = frozenset({18, 19, 20, 21})
"""OpenSSL's codes for a self-signed certificate or one whose issuer is not known."""

Send = Callable[[httpx.Request], httpx.Response]


def preflight(target: Target, send: Send, *, fetched: bool = False) -> None:
    """Asks for a user that cannot exist; raises TargetUnreachable when the answer is not a SCIM endpoint's to us.

    `fetched`: the token is one that `fetch_token` has just got.
    """
    answer = _ask(target, send, "/Users", {"filter": f'userName eq "{uuid4()}"'})
    if answer.status_code in (403, 404) or answer.status_code >= 500:
        # Some endpoints answer so when nothing matches, or to filters, which is a fault to be judged (ENTRA-513).
        answer = _ask(target, send, "/Users", {"count": "1"})
    problem = _problem(target, answer, fetched)
    if problem is None and answer.status_code == 404:
        # The address of something SCIM, though not the base: nothing is found below it.
        discovery = _ask(target, send, "/ServiceProviderConfig", {})
        problem = _not_found(target) if discovery.status_code == 404 else None
    if problem is not None:
        raise TargetUnreachable(problem)


def _ask(target: Target, send: Send, path: str, query: dict[str, str]) -> httpx.Response:
    try:
        return send(httpx.Request("GET", f"{target.url}{path}", params=query or None, headers=_headers(target)))
    except httpx.TransportError as problem:
        raise TargetUnreachable(_unanswered(target, problem)) from None


def fetch_token(oauth: OAuth, send: Send) -> str:
    """A token by the client credentials grant (RFC 6749 §4.4)."""
    form = {"grant_type": "client_credentials", "client_id": oauth.client_id, "client_secret": oauth.client_secret}
    try:
        answer = send(httpx.Request("POST", oauth.token_url, data=form, headers={"Accept": "application/json"}))
    except httpx.TransportError as problem:
        raise TargetUnreachable(f"oauth-token-url: no answer from the token endpoint ({_words(problem)})") from None
    if answer.status_code in (400, 401, 403):
        raise TargetUnreachable(
            f"oauth-client-id: the token endpoint answered {answer.status_code}; check the client's id and secret"
        )
    document = document_of(answer.content)
    token = document.get("access_token") if isinstance(document, dict) else None
    if answer.status_code != 200 or not isinstance(token, str) or not token:
        raise TargetUnreachable(f"oauth-token-url: the answer ({answer.status_code}) holds no access_token")
    if not token.isascii() or not token.isprintable():
        raise SettingsError("oauth-token-url", "the access_token holds a character that a header cannot carry")
    return token


def _headers(target: Target) -> dict[str, str]:
    accept = {"Accept": "application/scim+json"}
    return {**accept, "Authorization": f"Bearer {target.token}"} if target.token else accept


def _problem(target: Target, answer: httpx.Response, fetched: bool) -> str | None:
    status = answer.status_code
    document = document_of(answer.content)
    if status in (401, 403):
        return _unauthorised(target, status, fetched)
    if 300 <= status < 400 and status != 304:
        return _redirected(target, answer)
    if status >= 500 and status not in (502, 503, 504):
        return (
            f"url: {target.url}/Users answers every search with {status}; see what the endpoint logged, then try again"
        )
    if _is_scim(document):
        return None
    if status == 404:
        return _not_found(target)
    if status in (502, 503, 504):
        return f"url: a gateway answers for {target.url} with {status}; start the endpoint behind it, then try again"
    if _is_page(answer):
        return (
            f"url: {target.url}/Users answered {status} with a page of HTML instead of SCIM; "
            "give the SCIM base URL, not that of a portal or sign-in page"
        )
    if status == 200 and answer.content.strip() and document is None and not _claims_json(answer):
        kind = one_line(answer.headers.get("content-type", "no content type"), 60)
        return f"url: {target.url}/Users answered with {kind} instead of SCIM; give the SCIM base URL"
    return None


def _not_found(target: Target) -> str:
    return f"url: {target.url}/Users was not found (404); give the SCIM base URL, the one to which /Users is appended"


def _is_scim(document: object) -> bool:
    return isinstance(document, dict | list) and SCIM in json.dumps(document).lower()


def _is_page(answer: httpx.Response) -> bool:
    return "html" in answer.headers.get("content-type", "").lower() or answer.content.lstrip()[:1] == b"<"


def _claims_json(answer: httpx.Response) -> bool:
    return "json" in answer.headers.get("content-type", "").lower() or answer.content.lstrip()[:1] in (b"{", b"[")


def _unauthorised(target: Target, status: int, fetched: bool) -> str:
    if not target.token:
        return f"token: none was given and the endpoint asks for one ({status}); {TOKEN_HINT}"
    token = "the token that oauth-token-url gave for this client" if fetched else "the token"
    why = f"does not accept {token}" if status == 401 else f"knows {token} but refuses it access to users"
    if fetched:
        return f"oauth-client-id: the endpoint {why} ({status}); check both settings and the rights of the client"
    return f"token: the endpoint {why} ({status}); {TOKEN_HINT}"


def _redirected(target: Target, answer: httpx.Response) -> str:
    """The query of the new address may hold something secret and is not shown."""
    try:
        there = answer.request.url.join(answer.headers.get("location", "")).copy_with(query=None, fragment=None)
        place = one_line(str(there.copy_with(userinfo=b"")))
    except httpx.InvalidURL:
        place = "an address that cannot be read"
    return (
        f"url: {target.url}/Users redirects ({answer.status_code}) to {place}, which is not followed because the token "
        "would go with it; set url to the final SCIM base URL"
    )


def _unanswered(target: Target, problem: httpx.TransportError) -> str:
    host = httpx.URL(target.url).host
    causes = list(_causes(problem))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return _certificate(host, cause)
            case ssl.SSLError():
                return f"url: no TLS connection to {host} ({_words(cause)}); does it speak https on this port?"
            case socket.gaierror():
                return f"url: the host {host} is not known (DNS); check the name, or your network"
            case ConnectionRefusedError():
                where = httpx.URL(target.url).netloc.decode("ascii")
                return f"url: nothing listens at {where} (connection refused); start the endpoint, or check the port"
    return _other(target, host, problem)


def _other(target: Target, host: str, problem: httpx.TransportError) -> str:
    match problem:
        case httpx.TimeoutException():
            seconds = target.timeout.total_seconds()
            return f"timeout: {host} gave no complete answer within {seconds:g} s; check the endpoint, or raise timeout"
        case httpx.ProxyError():
            return f"proxy: the proxy did not let us through to {host} ({_words(problem)}); check proxy"
        case AnswerTooLarge():
            return (
                f"url: the answer to a search for one user is larger than 10 MiB; check that {target.url} is the SCIM "
                "base URL and that filters work"
            )
        case httpx.RemoteProtocolError():
            return f"url: {host} does not answer in HTTP ({_words(problem)}); check the scheme and the port"
        case _:
            return f"url: no connection to {host} ({_words(problem)}); check the endpoint and your network"


def _certificate(host: str, problem: ssl.SSLCertVerificationError) -> str:
    if problem.verify_code in ROOT_MISSING:
        return (
            f"ca-file: the certificate of {host} is signed by nobody we trust; "
            "give its authority by ca-file, or set insecure to skip the check in a test"
        )
    why = one_line(problem.verify_message or "not valid", 120)
    return f"url: the certificate of {host} was refused ({why}); renew it, or set insecure to skip the check in a test"


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__


def _words(problem: BaseException) -> str:
    if isinstance(problem, ssl.SSLError) and problem.reason:
        return str(problem.reason).lower().replace("_", " ")
    return one_line(str(problem), 120) or type(problem).__name__

"""What a client sends to the token endpoint: RFC 6749 §4.4 and §2.3, RFC 7523 §2.2.

TokenRequestRefused    answered with a code of RFC 6749 §5.2
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from scimulate.mock_servers.oauth.assertions import ASSERTION_TYPE

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_PARAMETERS = 100


class TokenRequestRefused(Exception):
    """`error` is the code; the description is a sentence of ours."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    @property
    def status(self) -> int:
        return 401 if self.error == "invalid_client" else 400


@dataclass(frozen=True)
class TokenRequest:
    """A client, and what it authenticates with: a secret or an assertion."""

    client_id: str | None
    secret: str | None = field(repr=False)
    assertion: str | None = field(repr=False)
    scopes: tuple[str, ...] | None


def invalid_client() -> TokenRequestRefused:
    """One sentence for all that may be wrong with a client: no oracle."""
    return TokenRequestRefused("invalid_client", "the client could not be authenticated")


def invalid_request(description: str) -> TokenRequestRefused:
    return TokenRequestRefused("invalid_request", description)


def read_token_request(headers: Mapping[str, str], body: bytes) -> TokenRequest:
    """The request of these headers (lower case) and this form; raises `TokenRequestRefused`."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise invalid_request(f"the body is typed {FORM_TYPE}")
    form = _form(body)
    header = _basic(headers["authorization"]) if "authorization" in headers else None
    sent = [header is not None, "client_secret" in form, "client_assertion" in form]
    if sent.count(True) > 1 or (header is not None and form.get("client_id", header[0]) != header[0]):
        raise invalid_request("a client authenticates in one way")  # RFC 6749 §2.3
    if "grant_type" not in form:
        raise invalid_request("grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise TokenRequestRefused("unsupported_grant_type", "the grant type is client_credentials")
    if "client_assertion" in form and form.get("client_assertion_type") != ASSERTION_TYPE:
        raise invalid_client()
    client_id, secret = header or (form.get("client_id"), form.get("client_secret"))
    scopes = tuple(form["scope"].split(" ")) if "scope" in form else None
    return TokenRequest(client_id, secret, form.get("client_assertion"), scopes)


def _form(body: bytes) -> dict[str, str]:
    """The parameters. One without a value counts as not sent, and one sent twice is refused (RFC 6749 §3.2)."""
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise invalid_request("the body is no form") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise invalid_request("a parameter is sent once")
    return form


def _basic(authorization: str) -> tuple[str, str]:
    """Id and secret, each form-encoded before they were joined (RFC 6749 §2.3.1)."""
    scheme, _, credentials = authorization.partition(" ")
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid_client() from error
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise invalid_client()
    return unquote_plus(client_id), unquote_plus(secret)

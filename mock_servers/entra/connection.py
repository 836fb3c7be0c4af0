"""The admin credentials: what may stand in the two fields, and the test of the connection.

The fields are judged before anything is sent, so that a secret never travels to a place that is no endpoint
(NEG-12, NEG-13). The probe is what Test Connection and every cycle begin with (ENTRA-069).

    FieldRefused        a field holds something that cannot be used
    CredentialsRefused  saving was refused, with the failed test
"""

import base64
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlsplit

import orjson

from scimulate.mock_servers.entra import answers
from scimulate.mock_servers.entra.conversation import Conversation, WireAnswer
from scimulate.mock_servers.entra.dialect import COMPLIANT_FLAG, LEGACY_FLAG, Dialect
from scimulate.mock_servers.entra.provisioning import Kind, match_query
from scimulate.mock_servers.entra.trouble import Told, Trouble, of_the_answer

INVALID_CREDENTIALS = "InvalidCredentials"
UNAVAILABLE = "CredentialValidationUnavailable"
INVALID = "SystemForCrossDomainIdentityManagementInvalidCredentials"


@dataclass(frozen=True)
class ConnectionTest:
    """The outcome of Test Connection, in words for the administrator. `inner_code` is the code it wraps."""

    succeeded: bool
    code: str
    message: str
    inner_code: str = ""
    told: Told | None = None
    """The class of what is wrong, whose label says it in other languages."""
    warned: tuple[Told, ...] = ()
    """What a connection that works makes doubtful, likewise."""

    @property
    def warning(self) -> str:
        return "; ".join(map(str, self.warned))


class CredentialsRefused(Exception):
    """Credentials that fail the test are not saved (SEED-038); the former ones stay in use."""

    def __init__(self, test: ConnectionTest) -> None:
        super().__init__(test.message)
        self.test = test


class FieldRefused(Exception):
    """Names the field of the form and what is wrong with it; never holds the secret."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(Told(trouble)))
        self.trouble = trouble

    def as_test(self) -> ConnectionTest:
        """The test that ended before anything was sent."""
        code = "SecretTokenInvalid" if self.trouble.startswith("secret") else "TenantUrlInvalid"
        return ConnectionTest(False, code, str(self), told=Told(self.trouble))


@dataclass(frozen=True)
class Connection:
    """Where and with what to call. `base` has neither query nor trailing slash (ENTRA-001, ENTRA-586)."""

    tenant_url: str
    base: str
    dialect: Dialect
    secret_token: str = field(repr=False)


def read_connection(tenant_url: str, secret_token: str) -> Connection:
    """The two fields as a connection, outer white space trimmed (NEG-11). Raises `FieldRefused`."""
    url, token = tenant_url.strip(), secret_token.strip()
    if _looks_like_url(token):
        raise FieldRefused(Trouble.SECRET_IS_URL if _looks_like_url(url) else Trouble.SECRET_SWAPPED)
    if not token.isascii() or not token.isprintable():
        raise FieldRefused(Trouble.SECRET_UNPRINTABLE)
    parts = _split(url)
    flags = _flags(parts)
    base = f"{parts.scheme.lower()}://{parts.netloc}{parts.path.rstrip('/')}"
    return Connection(url, base, Dialect.COMPLIANT if COMPLIANT_FLAG in flags else Dialect.LEGACY, token)


def _looks_like_url(text: str) -> bool:
    return "://" in text or text.casefold().startswith(("http:", "https:"))


def _split(url: str) -> SplitResult:
    if not url:
        raise FieldRefused(Trouble.URL_EMPTY)
    if not url.isprintable() or any(character.isspace() for character in url):
        raise FieldRefused(Trouble.URL_UNPRINTABLE)
    if not _looks_like_url(url):
        raise FieldRefused(Trouble.URL_WITHOUT_SCHEME)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        # Raises for labels that are empty or too long, and for broken international ones.
        (host or "").encode("idna").decode("idna")
    except ValueError:
        raise FieldRefused(Trouble.URL_INVALID) from None
    if parts.scheme.lower() not in ("https", "http"):
        raise FieldRefused(Trouble.URL_OF_UNKNOWN_SCHEME)
    if not host or port == 0:
        raise FieldRefused(Trouble.URL_WITHOUT_HOST)
    if parts.username is not None or parts.password is not None:
        raise FieldRefused(Trouble.URL_WITH_CREDENTIALS)
    if "#" in url:
        raise FieldRefused(Trouble.URL_WITH_FRAGMENT)
    if parts.scheme.lower() == "http" and not _is_loopback(host):
        # To this machine alone a token may travel without it (ENTRA-010).
        raise FieldRefused(Trouble.URL_NOT_HTTPS)
    return parts


def _flags(parts: SplitResult) -> frozenset[str]:
    """The only query a Tenant URL may have chooses the dialect (ENTRA-005)."""
    flags = frozenset(key for key, _ in parse_qsl(parts.query, keep_blank_values=True))
    unknown = flags - {COMPLIANT_FLAG, LEGACY_FLAG}
    if unknown or (parts.query and not flags):
        raise FieldRefused(Trouble.URL_WITH_QUERY)
    return flags


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def issued_token(issuer_tenant: str) -> str:
    """The token Entra issues itself when Secret Token is blank (ENTRA-035, NEG-29); its signature proves nothing."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    header = {"typ": "JWT", "alg": "RS256"}
    claims = {
        "aud": "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
        "iss": f"https://sts.windows.net/{issuer_tenant}/",
        "tid": issuer_tenant,
    }
    return ".".join((part(orjson.dumps(header)), part(orjson.dumps(claims)), part(issuer_tenant.encode())))


def probe(user_name: str, group_name: str, *, groups: bool = True) -> Conversation[ConnectionTest]:
    """Ask for a user and, where groups are provisioned, a group that cannot exist (ENTRA-070, ENTRA-071, ENTRA-591)."""
    warned = []
    for kind, name in ((Kind.USER, user_name), (Kind.GROUP, group_name))[: 2 if groups else 1]:
        answer = yield match_query(kind, name)
        try:
            total, _ = answers.read_list(answer, f"/{kind}")
        except answers.ExportFailed as failure:
            return _failed(kind, answer, failure)
        if total:
            warned.append(Told(Trouble.FILTER_IGNORED, f"/{kind}", str(total)))
    return ConnectionTest(True, "", "The connection works: the credentials are accepted.", warned=tuple(warned))


def _failed(kind: Kind, answer: WireAnswer, failure: answers.ExportFailed) -> ConnectionTest:
    """The outcome table of the probe (ENTRA-079…081); the sentence tells the class of trouble apart (NEG-32)."""
    unusable = answer.status == 404 or answer.succeeded
    inner = {401: INVALID, 404: answers.INCOMPATIBLE}.get(answer.status, failure.code)
    told = Told(of_the_answer(answer), f"GET /{kind}", failure.reason, filtered=True)
    code = INVALID_CREDENTIALS if unusable else UNAVAILABLE
    return ConnectionTest(False, code, str(told), inner_code=inner, told=told)

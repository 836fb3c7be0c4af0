"""Why an endpoint cannot be worked with: one class for each kind of trouble, for programs and for the administrator.

The sentence of a class is the label `trouble.<class>`. The log of a cycle knows fewer codes (ENTRA-410…434).
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from scimulate.mock_servers.entra.conversation import WireAnswer
from scimulate.mock_servers.language import Language, load_labels


class Trouble(StrEnum):
    """The classes: what was entered, the line, TLS, the answers (NEG-12…14, NEG-30…32, NEG-59)."""

    URL_EMPTY = "url_empty"
    URL_UNPRINTABLE = "url_unprintable"
    URL_WITHOUT_SCHEME = "url_without_scheme"
    URL_OF_UNKNOWN_SCHEME = "url_of_unknown_scheme"
    URL_NOT_HTTPS = "url_not_https"
    URL_INVALID = "url_invalid"
    URL_WITHOUT_HOST = "url_without_host"
    URL_WITH_CREDENTIALS = "url_with_credentials"
    URL_WITH_QUERY = "url_with_query"
    URL_WITH_FRAGMENT = "url_with_fragment"
    SECRET_SWAPPED = "secret_swapped"
    SECRET_IS_URL = "secret_is_url"
    SECRET_UNPRINTABLE = "secret_unprintable"
    HOST_UNKNOWN = "host_unknown"
    NOT_LISTENING = "not_listening"
    TIMED_OUT = "timed_out"
    BROKEN_OFF = "broken_off"
    NOT_HTTPS = "not_https"
    PROTOCOL_TOO_OLD = "protocol_too_old"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"
    CERTIFICATE_OF_ANOTHER = "certificate_of_another"
    HANDSHAKE_FAILED = "handshake_failed"
    TOKEN_REFUSED = "token_refused"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    NOT_JSON = "not_json"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    NO_LIST = "no_list"
    FILTER_IGNORED = "filter_ignored"


@dataclass(frozen=True)
class Told:
    """A class of trouble with what its sentence names: the request, if one was made, and what the other side said."""

    trouble: Trouble
    asked: str = ""
    answer: str = ""
    filtered: bool = False
    """Whether the request had a filter."""

    def sentence_in(self, language: Language) -> str:
        labels = load_labels()
        asked = labels.text("asked.filtered", language, asked=self.asked) if self.filtered else self.asked
        return labels.text(f"trouble.{self.trouble}", language, asked=asked, answer=self.answer)

    def __str__(self) -> str:
        return self.sentence_in(Language.ENGLISH)


# OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_…).
_CERTIFICATES: Final[Mapping[int, Trouble]] = {
    10: Trouble.CERTIFICATE_EXPIRED,
    18: Trouble.CERTIFICATE_SELF_SIGNED,
    62: Trouble.CERTIFICATE_OF_ANOTHER,
    64: Trouble.CERTIFICATE_OF_ANOTHER,
}

_HANDSHAKES: Final[Mapping[str, Trouble]] = {
    "TLSV1_ALERT_PROTOCOL_VERSION": Trouble.PROTOCOL_TOO_OLD,
    "UNSUPPORTED_PROTOCOL": Trouble.PROTOCOL_TOO_OLD,
    "WRONG_VERSION_NUMBER": Trouble.NOT_HTTPS,
    "HTTP_REQUEST": Trouble.NOT_HTTPS,
    "PACKET_LENGTH_TOO_LONG": Trouble.NOT_HTTPS,
    "RECORD_LAYER_FAILURE": Trouble.NOT_HTTPS,
}

_STATUSES: Final[Mapping[int, Trouble]] = {
    401: Trouble.TOKEN_REFUSED,
    403: Trouble.FORBIDDEN,
    404: Trouble.NOT_FOUND,
    429: Trouble.THROTTLED,
    503: Trouble.UNAVAILABLE,
}


def of_the_line(error: BaseException) -> Trouble:
    """The class of an exchange that came to nothing, by what lies at the bottom of `error`."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _CERTIFICATES.get(cause.verify_code, Trouble.CERTIFICATE_UNTRUSTED)
            case ssl.SSLError():
                return _HANDSHAKES.get(cause.reason or "", Trouble.HANDSHAKE_FAILED)
            case socket.gaierror() | UnicodeError():
                # A host name that cannot be written in DNS surfaces as UnicodeError.
                return Trouble.HOST_UNKNOWN
            case ConnectionRefusedError():
                return Trouble.NOT_LISTENING
    return Trouble.BROKEN_OFF


def of_the_answer(answer: WireAnswer) -> Trouble:
    """The class of an answer that is not the wanted list."""
    if answer.trouble:
        return Trouble(answer.trouble)
    if answer.status in _STATUSES:
        return _STATUSES[answer.status]
    if answer.succeeded:
        return _of_the_body(answer)
    if 300 <= answer.status < 400:
        return Trouble.REDIRECTED
    return Trouble.SERVER_ERROR if answer.status >= 500 else Trouble.REFUSED


def _of_the_body(answer: WireAnswer) -> Trouble:
    if answer.readable:
        return Trouble.NO_LIST
    return Trouble.WRONG_CONTENT_TYPE if answer.says_another_type else Trouble.NOT_JSON


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__

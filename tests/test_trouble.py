"""The classes of trouble with an endpoint: how the line and the answers are told apart, and that each has its words."""

import socket
import ssl

import httpx
import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.entra.trouble import Trouble, of_the_line
from scimulate.mock_servers.language import Language, load_labels
from tests.entra_endpoint import BASE, TOKEN, Endpoint, answered, error


def certificate_error(code: int) -> ssl.SSLError:
    problem = ssl.SSLCertVerificationError("certificate verify failed")
    problem.verify_code = code
    return problem


def handshake_error(reason: str) -> ssl.SSLError:
    problem = ssl.SSLError(1, "handshake")
    problem.reason = reason
    return problem


def raised(cause: BaseException) -> httpx.ConnectError:
    """As a transport hands it on: with the cause below."""
    middle = OSError("in between")
    middle.__cause__ = cause
    problem = httpx.ConnectError("no connection")
    problem.__cause__ = middle
    return problem


LINES: list[tuple[BaseException, Trouble]] = [
    (certificate_error(10), Trouble.CERTIFICATE_EXPIRED),
    (certificate_error(18), Trouble.CERTIFICATE_SELF_SIGNED),
    (certificate_error(19), Trouble.CERTIFICATE_UNTRUSTED),
    (certificate_error(20), Trouble.CERTIFICATE_UNTRUSTED),
    (certificate_error(62), Trouble.CERTIFICATE_OF_ANOTHER),
    (certificate_error(64), Trouble.CERTIFICATE_OF_ANOTHER),
    (handshake_error("TLSV1_ALERT_PROTOCOL_VERSION"), Trouble.PROTOCOL_TOO_OLD),
    (handshake_error("UNSUPPORTED_PROTOCOL"), Trouble.PROTOCOL_TOO_OLD),
    (handshake_error("WRONG_VERSION_NUMBER"), Trouble.NOT_HTTPS),
    (handshake_error("SSLV3_ALERT_HANDSHAKE_FAILURE"), Trouble.HANDSHAKE_FAILED),
    (socket.gaierror(-2, "Name or service not known"), Trouble.HOST_UNKNOWN),
    (UnicodeError("label too long"), Trouble.HOST_UNKNOWN),
    (ConnectionRefusedError(111, "Connection refused"), Trouble.NOT_LISTENING),
    (ConnectionResetError(104, "Connection reset"), Trouble.BROKEN_OFF),
]


@pytest.mark.parametrize(("cause", "trouble"), LINES, ids=lambda value: str(value)[:40])
def test_what_lies_at_the_bottom_gives_the_class(cause: BaseException, trouble: Trouble) -> None:
    """NEG-13, NEG-32, NEG-59."""
    assert of_the_line(raised(cause)) is trouble


ANSWERS: list[tuple[httpx.Response | httpx.TransportError, Trouble]] = [
    (httpx.ReadTimeout("slow"), Trouble.TIMED_OUT),
    (httpx.RemoteProtocolError("gone"), Trouble.BROKEN_OFF),
    (error(401), Trouble.TOKEN_REFUSED),
    (error(403), Trouble.FORBIDDEN),
    (error(404), Trouble.NOT_FOUND),
    (error(429), Trouble.THROTTLED),
    (error(500), Trouble.SERVER_ERROR),
    (error(503), Trouble.UNAVAILABLE),
    (error(400), Trouble.REFUSED),
    (httpx.Response(302, headers={"Location": "https://evil.test"}), Trouble.REDIRECTED),
    (httpx.Response(200, html="<html>Sign in</html>"), Trouble.NOT_JSON),
    (httpx.Response(200, text='{"totalResults": 0}'), Trouble.WRONG_CONTENT_TYPE),
    (answered(200, []), Trouble.NO_LIST),
    (httpx.Response(204), Trouble.NOT_JSON),
]


@pytest.mark.parametrize(("answer", "trouble"), ANSWERS, ids=lambda value: str(value)[:40])
def test_each_answer_has_a_class_and_a_sentence_in_each_language(
    answer: httpx.Response | httpx.TransportError, trouble: Trouble
) -> None:
    """NEG-30, NEG-31, NEG-32."""
    endpoint = Endpoint()

    def fault(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.Response):
            return answer
        raise answer

    endpoint.fault = fault
    application = EntraTenant(clock=VirtualClock(), transport=endpoint.transport()).create_application("MDM")
    told = application.test_connection(BASE, TOKEN).told
    assert told is not None
    assert told.trouble is trouble
    said = {told.sentence_in(language) for language in Language}
    assert len(said) == 2
    assert all("GET /Users" in sentence for sentence in said)


def test_every_class_has_words() -> None:
    assert {f"trouble.{one}" for one in Trouble} == {one for one in load_labels() if one.startswith("trouble.")}

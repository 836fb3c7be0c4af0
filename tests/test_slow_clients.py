"""A listener with clients that are slow, silent, greedy or wrong: the others are served all the same."""

import selectors
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import orjson
import pytest

from scimulate.mock_servers.bounds import USUAL_BOUNDS, Bounds
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.scim import limits
from scimulate.mock_servers.scim.limits import HEAD_BYTES, URL_BYTES
from scimulate.mock_servers.serving import RunningServer, open_tenants
from scimulate.mock_servers.tls import Authority, Presents
from scimulate.scim_schemas import validate

PATIENCE_SECONDS = 30.0
"""A test waits for an event, and fails when it did not come in this time."""
SHORT = Bounds(
    head_seconds=0.4, body_seconds=0.4, idle_seconds=0.4, stalled_seconds=0.4, farewell_seconds=0.2, connections=400
)
PATIENT = Bounds(head_seconds=60, body_seconds=60, idle_seconds=60, stalled_seconds=60, farewell_seconds=30)
GET = b"GET /scim/v2/ServiceProviderConfig HTTP/1.1\r\nHost: mdm.test\r\n"


class Listener:
    """A running MDM, its address and a token."""

    def __init__(self, url: str, secret: str) -> None:
        parts = httpx.URL(url)
        self.address = (parts.host, parts.port or 80)
        self.url = url
        self.authorization = f"Authorization: Bearer {secret}\r\n".encode()

    def connect(self, sent: bytes = b"", *, receive_buffer: int | None = None) -> socket.socket:
        client = socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(PATIENCE_SECONDS)
        client.connect(self.address)
        client.sendall(sent)
        return client

    def said(self, sent: bytes) -> bytes:
        """All that is answered until the server closes the connection."""
        with self.connect() as client:
            with suppress(OSError):  # Closed before all was sent; what was answered is there.
                client.sendall(sent)
            return _until_the_end(client)


@contextmanager
def _listening(bounds: Bounds, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    tenants = open_tenants(":memory:", lambda name: VirtualClock())
    secret = tenants.default.tokens.generate().secret
    with RunningServer(MdmApplication(tenants), tls=tls, bounds=bounds) as server:
        yield Listener(server.url, secret)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Listener]:
    """Ends what is slow at once."""
    with _listening(SHORT) as listener:
        yield listener


@pytest.fixture(scope="module")
def patient() -> Iterator[Listener]:
    """Ends nothing for being slow, so that what it ends it ends for another reason."""
    with _listening(PATIENT) as listener:
        yield listener


def _until_the_end(client: socket.socket) -> bytes:
    received = bytearray()
    try:
        while chunk := client.recv(65_536):
            received += chunk
    except ConnectionResetError:
        pass
    return bytes(received)


def _responses(received: bytes) -> list[tuple[int, bytes]]:
    """Status and body of each answer of a connection; all of ours announce their length."""
    found: list[tuple[int, bytes]] = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].partition(b":")[2]) if lengths else 0
        found.append((int(head.split(b" ")[1]), received[:length]))
        received = received[length:]
    return found


def _only_error(received: bytes) -> int:
    """The status of the one answer, which is a valid Error message."""
    ((status, body),) = _responses(received)
    message = orjson.loads(body)
    assert validate("Error", message) == []
    assert message["status"] == str(status)
    return status


# Who is slow is ended, and keeps nobody out.


def test_two_hundred_slow_clients_keep_nobody_out_and_are_ended(hasty: Listener) -> None:
    """Silent, dribbling heads, dribbling bodies, and some who never read."""
    post = b"POST /scim/v2/Users HTTP/1.1\r\nHost: mdm.test\r\nContent-Length: 1000\r\n" + hasty.authorization
    begun = [b"", b"GET /scim/v2/Us", post + b'\r\n{"schemas":', GET + hasty.authorization + b"\r\n"]
    with ExitStack() as stack:
        slow = [stack.enter_context(hasty.connect(begun[number % 4])) for number in range(200)]
        dribbling = [client for number, client in enumerate(slow) if number % 4 in (1, 2)]
        token = hasty.authorization.decode().partition(" ")[2].strip()
        with httpx.Client(base_url=hasty.url, headers={"Authorization": token}, trust_env=False) as client:
            answered = [client.get("/scim/v2/Users").status_code for _ in range(50)]
        assert answered == [200] * 50
        _dribble_until_ended(dribbling, [client for client in slow if client not in dribbling])


@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a ClientHello"])
def test_a_handshake_that_is_not_finished_is_ended(sent: bytes) -> None:
    tls = Authority().server(Presents.VALID)
    with _listening(SHORT, tls) as listener, listener.connect(sent) as client:
        assert _until_the_end(client) == b""


def _dribble_until_ended(dribbling: list[socket.socket], silent: list[socket.socket]) -> None:
    """Send a byte now and then until each connection was ended by the server."""
    with selectors.DefaultSelector() as selector:
        for client in [*dribbling, *silent]:
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ)
        given_up = time.monotonic() + PATIENCE_SECONDS
        while selector.get_map():
            assert time.monotonic() < given_up, f"{len(selector.get_map())} slow clients were never ended"
            for key, _ in selector.select(0.05):
                ended = key.fileobj
                assert isinstance(ended, socket.socket)
                with suppress(OSError):
                    if ended.recv(65_536):
                        continue
                selector.unregister(ended)
            for client in dribbling:
                if client in selector.get_map():
                    with suppress(OSError):
                        client.send(b"x")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"GET /scim/v2/Users HTTP/1.1\r\nHos", id="half a head"),
        pytest.param(b"POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{", id="half a body"),
        pytest.param(
            b"POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
            id="half the chunks",
        ),
    ],
)
def test_half_a_request_is_told_that_it_is_late(hasty: Listener, sent: bytes) -> None:
    if sent.startswith(b"POST"):
        sent = sent.replace(b"Host: a\r\n", b"Host: a\r\n" + hasty.authorization)
    assert _only_error(hasty.said(sent)) == 408


def test_a_connection_without_a_request_is_closed_without_a_word(hasty: Listener) -> None:
    assert [hasty.said(sent) for sent in (b"", b"\r\n")] == [b"", b""]


def test_a_connection_is_kept_for_a_further_request_and_not_for_ever(hasty: Listener) -> None:
    with hasty.connect(GET + hasty.authorization + b"\r\n") as client:
        first = client.recv(65_536)
        assert first.startswith(b"HTTP/1.1 200 ")
        client.sendall(GET + hasty.authorization + b"\r\n")
        assert [status for status, _ in _responses(_until_the_end(client))] == [200]


def test_a_client_that_never_reads_is_ended_and_its_answers_are_not_piled_up(hasty: Listener) -> None:
    """It asks again and again; what is kept for it is bounded, so its own sending comes to a halt."""
    asked = GET.replace(b"ServiceProviderConfig", b"Schemas") + hasty.authorization + b"\r\n"
    with hasty.connect(receive_buffer=4_096) as client, pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.sendall(asked * 200_000)


def test_the_place_of_an_ended_client_is_free_again() -> None:
    with _listening(Bounds(head_seconds=0.3, connections=2)) as listener, ExitStack() as stack:
        silent = [stack.enter_context(listener.connect()) for _ in range(2)]
        assert _only_error(listener.said(b"")) == 503
        assert [_until_the_end(client) for client in silent] == [b"", b""]
        closing = GET + listener.authorization + b"Connection: close\r\n\r\n"
        assert [status for status, _ in _responses(listener.said(closing))] == [200]


def test_beyond_the_bound_a_client_is_told_to_try_again_and_a_crowd_is_not_answered() -> None:
    few = Bounds(connections=1, turned_away=1, farewell_seconds=30)
    with _listening(few) as listener, listener.connect(GET + listener.authorization + b"\r\n") as first:
        assert first.recv(65_536).startswith(b"HTTP/1.1 200 ")
        with listener.connect() as second:
            told = _until_the_end(second)
            assert _only_error(told) == 503
            assert b"\r\nretry-after: 5\r\n" in told
            # The second one is still there, as it was answered but has not left.
            assert listener.said(b"") == b""
        first.sendall(GET + listener.authorization + b"\r\n")
        assert first.recv(65_536).startswith(b"HTTP/1.1 200 ")


# What is too large, or is not HTTP, is refused before it is whole.

HOST = b"Host: mdm.test\r\n"
REFUSED = {
    "a target one byte too long": (414, b"GET /" + b"a" * URL_BYTES + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
    "a target of 1 MiB": (414, b"GET /" + b"a" * 1024 * 1024 + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
    "a target of 1 MiB that does not end": (414, b"GET /" + b"a" * 1024 * 1024),
    "100,000 query parameters": (414, b"GET /scim/v2/Users?" + b"a=1&" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n"),
    "a head one byte too large": (
        431,
        b"GET / HTTP/1.1\r\n" + HOST + b"a: " + b"b" * (HEAD_BYTES - 1 - len(HOST) - 4) + b"\r\n\r\n",
    ),
    "a header of 1 MiB that does not end": (431, b"GET / HTTP/1.1\r\n" + HOST + b"a: " + b"b" * 1024 * 1024),
    "100,000 headers": (431, b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n" * 100_000),
    "trailers without end": (
        431,
        b"POST /scim/v2/Users HTTP/1.1\r\n"
        + HOST
        + b"AUTHORIZATION"
        + b"Transfer-Encoding: chunked\r\n\r\n0\r\na: "
        + b"b" * 1024 * 1024,
    ),
    "no HTTP": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64),
    "no method": (400, b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n"),
    "HTTP/2": (400, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "a space before the colon": (400, b"GET / HTTP/1.1\r\nHost : mdm.test\r\n\r\n"),
    "a folded header": (400, b"GET / HTTP/1.1\r\n" + HOST + b"a: b\r\n c\r\n\r\n"),
    "NUL in a header": (400, b"GET / HTTP/1.1\r\n" + HOST + b"a: \x00\r\n\r\n"),
    "NUL in the target": (400, b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n"),
    "bytes above 127 in the target": (400, b"GET /\xc3\xa4 HTTP/1.1\r\n" + HOST + b"\r\n"),
    "bare line feeds": (400, b"GET / HTTP/1.1\nHost: mdm.test\n\n"),
    "no Host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "two Hosts": (400, b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
    "a proxy's request": (501, b"CONNECT mdm.test:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    "two lengths": (400, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
    "a length and chunks": (
        400,
        b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    "chunks that are not last": (400, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, identity\r\n\r\n"),
    "a coding that nobody knows": (400, b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n"),
    "a length with a sign": (400, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc"),
    "a length beyond all numbers": (400, b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"),
    "a chunk of no size": (
        400,
        b"POST /scim/v2/Users HTTP/1.1\r\n" + HOST + b"AUTHORIZATION" + b"Transfer-Encoding: chunked\r\n\r\nx\r\n",
    ),
}


@pytest.mark.parametrize(("status", "sent"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_out_of_bounds_is_an_error_message_and_the_last_word(
    patient: Listener, status: int, sent: bytes
) -> None:
    assert _only_error(patient.said(sent.replace(b"AUTHORIZATION", patient.authorization))) == status


def test_what_is_just_within_bounds_is_answered(patient: Listener) -> None:
    path = b"/scim/v2/" + b"a" * (URL_BYTES - 9)
    rest = HOST + patient.authorization + b"Connection: close\r\n"
    longest = b"GET " + path + b" HTTP/1.1\r\n" + rest + b"\r\n"
    filling = HEAD_BYTES - 1 - len(rest) - len(b"a: \r\n")
    largest = b"GET / HTTP/1.1\r\n" + rest + b"a: " + b"b" * filling + b"\r\n\r\n"
    assert [_responses(patient.said(sent))[0][0] for sent in (longest, largest)] == [404, 307]


def test_what_came_before_a_wrong_request_is_answered_first(patient: Listener) -> None:
    answered = _responses(patient.said(GET + patient.authorization + b"\r\nnonsense\r\n\r\n"))
    assert [status for status, _ in answered] == [200, 400]


@pytest.mark.parametrize(
    "framing",
    [
        pytest.param(b"Content-Length: 9999999\r\n\r\n", id="announced"),
        pytest.param(b"Content-Length: 9999999\r\nExpect: 100-continue\r\n\r\n", id="announced, and waiting for 100"),
        pytest.param(
            b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 65, id="in chunks"
        ),
    ],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_whole(hasty: Listener, framing: bytes) -> None:
    head = b"POST /scim/v2/Users HTTP/1.1\r\n" + HOST + hasty.authorization
    assert _only_error(hasty.said(head + framing)) == 413


def test_a_client_that_waits_for_100_is_given_it(patient: Listener) -> None:
    head = b"POST /scim/v2/Users HTTP/1.1\r\n" + HOST + patient.authorization
    with patient.connect(head + b"Connection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n") as client:
        assert client.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"[]")
        assert _only_error(_until_the_end(client)) == 400


@pytest.mark.parametrize("in_one_piece", [True, False])
def test_who_offers_another_protocol_is_answered_in_this_one_with_the_body_it_sent(
    patient: Listener, in_one_piece: bool
) -> None:
    """Clients of Java offer HTTP/2 with the first request of each connection."""
    body = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"offered %d"}' % in_one_piece
    head = b"POST /scim/v2/Users HTTP/1.1\r\n" + HOST + patient.authorization
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
    pieces = [head + offer + b"Content-Length: %d\r\n\r\n" % len(body), body]
    with patient.connect(b"".join(pieces) if in_one_piece else pieces[0]) as client:
        if not in_one_piece:
            client.sendall(pieces[1])
        client.sendall(GET + patient.authorization + b"Connection: close\r\n\r\n")
        assert [status for status, _ in _responses(_until_the_end(client))] == [201, 200]


def test_trailers_are_passed_over(patient: Listener) -> None:
    head = b"POST /scim/v2/Users HTTP/1.1\r\n" + HOST + patient.authorization + b"Connection: close\r\n"
    sent = head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nHost: other\r\nAuthorization: none\r\n\r\n"
    assert _only_error(patient.said(sent)) == 400


def test_the_page_tells_the_bounds() -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "durability-and-limits.md").read_text(encoding="utf-8")
    told = dict(line.strip("| ").split(" | ")[:2] for line in page.splitlines() if line.startswith("| "))
    kibibytes = 1024
    assert told == {
        "Bound": "Value",
        "---": "---",
        "Request line and headers to arrive": f"{USUAL_BOUNDS.head_seconds:.0f} s",
        "TLS handshake": f"{USUAL_BOUNDS.head_seconds:.0f} s",
        "Body to arrive": f"{USUAL_BOUNDS.body_seconds:.0f} s",
        "Connection without a request": f"{USUAL_BOUNDS.idle_seconds:.0f} s",
        "Answer left unread": f"{USUAL_BOUNDS.stalled_seconds:.0f} s",
        "Open connections": f"{USUAL_BOUNDS.connections}",
        "Request target": f"{limits.URL_BYTES // kibibytes} KiB",
        "Request line and headers": f"{limits.HEAD_BYTES // kibibytes} KiB",
        "Body": f"{limits.BODY_BYTES // kibibytes // kibibytes} MiB",
        "Depth of JSON": f"{limits.JSON_DEPTH}",
        "Filter": f"{limits.FILTER_BYTES // kibibytes} KiB, {limits.FILTER_DEPTH} levels, {limits.FILTER_TERMS} terms",
        "Arrays and objects in a body": f"{limits.JSON_CONTAINERS}",
        "Operations of a PATCH": f"{limits.PATCH_OPERATIONS}",
        "Values that the filters of a PATCH look at": f"{limits.PATCH_COMPARISONS}",
        "Operations of a bulk request": f"{limits.BULK_OPERATIONS}",
        "Values of an attribute in a request": f"{limits.VALUES}",
        "Members in a request": f"{limits.MEMBERS}",
    }

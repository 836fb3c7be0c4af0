"""The connection: answers have an end, in bytes and in time, whatever the endpoint does."""

import gzip
import ssl
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import trustme

from scimulate.harness.connection import LARGEST, AnswerTooLarge, AnswerUnreadable, Connection, read_answer
from scimulate.harness.target import Target
from tests.listening import Behaviour, listening, saying, silent, trickling

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/scim+json\r\n"
DOCUMENT = b'{"id":"a1"}'


def asked(behave: Behaviour, seconds: float = 10) -> bytes:
    with listening(behave) as port:
        return asked_at(Target(f"http://127.0.0.1:{port}", timeout=timedelta(seconds=seconds)))


def asked_at(target: Target) -> bytes:
    connection = Connection(target)
    try:
        return read_answer(connection.handle_request(httpx.Request("GET", f"{target.url}/Users")))
    finally:
        connection.close()


def body(content: bytes, *headers: bytes) -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(content) + content


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def bare_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@pytest.mark.parametrize(
    "said",
    [
        body(DOCUMENT),
        body(gzip.compress(DOCUMENT), b"Content-Encoding: gzip"),
        body(gzip.compress(DOCUMENT[:5]) + gzip.compress(DOCUMENT[5:]), b"Content-Encoding: gzip"),
        body(gzip.compress(DOCUMENT) + bytes(40), b"Content-Encoding: gzip"),
        body(zlib.compress(DOCUMENT), b"Content-Encoding: Deflate"),
        body(bare_deflate(DOCUMENT), b"Content-Encoding: deflate"),
        body(DOCUMENT, b"Content-Encoding: identity"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nb\r\n" + DOCUMENT + b"\r\n0\r\n\r\n",
        HEAD + b"Connection: close\r\n\r\n" + DOCUMENT,
    ],
    ids=[
        "length",
        "gzip",
        "two gzip members",
        "gzip and padding",
        "deflate",
        "bare deflate",
        "identity",
        "chunks",
        "until it closes",
    ],
)
def test_an_answer_is_read_and_decoded(said: bytes) -> None:
    assert asked(saying(said)) == DOCUMENT


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_members_are_read_however_they_are_cut(size: int) -> None:
    members = b"".join(gzip.compress(bytes([number]) * number) for number in range(40)) + b"\x1f and no member \x1f\x8b"
    pieces = (members[start : start + size] for start in range(0, len(members), size))
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b""))
    answer.stream = Pieces(pieces)
    assert read_answer(answer) == b"".join(bytes([number]) * number for number in range(40))


def test_a_second_member_that_is_cut_off_is_told() -> None:
    cut = gzip.compress(DOCUMENT) + gzip.compress(DOCUMENT)[:-9]
    with pytest.raises(AnswerUnreadable, match="the gzip answer ends in the middle"):
        asked(saying(body(cut, b"Content-Encoding: gzip")))


def test_a_small_answer_that_unpacks_to_much_is_refused() -> None:
    with pytest.raises(AnswerTooLarge, match="the answer is larger than 10 MiB"):
        asked(saying(body(gzip.compress(bytes(1 << 26)), b"Content-Encoding: gzip")))


def test_no_more_is_unpacked_than_is_accepted() -> None:
    bomb = gzip.compress(bytes(1 << 26))
    answer = httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            read_answer(answer)
        assert tracemalloc.get_traced_memory()[1] < 3 * LARGEST
    finally:
        tracemalloc.stop()


def test_an_answer_without_end_is_refused() -> None:
    with pytest.raises(AnswerTooLarge):
        asked(saying(HEAD + b"Connection: close\r\n\r\n", *[bytes(1 << 20)] * 60))


def test_an_answer_of_the_largest_size_is_read() -> None:
    assert len(asked(saying(body(bytes(LARGEST))))) == LARGEST


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (body(b"nonsense", b"Content-Encoding: gzip"), "the answer is not valid gzip"),
        (body(gzip.compress(DOCUMENT)[:-9], b"Content-Encoding: gzip"), "the gzip answer ends in the middle"),
        (body(DOCUMENT, b"Content-Encoding: br"), "the answer has the content coding 'br', not gzip or deflate"),
        (body(DOCUMENT, b"Content-Encoding: gzip, gzip"), "has the content coding 'gzip, gzip'"),
    ],
)
def test_a_coding_that_is_unknown_or_broken_is_refused(said: bytes, problem: str) -> None:
    with pytest.raises(AnswerUnreadable, match=problem):
        asked(saying(said))


@pytest.mark.parametrize(
    "behave",
    [silent, trickling(HEAD + b"Connection: close\r\n\r\n", b" "), trickling(HEAD + b"X: ", b"x")],
    ids=["silent", "body by the byte", "headers by the byte"],
)
def test_an_answer_has_one_deadline_however_it_comes(behave: Behaviour) -> None:
    with pytest.raises(httpx.ReadTimeout, match=r"no complete answer within 0\.3 s"):
        asked(behave, seconds=0.3)


@pytest.mark.parametrize(
    "said",
    [HEAD + b"Content-Length: 100\r\n\r\n" + DOCUMENT, b"", b"SSH-2.0-OpenSSH\r\n", HEAD + b"X: " + b"x" * 200_000],
    ids=["truncated", "closed", "not HTTP", "endless header"],
)
def test_what_is_no_answer_is_a_transport_error(said: bytes) -> None:
    with pytest.raises(httpx.TransportError):
        asked(saying(said))


def test_a_closed_port_is_a_connect_error() -> None:
    with listening(saying(b"")) as port:
        pass
    with pytest.raises(httpx.ConnectError):
        asked_at(Target(f"http://127.0.0.1:{port}"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_port(authority: trustme.CA) -> Iterator[int]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_OPTIONAL
    with listening(saying(body(DOCUMENT)), tls) as port:
        yield port


def test_a_certificate_is_checked_unless_told_otherwise(
    authority: trustme.CA, secure_port: int, tmp_path: Path
) -> None:
    url = f"https://127.0.0.1:{secure_port}"
    with pytest.raises(httpx.ConnectError):
        asked_at(Target(url))
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    assert asked_at(Target(url, ca_file=ca_file)) == DOCUMENT
    assert asked_at(Target(url, insecure=True)) == DOCUMENT


def test_a_certificate_of_our_own_is_shown(authority: trustme.CA, tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(tls)
    tls.verify_mode = ssl.CERT_REQUIRED
    own = tmp_path / "own.pem"
    authority.issue_cert("judge@contoso.test").private_key_and_cert_chain_pem.write_to_path(str(own))
    with listening(saying(body(DOCUMENT)), tls) as port:
        url = f"https://127.0.0.1:{port}"
        assert asked_at(Target(url, insecure=True, client_cert=own)) == DOCUMENT
        with pytest.raises(httpx.TransportError):
            asked_at(Target(url, insecure=True))


def test_requests_go_through_the_proxy() -> None:
    with listening(saying(body(DOCUMENT))) as port:
        target = Target("http://localhost:1", proxy=f"http://127.0.0.1:{port}")
        assert asked_at(target) == DOCUMENT

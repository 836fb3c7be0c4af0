"""Certificates for rehearsals over https: an authority of our own, and servers that present good and bad ones.

Everything is made when it is needed and kept in memory; only the authority's certificate is written, where it is asked
for. Nobody else trusts it.
"""

import contextlib
import socket
import ssl
import threading
import warnings
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

NAMES = ("localhost", "127.0.0.1")
ANOTHER_NAME = "elsewhere.contoso.test"
EXPIRED_SINCE = timedelta(days=1)
PATIENCE_SECONDS = 10
REQUEST_BYTES = 65_536
FORMER_PROTOCOLS = "DEFAULT:@SECLEVEL=0"
"""TLS 1.1 signs with SHA-1, which OpenSSL allows on its lowest level of security only."""


class Presents(StrEnum):
    """What a server shows in the handshake. All but the first two are to be refused (NEG-59)."""

    VALID = "a valid certificate"
    VALID_OVER_TLS_1_2 = "a valid certificate over TLS 1.2"
    EXPIRED = "an expired certificate"
    SELF_SIGNED = "a self-signed certificate"
    UNKNOWN_AUTHORITY = "a certificate of an unknown authority"
    WRONG_NAME = "a certificate for another name"
    ONLY_TLS_1_1 = "a valid certificate over TLS 1.1"


class Authority:
    """A certificate authority that lives as long as this object."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="scimulate rehearsal")

    def write_to(self, folder: Path) -> Path:
        """The file by which a client is told to trust it."""
        path = folder / "rehearsal-authority.pem"
        self._ca.cert_pem.write_to_path(str(path))
        return path

    def server(self, presents: Presents) -> ssl.SSLContext:
        """How a server at one of `NAMES` shakes hands."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if presents is Presents.SELF_SIGNED:
            _load(context, trustme.CA())
        else:
            self._certificate(presents).configure_cert(context)
        if presents is Presents.VALID_OVER_TLS_1_2:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        if presents is Presents.ONLY_TLS_1_1:
            _speak_a_former_protocol(context)
        return context

    def _certificate(self, presents: Presents) -> trustme.LeafCert:
        match presents:
            case Presents.EXPIRED:
                return self._ca.issue_cert(*NAMES, not_after=datetime.now(UTC) - EXPIRED_SINCE)
            case Presents.WRONG_NAME:
                return self._ca.issue_cert(ANOTHER_NAME)
            case Presents.UNKNOWN_AUTHORITY:
                return trustme.CA().issue_cert(*NAMES)
            case _:
                return self._ca.issue_cert(*NAMES)


def _load(context: ssl.SSLContext, itself: trustme.CA) -> None:
    """An authority's own certificate, shown by a server, is one that nobody else has signed."""
    with itself.cert_pem.tempfile() as certificate, itself.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)


def _speak_a_former_protocol(context: ssl.SSLContext) -> None:
    context.set_ciphers(FORMER_PROTOCOLS)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():
        # Python warns of what nobody should do, which is what this server is for.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.maximum_version = ssl.TLSVersion.TLSv1_1


class HandshakeListener(AbstractContextManager["HandshakeListener"]):
    """Shakes hands at 127.0.0.1 with whoever comes, and keeps what comes after the handshake: nothing, if all is well.

    A socket of its own rather than a whole server, since it says in the handshake why it refuses (RFC 8446 §6).
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._socket = socket.create_server((NAMES[1], 0))
        self.url = f"https://{NAMES[1]}:{self._socket.getsockname()[1]}"
        self.received: list[bytes] = []
        self._ended = False
        self._thread = threading.Thread(target=self._serve, name=f"scimulate-handshakes-{self.url}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended = True
        # A connection wakes the thread.
        with contextlib.suppress(OSError):
            socket.create_connection(self._socket.getsockname(), PATIENCE_SECONDS).close()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if self._ended:
                    return
                connection.settimeout(PATIENCE_SECONDS)
                with contextlib.suppress(OSError):
                    self._greet(connection)

    def _greet(self, connection: socket.socket) -> None:
        with self._tls.wrap_socket(connection, server_side=True) as secure:
            request = secure.recv(REQUEST_BYTES)
            if request:
                self.received.append(request)
                secure.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

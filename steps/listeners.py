"""Servers over https, each started when a scenario first asks for it and ended with the process."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from scimulate.harness.target import Target
from scimulate.harness.wire import Wire
from scimulate.mock_servers.mdm import MdmApplication, alongside
from scimulate.mock_servers.serving import RunningServer
from scimulate.mock_servers.tls import Authority, HandshakeListener, Presents


class Listeners:
    """The bundled servers over https, others that no client may trust, and addresses where nobody speaks https."""

    def __init__(self, app: MdmApplication, wire: Wire, ca_file: Path, authority: Authority, end: ExitStack) -> None:
        self._app = app
        self._wire = wire
        self._ca_file = ca_file
        self._authority = authority
        self._end = end
        self._serving: dict[Presents, RunningServer] = {}
        self._greeting: dict[Presents, HandshakeListener] = {}
        self._closed: str | None = None

    def serving(self, presents: Presents) -> str:
        """Where the bundled servers are found with this certificate."""
        if presents not in self._serving:
            server = RunningServer(alongside(self._app), tls=self._authority.server(presents))
            self._serving[presents] = self._end.enter_context(server)
            self._trusted(server.url)
        return self._serving[presents].url

    def greeting(self, presents: Presents) -> HandshakeListener:
        """A server that shakes hands with this certificate, and has heard nothing yet."""
        if presents not in self._greeting:
            listener = HandshakeListener(self._authority.server(presents))
            self._greeting[presents] = self._end.enter_context(listener)
            self._trusted(listener.url)
        self._greeting[presents].received.clear()
        return self._greeting[presents]

    def received(self) -> list[bytes]:
        """What came after a handshake to the servers that no client may trust."""
        return [request for listener in self._greeting.values() for request in listener.received]

    def plain(self) -> str:
        """Where the bundled servers speak http, addressed as if it were https."""
        return str(httpx.URL(self._wire.target.url).copy_with(scheme="https"))

    def closed(self) -> str:
        """An address of this machine at which nobody listens."""
        if self._closed is None:
            taken = self._end.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))
            self._closed = f"https://127.0.0.1:{taken.getsockname()[1]}"
        return self._closed

    def _trusted(self, url: str) -> None:
        self._wire.reach(Target(url, ca_file=self._ca_file))


@pytest.fixture(scope="session")
def listeners(mdm: MdmApplication, wire: Wire) -> Iterator[Listeners]:
    with tempfile.TemporaryDirectory(prefix="scimulate-") as folder, ExitStack() as end:
        authority = Authority()
        yield Listeners(mdm, wire, authority.write_to(Path(folder)), authority, end)

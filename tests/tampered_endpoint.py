"""The bundled SCIM server with a hand in it: some requests are answered by the test instead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants

Answer = tuple[int, dict[str, str], bytes]
Tamper = Callable[[int, str, str], Answer | None]
"""Told the number, method and path of a request: the answer to give, or None to leave it to the server."""


@dataclass(frozen=True)
class TamperedEndpoint:
    url: str
    token: str

    def left(self) -> list[str]:
        """The names of everything that the endpoint holds."""
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}) as client:
            answers = [client.get("/Users").json(), client.get("/Groups").json()]
        return [one.get("userName", one["displayName"]) for answer in answers for one in answer.get("Resources", [])]


class _Tampering:
    def __init__(self, app: MdmApplication, tamper: Tamper) -> None:
        self._app = app
        self._tamper = tamper
        self._requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = None
        if scope["type"] == "http":
            self._requests += 1
            answer = self._tamper(self._requests, scope["method"], scope["path"])
        if answer is None:
            await self._app(scope, receive, send)
            return
        status, headers, body = answer
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def tampered_endpoint(token: str, tamper: Tamper) -> Iterator[TamperedEndpoint]:
    tenants = open_tenants(":memory:", lambda name: RealClock())
    tenants.default.tokens.adopt(token)
    with RunningServer(_Tampering(MdmApplication(tenants), tamper)) as server:
        yield TamperedEndpoint(f"{server.url}/scim/v2", token)

"""The bundled SCIM server behind a fault: a function that sees whole requests and may change them and their answers."""

import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants
from tests.tampered_endpoint import TamperedEndpoint

BASE = "/scim/v2"


@dataclass(frozen=True)
class Call:
    """A request; `path` is below the SCIM base, `document` its JSON body."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    document: Any = None

    def with_document(self, document: Any) -> "Call":
        return replace(self, document=document)

    @property
    def collection(self) -> str:
        return self.path.split("/")[1]

    @property
    def id(self) -> str:
        return self.path.split("/")[2] if self.path.count("/") > 1 else ""


@dataclass(frozen=True)
class Answer:
    status: int
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent instead of `document`."""


Forward = Callable[[Call], Awaitable[Answer]]
Fault = Callable[[Call, Forward], Awaitable[Answer]]


class _Faulty:
    def __init__(self, app: MdmApplication, fault: Fault) -> None:
        self._app = app
        self._fault = fault

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        call = Call(
            scope["method"],
            scope["path"].removeprefix(BASE),
            dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            json.loads(body) if body else None,
        )
        answer = await self._fault(call, lambda forwarded: self._forward(scope, forwarded))
        content = answer.raw if answer.raw is not None else _bytes_of(answer.document)
        headers = {**answer.headers, "content-length": str(len(content))}
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": content})

    async def _forward(self, scope: Any, call: Call) -> Answer:
        content = _bytes_of(call.document)
        path = BASE + call.path
        headers = {**call.headers, "content-length": str(len(content))} if content else call.headers
        inner = {
            **scope,
            "method": call.method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(call.query).encode(),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(inner, receive, send)
        answered = b"".join(message.get("body", b"") for message in sent[1:])
        names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], json.loads(answered) if answered else None, names)


def _bytes_of(document: Any) -> bytes:
    return b"" if document is None else json.dumps(document).encode()


@contextmanager
def faulty_endpoint(fault: Fault) -> Iterator[TamperedEndpoint]:
    token = secrets.token_urlsafe(24)
    tenants = open_tenants(":memory:", lambda name: RealClock())
    tenants.default.tokens.adopt(token)
    with RunningServer(_Faulty(MdmApplication(tenants), fault)) as server:
        yield TamperedEndpoint(f"{server.url}{BASE}", token)

"""The rim of a SCIM endpoint: HTTP by raw ASGI outside, `Endpoint` inside. Reads bodies, awaits, and writes bytes.

No framework: this is the hot path. A body is read up to its limit; the limits of a head are the listener's. An
exception that nobody foresaw becomes an Error message here, and nowhere else.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from scimulate.mock_servers.scim.endpoint import Endpoint, refusal
from scimulate.mock_servers.scim.errors import ScimError, unavailable
from scimulate.mock_servers.scim.limits import BODY_BYTES, too_large
from scimulate.mock_servers.scim.messages import SCIM_TYPE, Answer, Change, Request, Response, Slow
from scimulate.mock_servers.scim.store import Database, StoreError
from scimulate.mock_servers.scim.traffic import CONTENT_FAULTS, LONGEST_DELAY_SECONDS, STATUS_FAULTS, Fault, Traffic

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGE_BODY_BYTES = 64 * 1024
"""What is larger may hold seconds of work before anything is done, and is read off the event loop."""

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_JSON_HEADER = (b"content-type", SCIM_TYPE.encode())
_logger = logging.getLogger(__name__)


class ClientGone(Exception):
    """The client went away before its request was whole."""


class ScimRim:
    """Serves the endpoint of one tenant. `traffic` is there when rehearsals may watch and disturb."""

    def __init__(
        self, endpoint: Endpoint, database: Database, scim_path: str, public_url: str | None, traffic: Traffic | None
    ) -> None:
        self._endpoint = endpoint
        self._database = database
        self._scim_path = scim_path
        self._public_url = public_url.rstrip("/") if public_url is not None else None
        self._traffic = traffic

    async def serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request whose path after the SCIM base is `path`."""
        try:
            if self._traffic is not None:
                await self._serve_watched(self._traffic, path, scope, receive, send)
            else:
                await _send_response(send, await self._response(path, scope, receive))
        except ClientGone:
            return

    async def _serve_watched(self, traffic: Traffic, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        method, query = scope["method"], scope["query_string"].decode("latin-1")
        fault = traffic.fault_for(method, path or "/")
        if fault is not None and fault.name == "slow":
            await asyncio.sleep(min(fault.seconds, LONGEST_DELAY_SECONDS))
        if fault is not None and fault.name == "reset":
            traffic.note(method, scope["path"], query, None)
            await _close_connection(receive, send)
            return
        if fault is not None and (instead := _fault_response(fault)) is not None:
            await _read_body(_headers(scope), receive)
            response = instead
        else:
            response = await self._response(path, scope, receive)
        answered = fault is None or fault.name not in ("lost", "truncated")
        traffic.note(method, scope["path"], query, response.status if answered else None)
        if fault is not None and fault.name in CONTENT_FAULTS:
            await _send_as(send, response, CONTENT_FAULTS[fault.name].media_type)
        elif fault is None or (answered and fault.name != "empty"):
            await _send_response(send, response)
        elif fault.name == "empty":
            await _send_response(send, Response(response.status, b"", response.headers))
        else:
            if fault.name == "truncated":
                await _send_half(send, response)
            await _close_connection(receive, send)

    async def _response(self, path: str, scope: Scope, receive: Receive) -> Response:
        try:
            return await self._carried_out(await self._answer(await self._request(path, scope, receive)))
        except ScimError as error:
            return self._endpoint.refusal(error)
        except ClientGone:
            raise
        except StoreError:
            return self._endpoint.refusal(unavailable("the database cannot be used now"))
        except asyncio.CancelledError:
            # The listener has waited as long as a stop may take. Nothing else cancels a request.
            return self._endpoint.refusal(unavailable("the server is about to stop"))
        except Exception:
            _logger.exception("a request was not foreseen")
            return self._endpoint.refusal(ScimError(500, "the server made a mistake; its log tells which"))

    async def _answer(self, request: Request) -> Answer:
        if len(request.body) > LARGE_BODY_BYTES:
            return await asyncio.to_thread(self._endpoint.answer, request)
        return self._endpoint.answer(request)

    async def _carried_out(self, answer: Answer) -> Response:
        if isinstance(answer, Change):
            return await self._database.change(answer.run)
        if isinstance(answer, Slow):
            return await asyncio.to_thread(answer.run)
        return answer

    async def _request(self, path: str, scope: Scope, receive: Receive) -> Request:
        headers = _headers(scope)
        method = scope["method"]
        body = b"" if method in ("GET", "HEAD") else await _read_body(headers, receive)
        return Request(
            method, path, scope["query_string"].decode("latin-1"), headers, body, self._base_url(scope, headers)
        )

    def _base_url(self, scope: Scope, headers: dict[str, str]) -> str:
        if self._public_url is not None:
            return f"{self._public_url}{self._scim_path}"
        host = headers.get("host", "")
        if not _HOST.fullmatch(host):
            server = scope.get("server") or ("127.0.0.1", None)
            host = f"{server[0]}:{server[1]}" if server[1] else str(server[0])
        return f"{scope.get('scheme', 'http')}://{host}{self._scim_path}"


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _read_body(headers: dict[str, str], receive: Receive) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdigit() and int(announced[:12]) > BODY_BYTES:
        raise too_large(f"a body may have {BODY_BYTES} bytes")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES:
            raise too_large(f"a body may have {BODY_BYTES} bytes")
        if not message.get("more_body", False):
            return chunk if not chunks else b"".join([*chunks, chunk])
        chunks.append(chunk)


async def _send_response(send: Send, response: Response) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": _response_headers(response)})
    await send({"type": "http.response.body", "body": response.body})


def _response_headers(response: Response) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    if response.body and not any(name == b"content-type" for name, _ in headers):
        headers.append(_JSON_HEADER)
    if response.status not in (204, 304):
        headers.append((b"content-length", str(len(response.body)).encode()))
    return headers


def _fault_response(fault: Fault) -> Response | None:
    """What is answered instead of the work; None when the work is done."""
    if fault.name in CONTENT_FAULTS:
        body = CONTENT_FAULTS[fault.name].body
        return None if body is None else Response(200, body)
    if fault.name not in STATUS_FAULTS:
        return None
    response = refusal(ScimError(STATUS_FAULTS[fault.name], "a fault that was asked for"))
    if fault.retry_after is None:
        return response
    return Response(response.status, response.body, (("retry-after", str(fault.retry_after)),))


async def _send_as(send: Send, response: Response, media_type: str) -> None:
    """The answer under another content type than its own."""
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(response.body)).encode())]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


async def _send_half(send: Send, response: Response) -> None:
    """Announce the whole answer and send half of it."""
    await send({"type": "http.response.start", "status": response.status, "headers": _response_headers(response)})
    half = response.body[: len(response.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


async def _close_connection(receive: Receive, send: Send) -> None:
    """Close the connection under the client. ASGI has no message for it, so the server's own transport is used."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        return
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass

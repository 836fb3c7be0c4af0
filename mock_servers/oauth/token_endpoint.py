"""The token endpoint over HTTP. Its answers are those of RFC 6749 §5, none of which may be kept by a cache."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from scimulate.mock_servers.oauth.authorization_server import AuthorizationServer, Granted
from scimulate.mock_servers.oauth.token_request import TokenRequestRefused, invalid_request
from scimulate.mock_servers.scim.store import StoreError

BODY_BYTES = 64 * 1024

_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="OAuth"'}


async def serve_token_endpoint(
    authorization: AuthorizationServer, url: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer one request. `url` is where the endpoint is, as an assertion's audience names it."""
    try:
        response = await _answer(authorization, url, Request(scope, receive))
    except ClientDisconnect:
        return
    await response(scope, receive, send)


async def _answer(authorization: AuthorizationServer, url: str, request: Request) -> Response:
    if request.method != "POST":
        return _refusal(invalid_request("a token is asked for with POST"), 405, {"Allow": "POST"})
    try:
        body = await _body(request)
        # It waits for the disk.
        granted = await run_in_threadpool(authorization.grant, request.headers, body, url)
    except TokenRequestRefused as refused:
        return _refusal(refused, refused.status, _CHALLENGE if refused.status == 401 else {})
    except StoreError:
        return JSONResponse({"error": "temporarily_unavailable"}, 503, headers=_NOT_KEPT)
    return JSONResponse(_shown(granted), headers=_NOT_KEPT)


async def _body(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > BODY_BYTES:
            raise invalid_request(f"a body may have {BODY_BYTES} bytes")
    return content


def _shown(granted: Granted) -> dict[str, object]:
    return {
        "access_token": granted.secret,
        "token_type": "Bearer",
        "expires_in": int(granted.lifetime.total_seconds()),
        "scope": " ".join(granted.scopes),
    }


def _refusal(refused: TokenRequestRefused, status: int, headers: dict[str, str]) -> Response:
    told = {"error": refused.error, "error_description": refused.description}
    return JSONResponse(told, status, headers={**_NOT_KEPT, **headers})

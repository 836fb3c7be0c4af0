"""What a request to a portal carries: form, JSON, language. Small, and never trusted."""

from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from scimulate.mock_servers.language import Language, language_for
from scimulate.mock_servers.refusal import PortalRefused

LANGUAGE_COOKIE = "scimulate_language"
MOST_BYTES = 64 * 1024


def language_of(request: Request) -> Language:
    """The language that was chosen in the portal, or else the one that the browser asks for."""
    return language_for(request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language"))


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each of which may be there once."""
    body = (await _read_body(request)).decode("utf-8", "replace")
    try:
        fields = parse_qsl(body, keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise PortalRefused(400, "bad_form") from error
    form = dict(fields)
    if len(form) < len(fields):
        raise PortalRefused(400, "field_twice")
    return form


async def read_object(request: Request) -> dict[str, object]:
    """The JSON object in the body; an empty body is an empty object."""
    body = await _read_body(request)
    try:
        document = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise PortalRefused(400, "bad_json") from error
    if not isinstance(document, dict):
        raise PortalRefused(400, "bad_json")
    return document


def text_of(document: dict[str, object], name: str) -> str:
    """A text of a JSON object; empty when it is absent."""
    value = document.get(name, "")
    if not isinstance(value, str):
        raise PortalRefused(400, "bad_value", name=name)
    return value


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise PortalRefused(413, "too_large")
    return bytes(body)

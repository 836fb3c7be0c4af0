"""What a request to the portal carries: form, JSON, page number. Small, and never trusted."""

import secrets
from collections import deque
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from scimulate.mock_servers.portal.audit import PAGE_SIZE
from scimulate.mock_servers.refusal import PortalRefused

MOST_BYTES = 64 * 1024
LAST_PAGE = 10_000_000
CONFIRMATIONS_KEPT = 1_000


class Confirmations:
    """Confirmation pages that are open. Each can be sent once, so a reload never repeats what it did."""

    def __init__(self) -> None:
        self._open: deque[str] = deque(maxlen=CONFIRMATIONS_KEPT)

    def open(self) -> str:
        confirmation = secrets.token_urlsafe(16)
        self._open.append(confirmation)
        return confirmation

    def close(self, confirmation: str) -> None:
        """Raise `PortalRefused` unless the page was opened and not sent yet."""
        if not confirmation:
            raise PortalRefused(400, "not_confirmed")
        if confirmation not in self._open:
            raise PortalRefused(409, "sent_already")
        self._open.remove(confirmation)


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


def page_number(request: Request) -> int:
    """The page that is asked for, the first when none is named."""
    text = request.query_params.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= LAST_PAGE:
        raise PortalRefused(400, "bad_page")
    return number


def paging_of(total: int, page: int, search: str) -> dict[str, object]:
    """What a page needs for its row of links to other pages."""
    return {"total": total, "page": page, "pages": max(1, -(-total // PAGE_SIZE)), "search": search}


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise PortalRefused(413, "too_large")
    return bytes(body)

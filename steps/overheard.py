"""What the provisioning service said to the endpoint, overheard on the line between them."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx


@dataclass(frozen=True)
class Heard:
    """One request of the provisioning service and the status it was answered with; None when there was no answer."""

    method: str
    path: str
    """Below the base address: "/Users/<id>"."""
    query: dict[str, str]
    body: Any
    status: int | None
    exchange: int

    def describes(self) -> str:
        answer = "not answered" if self.status is None else f"answered {self.status}"
        return f"{self.method} {self.path} was {answer}"


class Overheard(httpx.BaseTransport):
    """A transport that passes everything on and remembers it."""

    def __init__(self, inner: httpx.BaseTransport, base_path: str) -> None:
        self._inner = inner
        self._base_path = base_path
        self.requests: list[Heard] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response: httpx.Response | None = None
        try:
            response = self._inner.handle_request(request)
            return response
        finally:
            self.requests.append(self._heard(request, response))

    def close(self) -> None:
        self._inner.close()

    def begin(self) -> None:
        """Forget what was said so far: the When begins."""
        self.requests.clear()

    def after_the_probe(self) -> list[Heard]:
        """The requests without the look-ups of what cannot exist, with which every activity begins (ENTRA-069)."""
        start = next((index for index, heard in enumerate(self.requests) if not _is_probe(heard)), len(self.requests))
        return self.requests[start:]

    def refused(self) -> list[Heard]:
        """The requests that the endpoint did not answer with success."""
        return [heard for heard in self.requests if heard.status is None or heard.status >= 300]

    def _heard(self, request: httpx.Request, response: httpx.Response | None) -> Heard:
        url = urlsplit(str(request.url))
        return Heard(
            request.method,
            url.path.removeprefix(self._base_path),
            dict(parse_qsl(url.query)),
            json.loads(request.content) if request.content else None,
            None if response is None else response.status_code,
            0 if response is None else int(response.extensions.get("exchange", 0)),
        )


def _is_probe(heard: Heard) -> bool:
    return heard.method == "GET" and _looks_up_a_guid(heard.query.get("filter", ""))


def _looks_up_a_guid(expression: str) -> bool:
    value = expression.partition(" eq ")[2].strip('"')
    return len(value) == 36 and value.count("-") == 4

"""`evidence.har`: every exchange of the run as HAR 1.2, for browsers' tools and proxies. It comes redacted."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scimulate.harness.evidence import Exchange, Headers
from scimulate.reports.result import Run

UNKNOWN = -1
"""HAR's value for what was not measured."""


def har(run: Run, exchanges: Iterable[Exchange]) -> dict[str, Any]:
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "scimulate", "version": run.version},
            "comment": f"run {run.run_id}, seed {run.seed}, profile {run.profile}",
            "entries": [_entry(exchange) for exchange in exchanges],
        }
    }


def _entry(exchange: Exchange) -> dict[str, Any]:
    milliseconds = round(exchange.seconds * 1000, 3)
    return {
        "startedDateTime": exchange.started_at.isoformat(),
        "time": milliseconds,
        "request": _request(exchange),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "comment": f"exchange {exchange.number}: {exchange.actor}, {exchange.scenario}",
        "_number": exchange.number,
        "_attempt": exchange.attempt,
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
    request: dict[str, Any] = {
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange.request_headers),
        "queryString": _pairs(query),
        "headersSize": UNKNOWN,
        "bodySize": len(exchange.request_body.encode("utf-8", "backslashreplace")),
    }
    if exchange.request_body:
        media_type = _header(exchange.request_headers, "content-type")
        request["postData"] = {"mimeType": media_type, "text": exchange.request_body}
    return request


def _response(exchange: Exchange) -> dict[str, Any]:
    size = len(exchange.response_body.encode("utf-8", "backslashreplace"))
    response: dict[str, Any] = {
        "status": exchange.status or 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1" if exchange.status else "",
        "cookies": [],
        "headers": _pairs(exchange.response_headers),
        "content": {
            "size": size,
            "mimeType": _header(exchange.response_headers, "content-type"),
            "text": exchange.response_body,
        },
        "redirectURL": _header(exchange.response_headers, "location") if 300 <= (exchange.status or 0) < 400 else "",
        "headersSize": UNKNOWN,
        "bodySize": size,
    }
    if exchange.failure:
        response["_error"] = exchange.failure
    return response


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")

"""Reaching the endpoint before a run or a load: its token is fetched when needed, and it is asked one question."""

from dataclasses import replace

import httpx

from scimulate.harness.connection import Connection, read_answer
from scimulate.harness.preflight import fetch_token, preflight
from scimulate.harness.target import Target


def reach(target: Target) -> Target:
    """The endpoint with its token, once it has answered as a SCIM endpoint; nothing is written for it."""
    connection = Connection(target)

    def send(request: httpx.Request) -> httpx.Response:
        # The headers of the endpoint are secrets of the endpoint: the token URL may be another host.
        if target.is_at(request.url):
            for name, value in target.headers:
                request.headers.setdefault(name, value)
        answer = connection.handle_request(request)
        body = read_answer(answer)
        headers = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)

    try:
        fetched = target.oauth is not None and not target.token
        if target.oauth is not None and fetched:
            target = replace(target, token=fetch_token(target.oauth, send))
        preflight(target, send, fetched=fetched)
    finally:
        connection.close()
    return target

"""Reaching an endpoint with OAuth: its headers go to its own origin, and a refused token names the OAuth settings."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType

import pytest

from scimulate.cli import cleanup, run
from scimulate.harness.faults import TargetUnreachable
from scimulate.harness.reaching import reach
from scimulate.harness.target import OAuth, Target
from scimulate.load import run as load

EMPTY = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}
TOKEN = {"access_token": "fetched-4711", "token_type": "Bearer"}


class Site:
    """Gives every request the same answer, and keeps its headers."""

    def __init__(self, status: int, document: object) -> None:
        self.heard: list[Message] = []
        body = json.dumps(document).encode()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.heard.append(self.headers)
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, format: str, *arguments: object) -> None:
                """The tests have nothing to print."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def site(status: int, document: object) -> Iterator[Site]:
    serving = Site(status, document)
    thread = threading.Thread(target=serving.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield serving
    finally:
        serving.server.shutdown()
        thread.join()
        serving.server.server_close()


def target_of(endpoint: Site, login: Site) -> Target:
    oauth = OAuth(f"{login.url}/token", "me", "hush-4712")
    return Target(f"{endpoint.url}/scim/v2", headers=(("X-Api-Key", "key-4713"),), oauth=oauth)


@pytest.mark.parametrize("place", [run, cleanup, load], ids=lambda place: place.__name__)
def test_the_headers_of_the_endpoint_go_to_its_own_origin(place: ModuleType) -> None:
    with site(200, EMPTY) as endpoint, site(200, TOKEN) as login:
        reached: Target = place.reach(target_of(endpoint, login))
    assert reached.token == "fetched-4711"
    assert [heard["X-Api-Key"] for heard in endpoint.heard] == ["key-4713"]
    assert [heard["Authorization"] for heard in endpoint.heard] == ["Bearer fetched-4711"]
    assert [heard["X-Api-Key"] for heard in login.heard] == [None]


@pytest.mark.parametrize("status", [401, 403])
def test_a_fetched_token_that_is_refused_names_the_settings_that_fetched_it(status: int) -> None:
    why = {401: "does not accept {}", 403: "knows {} but refuses it access to users"}[status]
    with (
        site(status, {}) as endpoint,
        site(200, TOKEN) as login,
        pytest.raises(TargetUnreachable) as unreachable,
    ):
        reach(target_of(endpoint, login))
    problem = why.format("the token that oauth-token-url gave for this client")
    assert str(unreachable.value) == (
        f"oauth-client-id: the endpoint {problem} ({status}); check both settings and the rights of the client"
    )

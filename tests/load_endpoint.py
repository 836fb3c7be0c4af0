"""A small SCIM endpoint for the tests of the load: correct, unless it is told to forget, double or lose something."""

import json
import threading
import uuid
from collections.abc import Callable
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Resource = dict[str, Any]
TOKEN = "a-token-of-the-tests"
NAMES = {"Users": "userName", "Groups": "displayName"}


class LoadEndpoint:
    """`faults` are asked about each request that writes; they may change what is stored, or answer in its place."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Resource]] = {"Users": {}, "Groups": {}}
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, str, Any]] = []
        self.forget: Callable[[Resource], bool] = lambda _: False
        self.double: Callable[[Resource], bool] = lambda _: False
        self.keeps_member: Callable[[Resource, str], bool] = lambda _group, _member: True
        self.answers: Callable[[str, str, Any], int | None] = lambda _method, _path, _body: None
        self.ignores_filters = False
        self.padding = 0
        """Bytes of white space that make each answer longer."""
        self.cut_off = 0
        """Answers whose reader hung up before their end."""
        self.on_request: Callable[[int], None] = lambda _number: None
        self._lock = threading.Lock()
        endpoint = self

        class Handler(_Handler):
            home = endpoint

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/scim/v2"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def add(self, kind: str, **attributes: Any) -> Resource:
        resource = {"id": str(uuid.uuid4()), **attributes}
        self.stored[kind][resource["id"]] = resource
        return resource

    def handle(self, method: str, target: str, body: Any) -> tuple[int, Any]:
        with self._lock:
            self.requests.append((method, target))
            if method in ("POST", "PATCH"):
                self.bodies.append((method, target, body))
            number = len(self.requests)
        self.on_request(number)
        with self._lock:
            parts = urlsplit(target)
            forced = self.answers(method, parts.path, body)
            if forced is not None:
                return forced, {"detail": "as the test says"}
            _, _, _, kind, *identifier = parts.path.split("/")
            if not identifier:
                return self._search(kind, parts.query) if method == "GET" else self._create(kind, body)
            return self._one(method, kind, identifier[0], body)

    def _search(self, kind: str, query: str) -> tuple[int, Any]:
        wanted = parse_qs(query).get("filter", [""])[0].partition(' eq "')[2].removesuffix('"').casefold()
        resources = list(self.stored[kind].values())
        if not self.ignores_filters:
            resources = [row for row in resources if row[NAMES[kind]].casefold() == wanted]
        return 200, {"totalResults": len(resources), "Resources": resources}

    def _create(self, kind: str, body: Resource) -> tuple[int, Any]:
        if self.forget(body):
            return 201, {**body, "id": str(uuid.uuid4())}
        if self.double(body):
            self.add(kind, **deepcopy(body))
        return 201, self.add(kind, **deepcopy(body))

    def _one(self, method: str, kind: str, identifier: str, body: Any) -> tuple[int, Any]:
        resource = self.stored[kind].get(identifier)
        if resource is None:
            return 404, {"detail": "not found"}
        if method == "GET":
            return 200, resource
        if method == "DELETE":
            del self.stored[kind][identifier]
            return 204, None
        members = resource["members"]
        for operation in body["Operations"]:
            members += [member for member in operation["value"] if self.keeps_member(resource, member["value"])]
        return 204, None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # With the usual 5, a burst of new connections waits a second for its second SYN.
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed leave broken connections; nobody needs their tracebacks."""


class _Handler(BaseHTTPRequestHandler):
    home: LoadEndpoint
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, document = 401, {"detail": "who are you?"}
        elif body is not None and self.headers.get("Content-Type") != "application/scim+json":
            status, document = 415, {"detail": "a body is SCIM"}
        else:
            status, document = self.home.handle(self.command, self.path, body)
        content = b"" if document is None else json.dumps(document).encode() + b" " * self.home.padding
        self.send_response(status)
        self.send_header("Content-Type", "application/scim+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.home.cut_off += 1
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = _answer

    def log_message(self, *_: Any) -> None:
        pass

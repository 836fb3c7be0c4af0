"""An endpoint that is not ours: scim2-server from PyPI, in a thread of the test, on 127.0.0.1."""

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)
from werkzeug.serving import WSGIRequestHandler, make_server

USER = "urn:ietf:params:scim:schemas:core:2.0:User"

Environment = dict[str, Any]
Wsgi = Callable[[Environment, Any], Iterable[bytes]]
Meddle = Callable[[Wsgi], Wsgi]


class _Silent(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Test output is no place for an access log."""


@dataclass
class Foreign:
    """`url` and `token` are what a vendor would hand out; `resources` looks behind the endpoint."""

    url: str
    token: str
    storage: InMemoryStorage

    def resources(self) -> list[dict[str, Any]]:
        return [resource.model_dump() for resource in self.storage.resources]

    def add_user(self, user_name: str, display_name: str) -> dict[str, Any]:
        """Somebody who was there before: made over HTTP, as anybody would."""
        body = {"schemas": [USER], "userName": user_name, "displayName": display_name, "active": True}
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/scim+json"}
        httpx.post(f"{self.url}/Users", json=body, headers=headers, trust_env=False).raise_for_status()
        return self.resources()[-1]


def unchanged(application: Wsgi) -> Wsgi:
    return application


@contextmanager
def foreign_endpoint(meddle: Meddle = unchanged) -> Iterator[Foreign]:
    """Serves scim2-server; `meddle` may stand between it and its callers."""
    token = secrets.token_urlsafe(24)
    storage = InMemoryStorage()
    application = meddle(_application(storage, token))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Foreign(f"http://127.0.0.1:{server.server_port}/v2", token, storage)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _application(storage: InMemoryStorage, token: str) -> Wsgi:
    config = load_default_service_provider_config()
    config.authentication_schemes = [BEARER_TOKEN_SCHEME]
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    application: Wsgi = BearerTokenApplication(storage, provider, bearer_tokens=[token])
    return application

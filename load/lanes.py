"""The lanes of one process: a Locust user class whose instances take objects of their worker's share.

Importing this imports Locust, which patches the whole process: only a locustfile may do so.
"""

import os
from dataclasses import dataclass, field
from typing import Any, cast

import gevent  # type: ignore[import-untyped]
from gevent.event import Event  # type: ignore[import-untyped]
from locust import FastHttpUser, constant, task
from locust.contrib.fasthttp import FastResponse
from locust.env import Environment
from locust.exception import StopUser

from scimulate.harness.target import Target
from scimulate.load.endpoint import LARGEST_ANSWER, Endpoint, HttpSession, Measuring, unpacked
from scimulate.load.worker import Worker

PIECE = 64 * 1024


@dataclass
class Crew:
    """What the lanes of this process have in common in the run that is going on."""

    worker: Worker | None = None
    target: Target | None = None
    ready: Event = field(default_factory=Event)

    def disband(self) -> None:
        self.worker = None
        self.target = None
        self.ready.clear()


crew = Crew()


class BoundedResponse(FastResponse):
    """Of an answer that is too large, one byte more than is allowed is kept, and its connection is closed."""

    def _content(self) -> bytes:
        if self._response is None or self.headers is None:
            return b""
        body = bytearray()
        while len(body) <= LARGEST_ANSWER and (piece := self._response.read(PIECE)):
            body += piece
        self.release()
        packed = "".join(self.headers.getlist("content-encoding")).lower() in ("gzip", "x-gzip", "deflate")
        return unpacked(bytes(body)) if packed else bytes(body)


class DirectoryUser(FastHttpUser):
    """One lane of the synchronisation: takes an object of its worker's share, provisions it, takes the next."""

    abstract = True
    wait_time = constant(0)
    insecure = False
    max_redirects = 0

    def __init__(self, environment: Environment) -> None:
        target = crew.target = crew.target or read_target(environment)
        self.host = target.url
        self.network_timeout = self.connection_timeout = target.timeout.total_seconds()
        self.insecure = target.insecure
        self.ssl_context_factory = target.tls
        super().__init__(environment)
        agent: Any = self.client.client
        agent.response_type = BoundedResponse

    def on_start(self) -> None:
        self._endpoint = endpoint_of(self)

    @task
    def provision_next(self) -> None:
        crew.ready.wait()
        if crew.worker is None or not crew.worker.serve(self._endpoint):
            raise StopUser


def new_lane(environment: Environment) -> Endpoint:
    """A lane apart from Locust's users, which may be stopped already."""
    return endpoint_of(DirectoryUser(environment))


def endpoint_of(user: DirectoryUser) -> Endpoint:
    """Headers as ENTRA-017…020."""
    target = crew.target
    assert target is not None
    headers = {
        "Accept": "application/scim+json",
        "Accept-Encoding": "gzip, deflate",
        "ADSCIMVersion": "5.0",
        **dict(target.headers),
    }
    if target.token:
        headers["Authorization"] = f"Bearer {target.token}"
    return Endpoint(cast(HttpSession, user.client), headers, _measuring, gevent.sleep)


def read_target(environment: Environment) -> Target:
    variables = {**os.environ, "SCIMULATE_URL": environment.host or os.environ.get("SCIMULATE_URL", "")}
    return Target.from_environment(variables)


def _measuring() -> Measuring:
    assert crew.worker is not None
    return crew.worker.measuring()

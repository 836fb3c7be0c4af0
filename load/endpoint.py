"""One lane's view of the endpoint: sends a request at its planned time, measures it, and names whom a failure hit.

Answers are hostile: whatever comes back ends as a status and a dictionary, or as `Refused`.

    Refused    the endpoint did not do what it was asked; the object goes no further
    Failure    the same, as Locust shows it
"""

import time
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from scimulate.load.figures import Figures
from scimulate.load.schedule import Schedule

LARGEST_ANSWER = 10 * 1024 * 1024
"""No answer about one object is larger, before or after it is unpacked; past this it is not read."""

BODY_HEADERS = {"Content-Type": "application/scim+json"}

GZIP_OR_ZLIB = 47
"""Window bits with which zlib tells the two apart by itself."""

FAILURES_BY_NAME = 1_000
"""Locust keeps each failure text for ever; past this many they are told apart by kind alone."""


class Refused(Exception):
    """Already counted as an error."""


class Failure(Exception):
    """What Locust's list of failures shows: it prints each one's representation."""

    def __repr__(self) -> str:
        return str(self)


class Response(Protocol):
    """What is used of Locust's response in a with-block."""

    status_code: int
    content: bytes | None
    error: Exception | None

    def __enter__(self) -> "Response": ...

    def __exit__(self, *exception: object) -> object: ...

    def success(self) -> None: ...

    def failure(self, exc: Exception) -> None: ...


class HttpSession(Protocol):
    """What is used of Locust's `FastHttpSession`."""

    def request(self, method: str, url: str, **options: Any) -> Response: ...


@dataclass
class Measuring:
    """Where a phase's requests take their slots and leave their figures. Lanes of one process share it."""

    schedule: Schedule
    figures: Figures = field(default_factory=Figures)
    named_failures: int = 0


@dataclass
class Endpoint:
    """`measuring` is asked for each request, since it changes with the phase."""

    session: HttpSession
    headers: dict[str, str]
    measuring: Callable[[], Measuring]
    sleep: Callable[[float], object]

    def get(self, path: str, name: str, subject: str, expect: Collection[int] = (200,)) -> dict[str, Any] | None:
        """The document that came back; None for an expected status other than 200."""
        return self.send("GET", path, name, subject, expect=expect)

    def send(
        self, method: str, path: str, name: str, subject: str, body: bytes | None = None, expect: Collection[int] = ()
    ) -> dict[str, Any] | None:
        measuring = self.measuring()
        slot = measuring.schedule.next_slot()
        if slot is not None and (early := slot - time.monotonic()) > 0:
            self.sleep(early)
        began = time.monotonic()
        measuring.schedule.sent(began)
        with self.session.request(
            method,
            path,
            name=name,
            data=body,
            headers=self.headers if body is None else self.headers | BODY_HEADERS,
            catch_response=True,
            allow_redirects=False,
        ) as response:
            ended = time.monotonic()
            document, problem = _read(response, expect, must_tell=method == "GET")
            measuring.figures.record(
                int(time.time()),
                int((ended - began) * 1_000_000),
                None if slot is None else int((ended - slot) * 1_000_000),
                problem is not None,
            )
            if problem is None:
                response.success()
                return document
            measuring.figures.note_error(f"{method} {name}: {problem}", subject)
            measuring.named_failures += 1
            named = measuring.named_failures <= FAILURES_BY_NAME
            response.failure(Failure(f"{subject}: {problem}" if named else problem))
        raise Refused(problem)

    def object_to(self, kind: str, subject: str) -> Refused:
        """An answer that is well-formed and yet impossible to work with: counted, and given back to be raised."""
        self.measuring().figures.note_error(kind, subject)
        return Refused(kind)


def _read(response: Response, expect: Collection[int], must_tell: bool) -> tuple[dict[str, Any] | None, str | None]:
    status = response.status_code
    if not status:
        return None, f"no answer ({type(response.error).__name__})"
    if status not in expect:
        return None, f"answered {status}"
    if len(response.content or b"") > LARGEST_ANSWER:
        return None, f"answered {status} with more than {LARGEST_ANSWER // 1024 // 1024} MiB"
    if status not in (200, 201):
        return None, None
    if not response.content and not must_tell:
        return {}, None
    try:
        document = orjson.loads(response.content or b"")
    except orjson.JSONDecodeError:
        return None, f"answered {status} without JSON"
    return (document, None) if isinstance(document, dict) else (None, f"answered {status} without a JSON object")


def unpacked(body: bytes) -> bytes:
    """As it is when it cannot be unpacked: then it is no JSON either."""
    content = bytearray()
    rest = body
    try:
        while rest and len(content) <= LARGEST_ANSWER:
            unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
            content += unpacker.decompress(rest, LARGEST_ANSWER + 1 - len(content))
            rest = unpacker.unused_data
    except zlib.error:
        return bytes(content) or body
    return bytes(content)

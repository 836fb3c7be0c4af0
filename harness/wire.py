"""The one place where requests of a run go out. It journals, guards, paces, records and redacts.

The caller gets the answer as it came. What is recorded is redacted and masked before anything else sees it.

    HarnessError
    ├── ReadOnly           a request that might write, in a run that may only read
    ├── ForeignOrigin      a secret was about to go somewhere else than to the endpoint
    └── RequestsSpent      (allowance.py)
    TargetFault
    └── StrangerWrite      (faults.py)
"""

import email.utils
import itertools
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

import httpx

from scimulate.harness.allowance import Allowance
from scimulate.harness.connection import Connection, read_answer
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import HarnessError, StrangerWrite
from scimulate.harness.guard import (
    READING,
    Change,
    Created,
    Creation,
    Effects,
    NotCreated,
    address,
    effects_of,
    fate_of,
)
from scimulate.harness.journal import Journal, Resource
from scimulate.harness.masking import Masker, masked_text
from scimulate.harness.recorder import Recorder, Sending
from scimulate.harness.redaction import LEAST_LENGTH, Redactor
from scimulate.harness.target import Target

NUMBERS_OF_A_WORKER = 10_000_000
"""More than one process ever sends in a run."""
LONGEST_WAIT = timedelta(seconds=30)
TRY_AGAIN_AFTER = timedelta(seconds=1)
ACCEPTED = "application/scim+json"
CODINGS = "gzip, deflate"


class ReadOnly(HarnessError):
    """The run may only read; the request was not sent."""


class ForeignOrigin(HarnessError):
    """The request carries a secret of the endpoint, and goes elsewhere; it was not sent."""


def numbers_of(worker_index: int) -> Callable[[], int]:
    """The numbers of the exchanges of one worker; no other worker has them."""
    return itertools.count(worker_index * NUMBERS_OF_A_WORKER + 1).__next__


class Wire:
    """The way of one process to the endpoint. `scenario` labels what is recorded; `last` is the last number given."""

    def __init__(
        self,
        target: Target,
        *,
        journal: Journal,
        run_id: str,
        record: Callable[[Exchange], None],
        next_number: Callable[[], int],
        folder: Path | None = None,
        inner: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.target = target
        self.scenario = ""
        self.last = 0
        self.redactor = Redactor(target.secrets)
        self._journal = journal
        journal.keep_out(self.redactor.finds_one)
        self._run_id = run_id
        self._record = record
        self._next_number = next_number
        self._inner = Connection(target) if inner is None else inner
        self._others: list[tuple[Target, Connection]] = []
        self._sleep = sleep
        self._allowance = Allowance(target, folder, sleep=sleep)
        self._recorder = Recorder(self.redactor, Masker(run_id, journal.knows), target.headers)
        self._deleted: set[Resource] = set()

    def transport(self, actor: str, *, guarded: bool = True, retries: int = 0) -> httpx.BaseTransport:
        """Where `actor` sends its requests. Unguarded is only what is not the endpoint under test: portals of ours."""
        return _ActorTransport(self, actor, guarded, retries)

    def client(
        self,
        actor: str,
        *,
        guarded: bool = True,
        retries: int = 0,
        base_url: str | None = None,
        token: str | None = None,
    ) -> httpx.Client:
        """A client that speaks SCIM with the target's token, or with `token`; an empty one is not sent."""
        bearer = self.target.token if token is None else token
        headers = {"Accept": ACCEPTED, "Accept-Encoding": CODINGS}
        return httpx.Client(
            transport=self.transport(actor, guarded=guarded, retries=retries),
            base_url=self.target.url if base_url is None else base_url,
            headers={**headers, "Authorization": f"Bearer {bearer}"} if bearer else headers,
            follow_redirects=False,
            trust_env=False,
        )

    def reach(self, other: Target) -> None:
        """A further address, such as the same servers over https: connected as `other` says, all else is as ever."""
        self._others.append((other, Connection(other)))

    def shown(self, value: Any) -> Any:
        """`value`, which may quote an answer, without secrets and without what it tells of strangers."""
        return self._recorder.shown(value)

    def close(self) -> None:
        self._inner.close()
        for _, connection in self._others:
            connection.close()
        self._allowance.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, actor: str, request: httpx.Request, guarded: bool, retries: int) -> httpx.Response:
        """Sends with up to `retries` further attempts: for a GET without an answer, and for 429 and 503."""
        self._dress(request)
        for attempt in itertools.count(1):
            wait = TRY_AGAIN_AFTER
            try:
                response = self._attempt(actor, request, guarded, attempt)
            except httpx.TransportError:
                if attempt > retries or request.method not in READING:
                    raise
            else:
                if attempt > retries or response.status_code not in (429, 503):
                    return response
                wait = _retry_after(response.headers.get("retry-after", ""))
            self._sleep(min(wait, LONGEST_WAIT).total_seconds())
        raise AssertionError("unreachable: the attempts are counted without end")

    def claim(self, collection: str, id: str) -> None:
        """Note as made by this run what came to its own servers by another way than SCIM, so that it may be changed."""
        place = address(httpx.URL(collection))
        self._journal.created(self._journal.intend(self.last, place, {}), place, id)

    def _dress(self, request: httpx.Request) -> None:
        request.headers["Accept-Encoding"] = CODINGS
        if self.target.is_at(request.url):
            for name, value in self.target.headers:
                request.headers.setdefault(name, value)

    def _attempt(self, actor: str, request: httpx.Request, guarded: bool, attempt: int) -> httpx.Response:
        self.last = number = self._next_number()
        effects = effects_of(request.method, request.url, request.read()) if guarded else Effects()
        sending = Sending(number, actor, self.scenario, attempt, request, guarded)
        self._check(sending, effects)
        self._allowance.take()
        keys = [self._journal.intend(number, each.collection, dict(each.marks)) for each in effects.creations]
        sending = sending.now()
        try:
            answer = self._way_to(request.url).handle_request(request)
            body = read_answer(answer)
        except httpx.TransportError as problem:
            self._record(self._recorder.unanswered(sending, f"no answer ({type(problem).__name__}): {problem}"))
            raise
        for key, creation in zip(keys, effects.creations, strict=True):
            self._note_fate(key, creation, answer, body)
        self._note_absence(sending, effects, answer)
        self._record(self._recorder.answered(sending, answer, body))
        return _as_read(sending, answer, body)

    def _way_to(self, url: httpx.URL) -> httpx.BaseTransport:
        return next((connection for other, connection in self._others if other.is_at(url)), self._inner)

    def _check(self, sending: Sending, effects: Effects) -> None:
        """Raises, and records why, when the request may not be sent."""
        request = sending.request
        refusal: Exception | None = None
        if self.target.read_only and request.method != "GET":
            refusal = ReadOnly(f"read-only: {sending.actor} would have sent {request.method}, which may write")
        elif not self.target.is_at(request.url) and self._carries_a_secret(request.headers):
            refusal = ForeignOrigin(f"{sending.actor} would have sent a secret of the endpoint to another origin")
        elif strangers := [each for each in effects.changes if not self._journal.owns(each.collection, each.id)]:
            refusal = _stranger_write(sending, strangers[0])
            self._recorder.mask(each.id for each in strangers)
        if refusal is not None:
            why = refusal.actual if isinstance(refusal, StrangerWrite) else refusal
            self._record(self._recorder.unanswered(sending, f"refused before sending: {why}"))
            raise refusal

    def _carries_a_secret(self, headers: Mapping[str, str]) -> bool:
        secrets = [secret for secret in self.target.secrets if len(secret) >= LEAST_LENGTH]
        return any(secret in value for secret in secrets for value in headers.values())

    def _note_fate(self, key: str, creation: Creation, answer: httpx.Response, body: bytes) -> None:
        match fate_of(creation, self._run_id, answer.status_code, answer.headers, body):
            case Created(id):
                self._journal.created(key, creation.collection, id)
            case NotCreated():
                self._journal.refused(key)

    def _note_absence(self, sending: Sending, effects: Effects, answer: httpx.Response) -> None:
        """A record is gone when a DELETE does not find it, or a GET after a DELETE that was answered with success.

        The success alone proves nothing: some endpoints say 204 and keep the record.
        """
        removals = [Resource(each.collection, each.id) for each in effects.changes if each.method == "DELETE"]
        if answer.is_success:
            self._deleted.update(removals)
        elif answer.status_code == 404:
            parent, _, last = address(sending.request.url).rpartition("/")
            read = {Resource(parent, unquote(last))} if sending.request.method == "GET" else set()
            for resource in [*removals, *(read & self._deleted)]:
                self._journal.removed(resource.collection, resource.id)


class _ActorTransport(httpx.BaseTransport):
    """One actor's way to the wire. Closing it leaves the wire open for the others."""

    def __init__(self, wire: Wire, actor: str, guarded: bool, retries: int) -> None:
        self._wire = wire
        self._actor = actor
        self._guarded = guarded
        self._retries = retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._wire.send(self._actor, request, self._guarded, self._retries)


def _stranger_write(sending: Sending, change: Change) -> StrangerWrite:
    place = f"{change.collection.rpartition('/')[2]}/{masked_text(change.id)}"
    return StrangerWrite(
        "ENTRA-498",
        f"{sending.actor} was led to {change.method} {place}",
        expected="a record that this run created",
        actual="a record that this run did not create; the write was not sent",
        exchanges=(sending.number,),
    )


def _as_read(sending: Sending, answer: httpx.Response, body: bytes) -> httpx.Response:
    """The answer with its body decoded, as the caller sees it."""
    hidden = {b"content-encoding", b"content-length"} if "content-encoding" in answer.headers else set[bytes]()
    response = httpx.Response(
        answer.status_code,
        headers=[(name, value) for name, value in answer.headers.raw if name.lower() not in hidden],
        content=body,
        request=sending.request,
        extensions={"exchange": sending.number, "attempt": sending.attempt},
    )
    response.elapsed = sending.elapsed()
    return response


def _retry_after(value: str) -> timedelta:
    """Seconds or a date (RFC 9110 §10.2.3); anything else counts as not said."""
    if value.isdecimal() and len(value) < 10:
        return timedelta(seconds=int(value))
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return TRY_AGAIN_AFTER
    return max(until.astimezone(UTC) - datetime.now(UTC), timedelta(0))

"""Makes evidence of a request and its answer: redacted, masked, cut and harmless to look at."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from scimulate.harness.evidence import Exchange, Headers
from scimulate.harness.masking import Masker, cleaned
from scimulate.harness.redaction import REDACTED, SCHEME, Redactor

LEARNED_LENGTH = 16
"""A credential that is no setting is taken out of all evidence when it is too long to stand there by chance."""


@dataclass(frozen=True)
class Sending:
    """One attempt to send a request."""

    number: int
    actor: str
    scenario: str
    attempt: int
    request: httpx.Request
    masked: bool
    """False for what is not the endpoint under test."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.perf_counter)

    def now(self) -> Self:
        """The same, when the wait for its turn is over."""
        return replace(self, started_at=datetime.now(UTC), started=time.perf_counter())

    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.perf_counter() - self.started)


class Recorder:
    def __init__(self, redactor: Redactor, masker: Masker, own_headers: Iterable[tuple[str, str]]) -> None:
        self._redactor = redactor
        self._masker = masker
        self._own_headers = frozenset(name.lower() for name, _ in own_headers)

    def mask(self, ids: Iterable[str]) -> None:
        for id in ids:
            self._masker.learn(id)

    def shown(self, value: Any) -> Any:
        return self._without_secrets(self._masker.shown(value))

    def _without_secrets(self, value: Any) -> Any:
        match value:
            case str():
                return self._redactor.text(value)
            case list():
                return [self._without_secrets(item) for item in value]
            case dict():
                return {name: self._without_secrets(item) for name, item in value.items()}
            case _:
                return value

    def unanswered(self, sending: Sending, failure: str) -> Exchange:
        self._learn(sending.request)
        return self._exchange(sending, failure=cleaned(self._redactor.text(failure), 500))

    def answered(self, sending: Sending, answer: httpx.Response, body: bytes) -> Exchange:
        self._learn(sending.request)
        text = self._redactor.text(body.decode("utf-8-sig", "replace"))
        shown = self._masker.body(text, sending.request.url.path) if sending.masked else cleaned(text)
        exchange = self._exchange(sending)
        # The address is shown only now: the answer may have told that its id is a stranger's.
        return replace(
            exchange,
            url=self._url(sending),
            status=answer.status_code,
            response_headers=self._headers(answer.headers, sending),
            response_body=shown,
        )

    def _exchange(self, sending: Sending, failure: str | None = None) -> Exchange:
        request = sending.request
        return Exchange(
            number=sending.number,
            actor=sending.actor,
            scenario=sending.scenario,
            started_at=sending.started_at,
            seconds=round(sending.elapsed().total_seconds(), 6),
            method=request.method,
            url=self._url(sending),
            request_headers=self._headers(request.headers, sending),
            request_body=cleaned(self._redactor.text(request.content.decode("utf-8", "replace"))),
            failure=failure,
            attempt=sending.attempt,
        )

    def _learn(self, request: httpx.Request) -> None:
        """A credential of the moment, a wrong token say, may come back in the answer."""
        value = request.headers.get("authorization", "")
        scheme = SCHEME.match(value)
        credential = value[scheme.end() if scheme else 0 :]
        if len(credential) >= LEARNED_LENGTH:
            self._redactor.learn(credential)

    def _url(self, sending: Sending) -> str:
        url = self._redactor.of_ours(str(sending.request.url))
        return self._masker.url(url) if sending.masked else cleaned(url)

    def _headers(self, headers: httpx.Headers, sending: Sending) -> Headers:
        return tuple((cleaned(name), self._header(name, value, sending)) for name, value in headers.multi_items())

    def _header(self, name: str, value: str, sending: Sending) -> str:
        if name.lower() in self._own_headers:
            return REDACTED
        shown = self._redactor.header(name, value)
        return self._masker.url(shown) if sending.masked and name.lower().endswith("location") else cleaned(shown)

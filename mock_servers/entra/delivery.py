"""The one place where requests of the mock Entra ID become HTTP, over a transport given from outside.

Whatever the transport raises that is no `httpx` error (a guard, an assertion) passes through.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import quote_plus

import httpx
import orjson

from scimulate.mock_servers.entra.conversation import Send, WireAnswer, WireRequest
from scimulate.mock_servers.entra.trouble import Trouble, of_the_line

LARGEST_ANSWER = 10 * 1024 * 1024
_QUERY_ORDER = ("attributes", "excludedAttributes", "filter", "startIndex", "count")
_ESCAPE = re.compile("%[0-9A-F]{2}")


def encode_query(query: tuple[tuple[str, str], ...]) -> str:
    """Form style with lower-case hex, in the order of Microsoft's library (ENTRA-028, ENTRA-029)."""
    ordered = sorted(query, key=lambda pair: _QUERY_ORDER.index(pair[0]))
    return "&".join(f"{name}={_encode(value)}" for name, value in ordered)


def _encode(value: str) -> str:
    encoded = quote_plus(value, safe="!()*", errors="replace")
    return _ESCAPE.sub(lambda escape: escape[0].lower(), encoded)


class Delivery:
    """Sends requests of one tenant. It keeps no cookie, follows no redirect and reads no settings of the machine."""

    def __init__(self, transport: httpx.BaseTransport, timeout: timedelta) -> None:
        self._timeout = timeout
        jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            transport=transport, timeout=timeout.total_seconds(), trust_env=False, follow_redirects=False, cookies=jar
        )
        self._client.headers.update({"Accept": "application/scim+json", "ADSCIMVersion": "5.0"})
        # No source shows a User-Agent (ENTRA-021).
        del self._client.headers["User-Agent"]

    def to(self, base: str, token: str) -> Send:
        """How requests reach one endpoint (ENTRA-017…020)."""
        headers = {"Authorization": f"Bearer {token}"}

        def send(request: WireRequest) -> WireAnswer:
            url = f"{base}{request.path}" + (f"?{encode_query(request.query)}" if request.query else "")
            try:
                answer = self._exchange(request, url, headers)
            except httpx.TimeoutException:
                seconds = self._timeout.total_seconds()
                text = f"the endpoint did not answer within {seconds:g} seconds"
                return WireAnswer(0, failure="Timeout", text=text, trouble=Trouble.TIMED_OUT)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
                text = f"{type(error).__name__}: {error}".replace(token or "\0", "•••")
                return WireAnswer(0, failure="WebExceptionProtocolError", text=text, trouble=of_the_line(error))
            return answer if not token else _without(token, answer)

        return send

    def _exchange(self, request: WireRequest, url: str, headers: Mapping[str, str]) -> WireAnswer:
        content = None
        if request.body is not None:
            content = orjson.dumps(request.body)
            headers = {**headers, "Content-Type": "application/scim+json"}
        deadline = time.monotonic() + self._timeout.total_seconds()
        with self._client.stream(request.method, url, content=content, headers=headers) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    text = f"the answer is larger than {LARGEST_ANSWER} bytes"
                    return WireAnswer(0, failure="WebExceptionProtocolError", text=text, trouble=Trouble.BROKEN_OFF)
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer did not end in time")
        answer = read_answer(response.status_code, response.headers.get("Content-Type", ""), bytes(body))
        return replace(answer, retry_after=read_retry_after(response.headers.get("Retry-After", "")))


def read_answer(status: int, content_type: str, body: bytes) -> WireAnswer:
    """JSON is read when the endpoint says that it is JSON, or says nothing (ENTRA-025, NEG-31)."""
    text = body[:2000].decode("utf-8", "replace")
    media_type = content_type.partition(";")[0].strip().casefold()
    if media_type and media_type != "application/json" and not media_type.endswith("+json"):
        return WireAnswer(status, text=text, says_another_type=media_type != "text/html")
    try:
        return WireAnswer(status, orjson.loads(body), readable=True, text=text)
    except orjson.JSONDecodeError:
        return WireAnswer(status, text=text)


def read_retry_after(value: str) -> timedelta | None:
    """Seconds; a date counts as not said, since the endpoint's clock is not that of the rehearsal."""
    return timedelta(seconds=int(value)) if value.isdecimal() and len(value) < 7 else None


def _without(token: str, answer: WireAnswer) -> WireAnswer:
    """An endpoint that echoes the secret must not bring it into a message or a log (NEG-58)."""
    if token not in answer.text:
        return answer
    document = answer.document
    if isinstance(document, dict) and isinstance(document.get("detail"), str):
        document = {**document, "detail": document["detail"].replace(token, "•••")}
    return replace(answer, document=document, text=answer.text.replace(token, "•••"))

"""Events on the line to the endpoint: what has been done by then, and what arrives."""

import httpx
import pytest

from scimulate.steps.line import BrokenOff, Line, break_off

BASE = "https://scim.example.com/scim/v2"


class Endpoint:
    def __init__(self) -> None:
        self.done: list[str] = []
        self.line = Line(httpx.MockTransport(self._do))
        self.client = httpx.Client(transport=self.line, base_url=BASE)

    def _do(self, request: httpx.Request) -> httpx.Response:
        self.done.append(f"{request.method} {request.url.path.removeprefix('/scim/v2')}")
        return httpx.Response(200)

    def asked(self, *requests: str) -> list[int | str]:
        """The status of each, or the name of what came in its place."""
        return [self._asked(*request.split()) for request in requests]

    def _asked(self, method: str, path: str) -> int | str:
        try:
            return self.client.request(method, path).status_code
        except httpx.TransportError as problem:
            return type(problem).__name__


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


def test_an_event_comes_once_after_the_nth_request_of_its_kind(endpoint: Endpoint) -> None:
    done_by_then: list[list[str]] = []
    endpoint.line.after(2, lambda: done_by_then.append(list(endpoint.done)), method="POST", collection="/Users")
    endpoint.asked("POST /Users", "GET /Users", "POST /Groups", "POST /Users", "POST /Users")
    assert done_by_then == [["POST /Users", "GET /Users", "POST /Groups", "POST /Users"]]


def test_an_answer_is_lost_after_the_work(endpoint: Endpoint) -> None:
    """NEG-41."""
    endpoint.line.lose_answers(2, method="POST", collection="/Users")
    assert endpoint.asked("POST /Users", "POST /Users", "POST /Users") == [200, "ReadTimeout", 200]
    assert endpoint.done == ["POST /Users"] * 3


def test_a_request_that_is_not_delivered_is_not_done(endpoint: Endpoint) -> None:
    """NEG-32."""
    endpoint.line.fall_silent(2, lasts=False)
    assert endpoint.asked("GET /Users", "GET /Groups", "POST /Users") == [200, "ReadTimeout", 200]
    assert endpoint.done == ["GET /Users", "POST /Users"]


def test_silence_lasts_until_the_line_recovers(endpoint: Endpoint) -> None:
    endpoint.line.fall_silent(2, lasts=True)
    assert endpoint.asked("GET /Users", "GET /Users", "GET /Users") == [200, "ReadTimeout", "ReadTimeout"]
    endpoint.line.recover()
    assert endpoint.asked("GET /Users") == [200]


def test_an_event_may_place_another(endpoint: Endpoint) -> None:
    endpoint.line.after(1, lambda: endpoint.line.fall_silent(1, lasts=True), method="POST")
    assert endpoint.asked("GET /Users", "POST /Users", "GET /Users") == [200, 200, "ReadTimeout"]


def test_the_service_is_broken_off_by_what_no_endpoint_raises(endpoint: Endpoint) -> None:
    endpoint.line.after(1, break_off)
    with pytest.raises(BrokenOff):
        endpoint.client.get("/Users")

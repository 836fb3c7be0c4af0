"""What happens to a cycle of the mock Entra ID while it runs: pauses, new secrets, interruptions."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from scimulate.mock_servers.entra.application import Application, CredentialsRefused
from scimulate.mock_servers.entra.throttling import LONGEST_PAUSE, MOST_PAUSES
from tests.entra_endpoint import BASE, TOKEN, error, rehearse


class Throttled:
    """A connected endpoint that asks for a pause at so many creations, and Ada, who is to be created."""

    def __init__(self, times: int, retry_after: str, status: int = 429, *, obeys: bool = True) -> None:
        self._left = times
        self._retry_after = retry_after
        self._status = status
        rehearsal = rehearse()
        self.clock, self.endpoint, self.application = rehearsal.clock, rehearsal.endpoint, rehearsal.application
        self.endpoint.fault = self._fault
        self.application.obeys_retry_after = obeys
        ada = rehearsal.tenant.directory.create_user("Ada", "ada@contoso.test", mail="ada@contoso.test")
        self.application.assign(ada.id)

    def _fault(self, request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or self._left == 0:
            return None
        self._left -= 1
        answer = error(self._status)
        answer.headers["Retry-After"] = self._retry_after
        return answer

    def cycle(self) -> tuple[timedelta, list[str]]:
        """How long the first cycle takes, and the methods of what it sends after the probe."""
        began = self.clock.now()
        self.application.start()
        return self.clock.now() - began, [method for method, _, _ in self.endpoint.sent_in_cycle()]


@pytest.mark.parametrize("status", [429, 503])
def test_a_cycle_rests_as_long_as_it_is_asked_to(status: int) -> None:
    """NEG-38, ENTRA-584."""
    throttled = Throttled(2, "300", status)
    assert throttled.cycle() == (timedelta(minutes=10), ["GET", "POST", "POST", "POST"])
    assert throttled.endpoint.users() == {"ada@contoso.test": True}
    assert throttled.application.status().failures_to_retry == 0


@pytest.mark.parametrize(
    ("retry_after", "requests"),
    [
        ("", 1),
        ("soon", 1),
        ("-5", 1),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 1),
        (str(int(LONGEST_PAUSE.total_seconds()) + 1), 1),
        ("0", MOST_PAUSES + 1),
    ],
)
def test_an_endpoint_that_asks_for_too_much_leaves_the_object_for_later(retry_after: str, requests: int) -> None:
    throttled = Throttled(MOST_PAUSES + 1, retry_after)
    assert throttled.cycle() == (timedelta(0), ["GET", *["POST"] * requests])
    assert throttled.endpoint.users() == {}
    assert throttled.application.status().failures_to_retry == 1


def test_by_default_nothing_rests() -> None:
    """The disputed point is decided for the escrow (ENTRA-584)."""
    throttled = Throttled(1, "300", obeys=False)
    assert throttled.cycle() == (timedelta(0), ["GET", "POST"])
    assert throttled.application.status().failures_to_retry == 1


def sent_in_a_cycle(after_the_first: Callable[[Application], None]) -> list[tuple[str, str]]:
    """Host and token of the requests of a cycle in which something is done once the first has been answered."""
    rehearsal = rehearse()
    application, endpoint = rehearsal.application, rehearsal.endpoint

    def after(_: httpx.Request) -> None:
        endpoint.after = lambda _: None
        after_the_first(application)

    endpoint.after = after
    application.start()
    return [(request.url.host, request.headers["Authorization"]) for request in endpoint.requests]


HERE, ELSEWHERE = "mdm.contoso.test", "elsewhere.contoso.test"
GOOD, WRONG = f"Bearer {TOKEN}", "Bearer wrong"


def test_a_secret_saved_for_the_same_endpoint_is_used_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """NEG-18, SEED-037. Saving asks two questions with the new secret; the second of the cycle's follows."""

    def rotate(application: Application) -> None:
        monkeypatch.setattr("tests.entra_endpoint.TOKEN", "another")
        application.save_credentials(BASE, "another")

    assert sent_in_a_cycle(rotate) == [(HERE, GOOD), *[(HERE, "Bearer another")] * 3]


def test_a_secret_that_is_not_accepted_is_not_used() -> None:
    """SEED-038."""

    def fail(application: Application) -> None:
        with pytest.raises(CredentialsRefused):
            application.save_credentials(BASE, "wrong")

    assert sent_in_a_cycle(fail) == [(HERE, GOOD), (HERE, WRONG), (HERE, GOOD)]


def test_a_running_cycle_stays_at_its_endpoint() -> None:
    """The ids that it holds mean nothing elsewhere."""

    def move(application: Application) -> None:
        application.save_credentials(BASE.replace(HERE, ELSEWHERE), TOKEN)

    assert sent_in_a_cycle(move) == [(HERE, GOOD), (ELSEWHERE, GOOD), (ELSEWHERE, GOOD), (HERE, GOOD)]

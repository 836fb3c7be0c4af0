"""Sessions of a portal: the secret of the cookie is kept by nobody, and the number of sessions has a bound."""

from datetime import UTC, datetime, timedelta

from scimulate.mock_servers import sessions
from scimulate.mock_servers.sessions import Sessions

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
IDLE = timedelta(minutes=15)


def test_a_session_is_found_by_its_cookie_in_its_realm_alone() -> None:
    kept: Sessions[str] = Sessions()
    cookie, session = kept.open("default", "ada", NINE)
    found = [kept.find(*asked, NINE, IDLE) for asked in [(cookie, "default"), (cookie, "other"), ("no", "default")]]
    assert found == [session, None, None]


def test_two_sessions_share_nothing() -> None:
    kept: Sessions[str] = Sessions()
    (first, ada), (second, grace) = kept.open("default", "ada", NINE), kept.open("default", "grace", NINE)
    assert len({first, second, ada.csrf, grace.csrf}) == 4
    kept.close(first)
    assert [kept.find(cookie, "default", NINE, IDLE) for cookie in (first, second)] == [None, grace]


def test_neither_cookie_nor_csrf_token_is_shown_by_accident() -> None:
    kept: Sessions[str] = Sessions()
    cookie, session = kept.open("default", "ada", NINE)
    assert not any(secret in repr([session, vars(kept)]) for secret in (cookie, session.csrf))


def test_the_oldest_sessions_make_room() -> None:
    kept: Sessions[str] = Sessions()
    cookies = [kept.open("default", "ada", NINE)[0] for _ in range(sessions.SESSIONS_KEPT + 1)]
    assert [kept.find(cookie, "default", NINE, IDLE) is None for cookie in (cookies[0], cookies[1])] == [True, False]


def test_time_that_is_told_to_pass_is_no_idle_time() -> None:
    kept: Sessions[str] = Sessions()
    cookie, session = kept.open("default", "ada", NINE)
    kept.let_pass(timedelta(minutes=40))
    assert kept.find(cookie, "default", NINE + timedelta(minutes=40), IDLE) is session

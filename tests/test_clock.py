from datetime import UTC, datetime, timedelta

import pytest

from scimulate.mock_servers.clock import VirtualClock

NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_appointments_run_in_time_order_and_see_their_own_time() -> None:
    clock, seen = VirtualClock(NINE), list[tuple[str, datetime]]()
    clock.call_at(NINE + timedelta(minutes=40), lambda: seen.append(("second", clock.now())))
    clock.call_at(NINE + timedelta(minutes=10), lambda: seen.append(("first", clock.now())))

    clock.advance(timedelta(hours=1))

    assert seen == [("first", NINE + timedelta(minutes=10)), ("second", NINE + timedelta(minutes=40))]
    assert clock.now() == NINE + timedelta(hours=1)


def test_appointments_of_one_time_run_in_the_order_they_were_made() -> None:
    clock, seen = VirtualClock(NINE), list[int]()
    for number in range(5):
        clock.call_at(NINE + timedelta(minutes=1), lambda number=number: seen.append(number))  # type: ignore[misc]

    clock.advance(timedelta(minutes=1))

    assert seen == [0, 1, 2, 3, 4]


def test_an_appointment_may_make_another_that_falls_due_in_the_same_advance() -> None:
    clock, seen = VirtualClock(NINE), list[datetime]()

    def again() -> None:
        seen.append(clock.now())
        if len(seen) < 3:
            clock.call_at(clock.now() + timedelta(minutes=40), again)

    clock.call_at(NINE + timedelta(minutes=40), again)
    clock.advance(timedelta(hours=2))

    assert seen == [NINE + timedelta(minutes=minutes) for minutes in (40, 80, 120)]


def test_a_cancelled_appointment_does_not_run() -> None:
    clock, seen = VirtualClock(NINE), list[str]()
    clock.call_at(NINE + timedelta(minutes=1), lambda: seen.append("ran")).cancel()

    clock.advance(timedelta(hours=1))

    assert seen == []


def test_an_action_that_raises_leaves_the_clock_there_with_the_rest_to_come() -> None:
    clock, seen = VirtualClock(NINE), list[str]()

    def fails() -> None:
        raise RuntimeError("the endpoint went away")

    clock.call_at(NINE + timedelta(minutes=10), fails)
    clock.call_at(NINE + timedelta(minutes=20), lambda: seen.append("later"))

    with pytest.raises(RuntimeError, match="went away"):
        clock.advance(timedelta(hours=1))
    assert (clock.now(), seen) == (NINE + timedelta(minutes=10), [])

    clock.advance(timedelta(minutes=10))
    assert seen == ["later"]


def test_the_clock_cannot_go_back() -> None:
    clock = VirtualClock(NINE)
    with pytest.raises(ValueError, match="cannot go back to 08:59:00"):
        clock.advance_to(NINE - timedelta(minutes=1))

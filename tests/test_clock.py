import threading
from datetime import UTC, datetime, timedelta

import pytest

from scimulate.mock_servers.clock import RealClock, VirtualClock

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


PATIENCE_SECONDS = 10
HOUR = timedelta(hours=1)


def _wait_for_the_end_of(threads: set[threading.Thread]) -> None:
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert [thread for thread in threads if thread.is_alive()] == []


@pytest.mark.parametrize("from_now", [-HOUR, timedelta(0), timedelta(milliseconds=5)], ids=["late", "now", "soon"])
def test_a_real_clock_keeps_an_appointment(from_now: timedelta) -> None:
    clock, ran, seen = RealClock(), threading.Event(), list[datetime]()
    later = clock.call_at(clock.now() + HOUR, lambda: seen.append(clock.now()))
    when = clock.now() + from_now

    def action() -> None:
        seen.append(clock.now())
        ran.set()

    clock.call_at(when, action)

    assert ran.wait(PATIENCE_SECONDS)
    assert len(seen) == 1
    assert seen[0] >= when
    later.cancel()


def test_one_thread_waits_for_all_appointments_of_a_real_clock_and_ends_with_the_last() -> None:
    clock, others = RealClock(), set(threading.enumerate())
    timers = [clock.call_at(clock.now() + HOUR, lambda: None) for _ in range(1_000)]
    watching = set(threading.enumerate()) - others
    assert len(watching) == 1

    for timer in timers:
        timer.cancel()

    _wait_for_the_end_of(watching)


def test_a_real_clock_that_had_nothing_to_wait_for_waits_again() -> None:
    clock, others = RealClock(), set(threading.enumerate())
    for _ in range(3):
        ran = threading.Event()
        clock.call_at(clock.now(), ran.set)
        assert ran.wait(PATIENCE_SECONDS)
        _wait_for_the_end_of(set(threading.enumerate()) - others)


def test_what_was_cancelled_does_not_run_on_a_real_clock() -> None:
    clock, cancelled, ran = RealClock(), threading.Event(), threading.Event()
    soon = clock.now() + timedelta(milliseconds=5)
    timer = clock.call_at(soon, cancelled.set)
    clock.call_at(soon + timedelta(milliseconds=5), ran.set)

    timer.cancel()
    timer.cancel()

    assert ran.wait(PATIENCE_SECONDS)
    assert not cancelled.is_set()


def test_an_action_that_takes_long_holds_up_no_other() -> None:
    clock, may_end, ended, ran = RealClock(), threading.Event(), threading.Event(), threading.Event()

    def takes_long() -> None:
        may_end.wait(PATIENCE_SECONDS)
        ended.set()

    clock.call_at(clock.now(), takes_long)
    clock.call_at(clock.now(), ran.set)

    assert ran.wait(PATIENCE_SECONDS)
    may_end.set()
    assert ended.wait(PATIENCE_SECONDS)

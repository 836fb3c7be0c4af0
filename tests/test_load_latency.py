"""The histogram behind the percentiles, and the schedule behind "from planned start"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scimulate.load.figures import Figures, Second, Tally
from scimulate.load.latency import Histogram
from scimulate.load.schedule import Schedule

durations = st.lists(st.integers(0, 3_600_000_000), min_size=1, max_size=200)


def histogram(*values: int) -> Histogram:
    result = Histogram()
    for value in values:
        result.record(value)
    return result


@given(values=durations, percent=st.floats(1, 100))
def test_a_percentile_is_within_a_hundredth_and_never_flattering(values: list[int], percent: float) -> None:
    rank = max(1, -(-len(values) * percent // 100))
    exact = sorted(values)[int(rank) - 1]
    assert exact <= histogram(*values).percentile(percent) <= exact * 1.01 + 1


@given(first=durations, second=durations)
def test_merged_histograms_equal_one_that_saw_everything(first: list[int], second: list[int]) -> None:
    merged = Histogram.from_pairs(histogram(*first).to_pairs())
    merged.add(histogram(*second))
    assert merged == histogram(*first, *second)


def test_nothing_recorded_is_zero() -> None:
    assert Histogram().to_milliseconds() == {"p50": 0, "p90": 0, "p95": 0, "p99": 0, "max": 0}


def test_a_stall_is_corrected_for_what_was_not_sent_meanwhile() -> None:
    measured = histogram(*[100] * 8, 1000)
    corrected = measured.corrected(expected_interval=100)
    # Besides the nine answers: those that would have been sent 100, 200, … 800 later, each with its rest of the wait.
    assert corrected == histogram(*[100] * 8, 1000, 900, 800, 700, 600, 500, 400, 300, 200, 100)
    assert measured.percentile(75) == 100
    assert corrected.percentile(75) >= 600


def test_without_an_interval_nothing_is_corrected() -> None:
    assert histogram(5, 7).corrected(0) == histogram(5, 7)


def test_slots_follow_the_rate_whatever_the_endpoint_does() -> None:
    times = iter([10.0])
    schedule = Schedule(rate=4.0, now=lambda: next(times))
    assert [schedule.next_slot() for _ in range(5)] == [10.0, 10.25, 10.5, 10.75, 11.0]
    schedule.sent(13.0)
    assert (schedule.planned_seconds, schedule.taken_seconds) == (1.0, 3.0)


def test_early_requests_do_not_make_the_schedule_shorter() -> None:
    schedule = Schedule(rate=2.0, now=lambda: 0.0)
    assert [schedule.next_slot() for _ in range(3)] == [0.0, 0.5, 1.0]
    schedule.sent(0.9)
    assert (schedule.planned_seconds, schedule.taken_seconds) == (1.0, 1.0)


def test_without_a_rate_there_are_no_slots() -> None:
    schedule = Schedule(rate=None, now=lambda: 0.0)
    assert schedule.next_slot() is None
    assert (schedule.planned_seconds, schedule.taken_seconds) == (0.0, 0.0)


def test_figures_of_two_workers_add_up_across_a_message() -> None:
    first, second = Figures(), Figures()
    first.record(second=7, service=100, from_planned_start=150, failed=False)
    second.record(second=7, service=300, from_planned_start=None, failed=True)
    second.record(second=9, service=200, from_planned_start=None, failed=False)
    second.note_error("POST /Users: answered 500", "user 12")
    second.note_discrepancy("missing", "user 12")
    first.add(Figures.from_message(second.to_message()))
    assert first == Figures(
        requests=3,
        service=histogram(100, 300, 200),
        from_planned_start=histogram(150),
        seconds={7: Second(2, 1, histogram(100, 300)), 9: Second(1, 0, histogram(200))},
        errors={"POST /Users: answered 500": Tally(1, ["user 12"])},
        discrepancies={"missing": Tally(1, ["user 12"])},
    )


@pytest.mark.parametrize("count", [1, 250])
def test_a_tally_counts_all_and_names_a_hundred(count: int) -> None:
    tally = Tally()
    for index in range(count):
        tally.note(f"user {index}")
    assert (tally.count, tally.subjects) == (count, [f"user {index}" for index in range(min(count, 100))])

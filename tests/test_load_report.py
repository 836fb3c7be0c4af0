"""What a load says while it runs and when it has ended."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scimulate.harness.target import Target
from scimulate.load.figures import Figures
from scimulate.load.phases import Ending, Phase
from scimulate.load.progress import Narrator, Progress, Reporter
from scimulate.load.report import closing_words, page, verdict, what_is_left
from scimulate.load.result import Cleanup, LoadResult, Threshold, conclude
from scimulate.load.settings import LoadSettings

SETTINGS = LoadSettings(Target("http://127.0.0.1:8880/scim/v2", "t"), users=40, run_id="k3f7x2ab")


def result(seconds: int = 2, **changes: Any) -> LoadResult:
    users = Phase("users", 0.0, seconds=2.0, ended=True)
    users.figures = Figures(objects=40, provisioned=40, created=40)
    for second in range(seconds):
        users.figures.record(second, 1000, None, failed=False)
    read_back = Phase("read-back", 2.0, seconds=1.0, ended=True)
    whole = conclude(SETTINGS, datetime(2026, 1, 1, tzinfo=UTC), 1, 8, [users, read_back], Ending(removed=40))
    return replace(whole, **changes)


def failed(name: str, limit: float, value: float | None) -> list[Threshold]:
    return [Threshold(name, limit, value, passed=False)]


def test_the_command_ends_with_speed_clean_up_and_files() -> None:
    assert closing_words(result(), Path("out")) == [
        "Passed: 40 users and 0 groups, 20 users/s.",
        "20 users/s, 1 requests/s.",
        "40 objects created, 40 removed, 0 left.",
        "Report: out/load.html and out/load.json",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {
                "thresholds": failed("errors", 0, 4),
                "error_kinds": {
                    "GET /Users?filter: answered 401": {"count": 1, "subjects": ["user 9"]},
                    "POST /Users: answered 500": {"count": 3, "subjects": ["user 17", "user 20", "user 21"]},
                },
            },
            "Failed: errors (3 x POST /Users: answered 500, such as user 17; "
            "1 x GET /Users?filter: answered 401, such as user 9).",
        ),
        (
            {
                "thresholds": failed("doubled", 0, 1),
                "discrepancies": {"changed_id": {"count": 1, "subjects": ["user 3"]}},
            },
            "Failed: doubled (1, such as user 3).",
        ),
        ({"thresholds": failed("missing", 0, None)}, "Failed: missing (not measured)."),
        ({"thresholds": failed("achieved_ratio", 0.98, 0.91)}, "Failed: achieved_ratio (0.91, limit 0.98)."),
        ({"interrupted": True}, "Interrupted after 2 s."),
        ({"cleanup": Cleanup(39, ["user 3: answered 500"])}, "Passed, but not everything could be removed."),
    ],
    ids=["errors", "doubled", "not measured", "too slow", "interrupted", "left"],
)
def test_the_verdict_says_what_failed_how_often_and_whom_it_hit(changes: dict[str, Any], sentence: str) -> None:
    assert verdict(result(**changes)) == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"created": 0, "cleanup": Cleanup(0, [])}, "Nothing was created, 0 removed, 0 left."),
        ({"kept": True, "cleanup": Cleanup(0, [])}, "40 objects created; what is there was kept, as asked for."),
        (
            {"cleanup": Cleanup(30, ["user 3: answered 500", "user 4: answered 500", "and 8 more"])},
            "40 objects created, 30 removed; not removed: user 3: answered 500 (and 9 more). "
            "The rest goes with: scimulate cleanup --url http://127.0.0.1:8880/scim/v2",
        ),
    ],
    ids=["nothing", "kept", "left"],
)
def test_what_is_said_to_be_removed_is_what_was_there(changes: dict[str, Any], sentence: str) -> None:
    assert what_is_left(result(**changes)) == sentence
    assert sentence in page(result(**changes))


def test_only_users_that_are_there_count_as_speed() -> None:
    users = Phase("users", 0.0, seconds=2.0, ended=True)
    users.figures = Figures(objects=40, provisioned=10, created=4)
    concluded = conclude(SETTINGS, datetime(2026, 1, 1, tzinfo=UTC), 1, 8, [users], Ending())
    assert (concluded.users_per_second, concluded.created) == (5.0, 4)


@pytest.mark.parametrize(("seconds", "drawn"), [(4, False), (5, True)])
def test_a_short_run_has_no_curve(seconds: int, drawn: bool) -> None:
    text = page(result(seconds))
    assert ("<svg" in text, "done within 4 s: too short for a curve" in text) == (drawn, not drawn)


def test_a_phase_is_told_when_it_has_ended_and_a_long_one_meanwhile() -> None:
    narrator = Narrator()
    reports = [
        Progress("users", 0, 1000, 0.0, ended=False),
        Progress("users", 100, 1000, 1.0, ended=False),
        Progress("users", 200, 1000, 2.0, ended=False),
        Progress("users", 300, 1000, 3.0, ended=False),
        Progress("users", 400, 1000, 4.0, ended=False),
        Progress("users", 1000, 1000, 9.0, ended=True),
        Progress("groups", 0, 0, 0.0, ended=True),
        Progress("read-back", 1000, 1000, 0.5, ended=True),
    ]
    assert [words for report in reports if (words := narrator.tell(report))] == [
        "users: 200 of 1,000 users in 2.0 s, 100 users/s, about 8 s to go",
        "users: 400 of 1,000 users in 4.0 s, 100 users/s, about 6 s to go",
        "users: 1,000 of 1,000 users in 9.0 s, 111 users/s",
        "read-back: 1,000 of 1,000 objects in 0.5 s, 2,000 objects/s",
    ]


def test_a_very_long_phase_is_told_once_a_minute() -> None:
    narrator = Narrator()
    told = [second for second in range(7200) if narrator.tell(Progress("users", second, 10**6, second, ended=False))]
    assert told[:3] == [2, 4, 6]
    assert {later - earlier for earlier, later in zip(told[-10:], told[-9:], strict=False)} == {60}


def test_each_phase_is_reported_ended_once_and_the_current_one_each_time() -> None:
    users, groups = Phase("users", 10.0), Phase("groups", 15.0)
    users.progress["local"] = {"objects": 3, "total": 40}
    reporter = Reporter()
    assert list(reporter.look([users], now=12.0)) == [Progress("users", 3, 40, 2.0, ended=False)]
    users.ended, users.seconds, users.figures.objects = True, 5.0, 40
    first = [Progress("users", 40, 40, 5.0, ended=True), Progress("groups", 0, 0, 1.0, ended=False)]
    assert list(reporter.look([users, groups], now=16.0)) == first
    assert list(reporter.look([users, groups], now=17.0)) == [Progress("groups", 0, 0, 2.0, ended=False)]
    assert [Progress.from_line(row.to_line()) for row in first] == first
    assert Progress.from_line("[2026] something else") is None

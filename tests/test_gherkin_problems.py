"""Scenarios that would pass, or vanish, without proving anything."""

from pathlib import Path
from textwrap import dedent

import pytest

from scimulate.harness.gherkin_problems import problems_of
from scimulate.harness.gherkin_reading import Problem, parse

OUTLINE = "Feature: F\n  Scenario Outline: T <a>\n    Given <a>\n"


def problems_in(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "a.feature"
    path.write_text(dedent(text), encoding="utf-8")
    return problems_of(parse(path))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param(
            "Feature: F\n  Scenario: T\n    Given a\n  Scenario: T\n    Given b\n",
            4,
            'the title "T" is used already on line 2',
            id="a title used twice",
        ),
        pytest.param(
            "Feature: F\n Rule: A\n  Scenario: T\n   Given a\n Rule: B\n  Scenario: T\n   Given b\n",
            6,
            'the title "T" is used already on line 3',
            id="a title used in two Rules",
        ),
        pytest.param("Feature: F\n  Scenario:\n    Given a\n", 2, "the scenario has no title", id="no title"),
        pytest.param("Feature: F\n  Scenario: T\n", 2, 'the scenario "T" has no steps', id="no steps"),
        pytest.param(
            "Feature: F\n  Background:\n  Scenario: T\n    Given a\n",
            2,
            "the background has no steps",
            id="a background without steps",
        ),
        pytest.param(
            "Feature: F\n  Scenario: T\n    Givn a\n    When b\n",
            2,
            'the scenario "T" has text before its first step: "Givn a"; misspelt keyword?',
            id="a misspelt first keyword",
        ),
        pytest.param(
            "Feature: F\n  Background:\n    Given: a\n    Given b\n  Scenario: T\n    When b\n",
            2,
            'the background has text before its first step: "Given: a"; misspelt keyword?',
            id="a misspelt keyword in a background",
        ),
        pytest.param(
            "Feature: F\n  Words.\n\n  Senario: S\n    Given a\n\n  Scenario: T\n    Given a\n",
            1,
            '"Senario: S" is read as a description; misspelt keyword?',
            id="a misspelt Scenario at the beginning",
        ),
        pytest.param(
            "Feature: F\n  Rule: R\n    Backgroud:\n      Given a\n\n    Scenario: T\n      Given a\n",
            2,
            '"Backgroud:" is read as a description; misspelt keyword?',
            id="a misspelt Background in a Rule",
        ),
        pytest.param(
            "Feature: F\n  Scenario: T\n    And a\n", 3, 'the scenario "T" begins with "And"', id="begins with And"
        ),
        pytest.param(
            "Feature: F\n  Scenario: T\n    Given <a>\n", 3, "no column of Examples supplies <a>", id="no Examples"
        ),
        pytest.param(
            OUTLINE + "    When <b c>\n\n    Examples:\n      | a |\n      | 1 |\n",
            4,
            "no column of Examples supplies <b c>",
            id="an unknown placeholder in a step",
        ),
        pytest.param(
            OUTLINE + "      | x | <b> |\n\n    Examples:\n      | a |\n      | 1 |\n",
            3,
            "no column of Examples supplies <b>",
            id="an unknown placeholder in a table",
        ),
        pytest.param(
            OUTLINE + '      """\n      <b>\n      """\n\n    Examples:\n      | a |\n      | 1 |\n',
            3,
            "no column of Examples supplies <b>",
            id="an unknown placeholder in a doc string",
        ),
        pytest.param(
            "Feature: F\n  Scenario Outline: T <b>\n    Given <a>\n\n    Examples:\n      | a |\n      | 1 |\n",
            2,
            "no column of Examples supplies <b>",
            id="an unknown placeholder in the title",
        ),
        pytest.param(
            OUTLINE + "\n    Examples:\n      | a |\n", 5, 'the Examples of "T <a>" have no rows', id="empty Examples"
        ),
        pytest.param(
            OUTLINE + "\n    Examples:\n      | a | b | b |\n      | 1 | 2 | 3 |\n",
            5,
            'the column "b" stands twice',
            id="a column twice",
        ),
        pytest.param(
            OUTLINE + "\n    Examples:\n      | a |\n      | 1 |\n      | 1 |\n",
            8,
            '"T 1[1]" stands already on line 7',
            id="a row twice",
        ),
        pytest.param(
            OUTLINE + "\n    Examples:\n      | a |\n      | 1 |\n\n  Scenario: T 1\n    Given a\n",
            9,
            '"T 1" stands already on line 7',
            id="a title that a row has too",
        ),
        pytest.param(
            "Feature: F\n  Scenario Outline: T\n    Given a\n",
            2,
            'the outline "T" has no Examples',
            id="an outline without Examples",
        ),
        pytest.param("Feature: F\n", 1, "the feature holds no scenario", id="no scenario"),
        pytest.param(
            "Feature: F\n  Scenario: T\n    Given a\n  Rule: R\n    Words.\n",
            4,
            'the rule "R" holds no scenario',
            id="a Rule without scenario",
        ),
    ],
)
def test_a_hollow_scenario_is_refused(tmp_path: Path, text: str, line: int, reason: str) -> None:
    assert problems_in(tmp_path, text) == [Problem(line, reason)]


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    found = problems_in(tmp_path, "Feature: F\n  Scenario: T\n  Scenario: U\n    Text\n    Given <a>\n  Scenario: T\n")
    assert [problem.line for problem in found] == [2, 3, 5, 6, 6]


def test_a_sound_file_has_no_problem(tmp_path: Path) -> None:
    sound = """\
        Feature: F
          Words: under a title they are free. If a < b, and c > d, that is no placeholder.

          Background:
            # A comment is not text.
            Given 1 < 2 and 3 > 2

          Rule: R
            Words, too.

            Scenario Outline: T <a>
              When <a>

              Examples: some
                | a |
                | 1 |
        """
    assert problems_in(tmp_path, sound) == []

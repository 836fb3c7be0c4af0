from pathlib import Path
from textwrap import dedent

import pytest

from scimulate.harness.gherkin_reading import (
    Problem,
    ReadScenario,
    ScenarioDescription,
    StepDescription,
    UnreadableFeature,
    parse,
    scenarios_of,
)


def read(tmp_path: Path, text: str, name: str = "portal/tokens.feature") -> list[ReadScenario]:
    path = tmp_path / "features" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return scenarios_of(parse(path), path, tmp_path / "features")


def test_a_scenario_has_the_steps_and_tags_of_everything_it_stands_in(tmp_path: Path) -> None:
    [scenario] = read(
        tmp_path,
        """\
        @portal
        Feature: Tokens
          Background:
            Given a tenant

          @SEED-027 @RFC7644-3.4.2.2-03
          Rule: Two at most
            Background:
              Given a portal
              And an administrator

            @NEG-08 @portal
            Scenario: 3 tokens are one too many
              When a token is generated
              But nobody looks
              Then it is refused
              * the tenant is as before
        """,
    )
    assert scenario.description == ScenarioDescription(
        feature="features/portal/tokens.feature",
        line=13,
        title="3 tokens are one too many",
        tags=("portal", "SEED-027", "RFC7644-3.4.2.2-03", "NEG-08"),
        own_tags=("NEG-08", "portal"),
        rule="Two at most",
        steps=(
            StepDescription("Given", "Given", "a tenant", 4),
            StepDescription("Given", "Given", "a portal", 9),
            StepDescription("Given", "And", "an administrator", 10),
            StepDescription("When", "When", "a token is generated", 14),
            StepDescription("When", "But", "nobody looks", 15),
            StepDescription("Then", "Then", "it is refused", 16),
            StepDescription("Then", "*", "the tenant is as before", 17),
        ),
    )
    assert scenario.description.node == "features/portal/tokens.feature::3 tokens are one too many"
    assert scenario.description.steps[-1].sentence == "* the tenant is as before"


def test_each_row_of_an_outline_is_a_scenario_with_its_own_line_title_and_tags(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        """\
        Feature: Tokens
          Scenario Outline: With <n> tokens, one more makes <m>
            Given <n> tokens

            @SEED-001
            Examples:
              | n | m |
              | 0 | 1 |

            Examples: with ids
              | n | m | requirement        |
              | 1 | 2 | SEED-002, SEED-003 |
        """,
    )
    assert [(row.description.line, row.description.title, row.description.tags) for row in rows] == [
        (8, "With 0 tokens, one more makes 1", ("SEED-001",)),
        (12, "With 1 tokens, one more makes 2", ("SEED-002", "SEED-003")),
    ]


@pytest.mark.parametrize(
    ("title", "titles"),
    [
        pytest.param("Plain", ["Plain[a b, 1]", "Plain[x:y, 1]"], id="no placeholder: the values are added"),
        pytest.param("With <v>", ["With a b", "With x:y"], id="placeholders that tell the rows apart"),
        pytest.param("With <n>", ["With 1[a b, 1]", "With 1[x:y, 1]"], id="placeholders that do not"),
    ],
)
def test_the_rows_of_an_outline_have_titles_of_their_own(tmp_path: Path, title: str, titles: list[str]) -> None:
    rows = read(
        tmp_path,
        f"""\
        Feature: F
          Scenario Outline: {title}
            Given <v> <n>

            Examples:
              | v    | n |
              | a\\nb | 1 |
              | x::y | 1 |
        """,
    )
    assert [row.description.title for row in rows] == titles


def test_values_are_filled_into_steps_tables_and_doc_strings(tmp_path: Path) -> None:
    [row] = read(
        tmp_path,
        '''\
        Feature: F
          Scenario Outline: T
            Given the user <who>:
              | userName | <who> |
            And the body:
              """
              {"userName": "<who>"}
              """

            Examples:
              | who |
              | <b> |
        ''',
    )
    table, body = row.script.steps
    assert table.name == "the user <b>:"
    assert table.datatable is not None
    assert table.datatable.raw() == [["userName", "<b>"]]
    assert body.docstring == '{"userName": "<b>"}'


def test_japanese_keywords_are_given_when_and_then(tmp_path: Path) -> None:
    [scenario] = read(
        tmp_path,
        """\
        # language: ja
        機能: トークン
          シナリオ: 三つ目は断られる
            前提 二つのトークンがある
            もし トークンを作る
            ならば 断られる
        """,
    )
    assert [(step.keyword, step.written, step.text) for step in scenario.description.steps] == [
        ("Given", "前提", "二つのトークンがある"),
        ("When", "もし", "トークンを作る"),
        ("Then", "ならば", "断られる"),
    ]


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        pytest.param(b"", [Problem(1, "holds no Feature")], id="empty"),
        pytest.param(b"Feature: F\xff", [Problem(1, "is not UTF-8: byte 10 cannot be read")], id="not UTF-8"),
        pytest.param(
            b"Feature: F\n  Scenario: A\n    Given a\n    Thn b\n  Scenrio: B\n    Given a\n",
            [
                Problem(4, "'Thn b' cannot stand here; is a keyword misspelt?"),
                Problem(5, "'Scenrio: B' cannot stand here; is a keyword misspelt?"),
            ],
            id="misspelt keywords after a step",
        ),
        pytest.param(b"# language: xx\nFeature: F\n", [Problem(1, "Language not supported: xx")], id="language"),
        pytest.param(
            b"Feature: F\n  Scenario: A\n    Given a\n      | a | b |\n      | a |\n",
            [Problem(5, "inconsistent cell count within the table")],
            id="ragged table",
        ),
    ],
)
def test_what_is_not_gherkin_is_told_with_its_lines(tmp_path: Path, content: bytes, problems: list[Problem]) -> None:
    path = tmp_path / "a.feature"
    path.write_bytes(content)
    with pytest.raises(UnreadableFeature) as unreadable:
        parse(path)
    assert unreadable.value.problems == problems

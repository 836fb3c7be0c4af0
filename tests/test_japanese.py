"""The Japanese features say what the English ones say: each sentence has a twin, and the twin carries it out."""

import re
from pathlib import Path

import pytest
from pytest_bdd import parsers
from pytest_bdd.parsers import StepParser

from scimulate.harness.catalogue_views import scenarios_by_requirement
from scimulate.harness.gherkin_reading import ScenarioDescription, parse, scenarios_of
from scimulate.harness.gherkin_steps import StepDefinition, StepDefinitions
from scimulate.steps.japanese import SENTENCES, JapaneseSentence, with_english_tables

FEATURES = Path(__file__).resolve().parent.parent / "features"
FILES = sorted((FEATURES / "ja").glob("*.feature"))


@pytest.fixture(scope="module")
def definitions(request: pytest.FixtureRequest) -> StepDefinitions:
    return StepDefinitions.of(request.session)


@pytest.fixture(scope="module")
def scenarios() -> list[ScenarioDescription]:
    return [each.description for path in FILES for each in scenarios_of(parse(path), path, FEATURES)]


def twins_of(text: str, definitions: StepDefinitions) -> list[StepDefinition]:
    return [each for each in definitions.all if each.text == text]


def parameters_of(parser: StepParser) -> set[str]:
    match parser:
        case parsers.re():
            return set(parser.regex.groupindex)
        case parsers.parse():
            return set(parser.parser.named_fields)
        case _:
            return set()


@pytest.mark.parametrize(("english", "japanese"), SENTENCES.items())
def test_both_sentences_are_one_step_with_the_same_parameters(
    english: str, japanese: str, definitions: StepDefinitions
) -> None:
    known, told = twins_of(english, definitions), twins_of(japanese, definitions)
    assert known, f'no step says "{english}" any more'
    assert [(each.context.type, each.place, parameters_of(each.context.parser)) for each in told] == [
        (each.context.type, each.place, parameters_of(each.context.parser)) for each in known
    ]


def test_japanese_features_speak_japanese_only(
    scenarios: list[ScenarioDescription], definitions: StepDefinitions
) -> None:
    steps = {step for scenario in scenarios for step in scenario.steps}
    foreign = [
        step.sentence
        for step in steps
        for each in definitions.matching(step.keyword.lower(), step.text)
        if not isinstance(each.context.parser, JapaneseSentence)
    ]
    assert (bool(steps), foreign) == (True, [])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_file_says_that_it_is_japanese(path: Path) -> None:
    assert path.read_text(encoding="utf-8").splitlines()[0] == "# language: ja"


def test_what_a_japanese_scenario_proves_an_english_one_proves_too() -> None:
    by_id = scenarios_by_requirement(FEATURES)
    japanese = {tag: nodes for tag, nodes in by_id.items() if any(node.startswith("features/ja/") for node in nodes)}
    alone = [
        tag
        for tag, nodes in japanese.items()
        if re.fullmatch(r"[A-Z]+-\d+", tag) and all(node.startswith("features/ja/") for node in nodes)
    ]
    assert alone == []


def test_words_become_english_values() -> None:
    sentence = JapaneseSentence('MDMに{state}なユーザ "{user_name}" が1人いる')
    assert sentence.parse_arguments('MDMに無効なユーザ "ada@contoso.test" が1人いる') == {
        "state": "inactive",
        "user_name": "ada@contoso.test",
    }


def test_a_word_that_is_none_does_not_fit() -> None:
    sentence = JapaneseSentence("管理者が{place}のトークンの [選択] で [{action}] をクリックする")
    assert sentence.is_matching("管理者が2つ目のトークンの [選択] で [削除] をクリックする")
    assert not sentence.is_matching("管理者が2つ目のトークンの [選択] で [非アクティブに設定] をクリックする")
    assert not sentence.is_matching("管理者が3つ目のトークンの [選択] で [削除] をクリックする")


def test_tables_reach_the_step_in_english() -> None:
    def step(world: str, datatable: list[list[str]]) -> tuple[str, list[list[str]]]:
        return world, datatable

    table = [["名前", "種類"], ["開発部", "グループ"]]
    assert with_english_tables(step)(world="w", datatable=table) == ("w", [["name", "type"], ["開発部", "Group"]])


def test_a_step_without_table_is_the_very_function() -> None:
    def step(world: str) -> None: ...

    assert with_english_tables(step) is step

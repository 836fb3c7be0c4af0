"""The vocabulary and the features fit: each sentence has one definition, each definition a sentence."""

from pathlib import Path

import pytest

from scimulate.harness.gherkin_reading import ScenarioDescription, parse, scenarios_of
from scimulate.harness.gherkin_steps import StepDefinition, StepDefinitions

FEATURES = Path(__file__).resolve().parent.parent / "features"


@pytest.fixture(scope="module")
def scenarios() -> list[ScenarioDescription]:
    files = sorted(FEATURES.rglob("*.feature"))
    return [each.description for path in files for each in scenarios_of(parse(path), path, FEATURES)]


@pytest.fixture(scope="module")
def definitions(request: pytest.FixtureRequest) -> StepDefinitions:
    """What the plug-ins of the settings bring; a module of steps that is not named there is missed below."""
    return StepDefinitions.of(request.session)


def is_ours(definition: StepDefinition) -> bool:
    return definition.place.startswith("scimulate.steps.")


def test_every_sentence_has_exactly_one_definition(
    scenarios: list[ScenarioDescription], definitions: StepDefinitions
) -> None:
    problems = {
        f"{scenario.feature}:{problem.line}: {problem.reason}"
        for scenario in scenarios
        for step in scenario.steps
        for problem in definitions.problems_of(step)
    }
    assert sorted(problems) == []


def test_every_definition_is_used(scenarios: list[ScenarioDescription], definitions: StepDefinitions) -> None:
    used = {
        definition
        for scenario in scenarios
        for step in scenario.steps
        for definition in definitions.matching(step.keyword.lower(), step.text)
    }
    unused = [f"{each.place} {each.text}" for each in definitions.all if is_ours(each) and each not in used]
    assert unused == []


def test_no_two_definitions_have_the_same_text(definitions: StepDefinitions) -> None:
    texts = [(each.context.type, each.text) for each in definitions.all if is_ours(each)]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []

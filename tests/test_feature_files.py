"""The house rules of feature files that the collector does not refuse by itself."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from pytest_bdd.gherkin_parser import GherkinDocument

from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.gherkin_problems import problems_of
from scimulate.harness.gherkin_reading import ScenarioDescription, parse, placed_scenarios, scenarios_of

FEATURES = Path(__file__).resolve().parent.parent / "features"
FILES = sorted(FEATURES.rglob("*.feature"))
PARTS = {"ja", "portal", "connection", "provisioning", "entra", "gallery", "protocol"}
OTHER_TAGS = {"smoke", "slow", "destructive", "groups", "mock-only", "renames-users"}
POLICY = re.compile(r"policy-[a-z0-9-]+")
LONGEST_BACKGROUND = 3


def name_of(path: Path) -> str:
    return path.relative_to(FEATURES).as_posix()


@cache
def document_of(path: Path) -> GherkinDocument:
    return parse(path)


@cache
def scenarios_in(path: Path) -> list[ScenarioDescription]:
    return [each.description for each in scenarios_of(document_of(path), path, FEATURES)]


def test_there_are_features() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_scenario_is_hollow(path: Path) -> None:
    assert problems_of(document_of(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_tag_is_a_requirement_of_the_catalogue_or_a_known_word(path: Path) -> None:
    known = load_catalogue()
    unknown = {
        tag
        for scenario in scenarios_in(path)
        for tag in scenario.tags
        if tag not in known and tag not in PARTS | OTHER_TAGS and not POLICY.fullmatch(tag)
    }
    assert unknown == set()


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_scenario_proves_a_requirement(path: Path) -> None:
    known = load_catalogue()
    assert [scenario.title for scenario in scenarios_in(path) if not any(tag in known for tag in scenario.tags)] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_scenario_goes_from_given_over_at_most_one_when_to_then(path: Path) -> None:
    allowed = re.compile(r"G*W?T+")
    shapes = {each.title: "".join(step.keyword[0] for step in each.steps) for each in scenarios_in(path)}
    assert {title: shape for title, shape in shapes.items() if not allowed.fullmatch(shape)} == {}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_background_is_short(path: Path) -> None:
    backgrounds = {
        ground.location.line: ground for each in placed_scenarios(document_of(path)) for ground in each.backgrounds
    }
    assert [line for line, ground in backgrounds.items() if len(ground.steps) > LONGEST_BACKGROUND] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_feature_says_for_whom_and_why_and_which_part_it_tests(path: Path) -> None:
    feature = document_of(path).feature
    assert feature.description.strip()
    assert [tag.name for tag in feature.tags if tag.name.removeprefix("@") in PARTS] != []


def test_no_two_features_share_a_title() -> None:
    titles = Counter(document_of(path).feature.name for path in FILES)
    assert [title for title, count in titles.items() if count > 1] == []

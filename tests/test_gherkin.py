"""The collector inside pytest: each test runs pytest on small feature files in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

SETTINGS = """\
[pytest]
addopts = --strict-markers --strict-config --import-mode=importlib --tb=short
    -p pytest_bdd.plugin -p xdist.plugin -p scimulate.harness.gherkin -p actors.administrator -p witness
feature_roots = features
pythonpath = .
filterwarnings = error
"""

STEPS = """\
import pytest
from pytest_bdd import given, parsers, then, when

from scimulate.harness.faults import TargetFault


@pytest.fixture
def world():
    return {"tokens": 0}


@given(parsers.parse("the tenant holds {count:d} tokens"))
@given(parsers.parse("テナントに{count:d}個のトークンがある"))
def holds(world, count):
    world["tokens"] = count


@given("these users exist:")
@given("次の利用者がいる:")
def users_exist(world, datatable):
    world["users"] = datatable


@given("the portal is broken")
def is_broken():
    raise TargetFault("SEED-013", "opening the portal", expected=200, actual=500)


@when(parsers.re("(one token|(?P<count>[0-9]+) tokens) (is|are) generated"))
def generated(world, count):
    world["tokens"] += int(count or 1)


@when("トークンを一つ作る")
def generated_in_japanese(world):
    world["tokens"] += 1


@then(parsers.cfparse("the tenant holds {count:d} tokens"))
@then(parsers.cfparse("トークンは{count:d}個ある"))
def is_held(world, count):
    assert world["tokens"] == count


@then(parsers.parse("the users are:"))
@then("利用者は:")
def users_are(world, docstring):
    assert str(world["users"]) == docstring


@then("the third token is refused")
def is_refused():
    raise TargetFault(
        "SEED-027", "generating a third token", expected="a refusal", actual={"status": 201}, exchanges=(7, 8)
    )
"""

WITNESS = """\
import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        print("WITNESS", item.scenario_description.line, item.scenario_description.tags, item.failed_step)
    return report
"""

TOKENS = """\
@portal
Feature: Tokens

  Background:
    Given the tenant holds 1 tokens

  @SEED-027 @RFC7644-3.4.2.2-03
  Rule: A tenant holds two tokens

    @NEG-08
    Scenario: 3 tokens are one too many
      When 2 tokens are generated
      Then the third token is refused

    Scenario: A second token is fine
      When one token is generated
      Then the tenant holds 2 tokens

    Scenario: A third token is miscounted
      When one token is generated
      Then the tenant holds 2 tokens
      And the tenant holds 3 tokens

    Scenario Outline: With <count> tokens
      Given the tenant holds <count> tokens
      Then the tenant holds <count> tokens

      @SEED-001
      Examples:
        | count |
        | 0     |
        | 7     |

  Rule: The portal opens

    Scenario: A fault in a Given
      Given the portal is broken
      And the tenant holds 2 tokens
      Then the tenant holds 2 tokens
"""

JAPANESE = '''\
# language: ja
機能: トークン

  @SEED-018
  シナリオ: 二つ目のトークンを作れる
    前提 テナントに1個のトークンがある
    かつ 次の利用者がいる:
      | userName |
      | ada      |
    もし トークンを一つ作る
    ならば トークンは2個ある
    かつ 利用者は:
      """
      [['userName'], ['ada']]
      """
'''

TOKEN_TITLES = [
    "3 tokens are one too many",
    "A second token is fine",
    "A third token is miscounted",
    "With 0 tokens",
    "With 7 tokens",
    "A fault in a Given",
]

Result = subprocess.CompletedProcess[str]


class Folder:
    """A folder with two of our feature files, one of a stranger, and the steps; and pytest in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        files = {
            "pytest.ini": SETTINGS,
            "actors/__init__.py": "",
            "actors/administrator.py": STEPS,
            "witness.py": WITNESS,
            "features/__init__.py": "",
            "features/portal/__init__.py": "",
            "features/portal/tokens.feature": TOKENS,
            "features/japanese.feature": JAPANESE,
            "elsewhere/vendor.feature": "Feature: Not ours\n  Scenario: Not ours\n    Given something\n",
        }
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIMULATE_"))
        }
        environ = {
            **inherited,
            "PYTHONPATH": str(self.path),
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        command = [sys.executable, "-m", "pytest", *arguments]
        return subprocess.run(command, cwd=self.path, env=environ, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, Result]:
    folder = Folder(tmp_path_factory.mktemp("whole"))
    return folder, folder.run("features", "-q", "-s", "--junitxml=junit.xml")


def collected(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if "::" in line]


def test_pytest_at_the_root_collects_ours_by_title_and_nobody_elses(folder: Folder) -> None:
    result = folder.run(".", "--collect-only", "-q")
    assert result.returncode == 0, result.stdout
    assert collected(result) == [
        "features/japanese.feature::二つ目のトークンを作れる",
        *(f"features/portal/tokens.feature::{title}" for title in TOKEN_TITLES),
    ]


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        pytest.param(["features/portal"], TOKEN_TITLES, id="a folder"),
        pytest.param(["features/portal/tokens.feature::3 tokens are one too many"], TOKEN_TITLES[:1], id="a title"),
        pytest.param(["features", "-k", "third and token"], TOKEN_TITLES[2:3], id="words of a title"),
        pytest.param(["--pyargs", "features.portal", "-m", "RFC7644-3.4.2.2-03 and not SEED-001"], TOKEN_TITLES[:3]),
        pytest.param(["features", "-m", "SEED-001"], TOKEN_TITLES[3:5], id="an id on Examples"),
        pytest.param(["features", "-m", "NEG-08 or SEED-018"], ["二つ目のトークンを作れる", TOKEN_TITLES[0]], id="ids"),
    ],
)
def test_scenarios_are_selected(folder: Folder, arguments: list[str], titles: list[str]) -> None:
    result = folder.run(*arguments, "--collect-only", "-q")
    assert [node.partition("::")[2] for node in collected(result)] == titles, result.stdout + result.stderr


def test_a_failure_shows_sentence_and_place_and_nothing_of_the_machinery(whole_run: tuple[Folder, Result]) -> None:
    _, result = whole_run
    failures = result.stdout.partition("= FAILURES =")[2].partition("\n")[2].partition("= short test summary")[0]
    blocks = [line for line in failures.splitlines() if not line.startswith(("____", "===="))]
    assert blocks == [
        "features/portal/tokens.feature:13: Then the third token is refused",
        'E   SEED-027: generating a third token: expected a refusal, got {"status": 201} (exchange 7, 8)',
        "actors/administrator.py:42: in is_held",
        '    assert world["tokens"] == count',
        "E   assert 2 == 3",
        "E   And the tenant holds 3 tokens (features/portal/tokens.feature:22)",
        "features/portal/tokens.feature:37: Given the portal is broken",
        "E   SEED-013: opening the portal: expected 200, got 500",
    ]


def test_the_item_tells_what_it_is_and_which_step_failed(whole_run: tuple[Folder, Result]) -> None:
    folder, result = whole_run
    assert result.returncode == 1
    witnessed = [line.partition("WITNESS ")[2] for line in result.stdout.splitlines() if "WITNESS" in line]
    rule = "'portal', 'SEED-027', 'RFC7644-3.4.2.2-03'"
    assert witnessed == [
        "5 ('SEED-018',) None",
        f"11 ({rule}, 'NEG-08') StepDescription(keyword='Then', written='Then', text='the third token is refused', "
        "line=13)",
        f"15 ({rule}) None",
        f"19 ({rule}) StepDescription(keyword='Then', written='And', text='the tenant holds 3 tokens', line=22)",
        f"31 ({rule}, 'SEED-001') None",
        f"32 ({rule}, 'SEED-001') None",
        "36 ('portal',) StepDescription(keyword='Given', written='Given', text='the portal is broken', line=37)",
    ]
    cases = ElementTree.parse(folder.path / "junit.xml").iter("testcase")
    assert [(case.get("classname"), case.get("name")) for case in cases] == [
        ("features.japanese.feature", "二つ目のトークンを作れる"),
        *(("features.portal.tokens.feature", title) for title in TOKEN_TITLES),
    ]


def test_workers_run_the_same_and_survive_a_selection_that_matches_nothing(folder: Folder) -> None:
    assert folder.run("features", "-q", "-n", "2").stdout.splitlines()[-1].startswith("3 failed, 4 passed")
    unmatched = folder.run("features", "-q", "-n", "2", "-m", "SEED-999")
    assert (unmatched.returncode, unmatched.stdout.splitlines()[-1].partition(" in ")[0]) == (5, "no tests ran")


def test_last_failed_runs_only_what_failed(folder: Folder) -> None:
    folder.run("features", "-q")
    result = folder.run("features", "-q", "--last-failed", "--collect-only")
    assert [node.partition("::")[2] for node in collected(result)] == [
        TOKEN_TITLES[0],
        TOKEN_TITLES[2],
        TOKEN_TITLES[5],
    ]


def test_hollow_files_stop_the_run_with_one_line_for_each_problem(folder: Folder) -> None:
    hollow = """\
        Feature: Hollow
          Scenario: Once
            Givn a misspelt keyword
            Given the tenant holds 1 tokens
            Then the tenant holds <number> tokens
          Scenario: Once
            Given something nobody defined
        """
    folder.write("features/hollow.feature", dedent(hollow))
    folder.write("features/broken.feature", "Feature: Broken\n  Scenario: A\n    Given a\n    Thn b\n")
    result = folder.run("features", "-q")
    assert result.returncode == 2
    problems = [line for line in result.stdout.splitlines() if line.startswith("features/")]
    assert problems == [
        "features/broken.feature:4: 'Thn b' cannot stand here; is a keyword misspelt?",
        'features/hollow.feature:2: the scenario "Once" has text before its first step: "Givn a misspelt keyword"; '
        "misspelt keyword?",
        "features/hollow.feature:5: no column of Examples supplies <number>",
        'features/hollow.feature:5: no definition matches "Then the tenant holds <number> tokens"; the nearest is '
        '"the tenant holds {count:d} tokens"',
        'features/hollow.feature:6: the title "Once" is used already on line 2',
        'features/hollow.feature:7: no definition matches "Given something nobody defined"',
    ]

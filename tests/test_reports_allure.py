"""The bridge to Allure: Gherkin sentences as steps, the scenario's evidence, and no secret in any file."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from scimulate.harness.redaction import Redactor
from scimulate.reports.allure_bridge import Scrubber, transcript
from tests.observed_run import exchange

CANARY = "canary-4f1c9a7be2d0"

SETTINGS = """\
[pytest]
addopts = --strict-markers --strict-config --import-mode=importlib --tb=short -p no:cacheprovider
    -p pytest_bdd.plugin -p allure_pytest.plugin -p scimulate.harness.gherkin -p scimulate.harness.plugin -p actors
    -p scimulate.reports.allure_bridge
feature_roots = features
pythonpath = .
filterwarnings = error
"""

ACTORS = f"""\
from datetime import UTC, datetime

from pytest_bdd import given, then

from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import TargetFault
from scimulate.harness.plugin import RUN


@given("トークンがある")
@given("a token")
def token(request):
    run = request.config.stash[RUN]
    now = datetime(2026, 11, 24, tzinfo=UTC)
    run.exchanges.append(Exchange(7, "judge", "s", now, 0.012, "GET", "https://a/b", (), "", 200, (), "{CANARY}"))


@then("all is well")
def well():
    pass


@then("it fails")
def fails():
    raise TargetFault("SEED-027", "using {CANARY}", expected="200", actual="{CANARY}\\x1b[31m\\ud800")


@then("it breaks off")
def breaks_off():
    raise KeyboardInterrupt
"""

FEATURE = """\
@portal
Feature: Tokens
  Two may exist.

  Rule: A token works

    @SEED-027
    Scenario: All is well
      Given a token
      Then all is well

    Scenario: It fails
      Given a token
      Then it fails
      And all is well
"""

JAPANESE = """\
# language: ja
機能: トークン
  シナリオ: 使える
    前提 トークンがある
"""


def run_features(folder: Path, *arguments: str, features: dict[str, str]) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "actors.py").write_text(dedent(ACTORS))
    (folder / "features").mkdir()
    for name, text in features.items():
        (folder / "features" / name).write_text(text, encoding="utf-8")
    (folder / "run").mkdir()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "ALLURE_"))}
    environ |= {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "SCIMULATE_RUN_FOLDER": str(folder / "run"),
        "SCIMULATE_STATE_DIR": str(folder / "state"),
        "SCIMULATE_URL": "https://scim.example.com/scim/v2",
        "SCIMULATE_TOKEN": CANARY,
        "SCIMULATE_PROFILE": "ivanti-r119",
    }
    command = [sys.executable, "-m", "pytest", "-q", *arguments, "features"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False)


def results(folder: Path) -> dict[str, dict[str, Any]]:
    read = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    return {result["name"]: result for result in read}


def steps(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["name"], step["status"]) for step in result["steps"]]


def test_sentences_evidence_and_nothing_secret(tmp_path: Path) -> None:
    features = {"tokens.feature": FEATURE.replace("@portal\n", ""), "japanese.feature": JAPANESE}
    ran = run_features(tmp_path, "--alluredir", "allure", "--allure-no-capture", features=features)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    written = results(tmp_path / "allure")
    assert {name: steps(result) for name, result in written.items()} == {
        "All is well": [("Given a token", "passed"), ("Then all is well", "passed")],
        "It fails": [("Given a token", "passed"), ("Then it fails", "failed")],
        "使える": [("前提 トークンがある", "passed")],
    }
    well = written["All is well"]
    labels = {(label["name"], label["value"]) for label in well["labels"]}
    assert {("feature", "Tokens"), ("story", "A token works"), ("tag", "SEED-027")} <= labels
    assert [attachment["name"] for attachment in well["attachments"]] == ["Exchanges", "Exchanges as data"]
    text = (tmp_path / "allure" / well["attachments"][0]["source"]).read_text()
    assert text == "# exchange 7: judge, 12 ms\n> GET https://a/b\n< 200\n[redacted]\n"
    failed = written["It fails"]["statusDetails"]["message"]
    assert "SEED-027: using [redacted]: expected 200, got [redacted]\\u001b[31m\\ud800" in failed
    files = list((tmp_path / "allure").iterdir())
    assert [path.name for path in files if CANARY in path.read_text() or "\x1b" in path.read_text()] == []


def test_an_interrupted_scenario_did_not_pass(tmp_path: Path) -> None:
    feature = FEATURE.replace("it fails", "it breaks off").replace("@portal\n", "")
    ran = run_features(tmp_path, "--alluredir", "allure", features={"tokens.feature": feature})
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    written = results(tmp_path / "allure")
    assert {name: result["status"] for name, result in written.items()} == {
        "All is well": "passed",
        "It fails": "broken",
    }
    interrupted = written["It fails"]
    assert steps(interrupted) == [("Given a token", "passed"), ("Then it breaks off", "broken")]
    assert [attachment["name"] for attachment in interrupted["attachments"]] == ["Exchanges", "Exchanges as data"]


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    ran = run_features(tmp_path, features={"japanese.feature": JAPANESE})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == [
        "actors.py",
        "features",
        "pytest.ini",
        "run",
        "state",
    ]


@pytest.mark.parametrize("model", ["TestResult", "TestResultContainer"])
def test_every_string_of_a_result_is_cleaned(model: str) -> None:
    from allure_commons import model2

    details = model2.StatusDetails(message=f"x {CANARY}", trace="\x1b[0m")
    before = model2.TestBeforeResult(name=CANARY, statusDetails=details)
    item = (
        model2.TestResult(name="n", statusDetails=details, steps=[model2.TestStepResult(name=CANARY)])
        if model == "TestResult"
        else model2.TestResultContainer(befores=[before])
    )
    scrubber = Scrubber(Redactor([CANARY]))
    (scrubber.report_result if model == "TestResult" else scrubber.report_container)(item)
    assert details == model2.StatusDetails(message="x [redacted]", trace="\\u001b[0m")
    assert CANARY not in repr(item)


def test_a_transcript_reads_from_top_to_bottom() -> None:
    sent = exchange(
        8, method="POST", url="https://a/b", request_body="{}", status=None, failure="timed out", response_body=""
    )
    assert transcript([exchange(7, url="https://a/b"), sent]) == dedent(
        """\
        # exchange 7: judge, 12 ms
        > GET https://a/b
        > Authorization: Bearer [redacted]
        > Accept: application/scim+json
        < 404
        < Content-Type: application/json
        {"detail":"nobody"}

        # exchange 8: judge, 12 ms
        > POST https://a/b
        > Authorization: Bearer [redacted]
        > Accept: application/scim+json
        {}
        < timed out
        < Content-Type: application/json
        """
    )

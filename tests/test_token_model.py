"""Each rule of the token state model, broken by hand: the scenarios that promise it turn red, and no others."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.token_model import BREAKS, VARIABLE
from tests.token_promises import PROMISES

ROOT = Path(__file__).parent.parent
FEATURES = ("token_generation", "token_limit", "token_lifecycle", "token_audit", "fixed_url")


def test_every_broken_rule_has_a_promise() -> None:
    assert set(BREAKS) == set(PROMISES)


def test_breaking_a_rule_turns_its_scenarios_red_and_no_others(tmp_path: Path) -> None:
    """All rules in one run: the scenarios are collected once, and each rule has a process of its own."""
    red = tmp_path / "red.json"
    command = [sys.executable, "-m", "pytest", "-p", "tests.token_model", "-p", "no:cacheprovider", "-q"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIMULATE_"))}
    ran = subprocess.run(
        [*command, *(f"features/portal/{name}.feature" for name in FEATURES)],
        cwd=ROOT,
        env={**environ, VARIABLE: str(red), "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert red.exists(), ran.stdout + ran.stderr
    assert json.loads(red.read_text(encoding="utf-8")) == {rule: sorted(titles) for rule, titles in PROMISES.items()}

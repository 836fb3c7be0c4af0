"""Whatever the order of the scenarios, and on however many workers, each comes to the same verdict."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shuffled import VARIABLE

ROOT = Path(__file__).parent.parent
ORDERS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 11))]
ON_TWO_WORKERS = 3


@pytest.mark.parametrize("seed", ORDERS)
def test_the_features_pass_in_any_order(seed: int, tmp_path: Path) -> None:
    """All pass in the order in which they stand; that is `pytest features`."""
    workers = ["-n", "2"] if seed == ON_TWO_WORKERS else []
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.shuffled", *workers]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SCIMULATE_"))}
    environ = {**inherited, VARIABLE: str(seed), "XDG_STATE_HOME": str(tmp_path)}
    ended = subprocess.run([*command, "features"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=300)
    assert (ended.returncode, ended.stdout if ended.returncode else "") == (0, "")

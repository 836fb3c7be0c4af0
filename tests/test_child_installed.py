"""A wheel of the tree, installed elsewhere, judges from inside a hostile repository and is not touched by it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RAISES = 'raise SystemExit("we were imported")\n'
HOSTILE = {
    "pytest.ini": "[pytest]\naddopts = --collect-only -k nothing -p hostile_plugin\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--no-such-flag'\n",
    "tox.ini": "[pytest]\ntestpaths = nowhere\n",
    "conftest.py": RAISES,
    "features/conftest.py": RAISES,
    "features/theirs.feature": "Feature: Theirs\n  Scenario: A hostile one\n    Given hostility\n",
    "steps/__init__.py": RAISES,
    "harness/__init__.py": RAISES,
    "hostile_plugin.py": RAISES,
    "pytest.py": RAISES,
    "_pytest.py": RAISES,
    "pytest_bdd.py": RAISES,
    "xdist.py": RAISES,
    "allure_pytest.py": RAISES,
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `scimulate` of a fresh environment, which sees our dependencies but not our tree."""
    folder = tmp_path_factory.mktemp("installed")
    ignore = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "tests", "scimulate-results")
    shutil.copytree(ROOT, folder / "tree", ignore=ignore)
    offline = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip"]
    subprocess.run(
        [*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, folder / "tree"], check=True
    )
    [wheel] = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    subprocess.run([*pip, "--python", python, "install", *offline, wheel], check=True)
    [packages] = environment.glob("lib/python*/site-packages")
    # The dependencies are those of this environment. Its own .pth files, which lead to the tree, are not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "scimulate"


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_hostile_repository_does_not_touch_a_run(installed: Path, tmp_path: Path, workers: str) -> None:
    repository = tmp_path / "repository"
    for name, content in HOSTILE.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(content)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SCIMULATE_", "PYTEST_"))},
        "PYTEST_ADDOPTS": "--collect-only -p hostile_plugin",
        "PYTEST_PLUGINS": "hostile_plugin",
        "PYTHONPATH": ".",
        "SCIMULATE_STATE_DIR": str(tmp_path / "state"),
    }
    done = subprocess.run(
        [installed, "run", "--select", "SEED-027", "--workers", workers],
        cwd=repository,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    assert (done.returncode, "we were imported" in said) == (0, False), said
    result = json.loads((repository / "scimulate-results" / "result.json").read_text())
    verdicts = {row["requirement"]: row["verdict"] for row in result["requirements"]}
    assert verdicts["SEED-027"] == "passed"
    assert {scenario["feature"] for row in result["requirements"] for scenario in row["scenarios"]} == {
        "features/ja/token.feature",
        "features/portal/token_limit.feature",
    }
    shutil.rmtree(repository / "scimulate-results")
    written = {str(file.relative_to(repository)) for file in repository.rglob("*") if file.is_file()}
    assert written == set(HOSTILE)

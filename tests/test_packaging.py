"""What is shipped is what stands in the tree, and what is installed is what was locked."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
from uv import find_uv_bin

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = SETTINGS["tool"]["setuptools"]["packages"]
DATA_PATTERNS: list[str] = SETTINGS["tool"]["setuptools"]["package-data"]["*"]
NOT_SHIPPED = {"tests", "docs", "build", "dist"}


def shipped_files() -> list[Path]:
    """Every file of the repository below the packages, relative to the root; what a user left there is not ours."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [Path(name) for name in listed.split("\0") if "/" in name]
    return sorted(
        file
        for file in files
        if file.parts[0] not in NOT_SHIPPED and not file.parts[0].startswith(".") and (ROOT / file).exists()
    )


def uv(*arguments: str) -> str:
    """What uv answers without a network and, but for a fault, without a word on the error stream."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    command = [find_uv_bin(), *arguments, "--offline", "--python", sys.executable, "--project", str(ROOT)]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_list_is_the_tree() -> None:
    in_the_tree = {"scimulate", *(".".join(("scimulate", *file.parent.parts)) for file in shipped_files())}
    assert {"not listed": in_the_tree - set(PACKAGES), "not there": set(PACKAGES) - in_the_tree} == {
        "not listed": set(),
        "not there": set(),
    }
    assert sorted(PACKAGES) == PACKAGES


def test_every_package_has_an_init() -> None:
    folders = [ROOT.joinpath(*package.split(".")[1:]) for package in PACKAGES]
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_every_file_of_a_package_is_code_or_data_that_is_shipped() -> None:
    lost = [
        str(file)
        for file in shipped_files()
        if file.suffix != ".py" and not any(fnmatch(file.name, pattern) for pattern in DATA_PATTERNS)
    ]
    assert lost == []


def test_the_lock_is_in_step_with_the_settings() -> None:
    uv("lock", "--check")


def test_the_constraints_are_the_lock() -> None:
    wanted = ["--frozen", "--no-hashes", "--no-emit-project", "--all-extras", "--no-annotate", "--no-header"]
    assert (ROOT / "constraints.txt").read_text(encoding="utf-8") == uv("export", *wanted, "--quiet")


def test_every_dependency_is_constrained() -> None:
    constrained = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines()}
    project = SETTINGS["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[<>=;\[ ]", requirement)[0].lower() for requirement in wanted}
    assert names - constrained == set()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy to build in, since a build leaves folders behind."""
    copy = tmp_path / "tree"
    for file in [*shipped_files(), *(path.relative_to(ROOT) for path in ROOT.iterdir() if path.is_file())]:
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, copy / file)
    return copy


def test_a_wheel_holds_every_feature_template_and_data_file(tree: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    built = subprocess.run(
        [*command, "--wheel-dir", str(tmp_path), str(tree)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("scimulate-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.startswith("scimulate-")}
    wanted = {"scimulate/__init__.py", *(f"scimulate/{file.as_posix()}" for file in shipped_files())}
    assert {"missing": wanted - held, "too much": held - wanted} == {"missing": set(), "too much": set()}

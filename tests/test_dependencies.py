"""What is shipped imports what `pyproject.toml` declares: a package that comes along with another may go with it."""

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# The browser is imported where one was asked for, and nowhere else.
EXTRA = PROJECT["project"]["optional-dependencies"]["browser"]
DECLARED = {re.split(r"[^\w.-]", line)[0].lower() for line in [*PROJECT["project"]["dependencies"], *EXTRA]}
SHIPPED = sorted({package.split(".")[1] for package in PROJECT["tool"]["setuptools"]["packages"] if "." in package})
OURS = {"scimulate"}


BENCHMARKS = ROOT / "load" / "benchmarks"
"""For developers: what they need is in the extra `dev`."""


def third_party(folder: str) -> dict[str, str]:
    """The packages that the modules of `folder` import, and where each is imported first."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        if path.is_relative_to(BENCHMARKS):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [alias.name for alias in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                found.setdefault(module.partition(".")[0], f"{path.relative_to(ROOT)}:{node.lineno}")
    return {name: place for name, place in found.items() if name not in sys.stdlib_module_names | OURS}


def distributions(package: str) -> set[str]:
    """Who may bring it: more than one distribution has a part in some packages."""
    return {name.lower() for name in metadata.packages_distributions().get(package, [])}


@pytest.mark.parametrize("folder", SHIPPED)
def test_what_is_imported_is_declared(folder: str) -> None:
    undeclared = {name: place for name, place in third_party(folder).items() if not distributions(name) & DECLARED}
    assert undeclared == {}


def test_what_is_imported_is_found() -> None:
    """Otherwise the test above would prove nothing."""
    assert {"httpx", "pytest"} <= third_party("harness").keys()
    assert distributions("yaml") == {"pyyaml"}

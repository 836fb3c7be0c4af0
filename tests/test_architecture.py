"""Who may import whom, read from the source: the table of the house."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "scim_schemas": set(),
    "mock_servers": {"scim_schemas"},
    "harness": {"scim_schemas"},
    "steps": {"harness", "mock_servers", "scim_schemas"},
    "features": set(),
    "load": {"harness", "mock_servers"},
    "reports": {"harness"},
    "cli": {"harness", "load", "mock_servers", "reports", "scim_schemas", "steps"},
    "tests": {"cli", "harness", "load", "mock_servers", "reports", "scim_schemas", "steps"},
}
"""The folders of the house, and which others each may use."""

STRANGERS = {
    "mock_servers/entra": ("mock_servers.portal", "mock_servers.scim", "mock_servers.tenants"),
    "mock_servers/portal": ("mock_servers.entra",),
    "mock_servers/scim": ("mock_servers.entra",),
}
"""The MDM and the mock Entra ID are two products: they meet over HTTP."""

NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "common", "core", "manager", "service", "base", "misc"}


def modules_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "out" not in path.relative_to(folder).parts)


def imported_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, inside functions and by `import_module("…")` too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = "." * level + (module or "")
                yield from ((node.lineno, f"{origin}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name


def offence(folder: str, name: str) -> str | None:
    """Why `folder` may not import `name`."""
    first, _, rest = name.partition(".")
    if not first:
        return "is relative; write the full name"
    if first in MAY_IMPORT and first != "tests":
        return f"is another name of scimulate.{first}"
    if first == "tests" and folder != "tests":
        return "is not shipped"
    if first != "scimulate":
        return None
    part = rest.partition(".")[0]
    if part in MAY_IMPORT and part != folder and part not in MAY_IMPORT[folder]:
        return f"is out of bounds: {folder} may import {', '.join(sorted(MAY_IMPORT[folder])) or 'nothing of ours'}"
    return None


def offences_in(folder: str, source: str) -> list[str]:
    found = ((line, name, offence(folder, name)) for line, name in imported_names(ast.parse(source)))
    return [f"{line}: {name} {reason}" for line, name, reason in found if reason]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_the_table_allows(folder: str) -> None:
    offences = [
        f"{module.relative_to(ROOT)}:{each}"
        for module in modules_of(ROOT / folder)
        for each in offences_in(folder, module.read_text(encoding="utf-8"))
    ]
    assert offences == []


@pytest.mark.parametrize("part", STRANGERS)
def test_the_mock_servers_do_not_know_each_other(part: str) -> None:
    known = [
        f"{module.relative_to(ROOT)}:{line}: {name}"
        for module in modules_of(ROOT / part)
        for line, name in imported_names(ast.parse(module.read_text(encoding="utf-8")))
        if name.startswith(tuple(f"scimulate.{stranger}." for stranger in STRANGERS[part]))
    ]
    assert known == []


@pytest.mark.parametrize(
    ("folder", "source", "offences"),
    [
        pytest.param("harness", "from scimulate.harness.faults import TargetFault", [], id="itself"),
        pytest.param("harness", "import json\nfrom scimulate.scim_schemas import validate", [], id="allowed"),
        pytest.param(
            "mock_servers",
            "def f():\n    from scimulate.harness import wire",
            ["2: scimulate.harness.wire is out of bounds: mock_servers may import scim_schemas"],
            id="the judge, inside a function",
        ),
        pytest.param(
            "scim_schemas",
            "import_module('scimulate.load.locustfile')",
            ["1: scimulate.load.locustfile is out of bounds: scim_schemas may import nothing of ours"],
            id="by name",
        ),
        pytest.param(
            "load",
            "import scimulate.cli.main as main",
            ["1: scimulate.cli.main is out of bounds: load may import harness, mock_servers"],
            id="the command line",
        ),
        pytest.param("cli", "from . import main", ["1: ..main is relative; write the full name"], id="relative"),
        pytest.param("cli", "import harness", ["1: harness is another name of scimulate.harness"], id="short name"),
        pytest.param("cli", "from tests.x import y", ["1: tests.x.y is not shipped"], id="tests"),
    ],
)
def test_an_import_out_of_bounds_is_seen(folder: str, source: str, offences: list[str]) -> None:
    assert offences_in(folder, source) == offences


def test_every_folder_with_code_has_its_place_in_the_table() -> None:
    ignored = {"build", "dist"}
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.name not in ignored and modules_of(path)
    }
    assert folders == set(MAY_IMPORT)


def test_the_package_itself_imports_nothing_of_ours() -> None:
    """Importing `scimulate` must cost nothing and pull in no part."""
    names = [name for _, name in imported_names(ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8")))]
    assert [name for name in names if name.startswith(("scimulate", "."))] == []


def test_features_hold_feature_files_and_nothing_else() -> None:
    strangers = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "features").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if path.suffix != ".feature" and path.name != "__init__.py"
    ]
    assert strangers == []
    code = [path for path in modules_of(ROOT / "features") if len(ast.parse(path.read_text(encoding="utf-8")).body) > 1]
    assert code == [], "an __init__.py of features holds its docstring alone"


def test_a_module_is_named_for_what_it_is() -> None:
    parts = [ROOT / folder for folder in MAY_IMPORT]
    modules = [module for part in parts for module in modules_of(part)]
    assert [str(module.relative_to(ROOT)) for module in modules if module.stem in NAMES_THAT_SAY_NOTHING] == []


def test_the_page_of_the_house_leads_to_each_module_of_the_scim_server() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = page.partition("## The SCIM server, rule by rule")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.rsplit("|", 2)[1])]
    there = [path.stem for path in modules_of(ROOT / "mock_servers" / "scim") if path.stem != "__init__"]
    assert sorted(named) == there

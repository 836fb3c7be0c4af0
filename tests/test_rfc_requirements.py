"""Every requirement that a server can be held to is proven by a test of the reference server, or argued."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from scimulate.harness.catalogue import load_catalogue

HERE = Path(__file__).parent


def asked_of_servers() -> set[str]:
    return {
        requirement.id
        for requirement in load_catalogue().values()
        if requirement.id.startswith("RFC") and "server" in requirement.party
    }


def proven() -> Iterator[str]:
    """The ids that `pytest.mark.requirement` names anywhere in the tests."""
    for module in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.requirement":
                assert node.args, f"{module.name}:{node.lineno} names no requirement"
                for given in node.args:
                    assert isinstance(given, ast.Constant), f"{module.name}:{node.lineno}: ids are written out"
                    yield str(given.value)


def argued() -> dict[str, str]:
    found: dict[str, str] = {}
    for page in sorted(HERE.glob("rfc_argued/*.toml")):
        reasons = tomllib.loads(page.read_text(encoding="utf-8"))
        assert not found.keys() & reasons.keys(), page.name
        found |= reasons
    return found


def test_every_server_requirement_is_proven_or_argued() -> None:
    assert asked_of_servers() - set(proven()) - argued().keys() == set()


def test_no_test_names_a_requirement_that_is_none_of_a_servers() -> None:
    assert (set(proven()) | argued().keys()) - asked_of_servers() == set()


def test_what_is_argued_has_a_reason_and_is_not_proven_as_well() -> None:
    assert [name for name, reason in argued().items() if len(reason) < 20] == []
    assert set(proven()) & argued().keys() == set()

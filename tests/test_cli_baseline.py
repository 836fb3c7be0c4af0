"""The baseline: accepted findings with a reason, an owner and an end."""

from datetime import date
from pathlib import Path

import pytest

from scimulate.cli.baseline import Accepted, expired, read_baseline
from scimulate.harness.faults import SettingsError

IN_TOML = """
[[accepted]]
id = "ENTRA-122"
reason = "fixed in 4.2"
owner = "identity team"
expires = 2027-03-31

[[accepted]]
id = "SEED-027"
reason = "no portal"
owner = "ada"
"""
IN_JSON = """[
 {"id": "ENTRA-122", "reason": "fixed in 4.2", "owner": "identity team", "expires": "2027-03-31"},
 {"id": "SEED-027", "reason": "no portal", "owner": "ada"}
]"""
LINES = (
    Accepted("ENTRA-122", "fixed in 4.2", "identity team", date(2027, 3, 31)),
    Accepted("SEED-027", "no portal", "ada"),
)


@pytest.mark.parametrize(("name", "content"), [("b.toml", IN_TOML), ("b.json", IN_JSON)])
def test_toml_and_json_say_the_same(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    assert read_baseline(path) == LINES


def test_an_entry_holds_until_the_end_of_its_last_day() -> None:
    assert [list(expired(LINES, day)) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [[], [LINES[0]]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "is neither TOML nor JSON: "),
        ("accepted = 1", "must hold a list of accepted findings"),
        ("accepted = [1]", "entry 1 must hold id, reason, owner, expires and nothing else"),
        ('[[accepted]]\nid = "A"\nreason = " "', "entry 1 lacks reason and owner"),
        ('[[accepted]]\nid = "A"\nreason = "b"\nowner = "c"\nexpires = "soon"', "entry 1: expires must be a day"),
        ('[[accepted]]\nid = "A"\nreason = "b"\nowner = "c"\nexpries = "soon"', "entry 1 must hold id, reason, "),
    ],
    ids=["broken", "no list", "no table", "no reason", "no day", "unknown key"],
)
def test_a_baseline_that_cannot_be_used_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(content)
    with pytest.raises(SettingsError) as refused:
        read_baseline(path)
    assert str(refused.value).startswith(f"baseline: {path} {problem}")

"""docs/policies.md and docs/readings.md tell every field, with the value that it has."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from scimulate.mock_servers.scim.capabilities import Capabilities
from scimulate.mock_servers.scim.policy import POLICIES, Policy
from scimulate.mock_servers.scim.readings import Readings

READINGS_PAGE = Path(__file__).parent.parent / "docs" / "readings.md"
PAGE = Path(__file__).parent.parent / "docs" / "policies.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)
READING = re.compile(r"^\| `(\w+)` \| ([^|]*) \|", re.MULTILINE)
WORDS: dict[object, str] = {True: "yes", False: "no", None: "none"}


def _shown(value: object) -> str:
    return (
        "the list below" if isinstance(value, tuple) else WORDS[value] if value in (True, False, None) else str(value)
    )


def test_the_page_tells_each_field_and_its_values() -> None:
    told = {name: tuple(values) for name, *values in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    names = [field.name for field in fields(Policy) if field.name not in ("name", "summary", "readings", "supported")]
    assert told == {name: tuple(_shown(getattr(policy, name)) for policy in POLICIES.values()) for name in names}


def test_the_page_tells_what_may_be_updated() -> None:
    listed = POLICIES["ivanti-r119"].updatable
    assert listed is not None
    assert ", ".join(f"`{name}`" for name in listed) in PAGE.read_text(encoding="utf-8").replace("\n", " ")


@pytest.mark.parametrize(("heading", "kind"), [("## Readings", Readings), ("## Capabilities", Capabilities)])
def test_the_page_of_readings_tells_each_field_and_what_holds_here(
    heading: str, kind: type[Readings | Capabilities]
) -> None:
    section = READINGS_PAGE.read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n## ")[0]
    held = kind()
    assert dict(READING.findall(section)) == {
        field.name: _shown(getattr(held, field.name)) if getattr(held, field.name) != () else "none"
        for field in fields(kind)
    }


@pytest.mark.parametrize("policy", POLICIES)
def test_every_named_policy_takes_the_readings_of_the_page(policy: str) -> None:
    assert (POLICIES[policy].readings, POLICIES[policy].supported) == (Readings(), Capabilities())

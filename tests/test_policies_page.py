"""docs/policies.md tells every field of the policies, with the value that it has in each."""

import re
from dataclasses import fields
from pathlib import Path

from scimulate.mock_servers.scim.policy import POLICIES, Policy

PAGE = Path(__file__).parent.parent / "docs" / "policies.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|", re.MULTILINE)
WORDS: dict[object, str] = {True: "yes", False: "no", None: "none"}


def _shown(value: object) -> str:
    return (
        "the list below" if isinstance(value, tuple) else WORDS[value] if value in (True, False, None) else str(value)
    )


def test_the_page_tells_each_field_and_its_values() -> None:
    told = {name: tuple(values) for name, *values in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    names = [field.name for field in fields(Policy) if field.name not in ("name", "summary")]
    assert told == {name: tuple(_shown(getattr(policy, name)) for policy in POLICIES.values()) for name in names}


def test_the_page_tells_what_may_be_updated() -> None:
    listed = POLICIES["ivanti-r119"].updatable
    assert listed is not None
    assert ", ".join(f"`{name}`" for name in listed) in PAGE.read_text(encoding="utf-8").replace("\n", " ")

"""What has to change in a target for it to equal the mapped source (ENTRA-089)."""

from dataclasses import dataclass
from enum import StrEnum

from scimulate.mock_servers.entra.mapping import Mapped, Value, value_at


class Verb(StrEnum):
    """What is done to one attribute, in neither dialect's spelling."""

    ADD = "add"
    REPLACE = "replace"


@dataclass(frozen=True)
class Change:
    """One attribute that differs. `old` is what the target held."""

    verb: Verb
    path: str
    value: Value
    old: object = None


def differences(values: Mapped, resource: object) -> list[Change]:
    """In mapping order (ENTRA-605); `Add` where the target has nothing, `Replace` where it has (ENTRA-126)."""
    changes = []
    for path, value in values.items():
        held = value_at(resource, path)
        if held is None or held == "":
            changes.append(Change(Verb.ADD, path, value))
        elif not _equals(held, value):
            changes.append(Change(Verb.REPLACE, path, value, held))
    return changes


def _equals(held: object, value: Value) -> bool:
    """Stored values must equal sent ones (ENTRA-094); only a boolean may come back as a word."""
    if isinstance(value, bool) and isinstance(held, str):
        return held.casefold() == str(value).casefold()
    return type(held) is type(value) and held == value

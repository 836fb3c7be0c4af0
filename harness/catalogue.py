"""The requirements as data: what each says, where it comes from, why it matters and how it is put right.

The files in `requirements/` have two shapes: entries of the RFCs (statement, test, topic) and entries of our own
(sentence, why, how_to_fix). Everybody else sees one shape, `Requirement`. Nothing here knows what a run observed.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scimulate.harness.faults import HarnessError

REQUIREMENTS_FOLDER = Path(__file__).parent / "requirements"
TOPICS_FILE = "topics.yaml"

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML without libyaml reads the same, ten times slower
    from yaml import SafeLoader as Loader  # type: ignore[assignment]


@dataclass(frozen=True)
class Requirement:
    """One demand. `level` is that of the text (implied: an RFC says it without capitals), or INFO."""

    id: str
    level: str
    party: str
    """Who has to comply: server, portal or client (Entra, which our emulator stands for)."""
    source: str
    sentence: str
    why: str
    how_to_fix: str
    needs: str | None = None
    """`portal` when it can only be seen through an administrator portal."""
    test: str = ""
    ambiguity: str | None = None
    applies_when: str = "always"
    destructive: bool = False
    untestable: str | None = None
    thin: str | None = None
    """What of it the bundled servers only hint at, since it lies outside of provisioning."""


def family_of(identifier: str) -> str:
    """`SEED` of `SEED-027`, `RFC7644` of `RFC7644-3.5.2-07`."""
    return identifier.partition("-")[0]


class Catalogue(Mapping[str, Requirement]):
    """All requirements by id, in the order of their files. `version` changes with every byte of the data."""

    def __init__(self, requirements: Mapping[str, Requirement], version: str) -> None:
        self._requirements = dict(requirements)
        self.version = version

    def __getitem__(self, identifier: str) -> Requirement:
        return self._requirements[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def find(self, identifier: str) -> Requirement:
        """The requirement, whatever the letter case of `identifier`; a misspelt one is answered with near ones."""
        found = self._requirements.get(identifier) or self._requirements.get(identifier.upper())
        if found is None:
            family = identifier.upper().split("-", 1)[0]
            near = [known for known in self._requirements if known.startswith(family)] or sorted(
                {known.split("-", 1)[0] for known in self._requirements}
            )
            raise HarnessError(f"no requirement {identifier!r}; there are {', '.join(near[:6])}, …")
        return found


@cache
def load_catalogue(folder: Path = REQUIREMENTS_FOLDER) -> Catalogue:
    topics: dict[str, str] = yaml.load((folder / TOPICS_FILE).read_bytes(), Loader)
    digest = hashlib.sha256()
    requirements: dict[str, Requirement] = {}
    for file in sorted(folder.glob("*.yaml")):
        raw = file.read_bytes()
        digest.update(raw)
        if file.name == TOPICS_FILE:
            continue
        for entry in yaml.load(raw, Loader):
            requirement = _read(entry, topics)
            if requirement.id in requirements:
                raise HarnessError(f"{file.name}: {requirement.id} stands twice in the catalogue")
            requirements[requirement.id] = requirement
    return Catalogue(requirements, digest.hexdigest()[:12])


def _read(entry: dict[str, Any], topics: Mapping[str, str]) -> Requirement:
    if "statement" in entry:
        return _read_rfc(entry, topics)
    return Requirement(
        id=entry["id"],
        level=entry["level"],
        party=entry["party"],
        source=entry["source"],
        sentence=entry["sentence"],
        why=entry["why"],
        how_to_fix=entry.get("how_to_fix", ""),
        needs=entry.get("needs"),
        untestable=entry.get("untestable"),
        thin=entry.get("thin"),
    )


def _read_rfc(entry: dict[str, Any], topics: Mapping[str, str]) -> Requirement:
    source = entry["source"]
    test: str = entry["test"]
    server = entry["party"] == "server"
    return Requirement(
        id=entry["id"],
        level=entry["level"],
        party=entry["party"],
        source=f"RFC {source['rfc']}, section {source['section']}",
        sentence=entry["statement"],
        why=topics[entry["topic"]],
        how_to_fix=f"Make this hold: {test}" if server else "",
        test=test,
        ambiguity=entry.get("ambiguity"),
        applies_when=entry["applies_when"],
        destructive=entry["destructive"],
        untestable=_why_untestable(test),
    )


def _why_untestable(test: str) -> str | None:
    """The tests themselves say where nothing seen over HTTP can decide."""
    if re.match(r"review(?: only)?(?: \(.*\))?$", test):
        return "not decidable over HTTP; it is for a review of the implementation"
    if test.startswith("no failure condition"):
        return "the text allows every answer; there is nothing that could fail"
    return None

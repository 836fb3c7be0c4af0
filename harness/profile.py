"""A profile: the question a run answers, as data. Which requirements count, how heavily, and in which reading."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scimulate.harness.catalogue import Requirement, family_of
from scimulate.harness.faults import SettingsError
from scimulate.harness.verdict import Verdict

PROFILES_FOLDER = Path(__file__).parent / "profiles"
DEFAULT_PROFILE = "entra"
POLICY_TAG = "policy-"
"""Begins the tag that names the policy of the bundled server a scenario is about."""


@dataclass(frozen=True)
class Exclusion:
    """Scenarios that carry `tag` do not apply to a `target` ("foreign": not our bundled server; "any")."""

    tag: str
    target: str
    reason: str


@dataclass(frozen=True)
class Profile:
    name: str
    title: str
    question: str
    policy: str
    """The policy that a bundled server takes where a feature names none."""
    families: frozenset[str]
    levels: Mapping[str, Verdict]
    """Level -> verdict of a requirement of that level that was broken."""
    overrides: Mapping[str, Verdict]
    """Requirement id -> verdict when broken, where the documented target departs from it on purpose."""
    readings: Mapping[str, str]
    exclusions: tuple[Exclusion, ...]
    release: str = ""
    """The release of a product whose documented behaviour this is; none for the standards (SEED-000)."""
    source: str = ""
    source_date: str = ""

    @property
    def basis(self) -> str:
        """What the profile follows, for the head of a report: release, page and date of the page (SEED-000)."""
        return f'release {self.release}, "{self.source}" of {self.source_date}' if self.release else ""

    @property
    def described(self) -> str:
        return f"{self.name} ({self.basis})" if self.basis else self.name

    def judges(self, identifier: str, *, bundled: bool = False) -> bool:
        """Whether the requirement counts. Our own servers are held to everything that they promise by default."""
        return family_of(identifier) in self.families or (bundled and self.name == DEFAULT_PROFILE)

    def verdict_when_broken(self, requirement: Requirement) -> Verdict:
        """What stands implied and allows more than one reading is reported as the reading observed, never failed."""
        if requirement.id in self.overrides:
            return self.overrides[requirement.id]
        if requirement.level == "implied" and requirement.ambiguity:
            return self.levels["ambiguous"]
        return self.levels[requirement.level]

    def reading_of(self, requirement: Requirement) -> str:
        """Which reading this profile takes where the text allows several; nothing where it allows one."""
        if requirement.ambiguity is None:
            return ""
        taken = self.readings.get(requirement.ambiguity)
        if taken is None:
            return f"The text allows several ({requirement.ambiguity}); what the endpoint does is recorded."
        return f"The text allows several ({requirement.ambiguity}); the profile {self.name} takes: {taken}."

    def other_release(self, tags: Iterable[str]) -> "Profile | None":
        """The profile of another release of the product to which scenarios with these tags belong (NEG-60)."""
        carried = set(tags)
        if not self.release or f"{POLICY_TAG}{self.policy}" in carried:
            return None
        others = (load_profile(name) for name in profile_names())
        return next((other for other in others if other.release and f"{POLICY_TAG}{other.policy}" in carried), None)

    def not_applicable(self, tags: Iterable[str], *, bundled: bool) -> str | None:
        """Why a scenario with these tags does not apply to the endpoint, or None."""
        carried = set(tags)
        for exclusion in self.exclusions:
            if exclusion.tag in carried and (exclusion.target == "any" or not bundled):
                return exclusion.reason
        return None


def profile_names() -> list[str]:
    return sorted(file.stem for file in PROFILES_FOLDER.glob("*.toml"))


def load_profile(name: str = DEFAULT_PROFILE) -> Profile:
    if name not in profile_names():
        raise SettingsError("profile", f"there is no {name!r}; accepted are {', '.join(profile_names())}")
    data: dict[str, Any] = tomllib.loads((PROFILES_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Profile(
        name=name,
        title=data["title"],
        question=data["question"],
        policy=data["policy"],
        families=frozenset(data["families"]),
        levels={level: Verdict(verdict) for level, verdict in data["levels"].items()},
        overrides={identifier: Verdict(verdict) for identifier, verdict in data.get("overrides", {}).items()},
        readings=data["readings"],
        exclusions=tuple(Exclusion(**row) for row in data["not_applicable"]),
        release=data.get("release", ""),
        source=data.get("source", ""),
        source_date=data.get("source_date", ""),
    )

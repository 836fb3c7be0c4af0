"""The catalogue as people and scripts see it: a list with the scenarios that prove each entry; one entry explained."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException, ParserError
from gherkin.parser import Parser

from scimulate.harness.catalogue import Catalogue, Requirement
from scimulate.harness.faults import HarnessError
from scimulate.harness.profile import Profile

FEATURES_FOLDER = Path(__file__).parent.parent / "features"

Scenarios = Mapping[str, Sequence[str]]
"""Requirement id -> `features/…/x.feature::title` of every scenario that carries it."""

HOW_IT_FAILS = {
    "failed": "When it does not hold the verdict is failed, and the run ends with exit code 1.",
    "warning": "When it does not hold the verdict is warning; with --fail-on warning the run ends with exit code 1.",
    "info": "It never fails: what the endpoint does is shown as the reading observed.",
}


def scenarios_by_requirement(folder: Path = FEATURES_FOLDER) -> dict[str, list[str]]:
    """Tags hold for everything below them: feature, rule, scenario, and the rows of a tagged Examples table."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("*.feature")):
        name = f"features/{file.relative_to(folder).as_posix()}"
        for title, tags in _tagged_scenarios(file):
            for tag in tags:
                found.setdefault(tag, []).append(f"{name}::{title}")
    return found


def _tagged_scenarios(file: Path) -> list[tuple[str, list[str]]]:
    try:
        document: Mapping[str, Any] = Parser().parse(file.read_text(encoding="utf-8"))
    except (ParserError, CompositeParserException) as error:
        raise HarnessError(f"{file}: not readable as Gherkin: {error}") from error
    found: list[tuple[str, list[str]]] = []

    def collect(children: Sequence[Mapping[str, Any]], inherited: list[str]) -> None:
        for child in children:
            if rule := child.get("rule"):
                collect(rule["children"], inherited + _tags(rule))
            elif scenario := child.get("scenario"):
                own = inherited + _tags(scenario)
                rows = [tag for examples in scenario["examples"] for tag in _tags(examples)]
                found.append((scenario["name"], list(dict.fromkeys(own + rows))))

    if feature := document.get("feature"):
        collect(feature["children"], _tags(feature))
    return found


def _tags(node: Mapping[str, Any]) -> list[str]:
    return [tag["name"].removeprefix("@") for tag in node["tags"]]


def as_json(catalogue: Catalogue, scenarios: Scenarios, profile: Profile | None = None) -> list[dict[str, Any]]:
    """What `scimulate catalogue --json` prints: the entries that count under `profile`, or all."""
    return [
        {
            "id": requirement.id,
            "level": requirement.level,
            "party": requirement.party,
            "source": requirement.source,
            "sentence": requirement.sentence,
            "scenarios": list(scenarios.get(requirement.id, ())),
            "untestable": requirement.untestable,
        }
        for requirement in catalogue.values()
        if profile is None or profile.judges(requirement.id)
    ]


def as_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What `scimulate catalogue` prints of the rows of `as_json`: each entry, then the scenarios that prove it."""
    for row in rows:
        proofs = len(row["scenarios"])
        proven = "not testable" if row["untestable"] else f"{proofs} scenario{'' if proofs == 1 else 's'}"
        yield f"{row['id']:<24} {row['level']:<10} {proven:<14} {row['sentence']}"
        yield from (f"    {proof}" for proof in row["scenarios"])
        if row["untestable"]:
            yield f"    {row['untestable']}"
    yield f"{len(rows)} requirements; scimulate explain ID tells all of one"


def explain(requirement: Requirement, scenarios: Scenarios, profile: Profile) -> str:
    """One requirement in full, as `scimulate explain` prints it."""
    level = requirement.level
    if level == "implied":
        level = "implied (the text says it without a keyword in capitals)"
    parts = [
        ("", requirement.sentence),
        ("Level", f"{level}, to be met by the {requirement.party}"),
        ("Source", requirement.source),
        ("Reading", profile.reading_of(requirement)),
        ("Why Entra cares", requirement.why),
        ("How it is tested", "\n".join(_how_tested(requirement, scenarios))),
        ("How it fails", _how_it_fails(requirement, profile)),
        ("How to put it right", requirement.how_to_fix),
        ("To dispute it", f"put this into a file and give it as --baseline:\n{_baseline_entry(requirement)}"),
    ]
    blocks = [f"{heading}\n{_indented(text)}" if heading else _filled(text, "") for heading, text in parts if text]
    return f"{requirement.id}\n" + "\n\n".join(blocks) + "\n"


def _baseline_entry(requirement: Requirement) -> str:
    return f'[[accepted]]\nid = "{requirement.id}"\nreason = "why you accept it"\nowner = "who decided"'


def _how_tested(requirement: Requirement, scenarios: Scenarios) -> list[str]:
    lines = [requirement.test] if requirement.test else []
    if requirement.untestable:
        lines.append(f"Not tested: {requirement.untestable}.")
    proofs = scenarios.get(requirement.id, ())
    if proofs:
        lines += [f"- {proof}" for proof in proofs]
    elif not requirement.untestable:
        lines.append("No scenario proves it yet.")
    if requirement.thin:
        lines.append(f"Thin: {requirement.thin}.")
    if requirement.needs:
        lines.append(f"Needs a {requirement.needs} that this judge can drive.")
    if requirement.applies_when != "always":
        lines.append(f"Applies when {requirement.applies_when} holds.")
    return lines


def _how_it_fails(requirement: Requirement, profile: Profile) -> str:
    if not profile.judges(requirement.id):
        return f"The profile {profile.name} does not judge it."
    return HOW_IT_FAILS[profile.verdict_when_broken(requirement).value]


def _indented(text: str) -> str:
    return "\n".join(_filled(line, "  ") for line in text.splitlines())


def _filled(line: str, margin: str) -> str:
    hanging = margin + ("  " if line.startswith("- ") else "")
    return textwrap.fill(
        line, 96, initial_indent=margin, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )

"""From what the scenarios observed to verdicts and findings. Pure: no file, no clock, no network.

One broken thing is one finding, however many scenarios it reddens; whatever it kept from being seen is not tested.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scimulate.harness.catalogue import Requirement
from scimulate.harness.curl import repeating
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import shown
from scimulate.harness.profile import Profile
from scimulate.harness.root_causes import traced
from scimulate.harness.verdict import SEVERITY, ScenarioRecord, Verdict, worst

CLEAN, FINDINGS, HARNESS_FAULT, NOTHING_TESTED = 0, 1, 4, 5
TESTED = (Verdict.FAILED, Verdict.WARNING, Verdict.PASSED, Verdict.INFO)
STRANGER_TITLE = "The endpoint led a write to a record that this run did not create; the write was not sent"


@dataclass(frozen=True)
class ScenarioResult:
    """What one scenario says of one requirement."""

    feature: str
    line: int
    title: str
    verdict: Verdict
    reason: str = ""
    expected: Any = None
    actual: Any = None
    exchanges: tuple[int, ...] = ()
    readings: Mapping[str, str] | None = None


@dataclass(frozen=True)
class RequirementResult:
    requirement: str
    level: str
    verdict: Verdict
    partly: bool
    """Passed where it was seen, and not tested elsewhere."""
    reason: str
    scenarios: tuple[ScenarioResult, ...]


@dataclass(frozen=True)
class Finding:
    """A root cause. `also_broke` failed with it, `blocked` could not be tested because of it."""

    number: int
    requirement: str
    verdict: Verdict
    title: str
    expected: Any
    actual: Any
    why_it_matters: str
    fix: str
    source: str
    curl: str
    exchanges: tuple[int, ...]
    also_broke: tuple[str, ...]
    blocked: tuple[str, ...]
    scenarios: tuple[str, ...]
    stranger: bool = False
    action: str = ""
    """What was being done when it showed."""


@dataclass(frozen=True)
class WeighedScenario:
    record: ScenarioRecord
    verdict: Verdict


@dataclass(frozen=True)
class Summary:
    requirements: tuple[RequirementResult, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[Verdict, int]
    """How many requirements have which verdict."""
    scenarios: tuple[WeighedScenario, ...]


@dataclass(frozen=True)
class _Scales:
    """Weighs a broken requirement by catalogue and profile."""

    catalogue: Mapping[str, Requirement]
    profile: Profile
    bundled: bool

    def judges(self, identifier: str) -> bool:
        return identifier in self.catalogue and self.profile.judges(identifier, bundled=self.bundled)

    def weigh(self, record: ScenarioRecord) -> Verdict:
        """The verdict on what `record` found broken."""
        broke = record.broke or ""
        if broke not in self.catalogue:
            return Verdict.HARNESS_ERROR
        if record.stranger:
            return Verdict.FAILED
        if not self.judges(broke):
            return Verdict.NOT_APPLICABLE
        return self.profile.verdict_when_broken(self.catalogue[broke])


def sum_up(
    records: Sequence[ScenarioRecord],
    catalogue: Mapping[str, Requirement],
    profile: Profile,
    bundled: bool,
    exchanges: Iterable[Exchange] = (),
) -> Summary:
    scales = _Scales(catalogue, profile, bundled)
    evidence = {exchange.number: exchange for exchange in exchanges}
    records = traced(records, evidence, scales.judges)
    findings = _findings(records, scales, evidence)
    numbers = {(finding.requirement, finding.stranger): finding.number for finding in findings}
    observed: dict[str, list[ScenarioResult]] = {}
    for record in records:
        for identifier, result in _observations(record, scales, numbers):
            observed.setdefault(identifier, []).append(result)
    requirements = tuple(_weighed(identifier, observed[identifier], catalogue) for identifier in sorted(observed))
    counted = Counter(result.verdict for result in requirements)
    counts = {verdict: counted[verdict] for verdict in Verdict}
    scenarios = tuple(WeighedScenario(record, _ended(record, scales)) for record in records)
    return Summary(requirements, findings, counts, scenarios)


def exit_code(summary: Summary, fail_on: str = "failed", accepted: Container[str] = ()) -> int:
    """Worst first: a fault of the harness says that the rest of the result cannot be relied on.

    Every failed requirement is a finding's own or a consequence of it, so that an accepted finding covers both.
    """
    if summary.counts[Verdict.HARNESS_ERROR]:
        return HARNESS_FAULT
    counting = {Verdict.FAILED} | ({Verdict.WARNING} if fail_on == "warning" else set())
    if any(finding.verdict in counting and finding.requirement not in accepted for finding in summary.findings):
        return FINDINGS
    return CLEAN if any(summary.counts[verdict] for verdict in TESTED) else NOTHING_TESTED


def _ended(record: ScenarioRecord, scales: _Scales) -> Verdict:
    match record.outcome:
        case "fault":
            return scales.weigh(record)
        case "blocked":
            return Verdict.NOT_TESTED
        case outcome:
            return Verdict(outcome)


def _observations(
    record: ScenarioRecord, scales: _Scales, numbers: Mapping[tuple[str, bool], int]
) -> Iterable[tuple[str, ScenarioResult]]:
    """What `record` says of each of its requirements, and of the one that broke."""
    broke = record.broke or ""
    for identifier in dict.fromkeys((*record.requirements, *([broke] if broke else []))):
        verdict, reason = _verdict_on(identifier, record, scales, numbers.get((broke, record.stranger), 0))
        result = ScenarioResult(record.feature, record.line, record.title, verdict, reason, readings=record.readings)
        if identifier == broke or record.outcome in ("passed", "not_applicable", "harness_error"):
            result = replace(result, exchanges=record.exchanges)
        if identifier == broke:
            result = replace(result, expected=record.expected, actual=record.actual)
        yield identifier, result


def _verdict_on(identifier: str, record: ScenarioRecord, scales: _Scales, number: int) -> tuple[Verdict, str]:
    if identifier not in scales.catalogue:
        return Verdict.HARNESS_ERROR, f"{identifier} is not in the catalogue"
    if record.outcome == "harness_error":
        return Verdict.HARNESS_ERROR, record.reason
    if not scales.judges(identifier) and not (record.stranger and identifier == record.broke):
        return Verdict.NOT_APPLICABLE, f"the profile {scales.profile.name} does not judge it"
    if record.outcome == "not_applicable":
        return Verdict.NOT_APPLICABLE, record.reason
    if record.outcome == "passed":
        return Verdict.PASSED, "passed on the second try" if record.retried else ""
    if record.outcome == "not_tested":
        return (Verdict.PASSED, "") if identifier in record.decided else (Verdict.NOT_TESTED, record.reason)
    broken = scales.weigh(record)
    if identifier == record.broke:
        return broken, record.reason or record.step
    if record.outcome == "blocked":
        return Verdict.NOT_TESTED, f"blocked by finding {number}"
    if identifier in record.decided:
        return Verdict.PASSED, ""
    # Only a failure has consequences: after a milder break the rest of the scenario was merely not reached.
    if record.broke not in record.requirements and broken is Verdict.FAILED:
        requirement = scales.catalogue[identifier]
        return scales.profile.verdict_when_broken(requirement), f"a consequence of finding {number}: {record.broke}"
    return Verdict.NOT_TESTED, f"not reached: {record.broke} failed first"


def _weighed(
    identifier: str, results: Sequence[ScenarioResult], catalogue: Mapping[str, Requirement]
) -> RequirementResult:
    verdict = worst([result.verdict for result in results])
    partly = verdict is Verdict.PASSED and any(result.verdict is Verdict.NOT_TESTED for result in results)
    deciding = Verdict.NOT_TESTED if partly else verdict
    reason = next((result.reason for result in results if result.verdict is deciding and result.reason), "")
    requirement = catalogue.get(identifier)
    level = requirement.level if requirement else "INFO"
    return RequirementResult(identifier, level, verdict, partly, reason, tuple(results))


def _findings(
    records: Sequence[ScenarioRecord], scales: _Scales, exchanges: Mapping[int, Exchange]
) -> tuple[Finding, ...]:
    groups: dict[tuple[str, bool], list[ScenarioRecord]] = {}
    for record in records:
        if record.outcome in ("fault", "blocked") and record.broke:
            groups.setdefault((record.broke, record.stranger), []).append(record)
    found = [_finding(group, scales, exchanges) for group in groups.values()]
    found = [finding for finding in found if finding.verdict in (Verdict.FAILED, Verdict.WARNING, Verdict.INFO)]
    found.sort(key=_gravity)
    return tuple(replace(finding, number=number) for number, finding in enumerate(found, 1))


def _gravity(finding: Finding) -> tuple[bool, int, int, str]:
    harm = len(finding.also_broke) + len(finding.blocked) + len(finding.scenarios)
    return not finding.stranger, SEVERITY[finding.verdict], -harm, finding.requirement


def _finding(group: Sequence[ScenarioRecord], scales: _Scales, exchanges: Mapping[int, Exchange]) -> Finding:
    clearest = min(group, key=_obscurity)
    broke = clearest.broke or ""
    requirement = scales.catalogue.get(broke)
    verdict = scales.weigh(clearest)
    consequences = {
        identifier
        for record in group
        if record.outcome == "fault" and broke not in record.requirements and verdict is Verdict.FAILED
        for identifier in record.requirements
        if identifier not in record.decided and scales.judges(identifier)
    }
    blocked = {
        identifier
        for record in group
        if record.outcome == "blocked"
        for identifier in record.requirements
        if identifier != broke and scales.judges(identifier)
    }
    numbers = dict.fromkeys((*clearest.exchanges, *(number for record in group for number in record.exchanges)))
    told = [exchanges[number] for number in clearest.exchanges if number in exchanges]
    return Finding(
        number=0,
        requirement=broke,
        verdict=verdict,
        title=STRANGER_TITLE if clearest.stranger else requirement.sentence if requirement else broke,
        expected=clearest.expected,
        actual=clearest.actual,
        why_it_matters=requirement.why if requirement else "",
        fix=requirement.how_to_fix if requirement else "",
        source=requirement.source if requirement else "",
        curl=repeating(_most_telling(told), exchanges.values()) if told else "",
        exchanges=tuple(numbers),
        also_broke=tuple(sorted(consequences)),
        blocked=tuple(sorted(blocked - consequences)),
        scenarios=tuple(dict.fromkeys(f"{record.feature}::{record.title}" for record in group)),
        stranger=clearest.stranger,
        action=clearest.reason,
    )


def _most_telling(exchanges: Sequence[Exchange]) -> Exchange:
    """The last that the endpoint refused; where it refused none, the last."""
    refused = [exchange for exchange in exchanges if exchange.status is None or exchange.status >= 400]
    return (refused or exchanges)[-1]


def _obscurity(record: ScenarioRecord) -> tuple[bool, bool, bool, int]:
    """The record that shows a fault best: in a When or Then, about this very requirement, with evidence, and short."""
    length = len(shown(record.expected)) + len(shown(record.actual))
    return record.outcome != "fault", record.broke not in record.requirements, not record.exchanges, length

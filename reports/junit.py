"""`junit.xml`: one test case for each scenario, in the form that CI systems read.

Only what the profile calls failed is a failure; a warning is a passed case that says so in its output.
"""

from collections.abc import Sequence
from xml.etree import ElementTree

from scimulate.harness.faults import shown
from scimulate.harness.findings import Summary, WeighedScenario
from scimulate.harness.printable import one_line, printable
from scimulate.harness.verdict import Verdict
from scimulate.reports.result import Run

SKIPPED = (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED)


def junit_xml(run: Run, summary: Summary) -> str:
    suites = ElementTree.Element("testsuites", name="scimulate")
    by_feature: dict[str, list[WeighedScenario]] = {}
    for scenario in summary.scenarios:
        by_feature.setdefault(scenario.record.feature, []).append(scenario)
    numbers = {finding.requirement: finding.number for finding in summary.findings}
    for feature, scenarios in by_feature.items():
        suites.append(_suite(run, feature, scenarios, numbers))
    ElementTree.indent(suites, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _suite(
    run: Run, feature: str, scenarios: Sequence[WeighedScenario], numbers: dict[str, int]
) -> ElementTree.Element:
    verdicts = [scenario.verdict for scenario in scenarios]
    suite = ElementTree.Element(
        "testsuite",
        name=printable(feature),
        tests=str(len(scenarios)),
        failures=str(verdicts.count(Verdict.FAILED)),
        errors=str(verdicts.count(Verdict.HARNESS_ERROR)),
        skipped=str(sum(verdict in SKIPPED for verdict in verdicts)),
        time=f"{sum(scenario.record.seconds for scenario in scenarios):.3f}",
        timestamp=run.started.isoformat(),
    )
    suite.extend(_case(scenario, numbers) for scenario in scenarios)
    return suite


def _case(scenario: WeighedScenario, numbers: dict[str, int]) -> ElementTree.Element:
    record = scenario.record
    case = ElementTree.Element(
        "testcase",
        classname=printable(record.feature),
        name=printable(record.title),
        file=printable(record.feature),
        line=str(record.line),
        time=f"{record.seconds:.3f}",
    )
    broke = record.broke or ""
    match scenario.verdict:
        case Verdict.FAILED:
            failure = ElementTree.SubElement(case, "failure", type=printable(broke), message=_headline(scenario))
            failure.text = _in_full(scenario)
        case Verdict.HARNESS_ERROR:
            ElementTree.SubElement(case, "error", message=one_line(record.reason)).text = printable(record.reason)
        case Verdict.NOT_TESTED:
            reason = f"blocked by finding {numbers.get(broke, 0)}: {broke}" if broke else record.reason
            ElementTree.SubElement(case, "skipped", message=one_line(reason))
        case Verdict.NOT_APPLICABLE:
            ElementTree.SubElement(case, "skipped", message=one_line(record.reason or f"{broke} is not judged"))
        case _ if broke:
            ElementTree.SubElement(case, "system-out").text = f"{scenario.verdict}: {_in_full(scenario)}"
        case _ if record.retried:
            ElementTree.SubElement(case, "system-out").text = "passed on the second try"
    return case


def _headline(scenario: WeighedScenario) -> str:
    record = scenario.record
    return one_line(f"{record.broke}: expected {shown(record.expected)}, got {shown(record.actual)}")


def _in_full(scenario: WeighedScenario) -> str:
    record = scenario.record
    lines = [
        f"requirement: {record.broke}",
        f"step: {record.step}",
        f"expected: {shown(record.expected)}",
        f"got: {shown(record.actual)}",
        f"exchanges: {', '.join(map(str, record.exchanges))}",
    ]
    return printable("\n".join(lines))

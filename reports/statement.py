"""The one page that ends a run: the answer to the profile's question, the findings worst first, where the rest is.

The page is a rich `Text`, so that the terminal decides about colour; its `.plain` is the same page without.
"""

from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from scimulate.harness.faults import shown
from scimulate.harness.findings import Finding, Summary
from scimulate.harness.printable import one_line, printable
from scimulate.harness.verdict import Verdict
from scimulate.reports.result import Cleanup, Run

WORDS = {
    Verdict.FAILED: ("failed", "bold red"),
    Verdict.HARNESS_ERROR: ("harness error", "bold magenta"),
    Verdict.WARNING: ("warning", "yellow"),
    Verdict.PASSED: ("passed", "green"),
    Verdict.INFO: ("info", "cyan"),
    Verdict.NOT_APPLICABLE: ("not applicable", "dim"),
    Verdict.NOT_TESTED: ("not tested", "dim"),
}
MOST_FINDINGS = 8
VALUE_LENGTH = 160
INDENT = " " * 4


def statement(run: Run, summary: Summary, folder: Path | None = None) -> Text:
    page = Text()
    target = "the bundled servers" if run.bundled else printable(run.url)
    page.append("scimulate", "bold").append(f" {run.version} · profile {run.judged_by} · {target}\n")
    page.append(f"{run.question}\n\n")
    page.append_text(answer(summary)).append("\n")
    page.append_text(_counts(summary)).append("\n")
    page.append(_figures(run, summary) + "\n", "dim")
    for finding in summary.findings[:MOST_FINDINGS]:
        page.append("\n").append_text(_finding(finding, run.accepted))
    if (more := len(summary.findings) - MOST_FINDINGS) > 0:
        page.append(f"\n… and {more} more {_plural(more, 'finding')} in the report\n")
    page.append_text(_harness_errors(summary))
    page.append("\n")
    if run.cleanup.created or not run.bundled:
        page.append(_cleanup(run.cleanup), "bold red" if run.cleanup.left else "")
    if held := [one.requirement for one in summary.findings if one.requirement in run.accepted]:
        page.append(f"The baseline holds {_listed(held)}; the exit code does not count that.\n")
    if folder is not None:
        page.append(f"Report: {folder / 'report.html'}\n")
    if summary.findings:
        page.append(f"More on a finding: scimulate explain {summary.findings[0].requirement}\n")
    return page


def answer(summary: Summary) -> Text:
    failed = summary.counts[Verdict.FAILED]
    if summary.counts[Verdict.HARNESS_ERROR]:
        return Text("The judge itself failed; this result cannot be relied on.", "bold magenta")
    if failed:
        causes = sum(finding.verdict is Verdict.FAILED for finding in summary.findings)
        return Text(
            f"No: {failed} {_plural(failed, 'requirement')} failed, from {causes} {_plural(causes, 'cause')}.",
            "bold red",
        )
    if not any(summary.counts[verdict] for verdict in (Verdict.PASSED, Verdict.WARNING, Verdict.INFO)):
        return Text("Nothing was tested.", "bold yellow")
    warnings, untested = summary.counts[Verdict.WARNING], summary.counts[Verdict.NOT_TESTED]
    if untested:
        told = f", with {warnings} {_plural(warnings, 'warning')}" if warnings else ""
        were = "requirement was" if untested == 1 else "requirements were"
        return Text(f"Nothing failed{told}, but {untested} {were} not tested.", "bold yellow")
    if warnings:
        return Text(f"Yes, with {warnings} {_plural(warnings, 'warning')}.", "bold yellow")
    return Text("Yes: no requirement that was tested failed.", "bold green")


def _counts(summary: Summary) -> Text:
    partly = sum(result.partly for result in summary.requirements)
    parts = []
    for verdict, (word, style) in WORDS.items():
        if count := summary.counts[verdict]:
            note = f" ({partly} partly)" if verdict is Verdict.PASSED and partly else ""
            parts.append(Text(f"{count} {word}{note}", style))
    return Text("Requirements: ").append_text(Text(" · ").join(parts) if parts else Text("none"))


def _figures(run: Run, summary: Summary) -> str:
    scenarios = len(summary.scenarios)
    return (
        f"{scenarios:,} {_plural(scenarios, 'scenario')} · {run.requests:,} {_plural(run.requests, 'request')} · "
        f"{run.seconds:.1f} s · run {run.run_id} · seed {run.seed}"
    )


def _finding(finding: Finding, accepted: Mapping[str, str]) -> Text:
    word, style = WORDS[finding.verdict]
    text = Text(f"{finding.number:>2}. ").append(word.upper(), style).append(f"  {finding.requirement}  ", "bold")
    text.append(f"{one_line(finding.title)}\n")
    lines = [
        ("accepted", accepted.get(finding.requirement, "")),
        ("when", finding.action),
        ("expected", shown(finding.expected)),
        ("got", shown(finding.actual)),
        ("to fix", finding.fix),
        ("also broke", _listed(finding.also_broke)),
        ("kept from being tested", _listed(finding.blocked)),
        ("exchange", _listed([str(number) for number in finding.exchanges])),
    ]
    for name, value in lines:
        if value:
            text.append(f"{INDENT}{name}: ", "dim").append(f"{one_line(value, VALUE_LENGTH)}\n")
    return text


def _harness_errors(summary: Summary) -> Text:
    text = Text()
    broken = [scenario.record for scenario in summary.scenarios if scenario.verdict is Verdict.HARNESS_ERROR]
    for record in broken[:MOST_FINDINGS]:
        text.append("\n    HARNESS ERROR  ", "bold magenta").append(f"{one_line(record.title)}\n")
        text.append(f"{INDENT}{one_line(record.reason, VALUE_LENGTH)}\n")
    return text


def what_was_made(run: Run) -> str:
    """What the run made at the endpoint and took away again. On the bundled servers both go with the tenants."""
    if run.bundled and not run.cleanup.created:
        return "each scenario had a tenant of its own, thrown away whole"
    made = run.cleanup
    return f"{made.created} resources created, {made.removed} removed, {len(made.left)} left"


def _cleanup(cleanup: Cleanup) -> str:
    if cleanup.left:
        left = _listed([one_line(name, VALUE_LENGTH) for name in cleanup.left], most=2)
        return f"Cleanup: {len(cleanup.left)} of {cleanup.created} created are left: {left}\n"
    return f"Cleanup: {cleanup.created} created, {cleanup.removed} removed, nothing left.\n"


def _listed(names: tuple[str, ...] | list[str], most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"

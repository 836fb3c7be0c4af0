"""`summary.md`: what a reviewer sees on the page of a CI job. Text from an endpoint is text here, never markup."""

import re
from collections.abc import Mapping

from scimulate.harness.faults import shown
from scimulate.harness.findings import Finding, Summary
from scimulate.harness.printable import one_line
from scimulate.harness.verdict import Verdict
from scimulate.reports.result import Run
from scimulate.reports.statement import WORDS, answer, what_was_made

SIGNS = {Verdict.FAILED: "🔴", Verdict.WARNING: "🟡", Verdict.INFO: "🔵"}
MOST_FINDINGS = 50
_ACTIVE = re.compile(r"[^\w\s.,;/%'\"?=]|_")


def summary_markdown(run: Run, summary: Summary) -> str:
    target = "the bundled servers" if run.bundled else literal(run.url)
    lines = [
        f"## scimulate: {answer(summary).plain}",
        "",
        f"{run.question} Profile `{run.judged_by}`, target {target}.",
        "",
        "| Verdict | Requirements |",
        "| --- | ---: |",
        *(f"| {word} | {summary.counts[verdict]} |" for verdict, (word, _) in WORDS.items() if summary.counts[verdict]),
        "",
    ]
    if summary.findings:
        lines += ["| | Requirement | Expected | Got | To fix |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(finding, run.accepted) for finding in summary.findings[:MOST_FINDINGS]]
        if (more := len(summary.findings) - MOST_FINDINGS) > 0:
            lines.append(f"\n… and {more} more in the report.")
        lines.append("")
    lines.append(
        f"{len(summary.scenarios)} scenarios, {run.requests} requests, {run.seconds:.1f} s, run `{run.run_id}`, "
        f"seed {run.seed}; {what_was_made(run)}."
    )
    return "\n".join(lines) + "\n"


def literal(text: str, limit: int = 200) -> str:
    """`text` on one line, with everything that Markdown, HTML or a mention could see in it as an entity."""
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", one_line(text, limit)).replace("www.", "www&#46;")


def _row(finding: Finding, accepted: Mapping[str, str]) -> str:
    held = accepted.get(finding.requirement)
    cells = [
        f"{SIGNS[finding.verdict]} {finding.verdict}" + (f", accepted: {literal(held)}" if held else ""),
        f"**{literal(finding.requirement)}** {literal(finding.title)}",
        literal(shown(finding.expected)),
        literal(shown(finding.actual)),
        literal(finding.fix),
    ]
    return f"| {' | '.join(cells)} |"

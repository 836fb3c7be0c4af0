"""`report.html`: one file that opens from disk, asks the network for nothing, and shows an endpoint's words as text."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scimulate.harness.catalogue import Requirement
from scimulate.harness.evidence import Exchange, Headers
from scimulate.harness.findings import Finding, RequirementResult, Summary
from scimulate.harness.printable import printable
from scimulate.harness.verdict import Verdict
from scimulate.reports.result import Run
from scimulate.reports.statement import WORDS, answer, what_was_made

HERE = Path(__file__).parent
MOST_EXCHANGES = 6
"""How many exchanges a finding shows in full; evidence.har holds all."""
BODY_LIMIT = 6000
VERDICTS = tuple(WORDS)


@dataclass(frozen=True)
class ShownFinding:
    finding: Finding
    exchanges: Sequence[Exchange]
    others: Sequence[int]


@dataclass(frozen=True)
class Row:
    """One line of the table of requirements."""

    result: RequirementResult
    sentence: str
    source: str


def report_html(run: Run, summary: Summary, exchanges: Sequence[Exchange], catalogue: Mapping[str, Requirement]) -> str:
    by_number = {exchange.number: exchange for exchange in exchanges}
    script = Markup((HERE / "report.js").read_text(encoding="utf-8"))
    style = Markup((HERE / "report.css").read_text(encoding="utf-8") + _bar(summary))
    return (
        _environment()
        .get_template("report.html")
        .render(
            run=run,
            summary=summary,
            made=what_was_made(run),
            answer=answer(summary).plain,
            mood=_mood(summary),
            tallies=[(verdict, WORDS[verdict][0], summary.counts[verdict]) for verdict in VERDICTS],
            words={verdict: word for verdict, (word, _) in WORDS.items()},
            partly=sum(result.partly for result in summary.requirements),
            findings=[_shown_finding(finding, by_number) for finding in summary.findings],
            rows=[_row(result, catalogue) for result in summary.requirements],
            style=style,
            script=script,
            script_hash=_hash(script),
            style_hash=_hash(style),
        )
    )


def _bar(summary: Summary) -> str:
    """The widths of the bar, as rules of the style sheet: the page's policy allows no style attributes."""
    return "".join(f".bar .v-{verdict}{{flex-grow:{count}}}\n" for verdict, count in summary.counts.items() if count)


def _mood(summary: Summary) -> Verdict:
    """The colour of the page's answer: that of the worst verdict that matters."""
    for verdict in (Verdict.HARNESS_ERROR, Verdict.FAILED, Verdict.WARNING, Verdict.PASSED):
        if summary.counts[verdict]:
            return verdict
    return Verdict.NOT_TESTED


def _shown_finding(finding: Finding, exchanges: Mapping[int, Exchange]) -> ShownFinding:
    kept = [number for number in finding.exchanges if number in exchanges]
    shown = kept[:MOST_EXCHANGES]
    return ShownFinding(finding, [exchanges[number] for number in shown], kept[MOST_EXCHANGES:])


def _row(result: RequirementResult, catalogue: Mapping[str, Requirement]) -> Row:
    requirement = catalogue.get(result.requirement)
    return Row(result, requirement.sentence if requirement else "", requirement.source if requirement else "")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"pretty": pretty, "body": body, "headers": headers}
    return environment


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value


def pretty(value: Any) -> str:
    """A value as a reader wants it: text as it is, data indented."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def body(text: str) -> str:
    """JSON is indented, everything else is shown as it came; what is long is cut."""
    if len(text) > BODY_LIMIT:
        return f"{text[:BODY_LIMIT]}\n… (evidence.har holds all {len(text):,} characters)"
    with suppress(ValueError, RecursionError):
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text


def headers(pairs: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in pairs)


def _hash(text: str) -> str:
    """For the page's Content-Security-Policy: this text may run or style, nothing else."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

"""Writes everything that a run leaves behind into its output folder.

HarnessError
└── StepSummaryUnwritable    the file that GITHUB_STEP_SUMMARY names takes no text
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from scimulate.harness.catalogue import Requirement
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import HarnessError
from scimulate.harness.findings import Summary
from scimulate.reports.har import har
from scimulate.reports.html import report_html
from scimulate.reports.junit import junit_xml
from scimulate.reports.result import Run, compose, json_text
from scimulate.reports.summary import summary_markdown

ARTIFACTS = ("result.json", "report.html", "junit.xml", "summary.md", "evidence.har")

STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


class StepSummaryUnwritable(HarnessError):
    """The results are complete all the same."""


def write_all(
    folder: Path, run: Run, summary: Summary, exchanges: Sequence[Exchange], catalogue: Mapping[str, Requirement]
) -> list[Path]:
    """The paths written, in the order of `ARTIFACTS`. Each file is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "result.json": json_text(compose(run, summary)),
        "report.html": report_html(run, summary, exchanges, catalogue),
        "junit.xml": junit_xml(run, summary),
        "summary.md": summary_markdown(run, summary),
        "evidence.har": json_text(har(run, exchanges)),
    }
    return [_write(folder / name, texts[name]) for name in ARTIFACTS]


def append_step_summary(environ: Mapping[str, str], text: str) -> None:
    """Shows `text` on the page of a GitHub job, where there is one; raises StepSummaryUnwritable."""
    path = environ.get(STEP_SUMMARY)
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8") as page:
            page.write(text)
    except OSError as problem:
        raise StepSummaryUnwritable(f"{STEP_SUMMARY}: {path} cannot be written: {problem.strerror}") from None


def _write(path: Path, text: str) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
    return path

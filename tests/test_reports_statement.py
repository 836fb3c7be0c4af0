"""The one page at the end of a run."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from scimulate.harness.findings import sum_up
from scimulate.harness.profile import load_profile
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.result import Cleanup, Run
from scimulate.reports.statement import statement
from tests.observed_run import CATALOGUE, HOSTILE, exchange, fault, record, run


def page(*records: ScenarioRecord, of: Run | None = None, folder: Path | None = None) -> str:
    summary = sum_up(records, CATALOGUE, load_profile("entra"), False, [exchange(7)])
    return statement(of or run(), summary, folder).plain


FINDINGS = """\
scimulate 0.1.0 · profile entra · https://scim.example.com/scim/v2
Will it work?

No: 2 requirements failed, from 1 cause.
Requirements: 2 failed · 1 warning · 1 passed (1 partly)
5 scenarios · 12 requests · 1.2 s · run k3f7x2ab · seed 1

 1. FAILED  ENTRA-105  ENTRA-105 holds.
    when: looking up Ada
    expected: 200
    got: 404
    to fix: fix ENTRA-105
    also broke: SEED-049
    kept from being tested: SEED-054
    exchange: 7

 2. WARNING  ENTRA-107  ENTRA-107 holds.
    expected: 200
    got: 404
    to fix: fix ENTRA-107
    exchange: 7

Cleanup: 3 created, 3 removed, nothing left.
Report: out/report.html
More on a finding: scimulate explain ENTRA-105
"""


def test_findings_come_with_what_to_do() -> None:
    records = [
        fault("a", "SEED-049", broke="ENTRA-105", reason="looking up Ada"),
        fault("b", "SEED-054", broke="ENTRA-105", outcome="blocked"),
        fault("c", "ENTRA-107", broke="ENTRA-107"),
        record("d", "SEED-054"),
        record("e", "SEED-054"),
    ]
    assert page(*records, folder=Path("out")) == FINDINGS


@pytest.mark.parametrize(
    ("records", "answer"),
    [
        ([record("a", "SEED-049")], "Yes: no requirement that was tested failed."),
        ([fault("a", "ENTRA-107", broke="ENTRA-107")], "Yes, with 1 warning."),
        (
            [record("a", "SEED-049"), record("b", "SEED-054", outcome="not_tested", reason="read-only")],
            "Nothing failed, but 1 requirement was not tested.",
        ),
        (
            [
                fault("a", "ENTRA-107", broke="ENTRA-107"),
                record("b", "SEED-049", "SEED-054", outcome="not_tested", reason="read-only"),
            ],
            "Nothing failed, with 1 warning, but 2 requirements were not tested.",
        ),
        ([record("a", "SEED-049", outcome="not_tested", reason="read-only")], "Nothing was tested."),
        ([record("a", "SEED-049", outcome="not_applicable")], "Nothing was tested."),
        ([], "Nothing was tested."),
        (
            [record("a", "SEED-049", outcome="harness_error", reason="KeyError")],
            "The judge itself failed; this result cannot be relied on.",
        ),
    ],
)
def test_the_question_is_answered_first(records: list[ScenarioRecord], answer: str) -> None:
    assert page(*records).splitlines()[3] == answer


def test_what_is_left_at_the_endpoint_is_told() -> None:
    assert "Cleanup: 1 of 3 created are left: /Users/7\n" in page(of=run(cleanup=Cleanup(3, 2, ("/Users/7",))))


def test_the_head_names_the_release_and_the_source_of_the_profile() -> None:
    of = run(bundled=True, profile="ivanti-r119", described=load_profile("ivanti-r119").described)
    assert page(of=of).splitlines()[0] == (
        'scimulate 0.1.0 · profile ivanti-r119 (release R119, "Synchronize Entra ID with Ivanti Neurons for MDM" of '
        "2025-12-10) · the bundled servers"
    )


def test_our_own_servers_have_no_address() -> None:
    assert page(of=run(bundled=True)).startswith("scimulate 0.1.0 · profile entra · the bundled servers\n")


def test_many_findings_stay_one_page() -> None:
    catalogue = {f"ENTRA-{n}": CATALOGUE["ENTRA-105"] for n in range(100, 150)}
    records = [fault(name, name, broke=name) for name in catalogue]
    text = statement(run(), sum_up(records, catalogue, load_profile("entra"), False)).plain
    assert "\n… and 42 more findings in the report\n" in text
    assert len(text.splitlines()) < 60


def test_a_fault_of_the_harness_is_told_with_its_reason() -> None:
    text = page(record("Ada", "SEED-049", outcome="harness_error", reason="KeyError: 'x'"))
    assert "\n    HARNESS ERROR  Ada\n    KeyError: 'x'\n" in text


def test_an_endpoint_cannot_steer_the_terminal_or_fill_it() -> None:
    text = page(fault("a", "SEED-049", broke="SEED-049", actual=HOSTILE + "x" * 5000 + "\n\nFAILED"))
    assert not any(sign in text for sign in ("\x1b", "\x9b", "\u202e", "\x00", "\ud800"))
    assert max(map(len, text.splitlines())) < 220
    assert "\nFAILED" not in text


@pytest.mark.parametrize(("color", "coded"), [("truecolor", True), (None, False)])
def test_colour_is_the_terminals_affair(color: str | None, coded: bool) -> None:
    summary = sum_up([record("a", "SEED-049")], CATALOGUE, load_profile("entra"), False)
    file = StringIO()
    console = Console(file=file, force_terminal=coded, no_color=not coded, color_system="truecolor" if color else None)
    console.print(statement(run(), summary), markup=False)
    assert ("\x1b[" in file.getvalue()) is coded


def test_a_finding_that_the_baseline_holds_says_so() -> None:
    of = replace(run(), accepted={"ENTRA-105": "fixed in 4.2 (identity team)"})
    lines = page(fault("a", "ENTRA-105", broke="ENTRA-105"), of=of).splitlines()
    assert "    accepted: fixed in 4.2 (identity team)" in lines
    assert "The baseline holds ENTRA-105; the exit code does not count that." in lines

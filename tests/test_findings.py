"""Summing up: which verdict each requirement gets, and which causes are told, in which order."""

import pytest

from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.findings import (
    STRANGER_TITLE,
    Finding,
    RequirementResult,
    ScenarioResult,
    Summary,
    exit_code,
    sum_up,
)
from scimulate.harness.profile import load_profile
from scimulate.harness.verdict import ScenarioRecord, Verdict
from tests.observed_run import CATALOGUE, exchange, fault, record

ENTRA = load_profile("entra")


def summed(*records: ScenarioRecord, profile: str = "entra", bundled: bool = False) -> Summary:
    return sum_up(records, CATALOGUE, load_profile(profile), bundled, [exchange(7), exchange(8)])


def verdicts(summary: Summary) -> dict[str, tuple[str, str]]:
    """Requirement -> verdict, with "partly", and reason."""
    return {
        result.requirement: (f"{result.verdict}{' partly' if result.partly else ''}", result.reason)
        for result in summary.requirements
    }


def test_a_scenario_that_passed_proves_all_its_requirements() -> None:
    summary = summed(record("Ada", "SEED-049", "ENTRA-105", exchanges=(1, 2)))
    scenario = ScenarioResult("features/a.feature", 3, "Ada", Verdict.PASSED, exchanges=(1, 2))
    assert summary.requirements == (
        RequirementResult("ENTRA-105", "MUST", Verdict.PASSED, False, "", (scenario,)),
        RequirementResult("SEED-049", "MUST", Verdict.PASSED, False, "", (scenario,)),
    )
    assert summary.findings == ()
    assert {verdict.value: count for verdict, count in summary.counts.items()} == {
        "harness_error": 0,
        "failed": 0,
        "warning": 0,
        "passed": 2,
        "info": 0,
        "not_applicable": 0,
        "not_tested": 0,
    }


def test_what_broke_fails_what_was_decided_passed_and_the_rest_was_not_reached() -> None:
    summary = summed(fault("Ada", "SEED-049", "ENTRA-105", "SEED-054", broke="ENTRA-105", decided=("SEED-049",)))
    assert verdicts(summary) == {
        "ENTRA-105": ("failed", "Then x"),
        "SEED-049": ("passed", ""),
        "SEED-054": ("not_tested", "not reached: ENTRA-105 failed first"),
    }
    assert summary.findings == (
        Finding(
            number=1,
            requirement="ENTRA-105",
            verdict=Verdict.FAILED,
            title="ENTRA-105 holds.",
            expected=200,
            actual="404",
            why_it_matters="why ENTRA-105",
            fix="fix ENTRA-105",
            source="source of ENTRA-105",
            curl="curl -sS -i -X GET 'https://scim.example.com/scim/v2/Users?filter=userName%20eq%20%22x%22' "
            "-H \"Authorization: Bearer $SCIMULATE_TOKEN\" -H 'Accept: application/scim+json'",
            exchanges=(7,),
            also_broke=(),
            blocked=(),
            scenarios=("features/a.feature::Ada",),
        ),
    )


def test_a_cause_outside_the_scenario_takes_what_it_was_about_with_it() -> None:
    summary = summed(fault("Ada", "SEED-049", "SEED-054", broke="ENTRA-498", decided=("SEED-054",)))
    assert verdicts(summary) == {
        "ENTRA-498": ("failed", "Then x"),
        "SEED-049": ("failed", "a consequence of finding 1: ENTRA-498"),
        "SEED-054": ("passed", ""),
    }
    assert [(finding.requirement, finding.also_broke) for finding in summary.findings] == [("ENTRA-498", ("SEED-049",))]


def test_a_milder_cause_fails_nothing_else() -> None:
    summary = summed(fault("Ada", "SEED-049", broke="ENTRA-107"))
    assert verdicts(summary) == {
        "ENTRA-107": ("warning", "Then x"),
        "SEED-049": ("not_tested", "not reached: ENTRA-107 failed first"),
    }
    assert [(finding.verdict, finding.also_broke) for finding in summary.findings] == [(Verdict.WARNING, ())]


def test_a_fault_in_a_given_blocks_and_names_its_finding() -> None:
    summary = summed(
        fault("Ada", "SEED-049", "IVANTI-040", broke="ENTRA-498", outcome="blocked"),
        fault("Nobody", "ENTRA-105", broke="ENTRA-105", exchanges=(8,)),
        record("Grace", "SEED-054"),
        fault("Linus", "SEED-054", broke="ENTRA-498", outcome="blocked"),
    )
    assert verdicts(summary) == {
        "ENTRA-105": ("failed", "Then x"),
        "ENTRA-498": ("failed", "Then x"),
        "IVANTI-040": ("not_applicable", "the profile entra does not judge it"),
        "SEED-049": ("not_tested", "blocked by finding 1"),
        "SEED-054": ("passed partly", "blocked by finding 1"),
    }
    assert [(finding.number, finding.requirement, finding.blocked) for finding in summary.findings] == [
        (1, "ENTRA-498", ("SEED-049", "SEED-054")),
        (2, "ENTRA-105", ()),
    ]


def test_the_worst_verdict_wins() -> None:
    summary = summed(
        record("Ada", "SEED-049"),
        record("Grace", "SEED-049", outcome="not_applicable", reason="no portal"),
        fault("Linus", "SEED-049", broke="SEED-049"),
    )
    assert verdicts(summary) == {"SEED-049": ("failed", "Then x")}
    assert [scenario.verdict for scenario in summary.requirements[0].scenarios] == [
        "passed",
        "not_applicable",
        "failed",
    ]


def test_one_cause_is_one_finding_shown_by_its_clearest_record() -> None:
    long = {"members": ["x"] * 50}
    summary = summed(
        fault("Given", "ENTRA-498", broke="ENTRA-498", outcome="blocked", actual="", exchanges=(1,)),
        fault("Elsewhere", "SEED-049", broke="ENTRA-498", exchanges=(2,)),
        fault("Long", "ENTRA-498", broke="ENTRA-498", actual=long, exchanges=(3,)),
        fault("Bare", "ENTRA-498", broke="ENTRA-498", exchanges=()),
        fault("Clear", "ENTRA-498", broke="ENTRA-498", actual="two users", exchanges=(7, 8)),
    )
    (finding,) = summary.findings
    assert (finding.actual, finding.exchanges, len(finding.scenarios)) == ("two users", (7, 8, 1, 2, 3), 5)


def test_the_request_to_repeat_is_the_one_that_was_refused() -> None:
    sent = [
        exchange(1, url="https://a/1", status=200),
        exchange(2, url="https://a/2"),
        exchange(3, url="https://a/3", status=200),
    ]
    told = fault("a", "SEED-049", broke="SEED-049", exchanges=(1, 2, 3))
    (finding,) = sum_up([told], CATALOGUE, ENTRA, False, sent).findings
    assert " https://a/2 " in finding.curl
    (finding,) = sum_up([told], CATALOGUE, ENTRA, False, [sent[0], sent[2]]).findings
    assert " https://a/3 " in finding.curl


def test_findings_come_worst_first() -> None:
    summary = summed(
        fault("a", "ENTRA-107", broke="ENTRA-107"),
        fault("b", "SEED-054", broke="SEED-054"),
        fault("c", "SEED-049", "ENTRA-498", broke="ENTRA-105"),
        fault("d", "SEED-066", broke="SEED-066"),
        fault("e", "IVANTI-040", broke="ENTRA-498", stranger=True),
        profile="ivanti-r119",
    )
    assert [(finding.number, finding.requirement, finding.verdict.value) for finding in summary.findings] == [
        (1, "ENTRA-498", "failed"),
        (2, "ENTRA-105", "failed"),
        (3, "SEED-054", "failed"),
        (4, "ENTRA-107", "warning"),
        (5, "SEED-066", "info"),
    ]
    assert [finding.title for finding in summary.findings][:1] == [STRANGER_TITLE]


def test_a_strangers_record_fails_whatever_the_level_and_profile() -> None:
    summary = summed(fault("a", "SEED-049", broke="ENTRA-107", stranger=True), profile="rfc")
    assert verdicts(summary)["ENTRA-107"][0] == "failed"
    assert exit_code(summary) == 1


def test_what_a_profile_does_not_judge_is_not_applicable_and_no_finding() -> None:
    records = (fault("a", "IVANTI-040", broke="IVANTI-040"), record("b", "IVANTI-040", "SEED-049"))
    summary = summed(*records)
    assert verdicts(summary) == {
        "IVANTI-040": ("not_applicable", "the profile entra does not judge it"),
        "SEED-049": ("passed", ""),
    }
    assert summary.findings == ()
    assert verdicts(summed(*records, bundled=True))["IVANTI-040"] == ("failed", "Then x")


def test_an_ambiguous_point_is_a_reading_not_a_failure() -> None:
    summary = summed(fault("a", "RFC7644-3.3-09", broke="RFC7644-3.3-09", readings={"rfc": "kept", "entra": "kept"}))
    (result,) = summary.requirements
    assert (result.verdict, result.scenarios[0].readings) == (Verdict.INFO, {"rfc": "kept", "entra": "kept"})
    assert exit_code(summary, "warning") == 0


def test_a_pass_on_the_second_try_is_shown_as_such() -> None:
    assert verdicts(summed(record("a", "SEED-049", retried=True)))["SEED-049"][0] == "passed"
    assert (
        summed(record("a", "SEED-049", retried=True)).requirements[0].scenarios[0].reason == "passed on the second try"
    )


def test_what_the_runs_own_limits_forbade_is_not_tested() -> None:
    summary = summed(
        record("a", "SEED-049", "SEED-054", outcome="not_tested", reason="read-only run", decided=("SEED-054",))
    )
    assert verdicts(summary) == {"SEED-049": ("not_tested", "read-only run"), "SEED-054": ("passed", "")}
    assert [scenario.verdict for scenario in summary.scenarios] == [Verdict.NOT_TESTED]


def test_a_fault_of_the_harness_is_never_the_endpoints() -> None:
    summary = summed(record("a", "SEED-049", outcome="harness_error", reason="KeyError: 'x'"))
    assert verdicts(summary) == {"SEED-049": ("harness_error", "KeyError: 'x'")}
    assert (summary.findings, exit_code(summary)) == ((), 4)


def test_an_id_outside_the_catalogue_is_our_mistake() -> None:
    assert verdicts(summed(record("a", "SEED-999"))) == {
        "SEED-999": ("harness_error", "SEED-999 is not in the catalogue")
    }


@pytest.mark.parametrize(
    ("records", "fail_on", "accepted", "code"),
    [
        pytest.param([record("a", "SEED-049")], "failed", (), 0, id="all well"),
        pytest.param([], "failed", (), 5, id="nothing at all"),
        pytest.param([record("a", "SEED-049", outcome="not_applicable")], "failed", (), 5, id="nothing applied"),
        pytest.param([fault("a", "SEED-049", broke="SEED-049")], "failed", (), 1, id="failed"),
        pytest.param([fault("a", "SEED-049", broke="SEED-049")], "failed", ("SEED-049",), 0, id="accepted"),
        pytest.param([fault("a", "SEED-054", broke="SEED-049")], "failed", ("SEED-049",), 0, id="its consequence too"),
        pytest.param([fault("a", "SEED-054", broke="SEED-049")], "failed", ("SEED-054",), 1, id="the cause is not"),
        pytest.param([fault("a", "ENTRA-107", broke="ENTRA-107")], "failed", (), 0, id="a warning"),
        pytest.param([fault("a", "ENTRA-107", broke="ENTRA-107")], "warning", (), 1, id="a warning counts"),
        pytest.param(
            [fault("a", "SEED-054", broke="SEED-049", outcome="blocked")], "failed", (), 1, id="seen in a Given"
        ),
        pytest.param(
            [fault("a", "SEED-049", broke="SEED-049"), record("b", "SEED-054", outcome="harness_error")],
            "failed",
            ("SEED-049",),
            4,
            id="the harness",
        ),
    ],
)
def test_exit_codes(records: list[ScenarioRecord], fail_on: str, accepted: tuple[str, ...], code: int) -> None:
    assert exit_code(summed(*records), fail_on, accepted) == code


def test_the_real_catalogue_and_profile_sum_up() -> None:
    summary = sum_up([fault("a", "SEED-049", "ENTRA-105", broke="ENTRA-105")], load_catalogue(), ENTRA, False)
    (finding,) = summary.findings
    assert (finding.title, finding.fix, finding.curl) == (
        "A match query without a hit is 200 with an empty list.",
        "Answer 200 with totalResults 0; keep 404 for an unknown id.",
        "",
    )

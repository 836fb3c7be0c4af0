from dataclasses import replace

import httpx
import pytest

from scimulate.harness.faults import HarnessError, NotApplicable, StrangerWrite, TargetFault
from scimulate.harness.gherkin_reading import ScenarioDescription, StepDescription
from scimulate.harness.observing import record_of, requirement_ids, subject
from scimulate.harness.verdict import ScenarioRecord
from scimulate.harness.wire import ReadOnly

GIVEN = StepDescription("Given", "And", "Ada was provisioned", 12)
THEN = StepDescription("Then", "Then", "the endpoint has no user", 14)
DESCRIBED = ScenarioDescription(
    feature="features/entra/user_changes.feature",
    line=10,
    title="A user leaves",
    tags=("entra", "SEED-049", "ENTRA-633", "smoke"),
    rule="Who leaves is disabled",
    steps=(GIVEN, THEN),
)
PASSED = ScenarioRecord(
    feature=DESCRIBED.feature,
    line=10,
    title="A user leaves",
    requirements=("SEED-049", "ENTRA-633"),
    outcome="passed",
    decided=("ENTRA-497",),
    exchanges=(1, 2, 3),
    node=DESCRIBED.node,
    seconds=0.5,
)
FAULT = TargetFault("ENTRA-501", "reading Ada", expected=True, actual="True", exchanges=(3,))


def observed(error: BaseException | None, step: StepDescription | None) -> ScenarioRecord:
    return record_of(
        DESCRIBED,
        error,
        failed_step=step,
        decided=("ENTRA-497", "ENTRA-497"),
        exchanges=(1, 2, 3),
        seconds=0.5,
    )


def test_a_scenario_that_ends_without_error_has_passed() -> None:
    assert observed(None, None) == PASSED


def test_a_fault_in_a_then_is_the_scenarios_own() -> None:
    assert observed(FAULT, THEN) == replace(
        PASSED,
        outcome="fault",
        broke="ENTRA-501",
        step="Then the endpoint has no user",
        reason="reading Ada",
        expected=True,
        actual="True",
        exchanges=(3,),
    )


def test_a_fault_in_a_given_blocks_the_scenario() -> None:
    record = observed(FAULT, GIVEN)
    assert (record.outcome, record.broke, record.step) == ("blocked", "ENTRA-501", "And Ada was provisioned")


def test_a_fault_before_the_first_step_blocks_the_scenario() -> None:
    assert observed(FAULT, None).outcome == "blocked"


def test_a_refused_write_is_known_as_a_strangers() -> None:
    stranger = StrangerWrite("ENTRA-498", "led to PATCH", expected="ours", actual="not ours", exchanges=(2,))
    assert observed(stranger, THEN).stranger is True


def test_no_answer_at_all_breaks_what_the_scenario_is_about() -> None:
    record = observed(httpx.ReadTimeout("no answer within 30 s"), THEN)
    assert (record.outcome, record.broke, record.actual, record.exchanges) == (
        "fault",
        "ENTRA-633",
        "none: no answer within 30 s",
        (3,),
    )


def test_what_does_not_apply_is_told_with_its_proof() -> None:
    assert observed(NotApplicable("no groups", (1,)), GIVEN) == replace(
        PASSED, outcome="not_applicable", step="And Ada was provisioned", reason="no groups", exchanges=(1,)
    )


def test_what_the_runs_own_limits_forbade_is_not_tested() -> None:
    assert observed(ReadOnly("read-only: GET alone"), THEN) == replace(
        PASSED, outcome="not_tested", step="Then the endpoint has no user", reason="read-only: GET alone"
    )


@pytest.mark.parametrize(
    "error",
    [HarnessError("no such file"), KeyError("Ada"), httpx.LocalProtocolError("bad header"), httpx.ConnectError("x")],
)
def test_our_own_mistake_is_never_the_endpoints(error: Exception) -> None:
    record = observed(error, THEN)
    assert (record.outcome, record.broke, record.reason) == (
        "harness_error",
        None,
        f"{type(error).__name__}: {error}",
    )


def test_requirement_ids_are_told_from_other_tags() -> None:
    tags = ("portal", "smoke", "SEED-027", "RFC7644-3.4.2.2-03", "policy-strict", "GALLERY-USER-01", "NEG-08")
    assert requirement_ids(tags) == ("SEED-027", "RFC7644-3.4.2.2-03", "GALLERY-USER-01", "NEG-08")


@pytest.mark.parametrize(
    ("inherited", "own", "about"),
    [
        (("SEED-049", "ENTRA-629"), ("SEED-050", "RFC7644-3.3-09"), "RFC7644-3.3-09"),
        (("entra", "SEED-049", "ENTRA-629"), ("SEED-050",), "ENTRA-629"),
        (("SEED-027",), ("NEG-08",), "NEG-08"),
        (("SEED-027",), (), "SEED-027"),
        (("portal",), (), ""),
    ],
)
def test_a_scenario_is_about_the_narrowest_thing_said_on_the_wire(
    inherited: tuple[str, ...], own: tuple[str, ...], about: str
) -> None:
    assert subject(replace(DESCRIBED, tags=(*inherited, *own), own_tags=own)) == about

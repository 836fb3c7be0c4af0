"""From how a scenario ended to what it observed: a `ScenarioRecord`, before any profile weighs it."""

from collections.abc import Iterable

import httpx

from scimulate.harness.allowance import RequestsSpent
from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.faults import NotApplicable, StrangerWrite, TargetFault
from scimulate.harness.gherkin_reading import ScenarioDescription, StepDescription
from scimulate.harness.verdict import ScenarioRecord
from scimulate.harness.wire import ReadOnly

FAMILIES = ("SEED", "IVANTI", "NEG", "ENTRA", "RFC", "GALLERY")
NOT_THE_ENDPOINTS = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.ConnectError, httpx.ProxyError)
"""No answer for a reason of ours, or of the network between: nothing is known of the endpoint."""
ON_THE_WIRE = ("ENTRA", "RFC", "GALLERY")


def requirement_ids(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags that are requirement ids."""
    return tuple(tag for tag in tags if tag.partition("-")[0].startswith(FAMILIES) and any(map(str.isdigit, tag)))


def subject(described: ScenarioDescription) -> str:
    """The id that a scenario is about, for a difference that no narrower id explains.

    Its own tags tell more than those of its rule, what is said on the wire tells an implementer more than a step of a
    procedure, and what an endpoint must do more than what Entra ID does.
    """
    own, every = requirement_ids(described.own_tags), requirement_ids(described.tags)
    catalogue = load_catalogue()
    on_the_wire = [one for one in (*own, *every) if one.startswith(ON_THE_WIRE)]
    of_the_server = [one for one in on_the_wire if one in catalogue and catalogue[one].party == "server"]
    return next(iter((*of_the_server, *on_the_wire, *own, *every)), "")


def record_of(
    described: ScenarioDescription,
    error: BaseException | None,
    *,
    failed_step: StepDescription | None = None,
    decided: Iterable[str] = (),
    exchanges: tuple[int, ...] = (),
    seconds: float = 0.0,
    retried: bool = False,
) -> ScenarioRecord:
    """`error` is what ended the scenario, None when it passed; `exchanges` are all it had."""
    requirements = requirement_ids(described.tags)
    seen = ScenarioRecord(
        feature=described.feature,
        line=described.line,
        title=described.title,
        requirements=requirements,
        outcome="passed",
        decided=tuple(dict.fromkeys(decided)),
        step=failed_step.sentence if failed_step else "",
        exchanges=exchanges,
        retried=retried,
        node=described.node,
        seconds=seconds,
    )
    match error:
        case None:
            return seen
        case ReadOnly() | RequestsSpent():
            return _ended(seen, "not_tested", reason=str(error))
        case NotApplicable():
            return _ended(seen, "not_applicable", reason=error.reason, exchanges=error.exchanges)
        case TargetFault() | httpx.TransportError() if not isinstance(error, NOT_THE_ENDPOINTS):
            about = subject(described)
            return _faulted(seen, error, about, in_a_given=failed_step is None or failed_step.keyword == "Given")
        case _:
            return _ended(seen, "harness_error", reason=f"{type(error).__name__}: {error}")


def planned(described: ScenarioDescription) -> ScenarioRecord:
    """What is known of a scenario that is never reached."""
    return ScenarioRecord(
        feature=described.feature,
        line=described.line,
        title=described.title,
        requirements=requirement_ids(described.tags),
        outcome="not_tested",
        reason="the run ended before it was reached",
        node=described.node,
    )


def _faulted(
    seen: ScenarioRecord, error: TargetFault | httpx.TransportError, about: str, *, in_a_given: bool
) -> ScenarioRecord:
    outcome = "blocked" if in_a_given else "fault"
    if isinstance(error, TargetFault):
        return _ended(
            seen,
            outcome,
            broke=error.requirement,
            stranger=isinstance(error, StrangerWrite),
            reason=error.action,
            expected=error.expected,
            actual=error.actual,
            exchanges=error.exchanges or seen.exchanges[-1:],
        )
    return _ended(
        seen,
        outcome,
        broke=about,
        reason="asking the endpoint",
        expected="an answer",
        actual=f"none: {error}" if str(error) else "none",
        exchanges=seen.exchanges[-1:],
    )


def _ended(seen: ScenarioRecord, outcome: str, **what: object) -> ScenarioRecord:
    return ScenarioRecord(**{**vars(seen), "outcome": outcome, **what})

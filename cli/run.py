"""`scimulate run`: ask the endpoint, judge in a child process, and whatever its end, clean up and write the results."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TextIO

from rich.console import Console

from scimulate.cli.child import Ending, Event, command_line, run_child
from scimulate.cli.discretion import discreet
from scimulate.cli.exit_codes import CLEAN, CLEANUP_INCOMPLETE, FINDINGS, HARNESS_FAULT, NOTHING_TESTED
from scimulate.cli.finish import Written, accepted_today, show_as_step_summary, write_results
from scimulate.cli.interruptions import Interruptions
from scimulate.cli.options import Call
from scimulate.cli.plan import Plan, plan_run
from scimulate.cli.progress import ProgressLine
from scimulate.harness.capabilities import Capabilities, discover
from scimulate.harness.cleanup import clean_up
from scimulate.harness.faults import SettingsError
from scimulate.harness.findings import exit_code
from scimulate.harness.journal import Journal, journal_path
from scimulate.harness.reaching import reach
from scimulate.harness.redaction import Redactor, is_telling
from scimulate.harness.results_folder import make_results_folder
from scimulate.harness.runfolder import append_exchange, open_run_folder
from scimulate.harness.wire import Wire, numbers_of
from scimulate.reports.result import Cleanup
from scimulate.reports.statement import statement

WORST_FIRST = (HARNESS_FAULT, FINDINGS, CLEANUP_INCOMPLETE, NOTHING_TESTED, CLEAN)
INTERRUPTED = 130
PARENT = "parent"
PARENTS_NUMBERS = 1_000_000
"""The index of the parent's exchanges, after those of any worker."""
PYTEST_BROKEN = (3, 4)
RETRIES = 1
LINES_OF_A_BROKEN_CHILD = 15
TOO_SIMPLE = (
    "is too simple to be searched for in the results (shorter than 12 characters, or words without a digit); "
    "it is taken out of requests and answers only"
)


def run(call: Call) -> int:
    """Judge an endpoint, or without --url the servers that come with it."""
    with Interruptions().handled() as interruptions:
        try:
            plan = plan_run(call.settings)
            if plan.dry_run:
                return _list_scenarios(plan, interruptions)
            if plan.target is not None:
                with discreet(plan.secrets):
                    plan = plan.for_target(reach(plan.target))
            with discreet(plan.secrets):
                return _judge(plan, interruptions, call.verbosity)
        except KeyboardInterrupt:
            return interruptions.exit_code or INTERRUPTED


def _judge(plan: Plan, interruptions: Interruptions, verbosity: int) -> int:
    with _folder(plan):
        make_results_folder(plan.out)
        with ExitStack() as stack:
            journal = stack.enter_context(_journal(plan)) if plan.target is not None else None
            wire = (
                stack.enter_context(_wire(plan, journal)) if plan.target is not None and journal is not None else None
            )
            _announce(plan, journal, verbosity)
            capabilities = _discover(wire) if wire is not None else None
            try:
                ending = _run_child(plan, interruptions, verbosity)
            finally:
                interruptions.begin_finish()
                cleanup = _remove(journal, wire)
            written = write_results(plan, capabilities, cleanup)
        _show(written, plan)
        return _exit_code(plan, ending, written, interruptions)


@contextmanager
def _folder(plan: Plan) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            if journal_path(plan.state, plan.run_id).exists():
                raise FileExistsError
            stack.enter_context(open_run_folder(plan.state, plan.run_id))
        except FileExistsError:
            problem = (
                f"{plan.run_id} is that of a run that goes on or was interrupted; choose another, or scimulate cleanup"
            )
            raise SettingsError("run-id", problem) from None
        except OSError as problem:
            raise SettingsError("state-dir", f"{plan.folder} cannot be made: {problem.strerror}") from None
        yield


@contextmanager
def _journal(plan: Plan) -> Iterator[Journal]:
    """Held by this process too, so that the run counts as alive until it is cleaned up; then it is discarded."""
    assert plan.target is not None
    url = plan.target.url
    with Journal.open(plan.run_id, state_dir=plan.state, url=url, seed=plan.seed, started=plan.started) as journal:
        try:
            yield journal
        except KeyboardInterrupt:
            if _is_finished(journal):
                _tell("scimulate: given up; nothing is left at the endpoint")
            else:
                _tell(f"scimulate: given up; scimulate cleanup --url {url} removes what is left")
            raise
        finally:
            if _is_finished(journal):
                journal.discard()


def _is_finished(journal: Journal) -> bool:
    """By the file alone: what this process knows of it may be half read, when it was interrupted."""
    with Journal.load(journal.path) as whole:
        return whole.pending() == ([], [])


def _wire(plan: Plan, journal: Journal) -> Wire:
    """The parent's own way to the endpoint. What it asks and removes is not counted against the run's allowance."""
    assert plan.target is not None
    return Wire(
        replace(plan.target, max_requests=None),
        journal=journal,
        run_id=plan.run_id,
        record=lambda exchange: append_exchange(plan.folder, exchange, PARENT),
        next_number=numbers_of(PARENTS_NUMBERS),
    )


def _discover(wire: Wire) -> Capabilities:
    with wire.client("judge") as client:
        return discover(client, wire.target.url)


def _announce(plan: Plan, journal: Journal | None, verbosity: int) -> None:
    if verbosity < 0:
        return
    judged = plan.target.url if plan.target is not None else "the bundled servers"
    _tell(f"judging {judged} by the profile {plan.profile.described}: run {plan.run_id}, seed {plan.seed}")
    if journal is not None:
        _tell(f"what it makes there is noted in {journal.path}")
    if not all(map(is_telling, plan.secrets)):
        _tell(f"scimulate: token: {TOO_SIMPLE}")


def _run_child(plan: Plan, interruptions: Interruptions, verbosity: int) -> Ending:
    progress = ProgressLine(sys.stderr, quiet=verbosity != 0)
    redactor = Redactor(plan.secrets)
    ending = run_child(
        command_line(plan.folder, workers=plan.workers, dry_run=False),
        plan.environment(),
        plan.folder,
        interruptions=interruptions,
        on_event=lambda event: _show_progress(progress, event),
        on_line=_tell if verbosity > 0 else _ignore,
        clean=redactor.of_ours,
    )
    with _heard_or_not(sys.stderr):
        progress.close()
    _explain(ending, interruptions, verbosity)
    return ending


def _explain(ending: Ending, interruptions: Interruptions, verbosity: int) -> None:
    """An end that was not planned is explained before the results of what was seen."""
    if interruptions.received:
        _tell("scimulate: interrupted; removing what the run made, and writing the results of what was seen")
    elif ending.returncode < 0:
        _tell(f"scimulate: the judging process was killed by signal {-ending.returncode}; finishing without it")
    elif _is_broken(ending):
        _tell(f"scimulate: the judging process failed (pytest ended with {ending.returncode}); its last lines:")
        for line in ending.output[-LINES_OF_A_BROKEN_CHILD:] if verbosity <= 0 else []:
            _tell(f"  {line}")


def _remove(journal: Journal | None, wire: Wire | None) -> Cleanup:
    """Finishes the journal: whatever the child has left is removed by the parent."""
    if journal is None or wire is None:
        return Cleanup()
    with wire.client("cleanup", retries=RETRIES) as client:
        report = clean_up(journal, client)
    # An endpoint may have used our token as an id.
    left = [wire.redactor.of_ours(f"{one['url']}: {one['reason']}") for one in report.left]
    return Cleanup(report.created, report.removed, tuple(left))


def _show(written: Written, plan: Plan) -> None:
    run, summary = written.summed_up.run, written.summed_up.summary
    with _heard_or_not(sys.stdout):
        Console(soft_wrap=True, highlight=False).print(statement(run, summary, plan.out), end="")
    unshown = show_as_step_summary(plan, written.summed_up)
    if unshown is not None:
        _tell(f"scimulate: {unshown}")
    if written.withdrawn:
        _tell(f"scimulate: a secret stood in {', '.join(written.withdrawn)}; removed, please report this")


def _exit_code(plan: Plan, ending: Ending, written: Written, interruptions: Interruptions) -> int:
    if interruptions.exit_code is not None:
        return interruptions.exit_code
    codes = {exit_code(written.summed_up.summary, plan.fail_on, accepted_today(plan))}
    if written.summed_up.run.cleanup.left:
        codes.add(CLEANUP_INCOMPLETE)
    if _is_broken(ending) or written.withdrawn:
        codes.add(HARNESS_FAULT)
    return next(code for code in WORST_FIRST if code in codes)


def _is_broken(ending: Ending) -> bool:
    return ending.returncode < 0 or ending.returncode in PYTEST_BROKEN


def _list_scenarios(plan: Plan, interruptions: Interruptions) -> int:
    """The scenarios that the child collects for the same selection."""
    progress = ProgressLine(sys.stderr, quiet=True)
    with _folder(plan):
        ending = run_child(
            command_line(plan.folder, workers=0, dry_run=True),
            plan.environment(),
            plan.folder,
            interruptions=interruptions,
            on_event=progress.tell,
            on_line=_ignore,
            clean=Redactor(plan.secrets).of_ours,
        )
    _explain(ending, interruptions, 0)
    if interruptions.exit_code is not None:
        return interruptions.exit_code
    if _is_broken(ending):
        return HARNESS_FAULT
    for node in progress.collected:
        print(node)
    judged = plan.target.url if plan.target is not None else "the bundled servers"
    profile = plan.profile.described
    print(f"{len(progress.collected)} scenarios would judge {judged} by the profile {profile}; nothing was sent")
    return CLEAN if progress.collected else NOTHING_TESTED


def _show_progress(progress: ProgressLine, event: Event) -> None:
    with _heard_or_not(sys.stderr):
        progress.tell(event)


def _tell(line: str) -> None:
    with _heard_or_not(sys.stderr):
        print(line, file=sys.stderr, flush=True)


@contextmanager
def _heard_or_not(stream: TextIO) -> Iterator[None]:
    """A terminal that was closed, or a reader that has gone, must not keep a run from its finish."""
    try:
        yield
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _ignore(line: str) -> None:
    """The child's own lines are shown with -v only; progress tells the rest."""

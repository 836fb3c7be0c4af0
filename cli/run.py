"""`scimulate run`: ask the endpoint, judge in a child process, and whatever its end, clean up and write the results."""

import shutil
import sys
from contextlib import ExitStack
from dataclasses import replace

from rich.console import Console

from scimulate.cli.child import Ending, command_line, run_child
from scimulate.cli.exit_codes import CLEAN, CLEANUP_INCOMPLETE, FINDINGS, HARNESS_FAULT, NOTHING_TESTED
from scimulate.cli.finish import accepted_today, write_results
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
from scimulate.harness.redaction import Redactor
from scimulate.harness.runfolder import append_exchange
from scimulate.harness.wire import Wire, numbers_of
from scimulate.reports.result import Cleanup
from scimulate.reports.statement import statement
from scimulate.reports.summing_up import SummedUp

WORST_FIRST = (HARNESS_FAULT, FINDINGS, CLEANUP_INCOMPLETE, NOTHING_TESTED, CLEAN)
INTERRUPTED = 130
PARENT = "parent"
PARENTS_NUMBERS = 900
"""The index of the parent's exchanges, after those of any worker."""
PYTEST_BROKEN = (3, 4)
RETRIES = 1
LINES_OF_A_BROKEN_CHILD = 15


def run(call: Call) -> int:
    """Judge an endpoint, or without --url the servers that come with it."""
    with Interruptions().handled() as interruptions:
        try:
            plan = plan_run(call.settings)
            if plan.dry_run:
                return _list_scenarios(plan, interruptions)
            if plan.target is not None:
                plan = plan.for_target(reach(plan.target))
            return _judge(plan, interruptions, call.verbosity)
        except KeyboardInterrupt:
            return interruptions.exit_code or INTERRUPTED


def _judge(plan: Plan, interruptions: Interruptions, verbosity: int) -> int:
    _make_folder(plan)
    try:
        with ExitStack() as stack:
            journal = stack.enter_context(_journal(plan)) if plan.target is not None else None
            wire = (
                stack.enter_context(_wire(plan, journal)) if plan.target is not None and journal is not None else None
            )
            _announce(plan, journal, verbosity)
            capabilities = _discover(wire) if wire is not None else None
            ending = _run_child(plan, interruptions, verbosity)
            interruptions.begin_finish()
            cleanup = _remove(journal, wire)
            finished = write_results(plan, capabilities, cleanup)
            if journal is not None and not cleanup.left:
                journal.discard()
        _show(finished, plan)
        return _exit_code(plan, ending, finished, interruptions)
    finally:
        shutil.rmtree(plan.folder, ignore_errors=True)


def _make_folder(plan: Plan) -> None:
    try:
        if journal_path(plan.state, plan.run_id).exists():
            raise FileExistsError
        plan.folder.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        problem = (
            f"{plan.run_id} is that of a run that goes on or was interrupted; choose another, or scimulate cleanup"
        )
        raise SettingsError("run-id", problem) from None
    except OSError as problem:
        raise SettingsError("state-dir", f"{plan.folder} cannot be made: {problem.strerror}") from None


def _journal(plan: Plan) -> Journal:
    """Held by this process too, so that the run counts as alive until it is cleaned up."""
    assert plan.target is not None
    return Journal.open(plan.run_id, state_dir=plan.state, url=plan.target.url, seed=plan.seed, started=plan.started)


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
    _tell(f"judging {judged} by the profile {plan.profile.name}: run {plan.run_id}, seed {plan.seed}")
    if journal is not None:
        _tell(f"what it makes there is noted in {journal.path}")


def _run_child(plan: Plan, interruptions: Interruptions, verbosity: int) -> Ending:
    progress = ProgressLine(sys.stderr, quiet=verbosity != 0)
    redactor = Redactor(plan.secrets)
    ending = run_child(
        command_line(plan.folder, workers=plan.workers, dry_run=False),
        plan.environment(),
        plan.folder,
        interruptions=interruptions,
        on_event=progress.tell,
        on_line=_tell if verbosity > 0 else _ignore,
        clean=redactor.text,
    )
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
    try:
        with wire.client("cleanup", retries=RETRIES) as client:
            report = clean_up(journal, client)
    except KeyboardInterrupt:
        _tell(f"scimulate: given up; scimulate cleanup --url {wire.target.url} removes what is left")
        raise
    # An endpoint may have used our token as an id.
    left = [wire.redactor.text(f"{one['url']}: {one['reason']}") for one in report.left]
    return Cleanup(report.created, report.removed, tuple(left))


def _show(finished: SummedUp, plan: Plan) -> None:
    Console(soft_wrap=True, highlight=False).print(statement(finished.run, finished.summary, plan.out), end="")


def _exit_code(plan: Plan, ending: Ending, finished: SummedUp, interruptions: Interruptions) -> int:
    if interruptions.exit_code is not None:
        return interruptions.exit_code
    codes = {exit_code(finished.summary, plan.fail_on, accepted_today(plan))}
    if finished.run.cleanup.left:
        codes.add(CLEANUP_INCOMPLETE)
    if _is_broken(ending):
        codes.add(HARNESS_FAULT)
    return next(code for code in WORST_FIRST if code in codes)


def _is_broken(ending: Ending) -> bool:
    return ending.returncode < 0 or ending.returncode in PYTEST_BROKEN


def _list_scenarios(plan: Plan, interruptions: Interruptions) -> int:
    """The scenarios that the child collects for the same selection."""
    _make_folder(plan)
    progress = ProgressLine(sys.stderr, quiet=True)
    try:
        ending = run_child(
            command_line(plan.folder, workers=0, dry_run=True),
            plan.environment(),
            plan.folder,
            interruptions=interruptions,
            on_event=progress.tell,
            on_line=_ignore,
            clean=Redactor(plan.secrets).text,
        )
    finally:
        shutil.rmtree(plan.folder, ignore_errors=True)
    _explain(ending, interruptions, 0)
    if interruptions.exit_code is not None:
        return interruptions.exit_code
    if _is_broken(ending):
        return HARNESS_FAULT
    for node in progress.collected:
        print(node)
    judged = plan.target.url if plan.target is not None else "the bundled servers"
    print(
        f"{len(progress.collected)} scenarios would judge {judged} by the profile {plan.profile.name}; nothing was sent"
    )
    return CLEAN if progress.collected else NOTHING_TESTED


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _ignore(line: str) -> None:
    """The child's own lines are shown with -v only; progress tells the rest."""

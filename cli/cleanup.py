"""`scimulate cleanup`: finish the journals of runs that were interrupted."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from scimulate.cli.discretion import discreet
from scimulate.cli.endpoint import state_folder_of, target_of, token_of, variables_of
from scimulate.cli.exit_codes import CLEAN, CLEANUP_INCOMPLETE
from scimulate.cli.options import Call
from scimulate.harness.alive import is_alive
from scimulate.harness.cleanup import CleanupReport, clean_up
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import SettingsError
from scimulate.harness.journal import Journal, journal_path, journals
from scimulate.harness.reaching import reach
from scimulate.harness.redaction import Redactor
from scimulate.harness.runfolder import remove_dead_folder, run_folders
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire, numbers_of
from scimulate.load.result import Cleanup

RETRIES = 3


def cleanup(call: Call) -> int:
    """Remove what interrupted runs left at an endpoint, and only that."""
    settings = call.settings
    settings.given("url")
    target = target_of(variables_of(settings, token_of(settings)))
    state = state_folder_of(settings)
    named = settings.text("journal")
    chosen = [_named(Path(named), target)] if named is not None else _of_endpoint(state, target)
    with discreet(target.secrets):
        target = reach(target)
    with discreet(target.secrets):
        return _clean_up(target, state, chosen, loads_too=named is None)


def _clean_up(target: Target, state: Path, chosen: list[Path], *, loads_too: bool) -> int:
    left: list[dict[str, str]] = []
    for path in chosen:
        report = _finish(path, target)
        left += report.left
        print(f"run {path.stem}: {report.created} created, {report.removed} removed, {len(report.left)} left")
    loads = _finish_loads(target, state) if loads_too else []
    for folder in run_folders(state):
        if not is_alive(journal_path(state, folder.name)):
            remove_dead_folder(folder)
    left += [{"url": target.url, "reason": reason} for load in loads for reason in load.left]
    redactor = Redactor(target.secrets)
    for one in left:
        # An endpoint may have used our token as an id.
        print(redactor.of_ours(f"left: {one['url']}: {one['reason']}"), file=sys.stderr)
    if not chosen and not loads:
        print(f"no interrupted run left anything at {target.url}")
    return CLEANUP_INCOMPLETE if left else CLEAN


def _of_endpoint(state: Path, target: Target) -> list[Path]:
    """The journals of dead runs at this endpoint. A run that goes on cleans up after itself."""
    found = []
    for path in journals(state):
        if is_alive(path):
            print(f"run {path.stem} is still going on; it is left alone")
        elif _left_something(path, target):
            found.append(path)
    return found


def _left_something(path: Path, target: Target) -> bool:
    """Whether a dead run did so at this endpoint. The journal of one that did not is of no use to anybody."""
    with Journal.load(path) as journal:
        try:
            if journal.header.url != target.url:
                return False
        except SettingsError:
            return False  # without a first line nothing was sent
        left = journal.pending() != ([], [])
        if not left:
            journal.discard()
        return left


def _named(path: Path, target: Target) -> Path:
    if is_alive(path):
        raise SettingsError("journal", f"{path} belongs to a run that is still going on")
    url = _url_of(path)
    if url != target.url:
        raise SettingsError("journal", f"{path} is of a run at {url}, not at {target.url}; give its --url")
    return path


def _url_of(path: Path) -> str:
    with Journal.load(path) as journal:
        return journal.header.url


def _finish(path: Path, target: Target) -> CleanupReport:
    with ExitStack() as stack:
        journal = stack.enter_context(Journal.load(path))
        run_id = journal.header.run_id
        wire = Wire(target, journal=journal, run_id=run_id, record=_forget, next_number=numbers_of(0))
        client = stack.enter_context(stack.enter_context(wire).client("cleanup", retries=RETRIES))
        report = clean_up(journal, client)
        if not report.left:
            journal.discard()
        return report


def _finish_loads(target: Target, state: Path) -> list[Cleanup]:
    from scimulate.load.run import remove_unfinished

    return remove_unfinished(target, state_dir=state, say=_say, environ=os.environ)


def _forget(exchange: Exchange) -> None:
    """A cleanup keeps no evidence: its report says what is left, and why."""


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

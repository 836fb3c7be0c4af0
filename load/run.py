"""`scimulate load` without the command line: runs Locust as a child process and turns what it measured into reports.

Locust patches whatever process imports it, so nothing of it is imported here. However the child ends, what it made is
removed: by itself, or else by a second child that works from the journal.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scimulate.harness.alive import is_alive
from scimulate.harness.faults import HarnessError, SettingsError
from scimulate.harness.process_group import end_group
from scimulate.harness.reaching import reach
from scimulate.harness.results_folder import make_results_folder
from scimulate.harness.runfolder import open_run_folder, run_folder
from scimulate.harness.target import Target
from scimulate.load.journal import FOLDER, read, unfinished
from scimulate.load.progress import Narrator, Progress
from scimulate.load.report import closing_words, write_reports
from scimulate.load.result import Cleanup, LoadResult
from scimulate.load.settings import LoadSettings

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
FASTEST_SPAWN = 100

Say = Callable[[str], None]


@dataclass(frozen=True)
class LoadOutcome:
    """What was measured, unless it was stopped before anything was; and the exit code of the command."""

    measured: LoadResult | None
    exit_code: int

    @property
    def result(self) -> LoadResult:
        if self.measured is None:
            raise ValueError("the load was stopped before anything was measured")
        return self.measured


def run_load(settings: LoadSettings, *, out: Path | None, say: Say, environ: Mapping[str, str]) -> LoadOutcome:
    """Load the endpoint. Raises `TargetUnreachable` before anything was made, `HarnessError` when Locust failed."""
    if out is not None:
        make_results_folder(out)
    settings = replace(settings, target=reach(settings.target))
    with _folder(settings) as folder:
        child = _Child(settings, environ, folder)
        child.run(say)
        result = child.result
        journal = settings.state_dir / FOLDER / f"{settings.run_id}.json"
        if journal.exists() and not settings.keep and (result is None or result.lost_workers):
            say("removing what the load made, from its journal")
            rest = _remove(settings, environ, folder, say)
            result = result and replace(result, cleanup=Cleanup(result.cleanup.removed + rest.removed, rest.left))
        if result is None and child.stopped_by is not None:
            say("Interrupted before anything was measured.")
            return LoadOutcome(None, 128 + child.stopped_by)
        if result is None:
            raise HarnessError(f"Locust ended without a result: {child.last_words}")
    if out is not None:
        write_reports(result, out)
    for line in closing_words(result, out):
        say(line)
    code = 128 + child.stopped_by if result.interrupted and child.stopped_by else result.exit_code
    return LoadOutcome(result, code)


def remove_unfinished(target: Target, *, state_dir: Path, say: Say, environ: Mapping[str, str]) -> list[Cleanup]:
    """Finish the loads of this endpoint that ended without removing what they made."""
    done: list[Cleanup] = []
    for path in list(unfinished(state_dir, target.url)):
        record = read(path)
        if is_alive(run_folder(state_dir, record.run_id)):
            continue  # its own command is about to remove what it made
        settings = LoadSettings(
            target=target,
            users=record.users,
            groups=record.groups,
            seed=record.seed,
            run_id=record.run_id,
            yes_this_endpoint=True,
            state_dir=state_dir,
        )
        say(f"removing what load {record.run_id} left")
        with _folder(settings) as folder:
            done.append(_remove(settings, environ, folder, say))
    return done


@dataclass(frozen=True)
class _Folder:
    """Where a load's processes write. `lock` says that it lives, also when only they are left of it."""

    path: Path
    lock: int


@contextmanager
def _folder(settings: LoadSettings) -> Iterator[_Folder]:
    state_dir = settings.state_dir.absolute()
    path = run_folder(state_dir, settings.run_id)
    with ExitStack() as stack:
        try:
            lock = stack.enter_context(open_run_folder(state_dir, settings.run_id))
        except FileExistsError:
            raise SettingsError("run_id", f"{settings.run_id} is that of a load that goes on; choose another") from None
        except OSError as problem:
            raise SettingsError("state_dir", f"{path} cannot be made: {problem.strerror}") from None
        yield _Folder(path, lock)


def _remove(settings: LoadSettings, environ: Mapping[str, str], folder: _Folder, say: Say) -> Cleanup:
    child = _Child(replace(settings, processes=1, lanes=1), {**environ, "SCIMULATE_LOAD_REMOVE": "1"}, folder)
    child.run(say)
    return child.result.cleanup if child.result else Cleanup(0, ["the removal did not finish; scimulate cleanup will"])


class _Child:
    """One run of Locust. The token reaches it by its environment only."""

    def __init__(self, settings: LoadSettings, environ: Mapping[str, str], folder: _Folder) -> None:
        self._settings = settings
        self._environ = environ
        self._folder = folder
        self._result_path = folder.path / f"result-{uuid.uuid4().hex}.json"
        self._errors_path = folder.path / f"locust-{uuid.uuid4().hex}.log"
        self.stopped_by: int | None = None
        self._process: subprocess.Popen[str] | None = None

    @property
    def result(self) -> LoadResult | None:
        try:
            return LoadResult.from_json(json.loads(self._result_path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return None

    @property
    def last_words(self) -> str:
        lines = self._errors_path.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")

    def run(self, say: Say) -> None:
        its, mine = os.pipe()
        try:
            with (
                _handling_signals(self.stop),
                self._errors_path.open("wb") as errors,
                self._start(its, errors.fileno()) as process,
            ):
                os.close(its)
                self._process = process
                if self.stopped_by is not None:
                    process.send_signal(signal.SIGINT)
                _tell(process, say)
                process.wait()
                end_group(process.pid)  # workers that outlived their master
        finally:
            os.close(mine)

    def stop(self, number: int, _frame: object) -> None:
        """The first SIGINT or SIGTERM makes the child remove what it made and end; a second one ends it at once."""
        again, self.stopped_by = self.stopped_by is not None, number
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM if again else signal.SIGINT)

    def _start(self, pipe: int, errors: int) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self._command(),
            env={**self._environment(), "SCIMULATE_PARENT_PIPE": str(pipe)},
            cwd=self._folder.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,
            pass_fds=[pipe, self._folder.lock],
        )

    def _command(self) -> list[str]:
        settings = self._settings
        command = [sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
        command += ["--loglevel", "WARNING", "--host", settings.target.url]
        command += ["--users", str(settings.lanes), "--spawn-rate", str(min(settings.lanes, FASTEST_SPAWN))]
        if settings.processes > 1:
            port = str(_free_port())
            command += ["--processes", str(settings.processes), "--master-bind-host", "127.0.0.1"]
            command += ["--master-bind-port", port, "--master-port", port]
        return command

    def _environment(self) -> dict[str, str]:
        """Without what would steer Python, Locust or this load from outside."""
        strange = ("PYTHON", "LOCUST_", "SCIMULATE_")
        kept = {name: value for name, value in self._environ.items() if not name.startswith(strange)}
        told = {"SCIMULATE_LOAD_RESULT": str(self._result_path), **self._settings.to_environment()}
        if "SCIMULATE_LOAD_REMOVE" in self._environ:
            told["SCIMULATE_LOAD_REMOVE"] = self._environ["SCIMULATE_LOAD_REMOVE"]
        return {**kept, **told}


@contextmanager
def _handling_signals(handler: Callable[[int, object], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _tell(process: "subprocess.Popen[str]", say: Say) -> None:
    assert process.stdout is not None
    narrator = Narrator()
    for line in process.stdout:
        progress = Progress.from_line(line)
        if progress and (words := narrator.tell(progress)):
            say(words)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

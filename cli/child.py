"""The pytest that judges, as a child process: how it is started, told of signals, listened to, and seen to its end."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import scimulate
from scimulate.cli.child_variables import PARENT_PIPE, PROGRESS_PIPE
from scimulate.cli.interruptions import Interruptions
from scimulate.harness.process_group import end_group

PACKAGE = Path(scimulate.__file__).parent
FEATURES = PACKAGE / "features"

PLUGINS = (
    "xdist",
    "pytest_bdd.plugin",
    "allure_pytest.plugin",
    "scimulate.harness.gherkin",
    "scimulate.harness.plugin",
    "scimulate.steps",
    "scimulate.reports.allure_bridge",
    "scimulate.cli.child_guard",
)

Event = dict[str, object]


@dataclass
class Ending:
    """How the child ended. `returncode` is pytest's own, or minus the signal that killed it."""

    returncode: int = 0
    output: list[str] = field(default_factory=list)
    """The last lines that the child printed, cleaned."""


def command_line(run_folder: Path, *, workers: int, dry_run: bool) -> list[str]:
    """What is started. No secret is in it: anybody on the machine can read the arguments of a process."""
    arguments = [sys.executable, "-P", "-m", "pytest", "-c", str(PACKAGE / "cli" / "pytest.toml")]
    arguments += ["--rootdir", str(PACKAGE), "--confcutdir", str(FEATURES)]
    for plugin in PLUGINS:
        arguments += ["-p", plugin]
    arguments += ["--basetemp", str(run_folder / "scratch")]
    if dry_run:
        arguments += ["--collect-only", "-q"]
    else:
        arguments += ["--alluredir", str(run_folder / "allure-results"), "--allure-no-capture"]
        if workers:
            arguments += ["-n", str(workers)]
    return [*arguments, str(FEATURES)]


def clean_environment(environ: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """The child's environment: nothing in it that steers Python, pytest or us, but what we put there."""
    steering = ("PYTEST_", "PYTHON", "SCIMULATE_", "ALLURE_", "COV_CORE_", "COVERAGE_")
    other = ("_PYTEST_RAISE", "PY_COLORS", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_STEP_SUMMARY")
    kept = {name: value for name, value in environ.items() if not name.startswith(steering) and name not in other}
    return {
        **kept,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        **ours,
    }


def run_child(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    folder: Path,
    *,
    interruptions: Interruptions,
    on_event: Callable[[Event], None],
    on_line: Callable[[str], None],
    clean: Callable[[str], str],
) -> Ending:
    """Start it, pass on what it reports, forward signals to its group, and return when the whole group has ended.

    From its start on a signal is never raised here: what the child has made is removed by whoever called.
    """
    ending = Ending()
    interruptions.begin_child()
    # The child waits for the end of one pipe, whose other end lives as long as this process does.
    watched, held = os.pipe()
    progress_end, childs_progress = os.pipe()
    child = subprocess.Popen(
        arguments,
        cwd=folder,
        env={**environ, PARENT_PIPE: str(watched), PROGRESS_PIPE: str(childs_progress)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
        pass_fds=[watched, childs_progress],
    )
    os.close(watched)
    os.close(childs_progress)
    assert child.stdout is not None
    reader = threading.Thread(target=_pass_lines, args=(child.stdout, clean, on_line, ending), daemon=True)
    reader.start()
    try:
        # To the end of the whole group, so that a second signal kills what is slow to end.
        with interruptions.forwarded_to(child.pid):
            try:
                with open(progress_end, encoding="utf-8", errors="replace") as progress:
                    for line in progress:
                        on_event(_event(line))
                ending.returncode = child.wait()
            finally:
                end_group(child.pid)
    finally:
        child.wait()
        reader.join()
        child.stdout.close()
        os.close(held)
    return ending


def _pass_lines(stream: IO[bytes], clean: Callable[[str], str], on_line: Callable[[str], None], ending: Ending) -> None:
    for raw in stream:
        line = clean(raw.decode("utf-8", "replace").rstrip("\n"))
        ending.output = [*ending.output[-199:], line]
        on_line(line)


def _event(line: str) -> Event:
    try:
        event = json.loads(line)
    except ValueError:  # torn: the child was killed while it wrote
        return {}
    return event if isinstance(event, dict) else {}

"""The child process: what it is started with, what it may see, and that nothing of it outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scimulate.cli.child import FEATURES, PACKAGE, Ending, Event, clean_environment, command_line, run_child
from scimulate.cli.child_variables import PARENT_PIPE, PROGRESS_PIPE
from scimulate.cli.interruptions import Interruptions
from scimulate.harness.process_group import end_group, group_lives

PROGRESS = f"import os; tell = lambda text: os.write(int(os.environ['{PROGRESS_PIPE}']), text.encode())\n"


def run_script(folder: Path, script: str, **more: object) -> tuple[Ending, list[Event], list[str]]:
    events: list[Event] = []
    lines: list[str] = []
    interruptions = more.get("interruptions", Interruptions())
    assert isinstance(interruptions, Interruptions)
    on_event = more.get("on_event", events.append)
    ending = run_child(
        [sys.executable, "-c", PROGRESS + script],
        {"PATH": os.environ["PATH"]},
        folder,
        interruptions=interruptions,
        on_event=on_event,  # type: ignore[arg-type]
        on_line=lines.append,
        clean=lambda text: text.replace("canary", "[redacted]"),
    )
    return ending, events, lines


def test_the_command_line_names_our_own_settings_and_plug_ins_only(tmp_path: Path) -> None:
    arguments = command_line(tmp_path, workers=2, dry_run=False)
    assert arguments[:10] == [
        *(sys.executable, "-P", "-m", "pytest"),
        *("-c", str(PACKAGE / "cli" / "pytest.toml")),
        *("--rootdir", str(PACKAGE), "--confcutdir", str(FEATURES)),
    ]
    assert arguments[-3:] == ["-n", "2", str(FEATURES)]


def test_nothing_that_steers_python_pytest_or_us_reaches_the_child() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "PYTHONPATH": ".",
        "PYTHONSTARTUP": "x.py",
        "PYTEST_ADDOPTS": "-k nothing",
        "PYTEST_PLUGINS": "theirs",
        "SCIMULATE_TOKEN": "of the parent",
        "GITHUB_STEP_SUMMARY": "/summary.md",
        "FORCE_COLOR": "1",
    }
    assert clean_environment(environ, {"SCIMULATE_SEED": "7"}) == {
        "PATH": "/bin",
        "HOME": "/home/ada",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "NO_COLOR": "1",
        "COLUMNS": "120",
        "SCIMULATE_SEED": "7",
    }


def test_what_the_child_prints_and_reports_is_passed_on_clean(tmp_path: Path) -> None:
    script = (
        "import sys\ntell('{\"collected\": [\"a\"]}\\nnot json\\n')\nprint('a canary')\nprint('b', file=sys.stderr)"
    )
    ending, events, lines = run_script(tmp_path, script + "\nsys.exit(1)")
    assert (ending.returncode, events, sorted(lines)) == (1, [{"collected": ["a"]}, {}], ["a [redacted]", "b"])
    assert sorted(ending.output) == sorted(lines)


def test_the_child_works_in_its_own_folder_and_leads_its_own_group(tmp_path: Path) -> None:
    _, _, lines = run_script(tmp_path, "print(os.getcwd(), os.getpgrp() == os.getpid())")
    assert lines == [f"{tmp_path} True"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_signal_is_forwarded_and_told_by_the_exit_code(tmp_path: Path, number: signal.Signals, code: int) -> None:
    script = "import signal\ntell('{}\\n')\nsignal.pause()"
    with Interruptions().handled() as interruptions:
        ending, _, _ = run_script(
            tmp_path, script, interruptions=interruptions, on_event=lambda event: os.kill(os.getpid(), number)
        )
    assert (ending.returncode, interruptions.exit_code) == (-signal.SIGTERM, code)


def test_a_signal_between_the_start_and_the_forwarding_reaches_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def interrupted(*arguments: Any, **settings: Any) -> subprocess.Popen[bytes]:
        child = start(*arguments, **settings)
        signal.raise_signal(signal.SIGINT)
        return child

    monkeypatch.setattr("subprocess.Popen", interrupted)
    with Interruptions().handled() as interruptions:
        ending, _, _ = run_script(tmp_path, "import signal\nsignal.pause()", interruptions=interruptions)
    assert (ending.returncode, interruptions.exit_code) == (-signal.SIGTERM, 130)


def test_a_second_signal_kills_a_child_that_does_not_end(tmp_path: Path) -> None:
    script = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: tell('{}\\n'))\ntell('{}\\n')\n"
    script += "while True: signal.pause()"
    with Interruptions().handled() as interruptions:
        ending, _, _ = run_script(
            tmp_path, script, interruptions=interruptions, on_event=lambda event: os.kill(os.getpid(), signal.SIGINT)
        )
    assert (ending.returncode, interruptions.received) == (-signal.SIGKILL, [signal.SIGINT, signal.SIGINT])


def test_a_signal_before_and_a_second_one_after_the_child_end_the_command() -> None:
    with Interruptions().handled(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    with Interruptions().handled() as interruptions:
        interruptions.begin_finish()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert interruptions.exit_code == 130


def test_what_the_child_leaves_behind_is_ended(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys\n"
        "orphan = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "tell('{\"group\": %d}\\n' % os.getpgrp())"
    )
    _, events, _ = run_script(tmp_path, script)
    group = events[0]["group"]
    assert isinstance(group, int)
    assert not group_lives(group)


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    script = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    script += "tell('{\"group\": %d}\\n' % os.getpid())\nsignal.pause()"
    groups: list[int] = []

    def end_it(event: Event) -> None:
        groups.append(int(str(event["group"])))
        end_group(groups[0], patience=0.05)

    ending, _, _ = run_script(tmp_path, script, on_event=end_it)
    assert (ending.returncode, group_lives(groups[0])) == (-signal.SIGKILL, False)


def test_when_the_parent_dies_the_guard_unwinds_the_child(tmp_path: Path) -> None:
    """A real pytest, whose parent's pipe is closed while a test runs: the fixture's end is reached, and it ends."""
    cleaned = tmp_path / "cleaned"
    started_read, started = os.pipe()
    test = tmp_path / "test_it.py"
    test.write_text(
        "import os, pathlib, signal, pytest\n"
        "@pytest.fixture\n"
        "def made():\n"
        "    yield\n"
        f"    pathlib.Path({str(cleaned)!r}).write_text('cleaned')\n"
        "def test_it(made):\n"
        f"    os.write({started}, b'x')\n"
        "    while True: signal.pause()\n"
    )
    watched, held = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "scimulate.cli.child_guard", test],
        env=clean_environment(os.environ, {PARENT_PIPE: str(watched)}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[watched, started],
        process_group=0,
    )
    os.close(watched)
    os.close(started)
    assert os.read(started_read, 1) == b"x"
    assert child.stdout is not None
    child.stdout.close()
    os.close(held)
    assert child.wait(timeout=30) == pytest.ExitCode.INTERRUPTED
    os.close(started_read)
    assert cleaned.read_text() == "cleaned"

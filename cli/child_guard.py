"""A plug-in of the pytest that `scimulate run` starts: it dies tidily, it dies with its parent, and it reports.

A signal becomes KeyboardInterrupt, so that pytest unwinds and fixtures clean up; when the parent has gone, the whole
process group is ended. It runs in the child and, without the pipes, in each worker of pytest-xdist.
"""

import json
import os
import signal
import threading
from types import FrameType

import pytest

from scimulate.cli.child_variables import PARENT_PIPE, PROGRESS_PIPE, SELECT
from scimulate.cli.selection import is_chosen

SECONDS_TO_UNWIND = 20.0

_signalled = threading.Event()


def _interrupt(number: int, frame: FrameType | None) -> None:
    # The first one only: a second would break the cleanup that the first has begun.
    if not _signalled.is_set():
        _signalled.set()
        raise KeyboardInterrupt


def end_with_parent(pipe: int) -> None:
    """Wait until the parent's end of `pipe` is closed, then end the process group."""
    os.read(pipe, 1)
    _silence(_STREAMS)
    os.killpg(0, signal.SIGTERM)
    threading.Event().wait(SECONDS_TO_UNWIND)
    os.killpg(0, signal.SIGKILL)


def _identity(descriptor: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(descriptor)
    except OSError:
        return None
    return found.st_dev, found.st_ino


_STREAMS = {_identity(1), _identity(2)} - {None}
"""Our streams, before pytest puts copies of them away to capture what tests print."""
DESCRIPTORS = range(256)


def _silence(streams: set[tuple[int, int] | None]) -> None:
    """Nobody reads our streams any more, and a write to them, or to a copy, must not break the unwinding."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in DESCRIPTORS:
        if _identity(descriptor) in streams:
            os.dup2(nowhere, descriptor)


class Progress:
    """One JSON line for each scenario, to the parent."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def _tell(self, event: dict[str, object]) -> None:
        try:
            os.write(self._pipe, (json.dumps(event) + "\n").encode())
        except OSError:
            return  # the parent has gone; the guard ends this process

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self._tell({"collected": [item.nodeid for item in session.items]})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._tell({"collected": list(ids)})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self._tell({"ended": report.nodeid, "outcome": report.outcome})


def pytest_configure(config: pytest.Config) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        # Set even when the inherited disposition is "ignore", as it is for a job in the background.
        signal.signal(number, _interrupt)
    if hasattr(config, "workerinput"):
        return
    if PARENT_PIPE in os.environ:
        pipe = int(os.environ[PARENT_PIPE])
        threading.Thread(target=end_with_parent, args=(pipe,), daemon=True, name="end-with-parent").start()
    if PROGRESS_PIPE in os.environ:
        config.pluginmanager.register(Progress(int(os.environ[PROGRESS_PIPE])), "scimulate-progress")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    terms = os.environ.get(SELECT, "").splitlines()
    if not terms:
        return
    chosen: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        tags = [mark.name for mark in item.iter_markers()]
        (chosen if is_chosen(terms, tags, item.nodeid) else others).append(item)
    items[:] = chosen
    config.hook.pytest_deselected(items=others)

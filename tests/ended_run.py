"""A real run as its own process, an endpoint of the bundled kind, and the hand that ends the run in the middle."""

import asyncio
import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants

START = "from scimulate.cli.main import run; raise SystemExit(run())"
SELECTED = "features/provisioning/assigned_group.feature"
TOKEN = "canary-9d31c0ffee"
PATIENCE = 90
"""Seconds until a run that does not end is given up."""


@dataclass(frozen=True)
class Way:
    """How a run is ended: who is hit, by what, and the exit code that follows. No signal: its terminal is closed."""

    victim: str
    signals: tuple[signal.Signals, ...]
    code: int


TERM = Way("parent", (signal.SIGTERM,), 143)
INT = Way("parent", (signal.SIGINT,), 130)
INT_AND_TERM = Way("parent", (signal.SIGINT, signal.SIGTERM), 130)
KILL = Way("parent", (signal.SIGKILL,), -signal.SIGKILL)
KILL_OF_THE_CHILD = Way("child", (signal.SIGKILL,), 4)
HANG_UP = Way("parent", (), 143)


@dataclass(frozen=True)
class Point:
    """The `number`-th request by `method` ends the run: before it is carried out, or when its answer is on the way."""

    method: str
    number: int
    answer_lost: bool = False


class Endpoint:
    """The bundled server; `hit` is called at the point.

    Creations after it get no answer, and are not carried out: a process that goes on regardless stands still here.
    """

    def __init__(self, app: MdmApplication, point: Point | None, hit: Callable[[], None]) -> None:
        self._app = app
        self._point = point
        self._hit = hit
        self._seen = 0
        self.is_over = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        point = self._point
        if point is None or scope["type"] != "http" or scope["method"] != point.method:
            await self._app(scope, receive, send)
            return
        self._seen += 1
        if self._seen > point.number and point.method == "POST":
            await asyncio.get_running_loop().run_in_executor(None, self.is_over.wait)
        elif self._seen != point.number:
            await self._app(scope, receive, send)
        elif point.answer_lost:
            await self._app(scope, receive, self._hitting_before(send))
        else:
            self._hit()
            await self._app(scope, receive, send)

    def _hitting_before(self, send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def hit_then_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._hit()
            await send(message)

        return hit_then_send


class EndedRun:
    """A run that is ended in some way, at a point at the endpoint or by what `bootstrap` does in its own process."""

    def __init__(self, folder: Path, way: Way, point: Point | None, bootstrap: str = "") -> None:
        self._folder = folder
        self._way = way
        self._bootstrap = bootstrap
        self.state = folder / "state"
        self.processes: list[psutil.Process] = []
        """The judging process and its workers, as they were when the hand came down."""
        tenants = open_tenants(":memory:", lambda name: RealClock())
        tenants.default.tokens.adopt(TOKEN)
        self._endpoint = Endpoint(MdmApplication(tenants), point, self._hit)
        self.server = RunningServer(self._endpoint)
        self._tenants = tenants
        self._parent: subprocess.Popen[bytes] | None = None
        self._terminal: int | None = None
        self._started = threading.Event()

    @property
    def url(self) -> str:
        return f"{self.server.url}/scim/v2"

    def carry_out(self, workers: int) -> int:
        """The exit code of the run, when all its processes have ended."""
        with open(self._folder / "output", "wb") as output:
            self._parent = self._start(workers, output.fileno())
            self._started.set()
        try:
            code = self._parent.wait(PATIENCE)
            for process in self.processes:
                wait_for_end(process.pid)
        finally:
            self._end()
        return code

    def _start(self, workers: int, output: int) -> subprocess.Popen[bytes]:
        arguments = ["run", "--url", self.url, "--select", SELECTED, "--workers", str(workers), "--timeout", "60"]
        environ = {**os.environ, "SCIMULATE_TOKEN": TOKEN, "SCIMULATE_STATE_DIR": str(self.state)}
        code = f"{self._bootstrap}\n{START}"
        if self._way.signals:
            command = [sys.executable, "-P", "-c", code, *arguments]
            return subprocess.Popen(command, cwd=self._folder, env=environ, stdout=output, stderr=subprocess.STDOUT)
        self._terminal, ours = pty.openpty()
        # The terminal of a session of its own: whoever closes it hangs up on its leader.
        code = f"import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n{code}"
        command = [sys.executable, "-P", "-c", code, *arguments]
        try:
            return subprocess.Popen(
                command, cwd=self._folder, env=environ, stdin=ours, stdout=ours, stderr=ours, start_new_session=True
            )
        finally:
            os.close(ours)

    def _end(self) -> None:
        """Nothing outlives the test, whatever came of it."""
        self._endpoint.is_over.set()
        assert self._parent is not None
        self._parent.kill()
        self._parent.wait()
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _hit(self) -> None:
        self._started.wait()
        assert self._parent is not None
        parent = psutil.Process(self._parent.pid)
        self.processes = parent.children(recursive=True)
        for number in self._way.signals:
            (parent if self._way.victim == "parent" else self.processes[0]).send_signal(number)
        if self._terminal is not None:
            os.close(self._terminal)

    def left(self) -> list[str]:
        """The names of everything that the endpoint holds."""
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            answers = [client.get("/Users").json(), client.get("/Groups").json()]
        return [one.get("userName", one["displayName"]) for answer in answers for one in answer.get("Resources", [])]

    def close(self) -> None:
        self._tenants.database.close()


def wait_for_the_processes_of_the_run(state: Path) -> None:
    """Returns when none is left: each holds a shared lock on the journal."""
    for journal in state.glob("journals/*"):
        with journal.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)


def wait_for_end(process: int) -> None:
    """Returns when the process has ended, whoever its parent is."""
    if not hasattr(os, "pidfd_open"):
        psutil.wait_procs([psutil.Process(process)], timeout=PATIENCE)
        return
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], PATIENCE)[0], f"process {process} has not ended"
    finally:
        os.close(handle)

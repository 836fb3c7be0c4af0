"""A real run is interrupted and killed in the middle of its writes, and nothing of it is left at the endpoint.

At ten points, without and with workers: the n-th creation that reaches the endpoint ends the run, before it is carried
out or, at `ANSWER_LOST`, when it was and its answer is on the way. Each way of ending meets both.
"""

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from scimulate.cli import main
from scimulate.harness.process_group import group_lives
from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.serving import MdmApplication, RunningServer, create_app, open_tenants

COMMAND = [sys.executable, "-P", "-c", "from scimulate.cli.main import run; raise SystemExit(run())"]
SELECTED = "features/provisioning/assigned_group.feature"
TOKEN = "canary-9d31c0ffee"
WAYS = {
    # how the run is ended: who is hit, by what, and the exit code that follows
    "TERM": ("parent", signal.SIGTERM, 143),
    "INT": ("parent", signal.SIGINT, 130),
    "KILL of the child": ("child", signal.SIGKILL, 4),
    "KILL of the parent": ("parent", signal.SIGKILL, -signal.SIGKILL),
}
PATIENCE = 90
"""Seconds until a run that does not end is given up."""
POINTS = range(1, 11)
ANSWER_LOST = range(4, 8)
CASES = [
    pytest.param(way, workers, point, id=f"{way}, {workers} workers, at {point}")
    for point in POINTS
    for workers, way in ((0, list(WAYS)[point % 4]), (2, list(WAYS)[(point + 2) % 4]))
]


class Endpoint:
    """The bundled server; `hit` is called when the `point`-th creation has come.

    Later creations get no answer, and are not carried out: a process that goes on regardless stands still here.
    """

    def __init__(self, app: MdmApplication, point: int, hit: Callable[[], None]) -> None:
        self._app = app
        self._point = point
        self._hit = hit
        self._creations = 0
        self.is_over = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        self._creations += 1
        if self._creations > self._point:
            await asyncio.get_running_loop().run_in_executor(None, self.is_over.wait)
        elif self._creations < self._point:
            await self._app(scope, receive, send)
        elif self._point not in ANSWER_LOST:
            self._hit()
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, self._hitting_before(send))

    def _hitting_before(self, send: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def hit_then_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._hit()
            await send(message)

        return hit_then_send


class KilledRun:
    """A run as its own process, and the hand that ends it."""

    def __init__(self, folder: Path, way: str, point: int) -> None:
        self._folder = folder
        self._victim, self._signal, self.expected_code = WAYS[way]
        self.state = folder / "state"
        self.processes: list[psutil.Process] = []
        """The judging process and its workers, as they were when the hand came down."""
        tenants = open_tenants(":memory:", lambda name: RealClock())
        tenants.default.tokens.adopt(TOKEN)
        self._endpoint = Endpoint(create_app(tenants), point, self._hit)
        self.server = RunningServer(self._endpoint)
        self._tenants = tenants
        self._parent: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()

    @property
    def url(self) -> str:
        return f"{self.server.url}/scim/v2"

    def carry_out(self, workers: int) -> int:
        """The exit code of the run, when all its processes have ended."""
        arguments = ["run", "--url", self.url, "--select", SELECTED, "--workers", str(workers), "--timeout", "60"]
        environ = {**os.environ, "SCIMULATE_TOKEN": TOKEN, "SCIMULATE_STATE_DIR": str(self.state)}
        with open(self._folder / "output", "wb") as output:
            self._parent = subprocess.Popen(
                [*COMMAND, *arguments], cwd=self._folder, env=environ, stdout=output, stderr=subprocess.STDOUT
            )
            self._started.set()
        try:
            code = self._parent.wait(PATIENCE)
            for process in self.processes:
                wait_for_end(process.pid)
        finally:
            self._end()
        return code

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
        (parent if self._victim == "parent" else self.processes[0]).send_signal(self._signal)

    def left(self) -> list[str]:
        """The names of everything that the endpoint holds."""
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            answers = [client.get("/Users").json(), client.get("/Groups").json()]
        return [one.get("userName", one["displayName"]) for answer in answers for one in answer.get("Resources", [])]

    def close(self) -> None:
        self._tenants.database.close()


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


@pytest.fixture
def new_run(tmp_path: Path) -> Iterator[Callable[[str, int], KilledRun]]:
    made: list[KilledRun] = []

    def make(way: str, point: int) -> KilledRun:
        made.append(KilledRun(tmp_path, way, point))
        return made[-1]

    yield make
    for run in made:
        run.close()


@pytest.mark.parametrize(("way", "workers", "point"), CASES)
def test_nothing_is_left_of_a_run_that_was_ended(
    way: str,
    workers: int,
    point: int,
    new_run: Callable[[str, int], KilledRun],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = new_run(way, point)
    with run.server:
        code = run.carry_out(workers)
        assert code == run.expected_code, (tmp_path / "output").read_text()
        assert len(run.processes) == 1 + workers
        assert not group_lives(run.processes[0].pid)
        if way == "KILL of the parent":
            monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)
            monkeypatch.setenv("SCIMULATE_STATE_DIR", str(run.state))
            assert main.run(["cleanup", "--url", run.url]) == 0
        else:
            assert (tmp_path / "scimulate-results" / "result.json").is_file()
        assert run.left() == []
    assert [path for path in run.state.rglob("*") if path.is_file()] == []

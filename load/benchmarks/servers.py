"""Servers under measurement, each a process of its own, and what such a process has cost so far."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil

PEER = "scim2-server"
STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running server. `name` is what the table calls it."""

    name: str
    url: str
    token: str
    process: psutil.Process

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80

    @property
    def base(self) -> str:
        """The path below which its endpoints are."""
        return urlsplit(self.url).path

    def cpu_seconds(self) -> float:
        """User and system time of all its threads."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        return int(self.process.memory_info().rss)


@contextmanager
def ours(name: str, database: Path | None, token: str) -> Iterator[Server]:
    """`scimulate serve` with its settings as they come, on a file or in memory."""
    command = Path(sysconfig.get_path("scripts"), "scimulate")
    where = str(database) if database is not None else ":memory:"
    environ = {**os.environ, "SCIMULATE_TOKEN": token}
    with _started(name, [str(command), "serve", "--port", "0", "--database", where], token, environ) as server:
        yield server


@contextmanager
def peer(token: str) -> Iterator[Server]:
    """scim2-server on uvicorn."""
    with _started(PEER, [sys.executable, "-m", "scimulate.load.benchmarks.peer", token], token, dict(os.environ)) as it:
        yield it


def peer_version() -> str | None:
    """None when it is not installed."""
    return version(PEER) if find_spec("scim2_server") is not None else None


@contextmanager
def _started(name: str, command: list[str], token: str, environ: dict[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("SCIM endpoint"):
            raise RuntimeError(f"{name} did not start")
        yield Server(name, line.split()[-1], token, psutil.Process(process.pid))
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

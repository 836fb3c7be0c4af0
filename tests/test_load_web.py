"""The locustfile by itself: Locust's web page, its Start and its Stop button."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import IO

import httpx
import pytest

from tests.load_endpoint import TOKEN, LoadEndpoint

LOCUSTFILE = Path(__file__).parent.parent / "load" / "locustfile.py"


class Page:
    """Locust's web page, and what the process behind it says."""

    def __init__(self, process: "subprocess.Popen[str]", port: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, args=(process.stderr,))
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line)

    def wait_for(self, text: str) -> None:
        while text not in self._lines.get(timeout=30):
            pass

    def close(self) -> None:
        self._reader.join()


@contextmanager
def locust(endpoint: LoadEndpoint, folder: Path) -> Iterator[Page]:
    """A page that waits for its Start button."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-P", "-m", "locust", "-f", str(LOCUSTFILE), "--host", endpoint.url]
    command += ["--web-host", "127.0.0.1", "--web-port", port]
    environment = {**os.environ, "SCIMULATE_TOKEN": TOKEN, "SCIMULATE_STATE_DIR": str(folder / "state")}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        page = Page(process, port)
        try:
            page.wait_for("Starting web interface")
            with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
                client.get(page.url).raise_for_status()
            yield page
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
            page.close()


def start(page: Page, endpoint: LoadEndpoint, users: int) -> None:
    form = {"user_count": "4", "spawn_rate": "100", "host": endpoint.url, "directory_users": str(users)}
    assert httpx.post(f"{page.url}/swarm", data={**form, "directory_groups": "2"}).json()["success"]


def fields_of(page: Page) -> str:
    return httpx.get(page.url).text.replace("\\", "")


def test_the_start_button_loads_a_directory_and_the_page_stays(tmp_path: Path) -> None:
    with LoadEndpoint() as endpoint, locust(endpoint, tmp_path) as page:
        settings = set(re.findall(r'"(directory_users|directory_groups|seed|rate|keep|num_users)":', fields_of(page)))
        assert settings == {"directory_users", "directory_groups", "seed", "rate", "keep", "num_users"}
        for _ in range(2):
            start(page, endpoint, users=30)
            page.wait_for("lost_members: 0")
            page.wait_for("32 objects created, 32 removed, 0 left.")
            page.wait_for("the load has ended")
        statistics = httpx.get(f"{page.url}/stats/requests").json()["stats"]
    created = sum(path.endswith("/Users") for _, path, _ in endpoint.bodies)
    assert created == 60
    assert endpoint.stored == {"Users": {}, "Groups": {}}
    numbers = {(row["method"], row["name"]): row["num_requests"] for row in statistics}
    assert {("POST", "/Users"): 30, ("PATCH", "/Groups/{id}"): 2}.items() <= numbers.items()


@pytest.mark.parametrize("stop", ["button", "SIGTERM"])
def test_a_load_that_is_stopped_removes_what_it_made(tmp_path: Path, stop: str) -> None:
    with LoadEndpoint() as endpoint:
        begun = threading.Event()
        endpoint.on_request = lambda number: begun.set() if number == 100 else None
        with locust(endpoint, tmp_path) as page:
            start(page, endpoint, users=3000)
            assert begun.wait(30)
            if stop == "button":
                httpx.post(f"{page.url}/stop", timeout=30).raise_for_status()
                assert endpoint.stored == {"Users": {}, "Groups": {}}
        assert endpoint.stored == {"Users": {}, "Groups": {}}
        assert endpoint.bodies != []

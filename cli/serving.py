"""Servers of ours that stay up until somebody ends them; that is their normal end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from scimulate.harness.faults import SettingsError
from scimulate.mock_servers.scim.asgi import Application
from scimulate.mock_servers.serving import HostUnusable, PortUnusable, RunningServer, StorageUnusable

ENDED_BY = (signal.SIGINT, signal.SIGTERM)
ANOTHER_PORT = ("port", "choose another port")


@contextmanager
def serving_settings(port_fault: tuple[str, str] = ANOTHER_PORT) -> Iterator[None]:
    """What keeps a server from starting is the fault of a setting."""
    setting, advice = port_fault
    try:
        yield
    except HostUnusable as problem:
        raise SettingsError("host", f"{problem}; give an address of this machine") from None
    except PortUnusable as problem:
        raise SettingsError(setting, f"{problem}; {advice}") from None
    except StorageUnusable as problem:
        raise SettingsError("database", str(problem)) from None


@contextmanager
def served(app: Application, host: str, port: int, port_fault: tuple[str, str] = ANOTHER_PORT) -> Iterator[str]:
    """The URL of the application while it is served. `port_fault`: the blame for a taken port, and the advice."""
    with serving_settings(port_fault):
        server = RunningServer(app, host=host, port=port)
    with server:
        yield server.url


@contextmanager
def until_ended() -> Iterator[threading.Event]:
    """The event that Ctrl-C and SIGTERM set."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in ENDED_BY}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

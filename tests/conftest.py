"""What many tests stand on: a folder of their own for whole commands, a store and a clock for parts of the MDM."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.store import Database


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to call commands from, with its own state and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("SCIMULATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCIMULATE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database(":memory:")
    yield database
    database.close()


@pytest.fixture
def clock() -> VirtualClock:
    """It stands at 09:00 UTC on 5 January 2026."""
    return VirtualClock()

"""What tests of whole commands stand on."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to call commands from, with its own state and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("SCIMULATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCIMULATE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path

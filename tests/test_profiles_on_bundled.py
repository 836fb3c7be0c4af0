"""The bundled servers pass under every profile: each is the question it asks, with the policy that answers it."""

import json
import os
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.harness.profile import DEFAULT_PROFILE, profile_names


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SCIMULATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SCIMULATE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("profile", [name for name in profile_names() if name != DEFAULT_PROFILE])
def test_the_bundled_servers_pass(profile: str) -> None:
    """The default profile is what `pytest features` judges by."""
    code = main.run(["run", "--profile", profile, "--out", "out", "-q"])
    result = json.loads(Path("out/result.json").read_text(encoding="utf-8"))
    failed = [row["requirement"] for row in result["requirements"] if row["verdict"] in ("failed", "harness_error")]
    assert (code, failed, result["profile"]) == (0, [], profile)
    assert result["counts"]["passed"] > 0

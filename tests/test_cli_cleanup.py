"""`scimulate cleanup`: what dead runs left is removed, what they left of themselves goes without a word."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scimulate.cli import main
from scimulate.harness.journal import Journal, journal_path, journals
from scimulate.harness.runfolder import open_run_folder, run_folder, run_folders
from tests.tampered_endpoint import Answer, tampered_endpoint

TOKEN = "scimt-of-a-cleanup-4711"
ELSEWHERE = "http://127.0.0.1:1/scim/v2"


@pytest.fixture(autouse=True)
def _settings(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMULATE_STATE_DIR", str(own_folder))
    monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)


def untouched(number: int, method: str, path: str) -> Answer | None:
    return None


def ran(state: Path, run_id: str, url: str) -> Journal:
    """A run that made one user, and removed it."""
    started = datetime(2026, 1, 2, tzinfo=UTC)
    journal = Journal.open(run_id, state_dir=state, url=url, seed=1, started=started)
    users = f"{url}/Users"
    journal.created(journal.intend(1, users, {"userName": f"ada.{run_id}"}), users, "1")
    journal.removed(users, "1")
    return journal


def test_a_run_that_left_nothing_goes_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        ran(tmp_path, "finished", endpoint.url).close()
        ran(tmp_path, "other", ELSEWHERE).close()
        journal_path(tmp_path, "unbegun").touch()
        with ran(tmp_path, "living", endpoint.url):
            code = main.run(["cleanup", "--url", endpoint.url])
    assert (code, capsys.readouterr().out) == (
        0,
        f"run living is still going on; it is left alone\nno interrupted run left anything at {endpoint.url}\n",
    )
    assert journals(tmp_path) == [journal_path(tmp_path, run_id) for run_id in ("living", "other", "unbegun")]


def test_the_folders_of_dead_runs_and_loads_go(tmp_path: Path) -> None:
    with (
        tampered_endpoint(TOKEN, untouched) as endpoint,
        ran(tmp_path, "living", endpoint.url),
        open_run_folder(tmp_path, "loading"),
    ):
        for run_id in ("dead", "living"):
            run_folder(tmp_path, run_id).mkdir()
            (run_folder(tmp_path, run_id) / "locust.log").touch()
        assert main.run(["cleanup", "--url", endpoint.url]) == 0
        assert run_folders(tmp_path) == [run_folder(tmp_path, run_id) for run_id in ("living", "loading")]

"""The finish of a run: nothing of the user's is touched, no signal skips it, and no late failure hides the results."""

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scimulate.cli import child, finish, main
from scimulate.cli import run as run_command
from scimulate.cli.progress import ProgressLine
from tests.tampered_endpoint import Answer, TamperedEndpoint, tampered_endpoint

TOKEN = "canary/6c1f+9e04_d27a"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ONE_FEATURE = "features/provisioning/assigned_user.feature"
FILES = ["evidence.har", "junit.xml", "report.html", "result.json", "summary.md"]
TOO_SIMPLE = (
    "scimulate: token: is too simple to be searched for in the results (shorter than 12 characters, or words without a "
    "digit); it is taken out of requests and answers only"
)


@pytest.fixture(autouse=True)
def _settings(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)


def untouched(number: int, method: str, path: str) -> Answer | None:
    return None


def run(endpoint: TamperedEndpoint, *arguments: str) -> int:
    return main.run(["run", "--url", endpoint.url, "--select", ONE_FEATURE, *arguments])


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*") if path.is_file())


def noted_in(folder: Path) -> list[Path]:
    """What is left of the run folder and the journal."""
    return [path for path in (folder / "state").rglob("*") if path.is_file()]


def test_files_of_the_user_stay_where_they_are(tmp_path: Path) -> None:
    """Also in the output folder, also with the token in them, and Allure's results of other tests."""
    theirs = {
        ".env": f"SCIMULATE_TOKEN={TOKEN}",
        "allure-results/0d1c-result.json": '{"name": "another suite"}',
        "allure-results/0d1c-attachment.txt": TOKEN,
    }
    (tmp_path / "allure-results").mkdir()
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "--out", ".", "-q") == 0
        first = set(files_in(tmp_path / "allure-results"))
        assert run(endpoint, "--out", ".", "-q") == 0
        second = set(files_in(tmp_path / "allure-results"))
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs
    # Of ours, the results of the last run replace those of the one before.
    assert len(first) == len(second) > 3
    assert first & second == {"0d1c-result.json", "0d1c-attachment.txt", ".scimulate-files"}
    noted = (tmp_path / "allure-results" / ".scimulate-files").read_text().splitlines()
    assert set(noted) == second - first


def test_a_note_that_names_files_elsewhere_is_not_believed(tmp_path: Path) -> None:
    made, kept = tmp_path / "made", tmp_path / "kept"
    for folder in (made, kept, kept / "inner"):
        folder.mkdir()
    (tmp_path / "diary").write_text("dear")
    (kept / "old-result.json").write_text("ours")
    (kept / finish.OURS).write_text(f"../diary\n{tmp_path}/diary\n..\n.\n\ninner\ngone\nold-result.json\n")
    (made / "new-result.json").write_text("new")
    assert finish._keep_allure(made, kept) == [kept / "new-result.json"]
    assert sorted(path.name for path in kept.iterdir()) == [".scimulate-files", "inner", "new-result.json"]
    assert (tmp_path / "diary").read_text() == "dear"


def signalled(call: Callable[..., Any], number: signal.Signals, *, before: bool) -> Callable[..., Any]:
    """`call`, with a signal that reaches this process right before or after it."""

    def carried_out(*arguments: Any, **settings: Any) -> Any:
        if before:
            signal.raise_signal(number)
        came = call(*arguments, **settings)
        if not before:
            signal.raise_signal(number)
        return came

    return carried_out


@pytest.mark.parametrize(
    ("module", "name", "before", "number", "code"),
    [
        (subprocess, "Popen", False, signal.SIGINT, 130),
        (child, "end_group", True, signal.SIGTERM, 143),
        (run_command, "run_child", False, signal.SIGHUP, 143),
        (run_command, "_explain", False, signal.SIGINT, 130),
        (run_command, "clean_up", True, signal.SIGTERM, 143),
    ],
    ids=["the child has started", "its group is ended", "it has ended", "its end is told", "what it made is removed"],
)
def test_a_first_signal_around_the_child_loses_nothing(
    module: ModuleType,
    name: str,
    before: bool,
    number: signal.Signals,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, signalled(getattr(module, name), number, before=before))
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "-q") == code
        assert endpoint.left() == []
    assert files_in(tmp_path / "scimulate-results") == FILES
    assert noted_in(tmp_path) == []


def test_who_gives_up_is_told_what_is_left_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    once = signalled(finish.write_results, signal.SIGTERM, before=True)
    twice = signalled(once, signal.SIGINT, before=True)
    with tampered_endpoint(TOKEN, untouched) as endpoint, monkeypatch.context() as patch:
        patch.setattr(run_command, "write_results", twice)
        assert run(endpoint, "-q") == 130
        assert endpoint.left() == []
        assert capsys.readouterr().err == "scimulate: given up; nothing is left at the endpoint\n"
        patch.setattr(run_command, "clean_up", twice)
        assert run(endpoint, "-q") == 130
        advice = f"scimulate: given up; scimulate cleanup --url {endpoint.url} removes what is left\n"
        assert capsys.readouterr().err == advice
        assert len(endpoint.left()) > 0
        assert main.run(["cleanup", "--url", endpoint.url]) == 0
        assert endpoint.left() == []
    assert noted_in(tmp_path) == []


def test_an_error_while_the_child_runs_leaves_nothing_at_the_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(self: ProgressLine, event: child.Event) -> None:
        if "ended" in event:
            raise RuntimeError(f"Bearer {TOKEN}")

    monkeypatch.setattr(ProgressLine, "tell", breaks)
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "-q") == 4
        assert endpoint.left() == []
    assert capsys.readouterr().err == "scimulate: HarnessError: RuntimeError: Bearer [redacted]\n"
    assert noted_in(tmp_path) == []


def test_a_step_summary_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such"))
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "-q") == 0
    shown = capsys.readouterr()
    assert "Yes: no requirement that was tested failed." in shown.out
    problem = f"GITHUB_STEP_SUMMARY: {tmp_path}/no/such cannot be written: No such file or directory"
    assert shown.err == f"scimulate: {problem}\n"
    assert files_in(tmp_path / "scimulate-results") == FILES
    assert noted_in(tmp_path) == []


def test_a_file_with_a_secret_is_withdrawn_and_the_rest_of_the_finish_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scimulate.reports.artifacts.junit_xml", lambda run, summary: f"<testsuites>{TOKEN}")
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "-q") == 4
        assert endpoint.left() == []
    shown = capsys.readouterr()
    assert "Yes: no requirement that was tested failed." in shown.out
    assert shown.err == "scimulate: a secret stood in junit.xml; removed, please report this\n"
    assert files_in(tmp_path / "scimulate-results") == [name for name in FILES if name != "junit.xml"]
    assert noted_in(tmp_path) == []


@pytest.mark.parametrize("word", ["secret", "expected"])
def test_a_token_that_is_a_word_destroys_no_result(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def echoing(number: int, method: str, path: str) -> Answer | None:
        refusal = json.dumps({"schemas": [ERROR], "status": "400", "detail": f"token {word}"}).encode()
        return (400, {"content-type": "application/scim+json"}, refusal) if method == "PATCH" else None

    monkeypatch.setenv("SCIMULATE_TOKEN", word)
    with tampered_endpoint(word, echoing) as endpoint:
        arguments = ["run", "--url", endpoint.url, "--select", "features/entra/user_changes.feature"]
        assert main.run(arguments) == 1
        assert endpoint.left() == []
    shown = capsys.readouterr()
    assert shown.err.splitlines().count(TOO_SIMPLE) == 1
    results = tmp_path / "scimulate-results"
    assert files_in(results) == FILES
    assert noted_in(tmp_path) == []
    evidence = (results / "evidence.har").read_text()
    assert "token [redacted]" in evidence
    assert f"token {word}" not in evidence
    assert f"Bearer {word}" not in evidence
    result = json.loads((results / "result.json").read_text())
    titles = {scenario["title"] for row in result["requirements"] for scenario in row["scenarios"]}
    assert [title for title in titles if "[redacted]" in title] == []
    assert "[redacted]" not in shown.err

"""`scimulate run` against a real endpoint: results, exit codes, cleanup, and no secret anywhere."""

import json
from pathlib import Path

import pytest

from scimulate.cli import main
from tests.tampered_endpoint import Answer, TamperedEndpoint, tampered_endpoint

TOKEN = "canary/6c1f+9e04_d27a"
ONE_FEATURE = "features/provisioning/assigned_user.feature"
FILES = ["evidence.har", "junit.xml", "report.html", "result.json", "summary.md"]


@pytest.fixture(autouse=True)
def _settings(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)


def untouched(number: int, method: str, path: str) -> Answer | None:
    return None


def undeletable(number: int, method: str, path: str) -> Answer | None:
    return (500, {}, b"") if method == "DELETE" else None


def without_patch(number: int, method: str, path: str) -> Answer | None:
    return (501, {"content-type": "application/scim+json"}, b"{}") if method == "PATCH" else None


def run(endpoint: TamperedEndpoint, *arguments: str) -> int:
    return main.run(["run", "--url", endpoint.url, *arguments])


def kept(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]


def test_a_good_endpoint_passes_and_keeps_nothing_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        code = run(endpoint, "--select", ONE_FEATURE, "--run-id", "abcdefgh", "--seed", "7")
        assert endpoint.left() == []
    shown = capsys.readouterr()
    assert code == 0, shown
    result = json.loads((tmp_path / "scimulate-results" / "result.json").read_text())
    assert [result[name] for name in ("format", "profile", "run_id", "seed", "findings")] == [
        *("scimulate-result/1", "entra", "abcdefgh", 7, [])
    ]
    assert result["cleanup"]["created"] == result["cleanup"]["removed"] > 0
    assert result["target"]["capabilities"]["patch"] is True
    assert [name for name in kept(tmp_path / "scimulate-results") if "allure-results" not in name] == FILES
    assert kept(tmp_path / "state") == []
    assert (tmp_path / "step.md").read_text() == (tmp_path / "scimulate-results" / "summary.md").read_text()
    assert "Yes: no requirement that was tested failed." in shown.out
    assert shown.err.splitlines()[0] == f"judging {endpoint.url} by the profile entra: run abcdefgh, seed 7"
    assert shown.err.splitlines()[2].startswith(f"{ONE_FEATURE} ....")


def test_findings_make_the_exit_code_one_until_the_baseline_holds_them(tmp_path: Path) -> None:
    select = ["--select", "features/entra/user_changes.feature", "-q"]
    with tampered_endpoint(TOKEN, without_patch) as endpoint:
        assert run(endpoint, *select) == 1
        result = json.loads((tmp_path / "scimulate-results" / "result.json").read_text())
        ids = [finding["requirement"] for finding in result["findings"] if finding["verdict"] == "failed"]
        entries = [{"id": id, "reason": "no PATCH yet", "owner": "ada", "expires": "2999-12-31"} for id in ids]
        (tmp_path / "known.json").write_text(json.dumps(entries))
        assert run(endpoint, *select, "--baseline", "known.json") == 0
        assert endpoint.left() == []


def test_what_cannot_be_removed_makes_the_exit_code_six_and_cleanup_finishes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = [True]

    def repairable(number: int, method: str, path: str) -> Answer | None:
        return undeletable(number, method, path) if broken[0] else None

    with tampered_endpoint(TOKEN, repairable) as endpoint:
        assert run(endpoint, "--select", ONE_FEATURE, "--run-id", "abcdefgh") == 6
        left = len(endpoint.left())
        assert left > 0
        assert f"{left} of " in capsys.readouterr().out
        assert main.run(["cleanup", "--url", endpoint.url]) == 6
        capsys.readouterr()
        assert run(endpoint, "--run-id", "abcdefgh") == 2
        assert capsys.readouterr().err == (
            "scimulate: run-id: abcdefgh is that of a run that goes on or was interrupted; choose another, or "
            "scimulate cleanup\n"
        )
        broken[0] = False
        capsys.readouterr()
        assert main.run(["cleanup", "--url", endpoint.url]) == 0
        assert endpoint.left() == []
        assert capsys.readouterr().out.startswith("run abcdefgh: ")
        assert main.run(["cleanup", "--url", endpoint.url]) == 0
    assert capsys.readouterr().out == f"no interrupted run left anything at {endpoint.url}\n"
    assert kept(tmp_path / "state") == []


def test_cleanup_refuses_the_journal_of_another_endpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tampered_endpoint(TOKEN, undeletable) as endpoint, tampered_endpoint(TOKEN, untouched) as other:
        assert run(endpoint, "--select", ONE_FEATURE, "--run-id", "abcdefgh", "-q") == 6
        journal = tmp_path / "state" / "journals" / "abcdefgh.jsonl"
        capsys.readouterr()
        assert main.run(["cleanup", "--url", other.url, "--journal", str(journal)]) == 2
        assert capsys.readouterr().err == (
            f"scimulate: journal: {journal} is of a run at {endpoint.url}, not at {other.url}; give its --url\n"
        )
        assert main.run(["cleanup", "--url", other.url]) == 0


def test_a_requirement_that_no_scenario_proves_leaves_nothing_tested(capsys: pytest.CaptureFixture[str]) -> None:
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "--select", "RFC7644-7.3-01", "-q") == 5
    assert "Nothing was tested." in capsys.readouterr().out


def test_a_dry_run_lists_the_scenarios_and_sends_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "--url", "https://scim.example.com/v2", "--dry-run", "--select", "SEED-027"]
    assert main.run(arguments) == 0
    *scenarios, sentence = capsys.readouterr().out.splitlines()
    assert sentence == (
        f"{len(scenarios)} scenarios would judge https://scim.example.com/v2 by the profile entra; nothing was sent"
    )
    assert "features/portal/token_limit.feature::A third token is refused and the two stay in use" in scenarios
    assert kept(tmp_path) == []


def test_a_dry_run_names_the_release_that_the_profile_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["run", "--profile", "ivanti-r119", "--dry-run", "--select", "SEED-049"]) == 0
    sentence = capsys.readouterr().out.splitlines()[-1]
    assert sentence.partition(" scenarios would ")[2] == (
        "judge the bundled servers by the profile ivanti-r119 (release R119, "
        '"Synchronize Entra ID with Ivanti Neurons for MDM" of 2025-12-10); nothing was sent'
    )


def test_results_that_cannot_be_written_are_refused_before_anything_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    with tampered_endpoint(TOKEN, untouched) as endpoint:
        assert run(endpoint, "--out", "/proc/scimulate", "--select", ONE_FEATURE) == 2
        assert endpoint.left() == []
    assert capsys.readouterr().err.startswith("scimulate: out: /proc/scimulate cannot be made or written to: ")

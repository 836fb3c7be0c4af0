"""The token is found nowhere: on no stream and in no file of any command, whatever an endpoint or an error quotes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scimulate.cli import child, main
from scimulate.cli import run as run_command
from scimulate.harness.redaction import scan
from tests.tampered_endpoint import Answer, tampered_endpoint

TOKEN = "canary/6c1f+9e04_d27a"
COMMAND = [sys.executable, "-P", "-c", "from scimulate.cli.main import run; raise SystemExit(run())"]
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
ONE_FEATURE = "features/provisioning/assigned_user.feature"
FILES = ["evidence.har", "junit.xml", "report.html", "result.json", "summary.md"]


@pytest.fixture(autouse=True)
def _settings(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)


def echoing(number: int, method: str, path: str) -> Answer | None:
    """Every kind of failure, with the token in every place and form."""
    ways: list[Answer] = [
        (500, {"content-type": "text/plain"}, f"Traceback: Authorization: Bearer {TOKEN}".encode()),
        (200, {"content-type": "text/html", "x-token": TOKEN}, f"<p>{TOKEN}</p>".encode()),
        (400, {"content-type": "application/scim+json"}, json.dumps({"detail": TOKEN, "status": "400"}).encode()),
        (201, {"location": f"https://x.test/?t={TOKEN}"}, json.dumps({"id": TOKEN, "userName": TOKEN}).encode()),
        (200, {"content-type": "application/json"}, f'{{"torn": "{TOKEN}'.encode()),
        (302, {"location": f"https://x.test/{TOKEN}"}, b""),
        (200, {"content-length": "100000"}, f'"{TOKEN}"'.encode()),
    ]
    # The first request is the preflight's; of the others every second one is answered as it should be.
    return ways[number // 2 % len(ways)] if number > 4 and number % 2 else None


def said_by(*arguments: str) -> tuple[int, str]:
    """The exit code of a command of its own, and both its streams, which are kept beside its files."""
    with open("streams", "ab") as streams:
        start = streams.tell()
        code = subprocess.run([*COMMAND, *arguments], stdout=streams, stderr=subprocess.STDOUT, check=False).returncode
    return code, Path("streams").read_bytes()[start:].decode(errors="replace")


def found() -> list[Path]:
    return scan(Path().rglob("*"), [TOKEN])


@pytest.mark.parametrize("workers", [pytest.param("0", marks=pytest.mark.slow), "2"])
def test_what_the_endpoint_throws_back_at_a_run_is_kept_nowhere(tmp_path: Path, workers: str) -> None:
    with tampered_endpoint(TOKEN, echoing) as endpoint:
        code, said = said_by("run", "--url", endpoint.url, "-v", "--workers", workers, "--timeout", "5")
    assert code in (1, 4), said
    assert "a secret stood in" not in said
    assert sorted(path.name for path in Path("scimulate-results").iterdir() if path.is_file()) == FILES
    assert found() == []


class NamingEverything:
    """Answers the first creation with the token as the id; from then on nothing can be found or removed."""

    def __init__(self) -> None:
        self._made = False

    def __call__(self, number: int, method: str, path: str) -> Answer | None:
        scim = {"content-type": "application/scim+json"}
        if self._made:
            return 400, scim, json.dumps({"schemas": [ERROR], "status": "400", "detail": f"no {TOKEN}"}).encode()
        self._made = method == "POST"
        return (201, scim, json.dumps({"id": TOKEN, "userName": TOKEN}).encode()) if self._made else None


def test_an_endpoint_that_makes_it_an_id_puts_it_into_no_journal_and_no_cleanup(tmp_path: Path) -> None:
    with tampered_endpoint(TOKEN, NamingEverything()) as endpoint:
        said_by("run", "--url", endpoint.url, "--select", ONE_FEATURE, "-v")
        journals = [*Path("state/journals").iterdir()]
        assert len(journals) == 1
        assert found() == []
        code, said = said_by("cleanup", "--url", endpoint.url)
    assert code == 6, said
    assert "left: " in said
    assert found() == []


@pytest.mark.parametrize("behaviour", [echoing, NamingEverything()], ids=["echoes", "names everything so"])
def test_a_load_says_and_keeps_nothing_of_it(
    tmp_path: Path, behaviour: Callable[[int, str, str], Answer | None]
) -> None:
    with tampered_endpoint(TOKEN, behaviour) as endpoint:
        code, said = said_by("load", "--url", endpoint.url, "--users", "4", "--groups", "1", "--out", "load")
        said_by("cleanup", "--url", endpoint.url)
    assert said != ""
    assert code != 0
    assert found() == []


def test_an_error_of_ours_that_quotes_it_is_shown_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = (
        "import os, sys, pytest\n"
        "from scimulate.steps.world import World\n"
        "def breaks(self, *given):\n"
        "    raise RuntimeError('Bearer ' + os.environ['SCIMULATE_TOKEN'])\n"
        "World.provision = breaks\n"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    command_line: Callable[..., list[str]] = child.command_line

    def broken_command_line(*given: Any, **more: Any) -> list[str]:
        python, safe, _, _, *arguments = command_line(*given, **more)
        return [python, safe, "-c", broken, *arguments]

    monkeypatch.setattr(run_command, "command_line", broken_command_line)
    with tampered_endpoint(TOKEN, lambda number, method, path: None) as endpoint:
        main.run(["run", "--url", endpoint.url, "--select", ONE_FEATURE, "-v"])
    shown = "".join(capfd.readouterr())
    (tmp_path / "streams").write_text(shown)
    assert "RuntimeError: Bearer [redacted]" in shown
    result = json.loads(Path("scimulate-results/result.json").read_text())
    assert result["counts"]["harness_error"] > 0
    assert found() == []

"""The documentation is true: its links lead somewhere, its commands run, and its transcript is what they print."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from scimulate.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?((?:pytest|scimulate) .*)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
VARIES = re.compile(r"\d+\.\d+ ?s\b(?: \(\d:\d\d:\d\d\))?|run [a-z2-7]{8}")


def commands(program: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of `program` that a page shows, with its arguments."""
    for page in PAGES:
        for kind, block in FENCE.findall(page.read_text(encoding="utf-8")):
            if kind == "text":
                continue
            for line in COMMAND.findall(block.replace("\\\n", " ")):
                words = shlex.split(line, comments=True)
                if words[0] == program:
                    yield page.name, words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("page", "arguments"), list(commands("scimulate")), ids=str)
def test_a_documented_command_has_these_flags(page: str, arguments: list[str]) -> None:
    command = get_command(main.app).commands[arguments[0]]  # type: ignore[attr-defined]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    flags = {word.partition("=")[0] for word in arguments if word.startswith("-") and word != "-"}
    assert flags <= known


@pytest.mark.parametrize(("page", "arguments"), list(commands("pytest")), ids=str)
def test_a_documented_selection_selects_something(page: str, arguments: list[str]) -> None:
    chosen = [word for word in arguments if word not in ("-n", "2", "--lf")]
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *chosen]
    ran = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout


def test_the_transcript_of_the_readme_is_what_is_printed() -> None:
    blocks = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    written = next(block for kind, block in blocks if kind == "text")
    command = [sys.executable, "-m", "pytest", "features", "-p", "no:cacheprovider"]
    ran = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
    page = _constant(written)
    assert "== statement ==" in written
    assert _constant(ran.stdout)[-len(page) :] == page


SAMPLE = re.compile(r"^(features/\S+\.feature):(\d+): (.+)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_lines_that_a_page_quotes_are_the_lines_of_the_features(page: Path) -> None:
    quoted = SAMPLE.findall(page.read_text(encoding="utf-8"))
    found = [(ROOT / file).read_text(encoding="utf-8").splitlines()[int(line) - 1].strip() for file, line, _ in quoted]
    assert found == [sentence for _, _, sentence in quoted]


def _environment() -> dict[str, str]:
    steering = ("PYTEST_", "SCIMULATE_")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(steering)}, "COLUMNS": "80"}


def _constant(transcript: str) -> list[str]:
    """The transcript without what differs from run to run."""
    return [VARIES.sub("…", line).strip("= ") for line in transcript.strip().splitlines() if line.strip("= ")]

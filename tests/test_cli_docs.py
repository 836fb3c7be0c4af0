"""The documentation of the command line says what the program knows: each setting, each command, each exit code."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from typer.main import get_command

from scimulate.cli import exit_codes, main
from scimulate.cli.known_settings import KNOWN
from scimulate.cli.settings import Setting
from scimulate.harness.profile import profile_names
from scimulate.mock_servers.scim.policy import POLICIES

DOCS = Path(__file__).parent.parent / "docs"
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^(?:\$ |- run: )?((?:\S*/)?(?:scimulate|pytest|locust|pip) .*)$", re.MULTILINE)
PRINTED_OR_DRAWN = ("·", "──")


def row_of(setting: Setting) -> str:
    """The row of docs/settings.md that belongs to `setting`."""
    default = setting.default
    match default:
        case None | ():
            shown = ""
        case timedelta():
            shown = f"{default.total_seconds():g} s"
        case bool():
            shown = "on" if default else "off"
        case _:
            shown = f"`{default}`"
    return f"| `{setting.name}` | `{setting.variable}` | {', '.join(setting.commands)} | {shown} | {setting.help} |"


def test_the_table_of_settings_is_the_one_of_the_program() -> None:
    written = (DOCS / "settings.md").read_text(encoding="utf-8")
    rows = [line for line in written.splitlines() if line.startswith("| `")]
    assert rows == [row_of(setting) for setting in KNOWN]


def test_every_command_is_documented() -> None:
    headings = re.findall(
        r"^## `scimulate (\w+)`", (DOCS / "command-line.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(headings) == sorted(get_command(main.app).list_commands(None))  # type: ignore[attr-defined]


def test_every_exit_code_is_documented() -> None:
    written = (DOCS / "command-line.md").read_text(encoding="utf-8")
    documented = [int(code) for code in re.findall(r"^\| (\d+) \|", written, re.MULTILINE)]
    ours = [value for name, value in vars(exit_codes).items() if name.isupper()]
    assert documented == [*sorted(ours), 130, 143]


@pytest.mark.parametrize("flag", sorted(set(re.findall(r"`(--[a-z-]+)", (DOCS / "command-line.md").read_text()))))
def test_every_flag_in_the_documentation_exists(flag: str) -> None:
    commands = get_command(main.app).commands.values()  # type: ignore[attr-defined]
    known = {name for command in commands for parameter in command.params for name in parameter.opts}
    assert flag in known | {"--help", "--version"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_can_be_typed_in_a_clone(page: Path) -> None:
    blocks = "".join(FENCE.findall(page.read_text(encoding="utf-8")))
    typed = [line for line in TYPED.findall(blocks) if not any(sign in line for sign in PRINTED_OR_DRAWN)]
    assert [line for line in typed if not line.startswith(".venv/bin/")] == []


@pytest.mark.parametrize("name", [*profile_names(), *POLICIES])
def test_every_profile_and_policy_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "command-line.md").read_text(encoding="utf-8")

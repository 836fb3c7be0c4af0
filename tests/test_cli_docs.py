"""The documentation of the command line says what the program knows: each setting, each command, each exit code."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from typer.main import get_command

from scimulate.cli import exit_codes, main
from scimulate.cli.known_settings import KNOWN
from scimulate.cli.settings import Setting
from scimulate.harness.profile import profile_names
from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.given_people import GIVEN
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.custom_attributes import UseKind
from scimulate.mock_servers.portal.listing import SOURCES
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.mock_servers.scim.traffic import FAULT_NAMES
from scimulate.mock_servers.serving import RunningServer, open_tenants

DOCS = Path(__file__).parent.parent / "docs"
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^(?:\$ |- run: )?((?:\S*/)?(?:scimulate|pytest|locust|pip) .*)$", re.MULTILINE)
KEYS = {
    "/users": (
        *("user_name", "source", "display_name", "email", "enabled", "sync", "removed"),
        *("managed_apple_id", "attributes"),
    ),
    "/groups": ("name", "source", "members"),
    "/devices": ("user_name", "count"),
    "/attribute-uses": ("attribute", "uses", "kind", "name"),
}
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


CONTROL = re.compile(r"^\| `(GET|POST|PUT) (/control/[a-z-]+)`", re.MULTILINE)


def test_every_call_of_the_control_table_is_answered_there() -> None:
    tenants = open_tenants(":memory:", lambda name: RealClock())
    calls = CONTROL.findall((DOCS / "command-line.md").read_text(encoding="utf-8"))
    with RunningServer(MdmApplication(tenants, control=True)) as server:
        known = {
            (method, path)
            for method, path in calls
            if httpx.request(method, f"{server.url}{path}", json={}, trust_env=False).status_code not in (404, 405)
        }
    assert [call for call in calls if call not in known] == []
    assert {f"/control{path}" for path in GIVEN} <= {path for _, path in calls}


@pytest.mark.parametrize("word", [*SOURCES, *UseKind, *FAULT_NAMES, *Role])
def test_every_word_that_the_control_surface_takes_is_documented(word: str) -> None:
    assert f"`{word}`" in (DOCS / "command-line.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("path", "keys"), KEYS.items())
def test_every_key_that_may_be_given_is_documented(path: str, keys: tuple[str, ...]) -> None:
    written = (DOCS / "command-line.md").read_text(encoding="utf-8")
    row = next(line for line in written.splitlines() if line.startswith(f"| `POST /control{path}`"))
    assert set(re.findall(r"`(\w+)`", row.split(" | ")[0])) == set(keys)


def test_the_answers_that_the_page_promises_are_given() -> None:
    tenants = open_tenants(":memory:", lambda name: RealClock())
    acme = {"name": "acme", "policy": "ivanti-r119"}
    with (
        RunningServer(MdmApplication(tenants, control=True)) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        made = client.post("/control/tenants", json=acme)
        changed = client.put("/control/tenants/acme/policy", json={"max_tokens": 1, "adoption_status": 200})
        assert (made.status_code, [*made.json()]) == (201, ["name", "scim_url", "portal_url", "administrator"])
        assert changed.json() == client.get("/control/tenants/acme/policy").json()
        assert [changed.json()[name] for name in ("name", "max_tokens", "adoption_status")] == ["ivanti-r119", 1, 200]


@pytest.mark.parametrize("name", [*profile_names(), *POLICIES])
def test_every_profile_and_policy_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "command-line.md").read_text(encoding="utf-8")

"""`scimulate serve`, `entra` and `up` serve what they print, and name what keeps them from starting."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from scimulate.cli import entra, main, serve, up
from scimulate.mock_servers.entra.accounts import FIRST_ACCOUNT

SCIM = "application/scim+json"
READ_ONLY = [path for path in ("/proc/version",) if Path(path).exists()]
"""A file that even root cannot write to, where the system has one."""


pytestmark = pytest.mark.usefixtures("own_folder")


class While:
    """Stands for the wait for Ctrl-C: does what a visitor would do, and then lets the server end."""

    def __init__(self, visit: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
        self._visit = visit
        self._capsys = capsys

    @contextmanager
    def until_ended(self) -> Iterator["While"]:
        yield self

    def wait(self) -> None:
        self._visit(self._capsys.readouterr().out)


@pytest.fixture
def while_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., int]:
    def call(visit: Callable[[str], None], *arguments: str) -> int:
        for command in (serve, entra, up):
            monkeypatch.setattr(command, "until_ended", While(visit, capsys).until_ended)
        monkeypatch.setattr(serve, "PORT", 0)
        monkeypatch.setattr(entra, "PORT", 0)
        return main.run(arguments)

    return call


def shown(printed: str, name: str) -> str:
    found = re.search(rf"^ *{name} +(\S.*)$", printed, re.MULTILINE)
    assert found is not None, printed
    return found.group(1)


def users(printed: str, token: str) -> httpx.Response:
    url = shown(printed, "SCIM endpoint")
    return httpx.get(f"{url}/Users", headers={"Authorization": f"Bearer {token}"})


def test_serve_prints_a_token_that_works(while_up: Callable[..., int]) -> None:
    def visit(printed: str) -> None:
        token, _, note = shown(printed, "Token").partition("  ")
        assert note == "(generated now and shown once)"
        assert (users(printed, token).status_code, users(printed, token[:-1]).status_code) == (200, 401)
        assert httpx.get(shown(printed, "Portal"), follow_redirects=True).status_code == 200

    assert while_up(visit, "serve") == 0


def test_serve_starts_with_the_token_of_the_variable_and_does_not_print_it(
    while_up: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def visit(printed: str) -> None:
        assert shown(printed, "Token") == "the one given (from SCIMULATE_TOKEN)"
        assert "canary-token" not in printed
        assert users(printed, "canary-token").status_code == 200

    monkeypatch.setenv("SCIMULATE_TOKEN", "canary-token")
    assert while_up(visit, "serve") == 0


def test_a_database_file_keeps_users_and_tokens_over_a_restart(while_up: Callable[..., int]) -> None:
    tokens: list[str] = []
    ada = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@contoso.test"}

    def create(printed: str) -> None:
        tokens.append(shown(printed, "Token").partition("  ")[0])
        headers = {"Authorization": f"Bearer {tokens[0]}", "Content-Type": SCIM}
        assert httpx.post(f"{shown(printed, 'SCIM endpoint')}/Users", json=ada, headers=headers).status_code == 201

    def find(printed: str) -> None:
        assert shown(printed, "Token") == "those generated earlier; the portal renews them"
        assert [user["userName"] for user in users(printed, tokens[0]).json()["Resources"]] == ["ada@contoso.test"]

    assert while_up(create, "serve", "--database", "mdm.sqlite") == 0
    assert while_up(find, "serve", "--database", "mdm.sqlite") == 0


def test_the_public_url_and_the_policy_are_those_given(while_up: Callable[..., int]) -> None:
    def visit(printed: str) -> None:
        assert [shown(printed, name) for name in ("SCIM endpoint", "Portal", "Policy")] == [
            "https://mdm.example.com/scim/v2",
            "https://mdm.example.com/portal",
            "strict",
        ]

    assert while_up(visit, "serve", "--public-url", "https://mdm.example.com/", "--policy", "strict") == 0


OTHER_POLICY = (
    "the database's default tenant was made with entra, not with strict; give entra, or none, or another database"
)


@pytest.mark.parametrize(
    ("arguments", "variables", "origin"),
    [(["--policy", "strict"], {}, "from --policy"), ([], {"SCIMULATE_POLICY": "strict"}, "from SCIMULATE_POLICY")],
    ids=["flag", "variable"],
)
def test_another_policy_than_the_one_kept_is_refused(
    while_up: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    variables: dict[str, str],
    origin: str,
) -> None:
    assert while_up(lambda printed: None, "serve", "--database", "mdm.sqlite") == 0
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = while_up(lambda printed: None, "serve", "--database", "mdm.sqlite", *arguments)
    said = capsys.readouterr()
    assert (code, said.out, said.err) == (2, "", f"scimulate: policy: {OTHER_POLICY} ({origin})\n")


def test_the_policy_that_is_kept_is_in_force_and_may_be_given_again(while_up: Callable[..., int]) -> None:
    policies: list[str] = []

    def visit(printed: str) -> None:
        policies.append(shown(printed, "Policy"))

    starts: list[list[str]] = [["--policy", "strict"], [], ["--policy", "strict"]]
    assert [while_up(visit, "serve", "--database", "mdm.sqlite", *given) for given in starts] == [0, 0, 0]
    assert policies == ["strict"] * 3


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"blank_clears": False}, "entra, with 1 field changed (blank_clears)"),
        ({"max_tokens": 1, "blank_clears": False}, "entra, with 2 fields changed (blank_clears, max_tokens)"),
        ({"max_tokens": 2}, "entra"),
    ],
    ids=str,
)
def test_the_policy_is_told_with_the_fields_that_were_changed(
    while_up: Callable[..., int], rules: dict[str, object], told: str
) -> None:
    def change(printed: str) -> None:
        assert httpx.put(f"{shown(printed, 'Control')}/policy", json=rules).status_code == 200

    def visit(printed: str) -> None:
        assert shown(printed, "Policy") == told

    assert while_up(change, "serve", "--database", "mdm.sqlite", "--control") == 0
    assert while_up(visit, "serve", "--database", "mdm.sqlite") == 0


def test_the_control_surface_is_there_only_when_asked_for(while_up: Callable[..., int]) -> None:
    answers: list[int] = []
    named: list[bool] = []

    def visit(printed: str) -> None:
        root = shown(printed, "SCIM endpoint").removesuffix("/scim/v2")
        answers.append(httpx.get(f"{root}/control/clock").status_code)
        named.append(re.findall(r"^Control +(\S+)$", printed, re.MULTILINE) == [f"{root}/control"])

    assert [while_up(visit, "serve"), while_up(visit, "serve", "--control")] == [0, 0]
    assert (answers, named) == ([404, 200], [False, True])


def test_entra_serves_its_portal_and_directory(while_up: Callable[..., int]) -> None:
    def visit(printed: str) -> None:
        assert [shown(printed, "Directory"), shown(printed, "Clock")] == ["20 people", "virtual"]
        assert httpx.get(shown(printed, "Portal"), follow_redirects=True).status_code == 200

    assert while_up(visit, "entra", "--directory", "20", "--clock", "virtual") == 0


def test_up_serves_both_and_every_page_it_names(while_up: Callable[..., int]) -> None:
    def visit(printed: str) -> None:
        pages = set(re.findall(r"http://\S+/portal\S*", printed))
        named = sorted(page.partition("/portal")[2] for page in pages)
        assert named == ["", "", "/admin/scim", "/users", "/users"]
        assert {httpx.get(page, follow_redirects=True).status_code for page in pages} == {200}

    assert while_up(visit, "up") == 0


def test_up_names_the_button_that_lets_time_pass(while_up: Callable[..., int]) -> None:
    def visit(printed: str) -> None:
        entra_portal = shown(printed, "Entra ID portal")
        password = shown(printed, f"Entra ID +{FIRST_ACCOUNT}").partition(" ")[0]
        with httpx.Client(follow_redirects=True) as browser:
            account = {"user_name": FIRST_ACCOUNT, "password": password}
            page = browser.post(f"{entra_portal}/sign-in", data=account)
        button = re.search(r'<button id="advance"[^>]*>([^<]+)</button>', page.text)
        assert button is not None
        assert f" {button.group(1)} " in printed

    assert while_up(visit, "up") == 0


@pytest.mark.parametrize("command", ["serve", "entra"])
def test_a_busy_port_is_one_line(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code = main.run([command, "--port", str(port)])
    said = capsys.readouterr()
    line = f"scimulate: port: cannot listen at 127.0.0.1 port {port}: Address already in use; choose another port\n"
    assert (code, said.out, said.err) == (2, "", line)


@pytest.mark.parametrize(("taken", "other"), [(serve, entra), (entra, serve)], ids=["serve", "entra"])
def test_up_names_the_port_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken: ModuleType, other: ModuleType
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as program:
        port = program.getsockname()[1]
        monkeypatch.setattr(taken, "PORT", port)
        monkeypatch.setattr(other, "PORT", 0)
        code = main.run(["up"])
    said = capsys.readouterr()
    assert (code, said.out, said.err) == (
        2,
        "",
        f"scimulate: up: cannot listen at 127.0.0.1 port {port}: Address already in use; end the program that uses it, "
        "for up has fixed ports; serve and entra take others by --port\n",
    )


def test_a_host_that_is_not_ours_is_not_blamed_on_the_port(capsys: pytest.CaptureFixture[str]) -> None:
    code = main.run(["serve", "--host", "300.1.1.1", "--port", "0"])
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err.startswith("scimulate: host: cannot listen at 300.1.1.1: ")
    assert said.err.endswith("; give an address of this machine\n")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mdm.example.com",
        "ftp://mdm.example.com",
        "https://",
        "https:///scim",
        "https://mdm.example.com:port",
        "https://mdm.example.com:99999",
        "https://mdm.example.com/?a=b",
        "https://me:secret@mdm.example.com",
        "https://mdm example.com",
    ],
)
def test_a_public_url_that_nobody_could_use_is_refused(capsys: pytest.CaptureFixture[str], url: str) -> None:
    code = main.run(["serve", "--port", "0", "--public-url", url])
    said = capsys.readouterr()
    problem = f"{url!r} is no address to reach a server at; write one like https://mdm.example.com"
    assert (code, said.out, said.err) == (2, "", f"scimulate: public-url: {problem} (from --public-url)\n")


@pytest.mark.parametrize("path", ["no/such/folder/mdm.sqlite", "folder", "text", *READ_ONLY])
def test_a_database_that_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("not a database " * 100)
    code = main.run(["serve", "--port", "0", "--database", path])
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"scimulate: database: the database '{path}' cannot be used: ")
    assert (tmp_path / "text").read_text() == "not a database " * 100


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_the_normal_end_of_a_server(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-P", "-c", "from scimulate.cli.main import run; raise SystemExit(run())"]
    with subprocess.Popen(
        [*command, "serve", "--port", "0", "--database", "mdm.sqlite"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        too_late = threading.Timer(30, server.kill)
        too_late.start()
        assert "Ctrl-C ends it.\n" in iter(server.stdout.readline, "")
        server.send_signal(number)
        assert server.wait(timeout=30) == 0
        too_late.cancel()

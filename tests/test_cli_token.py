"""The token comes from the source given closest to the user, and is never shown."""

import io
from pathlib import Path

import pytest

from scimulate.cli.known_settings import KNOWN
from scimulate.cli.settings import RUN, resolve
from scimulate.cli.token import read_token
from scimulate.harness.faults import SettingsError


def token_from(
    folder: Path, *, flags: dict[str, object] | None = None, file: str = "", stdin: str = "", **environ: str
) -> tuple[str | None, list[str]]:
    (folder / "scimulate.toml").write_text(file)
    warnings: list[str] = []
    settings = resolve(RUN, KNOWN, flags or {}, environ, folder)
    return read_token(settings, environ, io.StringIO(stdin), warnings.append), warnings


@pytest.fixture
def held(tmp_path: Path) -> str:
    path = tmp_path / "token"
    path.write_text("of-the-file\n")
    return str(path)


def test_each_source_is_read(tmp_path: Path, held: str) -> None:
    assert token_from(tmp_path) == (None, [])
    assert token_from(tmp_path, SCIMULATE_TOKEN=" of-the-variable\n") == ("of-the-variable", [])
    assert token_from(tmp_path, flags={"token-env": "THEIRS"}, THEIRS="theirs") == ("theirs", [])
    assert token_from(tmp_path, flags={"token-file": held}) == ("of-the-file", [])
    assert token_from(tmp_path, flags={"token-file": "-"}, stdin="of-stdin\nmore") == ("of-stdin", [])
    assert token_from(tmp_path, flags={"token": "-"}, stdin="of-stdin\n") == ("of-stdin", [])
    assert token_from(tmp_path, file=f"token-file = '{held}'") == ("of-the-file", [])


def test_on_the_command_line_it_is_accepted_with_a_warning(tmp_path: Path) -> None:
    token, warnings = token_from(tmp_path, flags={"token": "canary"})
    assert (token, len(warnings)) == ("canary", 1)
    assert "SCIMULATE_TOKEN" in warnings[0]
    assert "canary" not in warnings[0]


def test_a_flag_beats_a_variable_and_a_variable_beats_the_file(tmp_path: Path, held: str) -> None:
    assert token_from(tmp_path, flags={"token-file": held}, SCIMULATE_TOKEN="other") == ("of-the-file", [])
    assert token_from(tmp_path, file=f"token-file = '{held}'", SCIMULATE_TOKEN="other") == ("other", [])


@pytest.mark.parametrize(
    ("flags", "stdin", "problem"),
    [
        ({"token": "a", "token-file": "b"}, "", "token: is given together with token-file; give one of them"),
        ({"token-env": "ABSENT"}, "", "token-env: there is no variable ABSENT (from --token-env)"),
        ({"token-file": "/no/such"}, "", "token-file: /no/such cannot be read: No such file or directory"),
        ({"token": "-"}, "", "token: the token is empty"),
        ({"token": "two words"}, "", "token: the token holds a blank, a line break or a character beyond ASCII"),
        ({"token": "kaffe\u0301"}, "", "token: the token holds a blank, a line break or a character beyond ASCII"),
    ],
    ids=["two at once", "no such variable", "no such file", "empty", "blank", "not ASCII"],
)
def test_a_token_that_cannot_be_used_is_refused(
    tmp_path: Path, flags: dict[str, object], stdin: str, problem: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        token_from(tmp_path, flags=flags, stdin=stdin)
    assert str(refused.value) == problem

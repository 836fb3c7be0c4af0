"""One name everywhere: flag, then variable, then file, then default; and a bad one is named with its origin."""

from datetime import timedelta
from pathlib import Path

import pytest

from scimulate.cli.known_settings import BY_NAME, KNOWN
from scimulate.cli.load import load_settings
from scimulate.cli.settings import COMMANDS, LOAD, RUN, SERVE, Settings, resolve
from scimulate.harness.faults import SettingsError


def resolved(folder: Path, *, command: str = RUN, flags: dict[str, object] | None = None, **environ: str) -> Settings:
    return resolve(command, KNOWN, flags or {}, environ, folder)


@pytest.mark.parametrize(
    ("flag", "variable", "in_table", "at_top", "seed", "origin"),
    [
        ("1001", "1002", "1003", "1004", 1001, "from --seed"),
        (None, "1002", "1003", "1004", 1002, "from SCIMULATE_SEED"),
        (None, None, "1003", "1004", 1003, "from scimulate.toml"),
        (None, None, None, "1004", 1004, "from scimulate.toml"),
        (None, None, None, None, 1, "default"),
    ],
    ids=["flag", "variable", "table of the command", "top of the file", "default"],
)
def test_the_closest_value_counts(
    tmp_path: Path,
    flag: str | None,
    variable: str | None,
    in_table: str | None,
    at_top: str | None,
    seed: int,
    origin: str,
) -> None:
    top = f"seed = {at_top}\n" if at_top else ""
    table = f"[run]\nseed = {in_table}\n" if in_table else ""
    (tmp_path / "scimulate.toml").write_text(f"{top}{table}[load]\nseed = 9\n")
    environ = {"SCIMULATE_SEED": variable} if variable else {}
    settings = resolved(tmp_path, flags={"seed": flag}, **environ)
    assert (settings.whole("seed"), settings.origin("seed")) == (seed, origin)


@pytest.mark.parametrize("setting", KNOWN, ids=lambda setting: setting.name)
def test_each_setting_has_one_name_and_its_variable_is_read(setting: object, tmp_path: Path) -> None:
    known = BY_NAME[setting.name]  # type: ignore[attr-defined]
    assert known.name.replace("-", "_").upper() == known.variable.removeprefix("SCIMULATE_")
    samples = {"fail-on": "warning", "policy": "strict", "clock": "virtual", "public-url": "https://mdm.test"}
    written = samples.get(known.name, "1")
    for command in known.commands:
        settings = resolve(command, KNOWN, {}, {known.variable: written}, tmp_path)
        assert settings.origin(known.name) == f"from {known.variable}"


def test_durations_have_their_unit_in_the_documentation_and_a_type_here(tmp_path: Path) -> None:
    settings = resolved(tmp_path, flags={"timeout": "2.5", "pace": "40"})
    assert (settings.span("timeout"), settings.span("pace")) == (timedelta(seconds=2.5), timedelta(milliseconds=40))


@pytest.mark.parametrize(
    ("flag", "variable", "limit"), [(None, "", 1000), ("250", "", 250), (None, "40.5", 40.5), ("250", "40.5", 250)]
)
def test_the_limit_of_a_load_is_a_setting_like_any_other(
    tmp_path: Path, flag: str | None, variable: str, limit: float
) -> None:
    flags: dict[str, object] = {"url": "http://127.0.0.1:1/scim/v2", "users": "5", "p99-limit-ms": flag}
    settings = load_settings(resolved(tmp_path, command=LOAD, flags=flags, SCIMULATE_P99_LIMIT_MS=variable))
    assert (settings.users, settings.p99_limit_ms) == (5, limit)


def test_several_values_come_from_flags_lines_or_a_list(tmp_path: Path) -> None:
    by_flag = resolved(tmp_path, flags={"select": ["SEED-027", "smoke"]})
    by_variable = resolved(tmp_path, SCIMULATE_SELECT="SEED-027\n\nsmoke\n")
    (tmp_path / "scimulate.toml").write_text('select = ["SEED-027", "smoke"]\n')
    by_file = resolved(tmp_path)
    assert [each.several("select") for each in (by_flag, by_variable, by_file)] == [("SEED-027", "smoke")] * 3


def test_an_empty_variable_is_no_value(tmp_path: Path) -> None:
    assert resolved(tmp_path, SCIMULATE_PROFILE="").origin("profile") == "default"


@pytest.mark.parametrize(
    ("flags", "environ", "file", "problem"),
    [
        ({"seed": "abc"}, {}, "", "seed: 'abc' is not a whole number (from --seed)"),
        ({}, {"SCIMULATE_SEED": "-1"}, "", "seed: -1 is too small; 0 is the least (from SCIMULATE_SEED)"),
        ({}, {}, 'timeout = "soon"', "timeout: 'soon' is not a number of seconds (from scimulate.toml)"),
        ({}, {}, "timeout = nan", "timeout: 'nan' is not a number of seconds (from scimulate.toml)"),
        ({}, {}, "profile = [1]", "profile: takes one value, not a list (from scimulate.toml)"),
        ({}, {}, "url = {a = 1}", "url: must be a plain value, not dict (from scimulate.toml)"),
        (
            {},
            {"SCIMULATE_INSECURE": "maybe"},
            "",
            "insecure: 'maybe' is neither on nor off; write 1 or 0 (from SCIMULATE_INSECURE)",
        ),
        ({"fail-on": "never"}, {}, "", "fail-on: 'never' is not one of failed, warning (from --fail-on)"),
        (
            {"workers": "2000000000000000000000x"},
            {},
            "",
            "workers: '2000000000000000000000x' is not a whole number (from --workers)",
        ),
    ],
    ids=["not a number", "negative", "not a duration", "nan", "list", "table", "switch", "choice", "long"],
)
def test_a_value_that_cannot_be_used_is_named_with_its_origin(
    tmp_path: Path, flags: dict[str, object], environ: dict[str, str], file: str, problem: str
) -> None:
    (tmp_path / "scimulate.toml").write_text(file)
    with pytest.raises(SettingsError) as refused:
        resolved(tmp_path, flags=flags, **environ)
    assert str(refused.value) == problem


def test_an_unknown_key_names_the_file_and_the_key(tmp_path: Path) -> None:
    file = tmp_path / "scimulate.toml"
    file.write_text("[run]\nprofle = 'rfc'\n")
    with pytest.raises(SettingsError) as refused:
        resolved(tmp_path)
    assert str(refused.value).startswith(f"run.profle: is no setting ({file}); accepted are baseline, ca-file, ")


def test_a_key_of_another_command_is_unknown_in_a_table(tmp_path: Path) -> None:
    (tmp_path / "scimulate.toml").write_text("[run]\npolicy = 'strict'\n")
    with pytest.raises(SettingsError, match=r"^run\.policy: is no setting"):
        resolved(tmp_path)


def test_a_secret_in_the_file_is_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "scimulate.toml").write_text("token = 'canary-1234'\n")
    with pytest.raises(SettingsError) as refused:
        resolved(tmp_path)
    assert "SCIMULATE_TOKEN" in str(refused.value)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"seed = ", "the settings file is not TOML: "),
        (b"profile = '\xff'", "the settings file cannot be read: it is not UTF-8 text"),
        (None, "the settings file cannot be read: Is a directory"),
    ],
    ids=["not TOML", "not UTF-8", "a folder"],
)
def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None, problem: str) -> None:
    file = tmp_path / "scimulate.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as refused:
        resolved(tmp_path, command=SERVE)
    assert str(refused.value).startswith(f"{file}: {problem}")


def test_shown_settings_have_an_origin_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "scimulate.toml").write_text("timeout = 5\n")
    settings = resolved(
        tmp_path,
        flags={"header": ["X-Key=canary"], "url": "https://scim.example.com", "read-only": True},
        SCIMULATE_TOKEN="canary",
    )
    lines = settings.lines()
    assert [line for line in lines if "(default)" not in line] == [
        "url = https://scim.example.com  (from --url)",
        "token = ********  (from SCIMULATE_TOKEN)",
        "read-only = on  (from --read-only)",
        "timeout = 5 s  (from scimulate.toml)",
        "header = ********  (from --header)",
    ]
    assert "canary" not in "\n".join(lines)


def test_every_setting_belongs_to_a_command() -> None:
    assert [
        setting.name for setting in KNOWN if not set(setting.commands) <= set(COMMANDS) or not setting.commands
    ] == []

"""Bad input: one clear line that names the setting, the documented exit code, no traceback, and nothing written."""

import re
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from scimulate.cli import main
from tests.hostile_endpoint import Answer, Hanging, endpoint, floods, says

USAGE, UNREACHABLE = 2, 3
TOKEN = "canary-5f0d7c1e9b"


@pytest.fixture(autouse=True)
def _settings(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMULATE_TOKEN", TOKEN)


def line_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> str:
    """The one line that a refused call says; it must end with `code` and write nothing."""
    before = sorted(Path().rglob("*"))
    given = main.run(arguments)
    shown = capsys.readouterr()
    assert (given, shown.out, shown.err.count("\n")) == (code, "", 1), shown.err
    assert "Traceback" not in shown.err
    assert TOKEN not in shown.err
    assert sorted(Path().rglob("*")) == before
    return shown.err.rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["run", "--url", "scim.example.com/v2"], "url: has no scheme; did you mean https://scim.example.com/v2?"),
        (["run", "--url", "ftp://example.com"], "url: the scheme must be https, not ftp; "),
        (
            ["run", "--url", "http://example.com/s"],
            "url: plain http is accepted for loopback only; did you mean https:",
        ),
        (["run", "--url", "https://ada:pw@example.com"], "url: must not carry a user name or a password"),
        (["run", "--profile", "azure"], "profile: there is no 'azure'; accepted are entra, "),
        (["run", "--select", "SEEED-1"], "select: 'SEEED-1' fits no scenario; give a requirement id, "),
        (["run", "--baseline", "no/such"], "baseline: no/such cannot be read: No such file or directory"),
        (["run", "--out", "/dev/null/x"], "out: /dev/null is not a folder"),
        (["run", "--state-dir", "/dev/null"], "state-dir: /dev/null/runs/"),
        (["run", "--run-id", "ADA"], "run-id: 'ADA' must be eight characters of a-z and 2-7"),
        (["run", "--url", "https://e.test", "--ca-file", "no/such"], "ca-file: cannot read "),
        (
            ["run", "--url", "https://e.test", "--header", "bad"],
            "header: each line of SCIMULATE_HEADER must be Name=value",
        ),
        (
            ["run", "--url", "https://e.test", "--oauth-token-url", "https://e.test/token"],
            "oauth-client-id: is missing",
        ),
        (["run", "--timeout", "0"], "timeout: 0 is too small; give a number of seconds from 0.001 (from --timeout)"),
        (["run", "--workers", "-1"], "workers: -1 is too small; 0 is the least (from --workers)"),
        (["run", "--no-such-flag"], "No such option: --no-such-flag"),
        (["rum"], "No such command 'rum'."),
        (["explain", "SEED-999"], "id: no requirement 'SEED-999'; there are SEED-000, "),
        (["cleanup"], "url: is needed: give --url, set SCIMULATE_URL, or put it in scimulate.toml"),
        (["load", "--url", "http://127.0.0.1:9"], "users: is needed: give --users, "),
        (
            ["load", "--url", "https://e.test", "--users", "5"],
            "url: e.test is not this machine; give --yes-this-endpoint",
        ),
        (
            ["load", "--url", "http://127.0.0.1:9", "--users", "0"],
            "users: 0 is too small; 1 is the least (from --users)",
        ),
        (["load", "--url", "http://127.0.0.1:9", "--users", "1", "--mode", "x"], "mode: x is unknown; available now: "),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else "",
)
def test_a_setting_that_cannot_work_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
) -> None:
    assert line_of(capsys, *arguments, code=USAGE).startswith(f"scimulate: {line}")


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (says(401), "token: the endpoint does not accept the token (401); set SCIMULATE_TOKEN to "),
        (says(403), "token: the endpoint knows the token but refuses it access to users (403); "),
        (
            says(200, b"<html><body>Sign in", "text/html"),
            "url: {url}/Users answered 200 with a page of HTML instead of ",
        ),
        (
            says(302, Location="https://sign-in.example.com/x?t=1"),
            "url: {url}/Users redirects (302) to https://sign-in.",
        ),
        (says(404, b"{}"), "url: {url}/Users was not found (404); give the SCIM base URL"),
        (floods(50 << 20), "url: the answer to a search for one user is larger than 10 MiB; "),
        (Hanging(), "timeout: 127.0.0.1 gave no complete answer within 0.2 s; check the endpoint, or raise timeout"),
    ],
    ids=["401", "403", "HTML", "redirect", "404", "50 MiB", "hangs"],
)
def test_an_endpoint_that_is_none_is_told_by_its_answer(
    capsys: pytest.CaptureFixture[str], answer: Answer, line: str
) -> None:
    with endpoint(answer) as url:
        said = line_of(capsys, "run", "--url", url, "--timeout", "0.2", code=UNREACHABLE)
    assert said.startswith(f"scimulate: {line.format(url=url)}")


def test_a_refused_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(says(200)) as url:
        pass
    said = line_of(capsys, "run", "--url", url, code=UNREACHABLE)
    assert said.startswith(f"scimulate: url: nothing listens at {url.split('/')[2]} (connection refused); ")


def test_a_self_signed_certificate_names_the_setting_that_helps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with endpoint(says(401), context) as url:
        said = line_of(capsys, "run", "--url", url, code=UNREACHABLE)
        trusted = line_of(capsys, "run", "--url", url, "--ca-file", "ca.pem", code=UNREACHABLE)
        unchecked = line_of(capsys, "run", "--url", url, "--insecure", code=UNREACHABLE)
    assert said.startswith("scimulate: ca-file: the certificate of 127.0.0.1 is signed by nobody we trust; ")
    assert [trusted, unchecked] == [
        "scimulate: token: the endpoint does not accept the token (401); set SCIMULATE_TOKEN to one that is in force"
    ] * 2


@pytest.mark.parametrize(
    ("name", "ends", "why"),
    [
        ("127.0.0.1", datetime(2001, 1, 1, tzinfo=UTC), "certificate has expired"),
        ("scim.contoso.test", None, "IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
    ids=["expired", "of another host"],
)
def test_a_certificate_that_is_not_in_force_here_is_told(
    name: str, ends: datetime | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=ends).configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with endpoint(says(401), context) as url:
        said = line_of(capsys, "run", "--url", url, "--ca-file", "ca.pem", code=UNREACHABLE)
    assert said == (
        f"scimulate: url: the certificate of 127.0.0.1 was refused ({why}); renew it, or set insecure to skip the "
        "check in a test"
    )


def test_https_to_a_port_that_speaks_plain_http_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(says(401)) as url:
        said = line_of(capsys, "run", "--url", url.replace("http:", "https:"), code=UNREACHABLE)
    assert re.sub(r"\(.*\)", "(…)", said) == (
        "scimulate: url: no TLS connection to 127.0.0.1 (…); does it speak https on this port?"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("seed = ", "the settings file is not TOML: "),
        ("[run]\ntimeuot = 3", "is no setting ("),
        ("token = 'canary-5f0d7c1e9b'", "a secret does not belong in a file that is shared ("),
    ],
    ids=["broken", "unknown key", "secret"],
)
def test_a_bad_settings_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, line: str
) -> None:
    (tmp_path / "scimulate.toml").write_text(content)
    said = line_of(capsys, "run", code=USAGE)
    assert line in said
    assert "scimulate.toml" in said


def test_a_settings_file_that_is_no_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scimulate.toml").mkdir()
    said = line_of(capsys, "run", code=USAGE)
    assert said == f"scimulate: {tmp_path}/scimulate.toml: the settings file cannot be read: Is a directory"


def test_an_error_of_ours_is_one_line_and_a_traceback_only_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(path: Path) -> object:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("scimulate.cli.compare.read_verdicts", breaks)
    assert line_of(capsys, "compare", "a", "b", code=4) == "scimulate: RuntimeError: two lines"

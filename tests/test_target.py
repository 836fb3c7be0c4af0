"""Target settings: what is accepted, and the one clear line for what is not."""

from datetime import timedelta
from pathlib import Path

import pytest

from scimulate.harness.faults import SettingsError
from scimulate.harness.target import OAuth, Target, normalised_base

GOOD = {
    "https://scim.example.com/scim/v2": "https://scim.example.com/scim/v2",
    "https://scim.example.com/scim/v2/": "https://scim.example.com/scim/v2",
    "https://scim.example.com/scim/v2/?aadOptscim062020": "https://scim.example.com/scim/v2",
    "https://scim.example.com/v2?aadOptscim062020=true&": "https://scim.example.com/v2",
    " http://127.0.0.1:8880/scim/v2 ": "http://127.0.0.1:8880/scim/v2",
    "http://localhost:8880": "http://localhost:8880",
    "http://[::1]:8880/scim": "http://[::1]:8880/scim",
    "HTTPS://Scim.Example.com": "https://Scim.Example.com",
}

BAD = {
    "": "is empty",
    "scim.example.com/v2": "did you mean https://scim.example.com/v2?",
    "localhost:8880/scim/v2": "did you mean http://localhost:8880/scim/v2?",
    "intranet/scim": "did you mean https://intranet/scim?",
    "http://scim.example.com/v2?x": "loopback only; did you mean https://scim.example.com/v2?",
    "http://127.evil.com/": "loopback only",
    "ftp://scim.example.com": "the scheme must be https, not ftp",
    "https://": "no usable host",
    "https://scim.example.com:0/": "no usable host or port",
    "https://scim.example.com:99999/": "its port is not a number below 65536",
    "https://scim.example.com:x/": "its port is not a number below 65536",
    "https://scim.example.com/#top": "must not carry a fragment",
    "https://scim.example.com/?tenant=1": "must not carry a query",
    "https://scim example.com/": "expected a URL like|expected one like",
}


@pytest.mark.parametrize(("url", "base"), GOOD.items())
def test_a_base_url_is_normalised(url: str, base: str) -> None:
    assert normalised_base(url) == base


@pytest.mark.parametrize(("url", "problem"), BAD.items())
def test_a_url_that_cannot_work_is_refused(url: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem.replace("?", r"\?")) as refused:
        normalised_base(url)
    assert refused.value.setting == "url"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "canary4711canary4711",
        "eyJhbGciOi.canary4711_canary.4711",
        "https://me:canary4711@scim.example.com/",
        "https://scim.example.com/?token=canary4711",
        "https://canary4711:x/y z",
    ],
)
def test_what_may_be_a_secret_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        normalised_base(url)
    assert "canary4711" not in str(refused.value)


def test_every_variable_reaches_the_target(tmp_path: Path) -> None:
    assert Target.from_environment(
        {
            "SCIMULATE_URL": "https://scim.example.com/scim/v2/?aadOptscim062020",
            "SCIMULATE_TOKEN": " canary4711 \n",
            "SCIMULATE_TIMEOUT": "2.5",
            "SCIMULATE_PACE": "40",
            "SCIMULATE_MAX_REQUESTS": "900",
            "SCIMULATE_READ_ONLY": "1",
            "SCIMULATE_INSECURE": "1",
            "SCIMULATE_PROXY": "http://127.0.0.1:3128",
            "SCIMULATE_HEADER": "X-Tenant=blue\nX-Api-Key=a=b\n",
            "SCIMULATE_OAUTH_TOKEN_URL": "https://login.example.com/token",
            "SCIMULATE_OAUTH_CLIENT_ID": "me",
            "SCIMULATE_OAUTH_CLIENT_SECRET": "hush4711",
        }
    ) == Target(
        url="https://scim.example.com/scim/v2",
        token="canary4711",
        timeout=timedelta(seconds=2.5),
        pace=timedelta(milliseconds=40),
        max_requests=900,
        read_only=True,
        insecure=True,
        proxy="http://127.0.0.1:3128",
        headers=(("X-Tenant", "blue"), ("X-Api-Key", "a=b")),
        oauth=OAuth("https://login.example.com/token", "me", "hush4711"),
    )


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("TIMEOUT", "soon", "timeout: SCIMULATE_TIMEOUT must be a number of seconds, not 'soon'"),
        ("TIMEOUT", "nan", "timeout: SCIMULATE_TIMEOUT must be a number of seconds, not 'nan'"),
        ("TIMEOUT", "0", "timeout: must be more than 0 seconds"),
        ("PACE", "-1", "pace: must be 0 milliseconds or more"),
        ("MAX_REQUESTS", "many", "max-requests: SCIMULATE_MAX_REQUESTS must be a whole number, not 'many'"),
        ("MAX_REQUESTS", "0", "max-requests: must be 1 or more"),
        ("READ_ONLY", "perhaps", "read-only: SCIMULATE_READ_ONLY must be 1 or 0, not 'perhaps'"),
        ("CA_FILE", "/nowhere/ca.pem", "ca-file: cannot read /nowhere/ca.pem: No such file or directory"),
        ("CLIENT_CERT", "/nowhere/me.pem", "client-cert: cannot read /nowhere/me.pem: No such file or directory"),
        ("PROXY", "proxy:3128", "proxy: must be an http or https URL, like http://proxy.example.com:3128"),
        ("HEADER", "X-Tenant", "header: each line of SCIMULATE_HEADER must be Name=value"),
        ("HEADER", "X Tenant=1", "header: must be Name=value in visible ASCII characters, without a line break"),
        (
            "HEADER",
            "Authorization=x",
            "header: Authorization cannot be set this way; the token is given by SCIMULATE_TOKEN",
        ),
        ("TOKEN", "a\nb", "token: holds a line break or a character that a header cannot carry"),
        ("TOKEN", "bücher", "token: holds a line break or a character that a header cannot carry"),
        (
            "OAUTH_CLIENT_ID",
            "me",
            "oauth-token-url: is missing: OAuth needs SCIMULATE_OAUTH_TOKEN_URL as well",
        ),
    ],
)
def test_a_bad_variable_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Target.from_environment({"SCIMULATE_URL": "http://127.0.0.1:1", f"SCIMULATE_{variable}": value})
    assert str(refused.value) == message


def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("hello")
    with pytest.raises(SettingsError, match=r"ca-file: .*ca\.pem does not hold certificates in PEM form"):
        Target("https://scim.example.com", ca_file=path)
    with pytest.raises(SettingsError, match=r"client-cert: .*ca\.pem does not hold a certificate and its key"):
        Target("https://scim.example.com", client_cert=path)


def test_secrets_are_told_to_the_redactor_and_to_nobody_else() -> None:
    target = Target(
        "https://scim.example.com",
        token="canary4711",
        headers=(("X-Api-Key", "canary4712"), ("X-Tenant", "blue")),
        oauth=OAuth("https://login.example.com/token", "me", "canary4713"),
        proxy="http://me:canary4714@127.0.0.1:3128",
    )
    assert target.secrets == ("canary4711", "canary4712", "canary4713", "canary4714")
    assert "canary" not in repr(target)

"""Redaction: a secret is found in every form in which it travels, in text and in files."""

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from scimulate.harness.redaction import REDACTED, Redactor, is_telling, scan

SECRET = 'c4n/ary+"t0k&n <9>~Zoë'
FORMS = {
    "plain": SECRET,
    "quoted": quote(SECRET, safe=""),
    "quoted twice": quote(quote(SECRET, safe=""), safe=""),
    "quoted in small letters": re.sub("%..", lambda found: found.group().lower(), quote(SECRET, safe="")),
    "form": quote_plus(SECRET),
    "json": json.dumps(SECRET)[1:-1],
    "json with slashes": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "json in json": json.dumps(json.dumps(SECRET))[3:-3],
    "json as it is": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "html": html.escape(SECRET),
    **{f"base64 after {before}": base64.b64encode(b"u" * before + SECRET.encode()).decode() for before in range(7)},
    **{f"base64 before {after}": base64.b64encode(SECRET.encode() + b"u" * after).decode() for after in range(4)},
    "base64 for URLs": base64.urlsafe_b64encode(b"user:" + SECRET.encode() + b">>??").decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_secret_is_found_in_every_form(form: str, tmp_path: Path) -> None:
    shown = Redactor([SECRET]).text(f"before {form} after")
    assert REDACTED in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert "ary" not in shown
    (tmp_path / "report.html").write_text(f"before {form} after")
    assert scan(tmp_path.iterdir(), [SECRET]) == [tmp_path / "report.html"]


def test_base64_keeps_nothing_of_the_secret_but_its_edges() -> None:
    secret = "abcdefghijklmnop"
    for before in range(3):
        shown = Redactor([secret]).text(base64.b64encode(b"\xff" * before + secret.encode() + b"\xff").decode())
        assert len(shown.replace(REDACTED, "")) <= 8


def test_other_text_stays_as_it_is() -> None:
    text = '{"userName": "ada@contoso.test", "active": true} canary'
    assert Redactor([SECRET, "", "short"]).text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"access_token": "abc.def", "expires_in": 5}', '{"access_token": "[redacted]", "expires_in": 5}'),
        ('{"password":"p\\"w","x":1}', '{"password":"[redacted]","x":1}'),
        ("grant_type=x&client_secret=abc%20d&scope=y", "grant_type=x&client_secret=[redacted]&scope=y"),
        (f"token scimt_{'a' * 46} was made", "token [redacted] was made"),
        (f"token scima_{'a' * 46} and secret scimc_{'b' * 46}", "token [redacted] and secret [redacted]"),
    ],
)
def test_what_is_secret_by_its_name_or_form_is_redacted_unknown(text: str, shown: str) -> None:
    assert Redactor([]).text(text) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Bearer abc", "Bearer [redacted]"),
        ("authorization", "Basic dTpw", "Basic [redacted]"),
        ("Authorization", "abc", "[redacted]"),
        ("Set-Cookie", "sid=1", "[redacted]"),
        ("X-Note", "short canary-1", "short [redacted]"),
        ("Content-Type", "application/scim+json", "application/scim+json"),
    ],
)
def test_headers_are_redacted_by_their_name(name: str, value: str, shown: str) -> None:
    assert Redactor(["canary-1"]).header(name, value) == shown


def test_a_secret_is_learned_on_the_way() -> None:
    redactor = Redactor([])
    redactor.learn("canary-2")
    assert redactor.text("canary-2") == REDACTED


def test_a_scan_sees_every_file_below_and_its_name(tmp_path: Path) -> None:
    secret = "canary-token-1"
    inner = tmp_path / "allure-results"
    inner.mkdir()
    (inner / "a.bin").write_bytes(b"\x00" * ((1 << 20) - 5) + secret.encode() + b"\xff")
    (inner / f"{secret}.txt").write_text("named")
    (tmp_path / "good.json").write_text("{}")
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert scan(tmp_path.rglob("*"), [secret]) == [inner / "a.bin", inner / f"{secret}.txt"]
    assert scan(tmp_path.rglob("*"), []) == []


@pytest.mark.parametrize(
    ("secret", "telling"),
    [
        ("secret", False),
        ("canary-2", False),
        ("provisioning", False),
        ("the-secret-of-our-house", False),
        ("6c1f9e04d27a", True),
        ("qwzxvbnmlkjhgfdsapoiuytr", True),
    ],
)
def test_a_short_secret_and_a_word_are_searched_for_in_no_text_of_ours(
    secret: str, telling: bool, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text(f"our {secret}")
    assert is_telling(secret) is telling
    assert Redactor([secret]).text(f"their {secret}") == "their [redacted]"
    assert Redactor([secret]).of_ours(f"our {secret}") == ("our [redacted]" if telling else f"our {secret}")
    assert scan(tmp_path.iterdir(), [secret]) == ([tmp_path / "report.html"] if telling else [])

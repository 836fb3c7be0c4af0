"""The command with which a vendor repeats an exchange: pasted into a shell it does what it says and no more."""

import shlex

from scimulate.harness.curl import curl_of
from tests.observed_run import HOSTILE, exchange


def test_a_write_with_its_body() -> None:
    headers = (("Authorization", "Bearer [redacted]"), ("Content-Type", "application/scim+json"), ("X-Other", "y"))
    sent = exchange(1, method="PATCH", url="https://a/Users/7", request_headers=headers, request_body='{"a":"it\'s"}')
    assert shlex.split(curl_of(sent)) == [
        "curl",
        "-sS",
        "-i",
        "-X",
        "PATCH",
        "https://a/Users/7",
        "-H",
        "Authorization: Bearer $SCIMULATE_TOKEN",
        "-H",
        "Content-Type: application/scim+json",
        "--data-raw",
        '{"a":"it\'s"}',
    ]


def test_no_token_where_none_was_sent() -> None:
    assert "Authorization" not in curl_of(exchange(1, request_headers=()))


def test_what_an_endpoint_chose_stays_one_argument() -> None:
    sent = exchange(
        1, url=f"https://a/{HOSTILE}';reboot", request_headers=(), request_body=f"$(reboot) `reboot` {HOSTILE}"
    )
    words = shlex.split(curl_of(sent))
    assert (len(words), words[-1][:18], words[5][-8:]) == (8, "$(reboot) `reboot`", "';reboot")
    assert not any(sign in curl_of(sent) for sign in ("\x1b", "\x9b", "\u202e", "\x00"))

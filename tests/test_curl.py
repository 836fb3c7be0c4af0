"""The command with which a vendor repeats an exchange: pasted into a shell it does what it says and no more."""

import shlex

from scimulate.harness.curl import curl_of, repeating
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


def test_what_the_run_has_removed_is_made_again_first() -> None:
    made = exchange(1, method="POST", url="https://a/Users", status=201, response_body='{"id": "7"}')
    other = exchange(2, method="POST", url="https://a/Users", status=201, response_body='{"id": "8"}')
    failed = exchange(3, method="PATCH", url="https://a/Users/7?attributes=id", status=400)
    lines = repeating(failed, [made, other, failed]).splitlines()
    assert lines[0] == curl_of(made)
    assert lines[1] == "# then, with the id from its answer in the place of ID:"
    assert "https://a/Users/ID?attributes=id" in lines[2]


def test_what_the_run_did_not_make_is_asked_for_as_it_was() -> None:
    failed = exchange(3, method="GET", url="https://a/Users?count=1", status=500)
    assert repeating(failed, [failed]) == curl_of(failed)

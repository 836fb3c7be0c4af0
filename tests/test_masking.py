"""Masking: of what the run did not create, evidence keeps the shape and no value."""

import json
from typing import Any

import pytest

from scimulate.harness.masking import KEPT, Masker, cleaned, masked_value

RUN_ID = "k3f9x2ab"
OWN_ID = "0b1c-own"


@pytest.fixture
def masker() -> Masker:
    return Masker(RUN_ID, {OWN_ID}.__contains__)


STRANGER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "5f2e-9",
    "userName": "Eve.Li@contoso.com",
    "active": True,
    "name": {"givenName": "Zoë", "familyName": None},
    "loginCount": 120,
    "height": -3,
    "emails": [{"value": "eve@contoso.com", "primary": True}],
    "meta": {"resourceType": "User", "location": "https://h.test/Users/5f2e-9", "created": "2024-01-02T03:04:05Z"},
}
MASKED = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "0x0x-0",
    "userName": "xxx.xx@xxxxxxx.xxx",
    "active": True,
    "name": {"givenName": "xxx", "familyName": None},
    "loginCount": 111,
    "height": -1,
    "emails": [{"value": "xxx@xxxxxxx.xxx", "primary": True}],
    "meta": {"resourceType": "User", "location": "xxxxx://x.xxxx/xxxxx/0x0x-0", "created": "0000-00-00x00:00:00x"},
}


@pytest.mark.parametrize(
    ("document", "kept"),
    [
        (STRANGER, MASKED),
        ([STRANGER], [MASKED]),
        ({"totalResults": 1, "Resources": [STRANGER]}, {"totalResults": 1, "Resources": [MASKED]}),
        ({"totalresults": 1, "resources": [STRANGER]}, {"totalresults": 1, "resources": [MASKED]}),
        (
            {"Operations": [{"status": "200", "response": STRANGER}]},
            {"Operations": [{"status": "200", "response": MASKED}]},
        ),
        ({"userName": "eve"}, {"userName": "xxx"}),
        ({"emails": [{"value": "e@x.test"}]}, {"emails": [{"value": "x@x.xxxx"}]}),
    ],
    ids=["alone", "bare list", "list", "misspelt list", "bulk", "no id", "no names"],
)
def test_a_stranger_is_masked_wherever_it_stands(masker: Masker, document: Any, kept: Any) -> None:
    assert json.loads(masker.body(json.dumps(document), "/scim/v2/Users")) == kept


@pytest.mark.parametrize(
    "document",
    [
        {"id": OWN_ID, "userName": "whatever"},
        {"id": "unknown", "userName": f"Ada.{RUN_ID.upper()}@contoso.test"},
        {"id": "unknown", "displayName": f"Engineering {RUN_ID}"},
        {"id": "unknown", "externalId": RUN_ID},
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "no such user"},
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0, "Resources": []},
        {"hello": "world"},
        "text",
        None,
    ],
)
def test_what_is_ours_or_nobodys_stays_as_it_came(masker: Masker, document: Any) -> None:
    text = json.dumps(document, indent=1)
    assert masker.body(text, "/scim/v2/Users") == text


def test_what_the_endpoint_says_of_itself_stays(masker: Masker) -> None:
    text = json.dumps({"id": "urn:x", "name": "User", "attributes": [{"name": "userName"}]})
    for path in ("/scim/v2/Schemas", "/scim/v2/Schemas/urn:x", "/scim/v2/ResourceTypes", "/v2/ServiceProviderConfig"):
        assert masker.body(text, path) == text
    assert masker.body(text, "/scim/v2/Users") != text


def test_strangers_in_our_own_group_are_masked(masker: Masker) -> None:
    group = {
        "id": OWN_ID,
        "displayName": "Engineering",
        "members": [{"value": OWN_ID, "display": "Ada"}, {"value": "e1", "display": "Eve Li"}],
    }
    assert json.loads(masker.body(json.dumps(group), "/Groups")) == {
        **group,
        "members": [{"value": OWN_ID, "display": "Ada"}, {"value": "x0", "display": "xxx xx"}],
    }


def test_an_id_seen_in_an_answer_is_masked_in_addresses(masker: Masker) -> None:
    assert masker.url("https://h.test/Users/5f2e-9?attributes=id") == "https://h.test/Users/5f2e-9?attributes=id"
    masker.body(json.dumps(STRANGER), "/Users")
    assert masker.url("https://h.test/Users/5f2e-9?attributes=id") == "https://h.test/Users/0x0x-0?attributes=id"
    assert masker.url(f"https://h.test/Users/{OWN_ID}") == f"https://h.test/Users/{OWN_ID}"


def test_json_that_breaks_off_shows_no_strangers_value(masker: Masker) -> None:
    broken = '{"Resources":[{"id":"5f2e","userName":"eve@contoso.com","roles":["boss"],"x":"unfin'
    assert masker.body(broken, "/Users") == (
        '{"Resources":[{"id":"0x0x","userName":"xxx@xxxxxxx.xxx","roles":["xxxx"],"x":"xxxxx'
    )
    assert masker.body("<h1>Sign in</h1>", "/Users") == "<h1>Sign in</h1>"


def test_text_is_made_harmless_and_cut() -> None:
    assert cleaned("a\x1b[31mb\x00c\u202ed\ud800e\nf\tg\uffff") == "a\\u001b[31mb\\u0000c\\u202ed\\ud800e\nf\tg\\uffff"
    assert cleaned("日本語 Zoë") == "日本語 Zoë"
    long = cleaned("x" * (KEPT + 7))
    assert long == "x" * KEPT + f" … (cut; {KEPT + 7} characters in all)"


def test_masking_keeps_type_and_length() -> None:
    assert masked_value(["Ab-9", 12345, 1.5, False, None, {"k": "v"}]) == ["xx-0", 11111, 1.1, False, None, {"k": "x"}]


def test_deep_and_odd_documents_are_survived(masker: Masker) -> None:
    masker.body("[" * 200_000, "/Users")
    masker.body('{"id":{"a":1},"schemas":7,"meta":[],"members":{"value":3}}', "/Users")
    masker.body('{"id": 1e400, "n": NaN}', "/Users")
    masker.body('{"id":"' + "1" * 30 + '","n":' + "9" * 5000 + "}", "/Users")

"""Matchers: what holds is reported, what does not is a fault with whole values and its exchange."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from scimulate.harness import expect
from scimulate.harness.faults import TargetFault

USER = {"id": "7", "userName": "ada@contoso.test", "active": True}


@pytest.fixture
def decided() -> Iterator[list[str]]:
    heard: list[str] = []
    with expect.hearing(heard.append):
        yield heard


def answer(status: int, body: Any = None, content_type: str = "application/scim+json; charset=utf-8") -> httpx.Response:
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    return httpx.Response(
        status,
        content=content,
        headers={"content-type": content_type},
        request=httpx.Request("GET", "https://scim.example.com/scim/v2/Users?filter=x"),
        extensions={"exchange": 7},
    )


def page(*resources: Any, **changed: Any) -> dict[str, Any]:
    return {"schemas": [expect.LIST_RESPONSE], "totalResults": len(resources), "Resources": [*resources], **changed}


def fault(matcher: Callable[[], object]) -> tuple[str, str, Any, Any, tuple[int, ...]]:
    with pytest.raises(TargetFault) as raised:
        matcher()
    found = raised.value
    return found.requirement, found.action, found.expected, found.actual, found.exchanges


GET = "GET /scim/v2/Users?filter=x"


def test_what_holds_is_heard_and_what_does_not_is_not(decided: list[str]) -> None:
    expect.equal("SEED-027", "counting the tokens", 2, 2)
    assert fault(lambda: expect.equal("SEED-018", "counting the tokens", 2, 3, (4,))) == (
        "SEED-018",
        "counting the tokens",
        2,
        3,
        (4,),
    )
    assert decided == ["SEED-027"]


def test_hearing_ends_with_its_block() -> None:
    heard: list[str] = []
    with expect.hearing(heard.append):
        pass
    expect.equal("SEED-027", "counting", 1, 1)
    assert heard == []


def test_a_fault_reads_as_a_sentence() -> None:
    with pytest.raises(TargetFault) as raised:
        expect.true("SEED-027", "generating a third token", "a refusal", "201 with a new token", False, (7,))
    assert str(raised.value) == (
        "SEED-027: generating a third token: expected a refusal, got 201 with a new token (exchange 7)"
    )


def test_a_status(decided: list[str]) -> None:
    expect.status(answer(204), 200, 204, requirement="ENTRA-065")
    assert fault(lambda: expect.status(answer(500, "oops"), 200, 204, requirement="ENTRA-065")) == (
        "ENTRA-065",
        GET,
        "one of 200, 204",
        "500 oops",
        (7,),
    )
    assert decided == ["ENTRA-065"]


def test_a_header() -> None:
    response = httpx.Response(
        401, headers={"WWW-Authenticate": "bearer realm=x"}, request=httpx.Request("GET", "http://a/b")
    )
    expect.header(response, "www-authenticate", "Bearer.*", requirement="SEED-004")
    assert fault(lambda: expect.header(response, "ETag", "W/.*", requirement="X-1")) == (
        "X-1",
        "GET /b",
        "ETag: W/.*",
        "ETag: nothing",
        (),
    )


def test_a_media_type() -> None:
    expect.media_type(answer(200, USER))
    expect.media_type(answer(204, None, "text/html"))
    assert fault(lambda: expect.media_type(answer(200, USER, "application/json"))) == (
        "ENTRA-509",
        GET,
        "application/scim+json",
        "application/json",
        (7,),
    )


def test_a_list_holds_its_resources(decided: list[str]) -> None:
    assert expect.envelope(answer(200, page(USER))) == [USER]
    assert expect.envelope(answer(200, {"schemas": [expect.LIST_RESPONSE], "totalResults": 0})) == []
    assert set(decided) == {"ENTRA-505"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([USER], id="a bare array"),
        pytest.param("<html>", id="HTML"),
        pytest.param(page(USER, schemas=[]), id="no schemas"),
        pytest.param(page(totalResults="0"), id="a total in text"),
        pytest.param(page(totalResults=True), id="a total that is a boolean"),
        pytest.param({"schemas": [expect.LIST_RESPONSE], "totalResults": 2}, id="a total without resources"),
        pytest.param(page("7"), id="resources that are none"),
    ],
)
def test_what_is_no_list(body: Any) -> None:
    with pytest.raises(TargetFault) as raised:
        expect.envelope(answer(200, body))
    assert (raised.value.requirement, raised.value.exchanges) == ("ENTRA-505", (7,))


def test_one_user_is_found_whatever_the_letter_case() -> None:
    assert expect.found_once(answer(200, page(USER)), "username", "ADA@contoso.test") == USER


@pytest.mark.parametrize(
    ("resources", "requirement", "actual"),
    [
        ([], "ENTRA-498", "no resource"),
        ([USER, USER], "ENTRA-498", "2 resources with userName 'ada@contoso.test', 'ada@contoso.test'"),
        ([{"id": "8", "userName": "grace"}], "RFC7644-3.4.2.2-03", "1 resource with userName 'grace'"),
    ],
)
def test_found_none_many_or_another(resources: list[Any], requirement: str, actual: str) -> None:
    response = answer(200, page(*resources))
    assert fault(lambda: expect.found_once(response, "userName", "ada@contoso.test")) == (
        requirement,
        GET,
        "one resource with userName 'ada@contoso.test'",
        actual,
        (7,),
    )


def test_nothing_is_found() -> None:
    expect.found_nothing(answer(200, page()))
    assert fault(lambda: expect.found_nothing(answer(404, "gone"))) == ("ENTRA-105", GET, 200, "404 gone", (7,))
    assert fault(lambda: expect.found_nothing(answer(200, page(USER))))[3] == "1 resource with id '7'"


def test_a_refusal_in_scims_own_form() -> None:
    body = {"schemas": [expect.ERROR], "status": "409", "scimType": "uniqueness"}
    expect.scim_error(answer(409, body), 409, requirement="ENTRA-056", scim_type="uniqueness")
    wrong = fault(lambda: expect.scim_error(answer(409, {**body, "status": 409}), 409, requirement="ENTRA-056"))
    assert (wrong[0], wrong[2]) == ("RFC7644-3.12-03", {"status": "409"})
    bare = fault(lambda: expect.scim_error(answer(409, {"detail": "no"}), 409, requirement="ENTRA-056"))
    assert (bare[0], bare[2]) == ("RFC7644-3.12-01", {"schemas": [expect.ERROR]})


@pytest.mark.parametrize(
    ("expected", "actual", "differing"),
    [
        pytest.param({"userName": "a"}, {"username": "a", "id": "7"}, {}, id="names without letter case"),
        pytest.param({"title": None, "emails": []}, {}, {}, id="absent, null and [] are one"),
        pytest.param({"active": True}, {"active": "True"}, {"active": (True, "True")}, id="a boolean is no text"),
        pytest.param({"n": 1}, {"n": True}, {"n": (1, True)}, id="a number is no boolean"),
        pytest.param(
            {"name": {"givenName": "A"}}, {"name": {"givenName": "B"}}, {"name.givenName": ("A", "B")}, id="deep"
        ),
        pytest.param({"m": [{"v": 1}, {"v": 2}]}, {"m": [{"v": 2, "t": "x"}, {"v": 1}]}, {}, id="any order, more told"),
        pytest.param(
            {"m": [{"v": 1}]}, {"m": [{"v": 1}, {"v": 2}]}, {"m": ([{"v": 1}], [{"v": 1}, {"v": 2}])}, id="one more"
        ),
        pytest.param({"m": [1, 1]}, {"m": [1, 2]}, {"m": ([1, 1], [1, 2])}, id="twice is not once"),
        pytest.param({"name": {"x": 1}}, {}, {"name": ({"x": 1}, None)}, id="missing"),
    ],
)
def test_differences(expected: Any, actual: Any, differing: Any) -> None:
    assert expect.differences(expected, actual) == differing


def test_a_fault_shows_the_attributes_that_differ_alone(decided: list[str]) -> None:
    expect.contains(USER, {"active": True}, requirement="ENTRA-506", action="reading Ada")
    wanted = {"userName": "ada@contoso.test", "active": False}
    assert fault(
        lambda: expect.contains(USER, wanted, requirement="ENTRA-138", action="reading Ada", exchanges=(3,))
    ) == (
        "ENTRA-138",
        "reading Ada",
        {"active": False},
        {"active": True},
        (3,),
    )
    assert decided == ["ENTRA-506"]

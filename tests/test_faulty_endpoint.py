"""One fault at a time in front of a good endpoint: it is found, once, and under its own name; what is legal is not."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scimulate.cli import main
from tests.faults import BOTH, FAULTS, SCIM, each, is_list, refusal
from tests.faulty_endpoint import Answer, Call, Fault, Forward, faulty_endpoint

pytestmark = pytest.mark.usefixtures("own_folder")


def judged(fault: Fault, *folders: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the result of a run of these features."""
    with faulty_endpoint(fault) as endpoint:
        Path("token").write_text(endpoint.token)
        chosen = [word for folder in folders or BOTH for word in ("--select", f"features/{folder}")]
        code = main.run(["run", "--url", endpoint.url, "--token-file", "token", "--out", "out", "-q", *chosen])
    return code, json.loads(Path("out/result.json").read_text())


def findings(result: dict[str, Any]) -> list[str]:
    return [finding["requirement"] for finding in result["findings"]]


@pytest.mark.parametrize(("fault", "requirement", "folders"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_finding_under_its_own_name(fault: Fault, requirement: str, folders: tuple[str, ...]) -> None:
    code, result = judged(fault, *folders)
    assert findings(result) == [requirement]
    assert (code, result["counts"]["harness_error"], result["cleanup"]["left"]) == (1, 0, [])


async def unusual(call: Call, forward: Forward) -> Answer:
    """Legal all at once: 204 for each PATCH, no Resources when there are none, relative locations, more attributes."""
    answer = await forward(call)
    if call.method == "PATCH" and answer.status == 200:
        return Answer(204)
    if is_list(answer) and answer.document["totalResults"] == 0:
        document = {name: value for name, value in answer.document.items() if name != "Resources"}
        return replace(answer, document=document)

    def changed(one: dict[str, Any]) -> dict[str, Any]:
        place = one["meta"]["location"].partition("/scim/v2/")[2]
        listed = {"members": [{**member, "display": "Somebody"} for member in one.get("members", [])]}
        more = {"nickName": "x", "locked": False, "meta": {**one["meta"], "location": place, "version": 'W/"1"'}}
        return {**one, **(listed if "members" in one else {}), **more}

    kind = {"content-type": "application/scim+json; charset=utf-8"} if answer.document is not None else {}
    return replace(each(answer, changed), headers={**answer.headers, **kind, "etag": 'W/"1"'})


async def without_groups(call: Call, forward: Forward) -> Answer:
    if call.collection == "Groups":
        return refusal(404)
    answer = await forward(call)
    if call.collection != "ResourceTypes":
        return answer
    kept = [one for one in answer.document["Resources"] if one["name"] != "Group"]
    return replace(answer, document={**answer.document, "Resources": kept, "totalResults": len(kept)})


def now_and_then() -> Fault:
    """Every seventh request is to be sent again, at once."""
    seen = iter(range(1, 1_000_000))

    async def served(call: Call, forward: Forward) -> Answer:
        if next(seen) % 7 == 0:
            return replace(refusal(429), headers={**SCIM, "retry-after": "0"})
        return await forward(call)

    return served


@pytest.mark.parametrize("fault", [unusual, now_and_then()], ids=["unusual", "busy now and then"])
def test_what_is_legal_is_no_finding(fault: Fault) -> None:
    code, result = judged(fault)
    assert (code, result["findings"], result["cleanup"]["left"]) == (0, [], [])


def test_an_endpoint_without_groups_is_told_so_once() -> None:
    code, result = judged(without_groups)
    judged_here = [row for row in result["requirements"] if not row["requirement"].startswith("IVANTI")]
    reasons = {row["reason"] for row in judged_here if row["verdict"] == "not_applicable"}
    assert (code, result["findings"]) == (0, [])
    assert reasons == {"the endpoint has no groups: /Groups was answered 404 and /ResourceTypes lists no groups"}


DEEP = b"[" * 10_000 + b"]" * 10_000
HOSTILE = "</script><script>alert(1)</script>\x1b[31m\x00\u202e\ud800 ]]>"


async def too_deep(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return replace(answer, raw=DEEP) if call.method == "GET" and call.id else answer


async def hostile_words(call: Call, forward: Forward) -> Answer:
    answer = await forward(call)
    return each(answer, lambda one: {**one, "displayName": HOSTILE, "title": HOSTILE} if "userName" in one else one)


async def ids_that_no_address_can_hold(call: Call, forward: Forward) -> Answer:
    return each(await forward(call), lambda one: {**one, "id": HOSTILE})


def dying() -> Fault:
    """After a hundred requests nothing works any more."""
    seen = iter(range(1, 1_000_000))

    async def served(call: Call, forward: Forward) -> Answer:
        return await forward(call) if next(seen) <= 100 else refusal(500)

    return served


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (too_deep, "ENTRA-497"),
        (hostile_words, "ENTRA-506"),
        (ids_that_no_address_can_hold, "ENTRA-497"),
        (dying(), "ENTRA-063"),
    ],
    ids=["too deep", "hostile words", "hostile ids", "dying"],
)
def test_whatever_is_answered_ends_as_a_finding(fault: Fault, first: str) -> None:
    code, result = judged(fault, "protocol")
    assert (code, result["counts"]["harness_error"], findings(result)[0]) == (1, 0, first)
    written = Path("out/report.html").read_text(encoding="utf-8")
    assert [bad for bad in ("<script>alert", "\x1b", "\x00", "\u202e") if bad in written] == []


async def a_failure(call: Call, forward: Forward) -> Answer:
    return refusal(500)


async def a_sign_in_page(call: Call, forward: Forward) -> Answer:
    return Answer(200, headers={"content-type": "text/html"}, raw=b"<!doctype html><html>Sign in</html>")


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (a_failure, "/Users answers every search with 500; see what the endpoint logged, then try again"),
        (a_sign_in_page, "/Users answered 200 with a page of HTML instead of SCIM; give the SCIM base URL"),
    ],
    ids=["always 500", "sign-in page"],
)
def test_where_nothing_can_be_judged_nothing_is(
    fault: Callable[[Call, Forward], Awaitable[Answer]], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with faulty_endpoint(fault) as endpoint:
        Path("token").write_text(endpoint.token)
        code = main.run(["run", "--url", endpoint.url, "--token-file", "token", "--out", "out", "-q"])
    assert code == 3
    assert told in capsys.readouterr().err
    assert not Path("out").exists()

"""Why a promise was not kept: the first answer that explains it, and nothing where every answer is in order."""

from typing import Any

import pytest

from scimulate.harness.expect import LIST_RESPONSE
from scimulate.steps.diagnosis import cause_of
from scimulate.steps.overheard import Heard

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ADA = {"schemas": [USER], "userName": "ada", "externalId": "a1", "active": True}
STORED = {**ADA, "id": "7"}
MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
BARE = {"Operations": [{"op": "Add", "path": MANAGER, "value": "8"}]}
WITH_TITLE = {"Operations": [*BARE["Operations"], {"op": "Add", "path": "title", "value": "Countess"}]}
OFF = {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}


def created(answer: Any = STORED, status: int = 201) -> Heard:
    return Heard("POST", "/Users", {}, ADA, status, 1, answer)


def looked_up(*found: Any, status: int = 200, **envelope: Any) -> Heard:
    page = {"schemas": [LIST_RESPONSE], "totalResults": len(found), "Resources": [*found], **envelope}
    return Heard("GET", "/Users", {"filter": 'userName eq "ada"'}, None, status, 3, page)


def read(answer: Any = STORED, status: int = 200) -> Heard:
    return Heard("GET", "/Users/7", {}, None, status, 4, answer)


def patched(body: Any = OFF, status: int = 204) -> Heard:
    return Heard("PATCH", "/Users/7", {}, body, status, 2)


def gone() -> Heard:
    return Heard("DELETE", "/Users/7", {}, None, 204, 2)


NOBODY = looked_up()


@pytest.mark.parametrize(
    "heard",
    [
        [],
        [NOBODY],
        [created(), looked_up(STORED), read()],
        [created(), patched(), read({**STORED, "active": False}), looked_up({**STORED, "active": False})],
        [created(), gone(), NOBODY, read({}, 404)],
        [looked_up(status=401), looked_up(status=429)],
        [created({"detail": "taken"}, 409)],
        [created(), patched(BARE)],
        [created(), patched(BARE, 401)],
        [created(), patched(WITH_TITLE, 400)],
    ],
    ids=[
        "silence",
        "nobody",
        "as created",
        "disabled",
        "deleted",
        "not now",
        "refused",
        "a manager",
        "a manager not now",
        "a manager and a title refused",
    ],
)
def test_answers_in_order_explain_nothing(heard: list[Heard]) -> None:
    assert cause_of(heard) is None


@pytest.mark.parametrize(
    ("heard", "requirement"),
    [
        ([looked_up(status=404)], "RFC7644-3.4.2-11"),
        ([looked_up(status=500)], "ENTRA-498"),
        ([looked_up(schemas=[USER])], "RFC7644-3.4.2-05"),
        ([looked_up(STORED, {**STORED, "id": "8", "userName": "adam"})], "RFC7644-3.4.2.2-03"),
        ([looked_up({**STORED, "id": 7})], "RFC7643-3.1-02"),
        ([created(None)], "ENTRA-117"),
        ([created("<html>", 200)], "ENTRA-117"),
        ([created(), read({**STORED, "externalId": None})], "ENTRA-506"),
        ([created({**STORED, "externalId": "A1"})], "ENTRA-506"),
        ([created(), read({name: value for name, value in STORED.items() if name != "active"})], "ENTRA-501"),
        ([created(), NOBODY], "ENTRA-498"),
        ([created(), read({}, 404)], "ENTRA-497"),
        ([created(), patched(), NOBODY], "ENTRA-501"),
        ([created(), patched(), read({}, 404)], "ENTRA-501"),
        ([created(), gone(), read()], "RFC7644-3.6-02"),
        ([created(), patched(BARE, 400)], "ENTRA-191"),
    ],
    ids=[
        "no match is an error",
        "a look-up fails",
        "no list",
        "others too",
        "a number as id",
        "made without a body",
        "a page of HTML",
        "lost",
        "altered",
        "no active",
        "not found",
        "not there",
        "hidden",
        "disabled and gone",
        "deleted and there",
        "a manager refused",
    ],
)
def test_a_broken_answer_has_one_name(heard: list[Heard], requirement: str) -> None:
    cause = cause_of(heard)
    assert cause is not None
    assert (cause.requirement, cause.exchange) == (requirement, heard[-1].exchange)


def test_a_look_up_is_read_as_it_was_meant() -> None:
    asked = Heard("GET", "/Users", {"filter": 'userName eq "a\\"b\\\\c"'}, None, 200, 1)
    assert asked.looked_up == ("userName", 'a"b\\c')

"""The portal as JSON: tokens, users, user groups and audit, with whole answers compared."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.portal_site import Mdm

TARGET_URL = "http://127.0.0.1:8880/scim/v2"


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def test_users_are_listed_with_source_status_and_groups(mdm: Mdm) -> None:
    ada, grace = mdm.provision("Ada"), mdm.provision("Grace", active=False)
    engineering = mdm.provision_group("Engineering", [ada, grace])
    line = {
        "id": ada,
        "display_name": "Ada",
        "user_name": "ada@contoso.test",
        "email": "ada@contoso.test",
        "source": "SCIM Entra ID",
        "status": "Enabled",
        "groups": 1,
    }
    other = {
        "id": grace,
        "display_name": "Grace",
        "user_name": "grace@contoso.test",
        "email": "grace@contoso.test",
        "source": "SCIM Entra ID",
        "status": "Disabled",
        "groups": 1,
    }
    group = {"id": engineering, "name": "Engineering", "source": "SCIM Entra ID", "members": 2}
    assert mdm.client.get("/portal/api/users").json() == {"total": 2, "page_size": 50, "users": [line, other]}
    assert mdm.client.get("/portal/api/users?search=ADA").json() == {"total": 1, "page_size": 50, "users": [line]}
    assert mdm.client.get(f"/portal/api/users/{ada}").json() == {
        **line,
        "groups": [group],
    }
    assert mdm.client.get("/portal/api/groups").json() == {"total": 1, "page_size": 50, "groups": [group]}
    assert mdm.client.get(f"/portal/api/groups/{engineering}").json() == {**group, "members": [line, other]}


def test_lists_come_in_pages_of_fifty(mdm: Mdm) -> None:
    for number in range(60):
        mdm.provision(f"User{number:02}")
    pages = [mdm.client.get(f"/portal/api/users?page={page}").json() for page in (1, 2, 3)]
    assert [(page["total"], len(page["users"])) for page in pages] == [(60, 50), (60, 10), (60, 0)]
    assert [user["display_name"] for page in pages for user in page["users"]] == [
        f"User{number:02}" for number in range(60)
    ]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "²", "9" * 30, ""])
def test_a_page_that_is_no_number_is_refused(mdm: Mdm, page: str) -> None:
    answer = mdm.client.get(f"/portal/api/users?page={quote(page)}")
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "bad_page", "message": "A page is a number from 1."},
    )


def test_a_local_user_is_made_by_hand(mdm: Mdm) -> None:
    wanted = {"user_name": " ada@contoso.test ", "display_name": "Ada", "email": "ada@contoso.test"}
    answer = mdm.client.post("/portal/api/users", json=wanted)
    ada = {
        "id": answer.json()["id"],
        "display_name": "Ada",
        "user_name": "ada@contoso.test",
        "email": "ada@contoso.test",
        "source": "Local",
        "status": "Enabled",
        "groups": 0,
    }
    assert (answer.status_code, answer.json()) == (201, ada)
    assert mdm.client.get("/portal/api/users").json()["users"] == [ada]
    again = mdm.client.post("/portal/api/users", json={**wanted, "user_name": "ADA@contoso.test"})
    assert (again.status_code, again.json()) == (
        409,
        {"code": "user_name_taken", "message": "Another user has this user name."},
    )
    assert mdm.activities() == ["User Created"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "user_name_missing"),
        (b'{"user_name": "  "}', "user_name_missing"),
        (b'{"user_name": 7}', "bad_value"),
        (b'{"user_name": "a\\u0000b"}', "unprintable"),
        (b'{"user_name": "' + b"a" * 300 + b'"}', "too_long"),
        (b"[]", "bad_json"),
        (b"{", "bad_json"),
        (b"\xff", "bad_json"),
    ],
)
def test_a_local_user_needs_sensible_values(mdm: Mdm, body: bytes, code: str) -> None:
    answer = mdm.client.post("/portal/api/users", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert mdm.client.get("/portal/api/users").json()["total"] == 0


def test_a_body_beyond_all_measure_is_refused(mdm: Mdm) -> None:
    answer = mdm.client.post("/portal/api/users", content=b" " * 70_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_only_a_disabled_user_is_removed(mdm: Mdm) -> None:
    ada, grace = mdm.provision("Ada"), mdm.provision("Grace", active=False)
    group = mdm.provision_group("Engineering", [ada, grace])
    answers = [mdm.client.delete(f"/portal/api/users/{user}") for user in (ada, grace, grace)]
    assert [answer.status_code for answer in answers] == [409, 204, 404]
    assert answers[0].json() == {
        "code": "user_enabled",
        "message": "Only a disabled user can be removed. Withdraw the user in the identity provider first.",
    }
    assert [user["id"] for user in mdm.client.get(f"/portal/api/groups/{group}").json()["members"]] == [ada]
    assert mdm.activities() == ["User Deleted"]


@pytest.mark.parametrize("kind", ["users", "groups"])
def test_an_unknown_user_or_group_is_not_found(mdm: Mdm, kind: str) -> None:
    answer = mdm.client.get(f"/portal/api/{kind}/unknown")
    assert (answer.status_code, answer.json()["code"]) == (404, f"{kind[:-1]}_not_found")

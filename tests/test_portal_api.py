"""The portal as JSON: tokens, users, user groups and audit, with whole answers compared."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.portal_site import Mdm

TARGET_URL = "http://127.0.0.1:8880/scim/v2"


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def test_the_provisioning_page_starts_without_tokens(mdm: Mdm) -> None:
    assert mdm.client.get("/portal/api/scim").json() == {
        "target_url": TARGET_URL,
        "providers": ["Entra ID", "Okta", "Generic"],
        "tokens": [],
    }


def test_generating_shows_token_and_url_once(mdm: Mdm) -> None:
    generated = mdm.generate()
    assert generated == {"id": generated["id"], "token": generated["token"], "target_url": TARGET_URL}
    assert mdm.tenant.tokens.authenticate(generated["token"]) is not None
    mdm.clock.advance(timedelta(minutes=1))
    later = mdm.client.get("/portal/api/scim")
    assert later.json()["tokens"] == [
        {
            "id": generated["id"],
            "name": "SCIM Token 1",
            "status": "Active",
            "vendor": "Entra ID",
            "created": "2026-01-05T09:00:00Z",
            "last_used": "2026-01-05T09:00:00Z",
            "masked": f"••••{generated['token'][-4:]}",
            "actions": [
                {"action": "deactivate", "label": "Set to Inactive"},
                {"action": "renew", "label": "Renew"},
                {"action": "remove", "label": "Remove"},
            ],
        }
    ]
    assert generated["token"] not in later.text


@pytest.mark.parametrize("body", [b"", b"{}", b'{"confirm": false}', b'{"confirm": "true"}', b'{"confirm": 1}'])
def test_generating_waits_for_confirmation(mdm: Mdm, body: bytes) -> None:
    answer = mdm.client.post("/portal/api/tokens", content=body)
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "not_confirmed", "message": "Generating a token has to be confirmed."},
    )
    assert (mdm.statuses(), mdm.activities()) == ([], [])


def test_a_third_token_is_refused(mdm: Mdm) -> None:
    generated = [mdm.generate(), mdm.generate()]
    answer = mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Okta"})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "code": "token_limit_reached",
            "message": "Two tokens exist already. Remove one before generating another.",
        },
    )
    assert all(mdm.tenant.tokens.authenticate(token["token"]) for token in generated)
    assert mdm.activities() == ["SCIM Token Created"] * 2


def test_two_clicks_at_once_with_one_free_slot_make_one_token(mdm: Mdm) -> None:
    mdm.generate()
    answers: list[int] = []

    def click() -> None:
        answers.append(mdm.client.post("/portal/api/tokens", json={"confirm": True}).status_code)

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert (sorted(answers), len(mdm.statuses())) == ([201, 409], 2)


def test_state_changes_answer_with_the_token_and_repeats_leave_no_row(mdm: Mdm) -> None:
    path = f"/portal/api/tokens/{mdm.generate()['id']}"
    answers = [mdm.client.post(f"{path}/{action}") for action in ("deactivate", "deactivate", "activate", "activate")]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [
        (200, "Inactive"),
        (200, "Inactive"),
        (200, "Active"),
        (200, "Active"),
    ]
    assert mdm.activities() == ["SCIM Token Enabled", "SCIM Token Disabled", "SCIM Token Created"]


def test_renewing_shows_the_new_secret_once(mdm: Mdm) -> None:
    generated = mdm.generate()
    renewed = mdm.client.post(f"/portal/api/tokens/{generated['id']}/renew").json()
    assert renewed == {"id": generated["id"], "token": renewed["token"], "target_url": TARGET_URL}
    assert [mdm.tenant.tokens.authenticate(token["token"]) is not None for token in (generated, renewed)] == [
        False,
        True,
    ]


def test_removing_a_token(mdm: Mdm) -> None:
    generated = mdm.generate()
    answers = [mdm.client.delete(f"/portal/api/tokens/{generated['id']}") for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [
        (204, ""),
        (404, '{"code":"token_not_found","message":"There is no such token. It may have been removed."}'),
    ]
    assert (mdm.statuses(), mdm.activities()) == ([], ["SCIM Token Deleted", "SCIM Token Created"])


@pytest.mark.parametrize("action", ["activate", "deactivate", "renew"])
def test_acting_on_an_unknown_token_is_not_found(mdm: Mdm, action: str) -> None:
    answer = mdm.client.post(f"/portal/api/tokens/0123/{action}")
    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


def test_tenants_have_portals_of_their_own(mdm: Mdm) -> None:
    fabrikam = mdm.tenants.create("fabrikam")
    mdm.provision("Ada", tenant=fabrikam)
    generated = mdm.generate("/tenants/fabrikam/portal/api")
    assert generated["target_url"] == "http://127.0.0.1:8880/tenants/fabrikam/scim/v2"
    assert mdm.statuses() == []
    assert mdm.client.post(f"/portal/api/tokens/{generated['id']}/renew").status_code == 404
    assert [
        mdm.client.get(f"{path}/api/users").json()["total"] for path in ("/portal", "/tenants/fabrikam/portal")
    ] == [0, 1]
    assert mdm.client.get("/tenants/nobody/portal/api/scim").json() == {
        "code": "tenant_not_found",
        "message": "There is no such tenant.",
    }


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


def test_the_audit_trail_names_provider_and_performer(mdm: Mdm) -> None:
    mdm.generate()
    assert mdm.client.get("/portal/api/audit").json() == {
        "total": 1,
        "page_size": 50,
        "rows": [
            {
                "number": 1,
                "performed_at": "2026-01-05T09:00:00Z",
                "activity": "SCIM Token Created",
                "subject": "SCIM Token 1",
                "subject_type": "SCIM Token",
                "performed_by": "Administrator",
                "details": "Entra ID",
                "changes": {},
            }
        ],
    }
    assert mdm.client.get("/portal/api/audit?search=Deleted").json()["total"] == 0

"""Tokens as JSON, with whole answers compared."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from scimulate.mock_servers.portal.permissions import Role
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
        "can_generate": True,
        "can_edit_settings": False,
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
            "expires_at": None,
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
        {"code": "not_confirmed", "message": "This has to be confirmed first: the field confirm has to be true."},
    )
    assert (mdm.statuses(), mdm.activities()) == ([], [])


def test_a_third_token_is_refused(mdm: Mdm) -> None:
    generated = [mdm.generate(), mdm.generate()]
    answer = mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Okta"})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "code": "token_limit_reached",
            "message": "Maximum of 2 SCIM tokens reached. Remove a token before generating another.",
        },
    )
    assert all(mdm.tenant.tokens.authenticate(token["token"]) for token in generated)
    assert mdm.activities() == ["SCIM Token Created"] * 2


def test_two_clicks_at_once_with_one_free_slot_make_one_token(mdm: Mdm) -> None:
    mdm.generate()
    answers: list[int] = []

    def click() -> None:
        answers.append(mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Okta"}).status_code)

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
    generated, _ = mdm.generate(), mdm.generate()
    answers = [mdm.client.delete(f"/portal/api/tokens/{generated['id']}") for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [
        (204, ""),
        (404, '{"code":"token_not_found","message":"There is no such token. It may have been removed."}'),
    ]
    assert (mdm.statuses(), mdm.activities()) == (
        ["Active"],
        ["SCIM Token Deleted", "SCIM Token Created", "SCIM Token Created"],
    )


def test_the_last_token_is_removed_once_that_is_confirmed(mdm: Mdm) -> None:
    path = f"/portal/api/tokens/{mdm.generate()['id']}"
    answers = [mdm.client.send("DELETE", path, json=body) for body in (None, {"confirm": "true"}, {"confirm": True})]
    assert [answer.status_code for answer in answers] == [409, 409, 204]
    assert answers[0].json()["code"] == "last_token"
    assert (mdm.statuses(), mdm.activities()) == ([], ["SCIM Token Deleted", "SCIM Token Created"])


def test_an_unknown_action_or_provider_is_refused(mdm: Mdm) -> None:
    path = f"/portal/api/tokens/{mdm.generate()['id']}"
    answers = [
        mdm.client.post(f"{path}/rename"),
        mdm.client.post("/portal/api/tokens", json={"confirm": True}),
        mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Ping"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (400, "unknown_action"),
        (400, "unknown_provider"),
        (400, "unknown_provider"),
    ]
    assert mdm.activities() == ["SCIM Token Created"]


def test_policy_and_settings_of_the_tenant_are_in_force_at_once(mdm: Mdm) -> None:
    first = mdm.generate()
    mdm.tenant.change_policy(max_tokens=1, token_lifetime_days=30)
    mdm.tenant.settings.save(renew_overlap_seconds=60)
    assert mdm.client.get("/portal/api/scim").json()["can_generate"] is False
    second = mdm.client.post(f"/portal/api/tokens/{first['id']}/renew").json()
    assert [mdm.tenant.tokens.authenticate(token["token"]) is not None for token in (first, second)] == [True, True]
    mdm.clock.advance(timedelta(days=30))
    mdm.sign_in(mdm.tenant)
    shown = mdm.client.get("/portal/api/scim")
    assert (shown.json()["tokens"][0]["status"], shown.json()["tokens"][0]["expires_at"]) == (
        "Expired",
        "2026-02-04T09:00:00Z",
    )
    assert mdm.client.post(f"/portal/api/tokens/{first['id']}/activate").json()["code"] == "token_expired"


def test_who_may_only_look_is_offered_nothing(mdm: Mdm) -> None:
    mdm.generate()
    mdm.sign_in(mdm.tenant, "reader", [Role.SYSTEM_READ_ONLY])
    shown = mdm.client.get("/portal/api/scim").json()
    assert (shown["can_generate"], shown["can_edit_settings"], len(shown["tokens"])) == (False, False, 1)
    assert mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Okta"}).status_code == 403


@pytest.mark.parametrize("action", ["activate", "deactivate", "renew"])
def test_acting_on_an_unknown_token_is_not_found(mdm: Mdm, action: str) -> None:
    answer = mdm.client.post(f"/portal/api/tokens/0123/{action}")
    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


def test_tokens_of_another_tenant_are_out_of_reach(mdm: Mdm) -> None:
    generated = mdm.generate()
    mdm.sign_in(mdm.tenants.create("fabrikam"))
    other = mdm.generate("/tenants/fabrikam/portal/api")
    assert other["target_url"] == "http://127.0.0.1:8880/tenants/fabrikam/scim/v2"
    answers = [
        mdm.client.post(f"/tenants/fabrikam/portal/api/tokens/{generated['id']}/renew"),
        mdm.client.get("/portal/api/scim"),
        mdm.client.get("/tenants/nobody/portal/api/scim"),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "token_not_found"),
        (401, "session_expired"),
        (404, "tenant_not_found"),
    ]
    assert mdm.tenant.tokens.authenticate(generated["token"]) is not None

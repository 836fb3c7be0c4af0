"""Tokens in the portal's pages: asked first, shown once, changed by what the Select menu offers."""

import re
from collections.abc import Iterator

import pytest

from scimulate.mock_servers.portal.permissions import Role
from tests.portal_page import hidden_fields, sentence, table
from tests.portal_site import Mdm

PATHS = ("/portal/admin/scim", "/portal/admin/scim/generate?provider=Okta", "/portal/audit", "/portal/audit/1")


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def test_generating_asks_first_and_shows_the_secret_once(mdm: Mdm) -> None:
    asked = mdm.client.get("/portal/admin/scim/generate?provider=Okta")
    assert "Generate a token for Okta?" in asked.text
    assert mdm.statuses() == []

    fields = hidden_fields(asked)
    shown = mdm.client.post("/portal/admin/scim/generate", data=fields)

    values = dict(re.findall(r'<input id="([a-z-]+)" class="value" readonly value="([^"]*)"', shown.text))
    assert values["target-url"] == "http://127.0.0.1:8880/scim/v2"
    token = mdm.tenant.tokens.authenticate(values["token"])
    assert token is not None
    assert token.vendor == "Okta"
    assert [copy for copy in re.findall(r'data-copy="([a-z-]+)"', shown.text)] == ["token", "target-url"]
    assert not any(values["token"] in mdm.client.get(path).text for path in PATHS)
    assert shown.headers["cache-control"] == "no-store"

    again = mdm.client.post("/portal/admin/scim/generate", data=fields)
    assert (again.status_code, sentence(again)) == (
        409,
        "This page was sent already, or is out of date. Nothing was changed this time.",
    )
    assert mdm.statuses() == ["Active"]


def test_generating_without_the_confirmation_page_is_refused(mdm: Mdm) -> None:
    answers = [
        mdm.client.post("/portal/admin/scim/generate", data=data)
        for data in ({"provider": "Entra ID"}, {"provider": "Entra ID", "confirmation": "guessed"})
    ]
    assert [answer.status_code for answer in answers] == [400, 409]
    assert mdm.statuses() == []


def test_an_unknown_provider_is_refused(mdm: Mdm) -> None:
    answer = mdm.client.get("/portal/admin/scim/generate?provider=<script>")
    assert (answer.status_code, sentence(answer)) == (400, "The identity providers are Entra ID, Okta, Generic.")


def test_a_third_token_is_refused_before_it_is_asked_for(mdm: Mdm) -> None:
    asked = mdm.client.get("/portal/admin/scim/generate?provider=Okta")
    assert 'id="limit"' not in mdm.client.get("/portal/admin/scim").text
    mdm.generate()
    mdm.generate()
    assert 'id="limit"' in mdm.client.get("/portal/admin/scim").text
    answers = [
        mdm.client.get("/portal/admin/scim/generate?provider=Okta"),
        # The page was opened while there was room.
        mdm.client.post("/portal/admin/scim/generate", data=hidden_fields(asked)),
    ]
    assert [(answer.status_code, sentence(answer)) for answer in answers] == [
        (409, "Maximum of 2 SCIM tokens reached. Remove a token before generating another.")
    ] * 2
    assert mdm.statuses() == ["Active", "Active"]


def test_on_the_way_by_identity_the_provider_has_to_be_chosen(mdm: Mdm) -> None:
    pages = [mdm.client.get(f"/portal/admin/{path}").text for path in ("scim", "identity/provisioning")]
    assert ['<option value="">' in page for page in pages] == [False, True]
    answer = mdm.client.get("/portal/admin/scim/generate?provider=")
    assert (answer.status_code, sentence(answer)) == (400, "The identity providers are Entra ID, Okta, Generic.")


def test_the_token_table_offers_what_fits_the_state(mdm: Mdm) -> None:
    first, second = mdm.generate(), mdm.generate()
    changed = mdm.client.post(f"/portal/admin/scim/tokens/{first['id']}/deactivate", data={})
    assert (changed.status_code, changed.headers["location"]) == (303, "/portal/admin/scim?done=deactivate")
    page = mdm.client.get(changed.headers["location"])
    assert "The token was set to Inactive." in page.text
    assert table(page) == [
        [
            f"SCIM Token 1 ••••{first['token'][-4:]}",
            "Inactive",
            "Entra ID",
            "2026-01-05 09:00 UTC",
            "never",
            "never",
            "Select Set to Active Renew Remove",
        ],
        [
            f"SCIM Token 2 ••••{second['token'][-4:]}",
            "Active",
            "Entra ID",
            "2026-01-05 09:00 UTC",
            "never",
            "never",
            "Select Set to Inactive Renew Remove",
        ],
    ]
    mdm.client.post(f"/portal/admin/scim/tokens/{first['id']}/activate", data={})
    assert mdm.statuses() == ["Active", "Active"]


def test_renewing_asks_first_and_a_reload_does_not_renew_again(mdm: Mdm) -> None:
    path = f"/portal/admin/scim/tokens/{mdm.generate()['id']}/renew"
    fields = hidden_fields(mdm.client.get(path))
    shown, reloaded = mdm.client.post(path, data=fields), mdm.client.post(path, data=fields)
    secret = re.findall(r'<input id="token" class="value" readonly value="([^"]*)"', shown.text)[0]
    assert (shown.status_code, reloaded.status_code) == (200, 409)
    assert mdm.tenant.tokens.authenticate(secret) is not None


def test_a_page_that_was_opened_before_does_not_remove_the_last_token_unwarned(mdm: Mdm) -> None:
    first, second = mdm.generate(), mdm.generate()
    path = f"/portal/admin/scim/tokens/{first['id']}/remove"
    asked = mdm.client.get(path)
    mdm.client.delete(f"/portal/api/tokens/{second['id']}")
    answer = mdm.client.post(path, data=hidden_fields(asked))
    assert (answer.status_code, mdm.statuses()) == (409, ["Active"])
    assert sentence(answer).startswith("It is the last token")


@pytest.mark.parametrize(("seconds", "said"), [(0, "refused at once"), (60, "refused after 60 seconds")])
def test_renewing_tells_what_becomes_of_the_old_secret(mdm: Mdm, seconds: int, said: str) -> None:
    mdm.tenant.settings.save(renew_overlap_seconds=seconds)
    assert said in mdm.client.get(f"/portal/admin/scim/tokens/{mdm.generate()['id']}/renew").text


def test_who_may_only_look_finds_no_button(mdm: Mdm) -> None:
    mdm.generate()
    mdm.sign_in(mdm.tenant, "reader", [Role.SYSTEM_READ_ONLY])
    page = mdm.client.get("/portal/admin/scim").text
    assert [name for name in ('id="generate"', "<summary", 'id="edit-settings"') if name in page] == []
    assert "SCIM Token 1" in page


def test_the_pages_speak_japanese(mdm: Mdm) -> None:
    mdm.generate()
    japanese = {"Accept-Language": "ja"}
    page = mdm.client.send("GET", "/portal/admin/scim", headers=japanese).text
    words = ["Entra IDユーザプロビジョニング", "生成", "選択", "非アクティブに設定", "更新", "削除", "アクティブ"]
    assert [word for word in words if word not in page] == []
    refused = mdm.client.send("POST", "/portal/admin/scim/tokens/x/rename", data={}, headers=japanese)
    assert (refused.status_code, "このアクションはありません" in sentence(refused)) == (400, True)


@pytest.mark.parametrize(("others", "warned"), [(0, True), (1, False)])
def test_removing_the_last_token_warns(mdm: Mdm, others: int, warned: bool) -> None:
    tokens = [mdm.generate() for _ in range(1 + others)]
    path = f"/portal/admin/scim/tokens/{tokens[0]['id']}/remove"
    asked = mdm.client.get(path)
    assert ("It is the last token: provisioning stops." in asked.text) == warned
    assert mdm.client.post(path, data=hidden_fields(asked)).headers["location"] == "/portal/admin/scim?done=remove"
    assert len(mdm.statuses()) == others


def test_a_confirmation_is_good_for_what_was_asked_and_for_who_was_asked(mdm: Mdm) -> None:
    first, second = mdm.generate()["id"], mdm.generate()["id"]
    page = "/portal/admin/scim/tokens"
    asked = hidden_fields(mdm.client.get(f"{page}/{first}/renew"))
    assert [
        mdm.client.post(f"{page}/{path}", data=asked).status_code
        for path in (f"{first}/remove", f"{second}/renew", f"{second}/remove")
    ] == [409, 409, 409]
    own = mdm.client.cookie, mdm.client.csrf
    mdm.sign_in(mdm.tenant, "second")
    other = mdm.client.post(f"{page}/{first}/renew", data={**asked, "csrf": mdm.client.csrf})
    mdm.client.cookie, mdm.client.csrf = own
    assert (other.status_code, mdm.activities()) == (409, ["SCIM Token Created"] * 2)
    assert mdm.client.post(f"{page}/{first}/renew", data=asked).status_code == 200

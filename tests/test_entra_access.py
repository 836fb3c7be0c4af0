"""Who is let into the Entra portal: roles, sessions, forms of one's own, and the language of what is said."""

import re
from datetime import timedelta

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.accounts import Role
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import BASE, TOKEN, Endpoint
from tests.entra_portal_site import Browser, company

ADMINISTRATORS = (
    Role.GLOBAL_ADMINISTRATOR,
    Role.APPLICATION_ADMINISTRATOR,
    Role.CLOUD_APPLICATION_ADMINISTRATOR,
)


@pytest.fixture
def tenant() -> EntraTenant:
    return company(Endpoint())


@pytest.fixture
def application(tenant: EntraTenant) -> str:
    made = tenant.create_application("MDM")
    made.save_credentials(BASE, TOKEN)
    return made.id


def statuses(browser: Browser, application: str) -> dict[str, int]:
    """What each area of the portal answers."""
    one = f"/portal/api/applications/{application}"
    return {
        "directory": browser.get("/portal/api/users").status_code,
        "applications": browser.get(one).status_code,
        "settings": browser.get(f"{one}/settings").status_code,
        "mappings": browser.get(f"{one}/mappings").status_code,
        "log": browser.get(f"{one}/log").status_code,
        "start": browser.post(f"{one}/start", json={}).status_code,
        "assign": browser.put(f"{one}/assignments/nobody").status_code,
    }


@pytest.mark.parametrize(
    ("role", "open_to"),
    [
        *[
            (role, {"directory", "applications", "settings", "mappings", "log", "start", "assign"})
            for role in ADMINISTRATORS
        ],
        (Role.GLOBAL_READER, {"directory", "applications", "log"}),
        (Role.REPORTS_READER, {"applications", "log"}),
        (Role.USER, set()),
    ],
)
def test_a_role_opens_what_the_table_says(role: Role, open_to: set[str], tenant: EntraTenant, application: str) -> None:
    """SEED-029, NEG-05."""
    answered = statuses(Browser(tenant).sign_in(role), application)
    assert {area for area, status in answered.items() if status != 403} == open_to


@pytest.mark.parametrize("role", [Role.GLOBAL_READER, Role.REPORTS_READER])
def test_a_reader_sees_no_provisioning_settings_on_any_page(role: Role, tenant: EntraTenant, application: str) -> None:
    """NEG-05: neither on its own page nor by the way."""
    browser = Browser(tenant).sign_in(role)
    for path in ("/portal/applications", f"/portal/applications/{application}", "/portal/api/applications"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert BASE not in answer.text, path
    assert browser.get(f"/portal/applications/{application}/edit").status_code == 403


def test_nobody_gets_in_without_signing_in(tenant: EntraTenant, application: str) -> None:
    browser = Browser(tenant)
    assert set(statuses(browser, application).values()) == {401}
    page = browser.get("/portal/users").text
    assert ('data-page="entra.sign_in"' in page, 'id="message"' in page) == (True, False)
    wrong = browser.post("/portal/api/sign-in", json={"user_name": "admin", "password": "guess"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")


def test_signing_in_and_out_by_hand(tenant: EntraTenant) -> None:
    password, browser = tenant.accounts.set_password("ada"), Browser(tenant)
    refused = browser.post("/portal/sign-in", data={"user_name": "ada", "password": "guess"})
    assert (refused.status_code, 'data-code="refused.wrong_credentials"' in refused.text) == (401, True)
    inside = browser.post("/portal/sign-in", data={"user_name": " ADA ", "password": password})
    assert 'data-page="entra.apps"' in inside.text
    (browser.csrf,) = set(re.findall(r'name="csrf" value="([^"]+)"', inside.text))
    former = dict(browser.cookies)
    assert 'data-page="entra.sign_in"' in browser.post("/portal/sign-out").text
    browser.cookies = former
    assert 'data-code="refused.session_expired"' in browser.get("/portal/users").text


@pytest.mark.parametrize(("role", "leads_back"), [(Role.USER, False), (Role.REPORTS_READER, True)])
def test_a_refusal_shows_the_way_out_and_the_way_back_of_the_role(
    role: Role, leads_back: bool, tenant: EntraTenant
) -> None:
    browser = Browser(tenant).sign_in(role)
    refused = browser.get("/portal/users")
    assert (refused.status_code, 'id="back"' in refused.text) == (403, leads_back)
    assert re.findall(r'name="csrf" value="([^"]+)"', refused.text) == [browser.csrf]
    japanese = browser.post("/portal/language", data={"language": "ja", "back": "/portal/users"})
    assert (japanese.status_code, "許可されていません" in japanese.text) == (403, True)
    assert browser.get("/portal/").status_code == (200 if leads_back else 403)
    assert 'data-page="entra.sign_in"' in browser.post("/portal/sign-out").text


def test_whoever_has_another_role_or_password_signs_in_anew(tenant: EntraTenant) -> None:
    browser, other = Browser(tenant).sign_in(), Browser(tenant).sign_in(Role.GLOBAL_READER)
    tenant.accounts.set_password(f"{Role.CLOUD_APPLICATION_ADMINISTRATOR} ACCOUNT", Role.USER)
    refused = browser.post("/portal/api/applications", json={"displayName": "Theirs"})
    assert (refused.status_code, refused.json()["code"]) == (401, "session_expired")
    assert (other.get("/portal/api/users").status_code, tenant.applications()) == (200, [])


def test_a_session_ends_after_fifteen_idle_minutes(tenant: EntraTenant) -> None:
    browser, clock = Browser(tenant).sign_in(), tenant.clock
    assert isinstance(clock, VirtualClock)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert browser.get("/portal/api/users").status_code == 200
    clock.advance(timedelta(minutes=15))
    expired = browser.get("/portal/api/users")
    assert (expired.status_code, expired.json()["code"]) == (401, "session_expired")


def test_whoever_lets_time_pass_is_not_idle(tenant: EntraTenant) -> None:
    browser = Browser(tenant).sign_in()
    for _ in range(3):
        assert browser.post("/portal/clock/advance", data={"back": "/portal/users"}).status_code == 200
    assert browser.get("/portal/api/users").status_code == 200


@pytest.mark.parametrize("csrf", ["", "stale", "é"])
def test_a_form_or_call_that_is_not_from_this_session_changes_nothing(csrf: str, tenant: EntraTenant) -> None:
    browser = Browser(tenant).sign_in()
    form = browser.post("/portal/applications", data={"name": "Theirs", "csrf": csrf})
    assert (form.status_code, 'data-code="stale_form"' in form.text) == (403, True)
    headers = {"X-CSRF-Token": csrf.encode("ascii", "ignore").decode()}
    call = browser.post("/portal/api/applications", json={"displayName": "Theirs"}, headers=headers)
    assert (call.status_code, call.json()["code"]) == (403, "csrf_token_missing")
    assert "X-CSRF-Token" in call.json()["message"]
    assert tenant.applications() == []


def test_refusals_speak_the_language_that_was_chosen(tenant: EntraTenant) -> None:
    browser = Browser(tenant).sign_in()
    asked = {"headers": {"Accept-Language": "ja-JP, en;q=0.5"}}
    assert browser.post("/portal/api/applications", json={"displayName": " "}, **asked).json() == {
        "code": "application_name_empty",
        "message": "アプリケーションの名前を入力してください。",
    }
    chosen = browser.post("/portal/language", data={"language": "ja", "back": "/portal/users"})
    assert '<html lang="ja">' in chosen.text
    assert "企業アプリケーション" in chosen.text
    assert browser.post("/portal/language", data={"language": "fr"}).status_code == 400
    away = browser.post("/portal/language", data={"language": "en", "back": "//evil.test/"})
    assert away.url.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("", ("概要", "ユーザおよびグループ", "プロビジョニング")),
        ("/users-and-groups", ("+ユーザ/グループを追加",)),
        ("/add-assignment?search=ada", ("割り当てを追加", "検索", "選択", "割り当て")),
        ("/provisioning", ("プロビジョニングを開始", "プロビジョニングの編集", "オンデマンドでプロビジョニング")),
        ("/edit", ("管理者認証情報", "テナントURL", "シークレットトークン", "試験接続", "保存")),
        ("/mappings", ("属性マッピング",)),
        ("/on-demand", ("オンデマンドでプロビジョニング",)),
        ("/logs", ("プロビジョニングログ",)),
    ],
)
def test_pages_use_the_words_of_the_documentation(
    page: str, words: tuple[str, ...], tenant: EntraTenant, application: str
) -> None:
    browser = Browser(tenant).sign_in()
    shown = browser.get(f"/portal/applications/{application}{page}", headers={"Accept-Language": "ja"}).text
    assert [word for word in words if word not in shown] == []
    assert not re.search(r">\s*(Search|Save|Name|Type|Status|Users|Groups|Add|Remove|Overview)\b", shown)

"""The portal of the mock Entra ID: the administrator's way as pages, the same as JSON, and who is let in."""

import re

import pytest

from scimulate.mock_servers.entra.application import Credentials
from scimulate.mock_servers.entra.scope import Scope
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import BASE, LIST, TOKEN, Endpoint, answered
from tests.entra_portal_site import Browser, company
from tests.portal_page import hidden_fields


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def tenant(endpoint: Endpoint) -> EntraTenant:
    return company(endpoint)


@pytest.fixture
def browser(tenant: EntraTenant) -> Browser:
    return Browser(tenant).sign_in()


def test_the_documented_way_can_be_walked_by_hand(browser: Browser, endpoint: Endpoint) -> None:
    """SEED-029…048, SEED-066."""
    app = browser.create_application()

    tested = browser.edit(app, {"tenant_url": BASE, "secret_token": TOKEN, "act": "test"})
    assert "✔" in tested.text
    assert TOKEN not in tested.text
    entered = re.search(r'name="entered" value="([^"]+)"', tested.text)
    assert entered
    saved = browser.edit(app, {"tenant_url": BASE, "entered": entered[1], "act": "save"})
    assert "Saved." in saved.text
    assert TOKEN not in saved.text

    found = browser.get(f"{app}/add-assignment", params={"search": "ada"})
    (principal,) = re.findall(r'type="checkbox" name="(principal:[^"]+)"', found.text)
    assert re.search(r'id="assign" disabled', found.text)
    selected = browser.get(f"{app}/add-assignment", params={principal: "on"})
    assert 'id="assign">' in selected.text
    assert "Selected: 1" in selected.text
    assigned = browser.post(f"{app}/add-assignment", data={principal: "on"})
    assert "Ada Lovelace" in assigned.text

    started = browser.post(f"{app}/provisioning/start")
    assert 'id="state" data-state="Active"' in started.text
    assert endpoint.users() == {"ada.lovelace@contoso.test": True}

    browser.post(f"{app}/users-and-groups/remove", data={principal: "on"})
    later = browser.post("/portal/clock/advance", data={"back": f"{app}/logs"})
    assert "2026-01-05 09:40:00 UTC" in later.text
    assert endpoint.users() == {"ada.lovelace@contoso.test": False}
    entry = re.findall(rf'href="({app}/logs/[^"]+)"', later.text)[0]
    assert "Ada Lovelace: Disable" in browser.get(entry).text


def test_a_refused_connection_shows_no_green_check_and_is_not_saved(browser: Browser, tenant: EntraTenant) -> None:
    app = browser.create_application()
    refused = browser.edit(app, {"tenant_url": BASE, "secret_token": "wrong", "act": "save"})
    assert "✖" in refused.text
    assert "✔" not in refused.text
    (application,) = tenant.applications()
    assert application.credentials is None
    assert "Admin credentials are required" in browser.post(f"{app}/provisioning/start").text


def test_the_saved_secret_goes_to_its_own_url_only(browser: Browser, endpoint: Endpoint) -> None:
    """SEED-033, NEG-14."""
    app = browser.create_application()
    browser.edit(app, {"tenant_url": BASE, "secret_token": TOKEN, "act": "save"})
    endpoint.sent()
    assert "✔" in browser.edit(app, {"tenant_url": BASE, "secret_token": "", "act": "test"}).text
    elsewhere = "https://elsewhere.contoso.test/scim/v2"
    assert "✖" in browser.edit(app, {"tenant_url": elsewhere, "secret_token": "", "act": "test"}).text
    assert [TOKEN in request.headers["Authorization"] for request in endpoint.requests] == [True, True, False]


@pytest.mark.parametrize(
    "url", [BASE, f"{BASE}/", f" {BASE} ", f"{BASE}?aadOptscim062020"], ids=["unchanged", "slash", "spaces", "flag"]
)
def test_saving_with_the_masked_secret_keeps_it_for_its_base_address(
    browser: Browser, endpoint: Endpoint, tenant: EntraTenant, url: str
) -> None:
    """SEED-033, ENTRA-005: the flag changes the dialect and not the place."""
    app = browser.create_application()
    browser.edit(app, {"tenant_url": BASE, "secret_token": TOKEN, "act": "save"})
    saved = browser.edit(app, {"tenant_url": url, "secret_token": "", "act": "save"})
    assert "Saved." in saved.text
    assert TOKEN not in saved.text
    (application,) = tenant.applications()
    assert application.credentials == Credentials(url.strip())
    endpoint.sent()
    tested = browser.edit(app, {"tenant_url": url, "secret_token": "", "act": "test"})
    assert "✔" in tested.text
    assert "Saved." not in tested.text
    assert {request.headers["Authorization"] for request in endpoint.requests} == {f"Bearer {TOKEN}"}


def test_a_secret_is_not_saved_for_another_place_by_leaving_it_masked(browser: Browser, tenant: EntraTenant) -> None:
    """NEG-14."""
    app = browser.create_application()
    browser.edit(app, {"tenant_url": BASE, "secret_token": TOKEN, "act": "save"})
    elsewhere = f"{BASE}/other"
    assert "✖" in browser.edit(app, {"tenant_url": elsewhere, "secret_token": "", "act": "save"}).text
    (application,) = tenant.applications()
    assert application.credentials == Credentials(BASE)


def test_the_directory_can_be_edited(browser: Browser, tenant: EntraTenant) -> None:
    user = browser.post("/portal/users", data={"display_name": "Wilma <Rudolph>"}).url.path
    assert "Wilma &lt;Rudolph&gt;" in browser.get(user).text
    form = {"job_title": "Runner", "mail": "", "manager": "Ada Lovelace", "account_enabled": "disabled"}
    browser.post(user, data=form)
    wilma, ada = tenant.directory.user_named("Wilma <Rudolph>"), tenant.directory.user_named("Ada Lovelace")
    assert (wilma.job_title, wilma.mail, wilma.manager_id, wilma.account_enabled) == ("Runner", None, ada.id, False)
    group = browser.post("/portal/groups", data={"display_name": "Runners"}).url.path
    browser.post(f"{group}/members", data={"principal": "wilma.rudolph@contoso.test"})
    assert tenant.directory.group_named("Runners").members == (wilma.id,)
    browser.post(f"{group}/members/remove", data={f"principal:{wilma.id}": "on"})
    browser.post(group, data={"display_name": "Walkers"})
    assert tenant.directory.group_named("Walkers").members == ()
    browser.post(f"{user}/delete")
    assert [user.id for user in tenant.directory.deleted_users()] == [wilma.id]
    browser.post(f"{user}/restore")
    assert tenant.directory.deleted_users() == []


def test_the_way_is_the_same_as_json(browser: Browser, endpoint: Endpoint) -> None:
    application = browser.post("/portal/api/applications", json={"displayName": "MDM"}).json()
    app = f"/portal/api/applications/{application['id']}"
    user = browser.post("/portal/api/users", json={"displayName": "Wilma Rudolph", "jobTitle": "Runner"}).json()
    assert browser.put(f"{app}/assignments/{user['id']}").json() == [
        {"principalId": user["id"], "displayName": "Wilma Rudolph", "principalType": "User"}
    ]
    assert browser.post(f"{app}/start", json={}).json()["code"] == "credentials_required"
    fields = {"tenantUrl": BASE, "secretToken": TOKEN}
    assert browser.post(f"{app}/connection-test", json=fields).json()["succeeded"] is True
    refused = browser.put(f"{app}/credentials", json={**fields, "secretToken": "wrong"})
    assert (refused.status_code, refused.json()["code"]) == (409, "CredentialValidationUnavailable")
    saved = browser.put(f"{app}/credentials", json=fields)
    assert TOKEN not in saved.text
    assert browser.put(f"{app}/scope", json={"scope": "ALL"}).json()["scope"] == "Sync all users and groups"
    assert browser.put(f"{app}/scope", json={"scope": "ASSIGNED"}).status_code == 200
    status = browser.post(f"{app}/start", json={}).json()
    assert (status["state"], status["objectCounts"]) == ("Active", {"User": 1, "Group": 0})
    assert browser.post("/portal/api/clock", json={"advance": "PT40M"}).json()["now"].startswith("2026-01-05T09:40")
    assert [entry["action"] for entry in browser.get(f"{app}/log").json()] == ["create"]
    assert endpoint.users() == {"wilma.rudolph@contoso.test": True}


@pytest.mark.parametrize(
    ("headers", "code"),
    [({"Host": "evil.test"}, "foreign_host"), ({"Origin": "http://evil.test"}, "cross_site")],
    ids=["a foreign host", "another site"],
)
def test_strangers_are_kept_out(headers: dict[str, str], code: str, browser: Browser, tenant: EntraTenant) -> None:
    answer = browser.post("/portal/api/applications", json={"displayName": "Theirs"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert tenant.applications() == []


def test_of_two_pages_of_edit_provisioning_the_one_that_is_saved_later_overwrites_nothing(
    browser: Browser, tenant: EntraTenant
) -> None:
    app = browser.create_application()
    (application,) = tenant.applications()
    later = hidden_fields(browser.get(f"{app}/edit"))
    fields = {"tenant_url": BASE, "secret_token": TOKEN, "scope": "ASSIGNED", "act": "save"}
    assert browser.edit(app, {**fields, "notification_email": "ada@b.test"}).status_code == 200
    for seen in (later, {"seen": ""}):
        told = browser.post(f"{app}/edit", data={**seen, **fields, "scope": "ALL", "notification_email": "b@b.test"})
        assert (told.status_code, 'id="refused" data-code="changed_meanwhile"' in told.text) == (409, True)
        assert 'value="b@b.test"' in told.text
        assert (TOKEN in told.text, application.scope, application.settings.notification_email) == (
            False,
            Scope.ASSIGNED,
            "ada@b.test",
        )


def test_a_form_that_is_not_taken_comes_back_as_it_was_filled_in(browser: Browser, tenant: EntraTenant) -> None:
    app = browser.create_application()
    people, groups = len(tenant.directory.users()), len(tenant.directory.groups())
    refused = {
        "application_name_empty": browser.post("/portal/applications", data={"name": " ", "type": "app registration"}),
        "text_unusable": browser.post("/portal/users", data={"display_name": "<A>", "user_principal_name": "b" * 300}),
        "display_name_empty": browser.post("/portal/groups", data={"display_name": " "}),
        "bad_email": browser.edit(
            app, {"tenant_url": BASE, "secret_token": TOKEN, "notification_email": "<b>", "scope": "ALL", "act": "save"}
        ),
    }
    for code, answer in refused.items():
        assert (answer.status_code // 100, f'id="refused" data-code="{code}"' in answer.text) == (4, True), code
    assert 'value="app registration" checked' in refused["application_name_empty"].text
    assert ('value="&lt;A&gt;"' in refused["text_unusable"].text, "b" * 300 in refused["text_unusable"].text) == (
        True,
        True,
    )
    edited = refused["bad_email"].text
    assert [each in edited for each in ("&lt;b&gt;", f'value="{BASE}"', '<option value="ALL" selected>', TOKEN)] == [
        True,
        True,
        True,
        False,
    ]
    kept = (len(tenant.applications()), len(tenant.directory.users()), len(tenant.directory.groups()))
    assert (kept, tenant.applications()[0].credentials) == ((1, people, groups), None)


def test_trouble_with_the_connection_is_told_in_japanese_wherever_it_is_shown(
    browser: Browser, tenant: EntraTenant, endpoint: Endpoint
) -> None:
    app, japanese = browser.create_application(), {"Accept-Language": "ja"}
    fields = {"tenant_url": BASE, "secret_token": TOKEN, "act": "save"}
    endpoint.fault = lambda _: answered(200, {"schemas": [LIST], "totalResults": 3, "Resources": []})
    browser.edit(app, fields)
    tested = browser.edit(app, {**fields, "act": "test"}, headers=japanese).text
    assert re.findall(r"<div>([^<]*)</div>", tested) == [
        f"存在しない名前の検索に対し、{kind} が 3 件のリソースを返しました。フィルタが無視されているようです"
        for kind in ("/Users", "/Groups")
    ]
    endpoint.fault = lambda _: answered(401, {})
    sentence = (
        "GET /Users\uff08フィルタ付き\uff09 に 401 が返されました。資格情報が受け入れられません。"
        "シークレットトークンとテナントURLを確認してください"
    )
    status = browser.post(f"{app}/provisioning/start", data={}, headers=japanese).text
    assert re.findall(r'id="quarantine">([^<]*)</p>', status) == [
        f"ジョブは検疫されています: {sentence} (EncounteredQuarantineException)"
    ]
    ada = next(iter(tenant.directory.search("Ada"))).id
    on_demand = browser.post(f"{app}/on-demand", data={"principal": ada}, headers=japanese).text
    assert re.findall(r'data-result="failure"><b>✖</b> ([^<]*) <code>', on_demand) == [f"試験接続: {sentence}"]


def test_a_quarantine_that_begins_in_mid_cycle_is_told_and_notified_in_the_readers_language(
    browser: Browser, tenant: EntraTenant, endpoint: Endpoint
) -> None:
    """ENTRA-051: the probe gets its empty list, the first user gets 404."""
    app, (ada, *_) = browser.create_application(), tenant.directory.search("Ada")
    (application,) = tenant.applications()
    form = {"tenant_url": BASE, "secret_token": TOKEN, "notification_email": "a@b.test", "send_on_failure": "on"}
    browser.edit(app, {**form, "act": "save"})
    application.assign(ada.id)
    endpoint.fault = lambda request: answered(404, {}) if "contoso" in str(request.url) else None
    browser.post(f"{app}/provisioning/start")
    told = {
        "en": "GET /Users with a filter was answered 404, expected 200 and an empty list (RFC 7644 section 3.4.2);"
        " check the Tenant URL",
        "ja": "GET /Users\uff08フィルタ付き\uff09 に 404 が返されました。200 と空のリストが必要です (RFC 7644 3.4.2)。"
        "テナントURLを確認してください",
    }
    assert application.status().quarantine_message == told["en"]
    for language, sentence in told.items():
        page = browser.get(f"{app}/provisioning", headers={"Accept-Language": language}).text
        assert [page.count(sentence), re.findall(r"<dd>a@b.test: ([^<]*) <code>", page)] == [2, [sentence]]


def test_every_answer_is_guarded(browser: Browser) -> None:
    answer = browser.get("/portal/users")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/portal/nowhere", b"", 404),
        ("GET", "/portal/users/none", b"", 404),
        ("GET", "/portal/applications/none", b"", 404),
        ("PUT", "/portal/users", b"", 405),
        ("POST", "/portal/users", b"display_name=+", 403),
        ("POST", "/portal/users", b"\xff\xfe%zz", 403),
        ("POST", "/portal/api/users", b"[", 400),
        ("POST", "/portal/api/users", b'{"displayName": 1}', 400),
        ("POST", "/portal/api/users", b'{"displayName": "X", "id": "mine"}', 400),
        ("POST", "/portal/api/users", b'{"displayName": "X", "managerId": "none"}', 404),
        ("POST", "/portal/api/groups", b'{"displayName": "X", "members": "all"}', 400),
        ("POST", "/portal/api/clock", b'{"advance": "P"}', 400),
        ("POST", "/portal/api/clock", b'{"advance": "P9999D"}', 400),
    ],
)
def test_bad_requests_are_refused_in_words(method: str, path: str, body: bytes, status: int, browser: Browser) -> None:
    answer = browser.ask(method, path, content=body)
    assert answer.status_code == status
    assert answer.text


def test_pages_are_shown_for_every_menu(browser: Browser) -> None:
    app = browser.create_application()
    for path in (
        "",
        "/users-and-groups",
        "/add-assignment?search=zz",
        "/provisioning",
        "/edit",
        "/logs?status=failure",
    ):
        assert browser.get(app + path).status_code == 200, path
    files = re.findall(r'(?:href|src)="(/portal/static/[^"]+)"', browser.get(app).text)
    assert files == ["/portal/static/frame.css", "/portal/static/entra.css"]
    for path in ("/portal", "/portal/", "/portal/users", "/portal/groups", *files):
        assert browser.get(path).status_code == 200, path

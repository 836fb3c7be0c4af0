"""Signing in to the MDM portal: wrong passwords, locks, expiry, and the way back to where one wanted to go."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from scimulate.mock_servers.portal.permissions import Role
from tests.portal_site import HOME, Client, Mdm

LEADS_ELSEWHERE = [
    "https://evil.test/",
    "//evil.test/portal/",
    "/portal//evil.test",
    "/portal/../control/clock",
    "/portal/%2e%2e/control/clock",
    "/portal/\\evil.test",
    "/portal/\r\nSet-Cookie: a=b",
    "/portalother/",
    "/tenants/other/portal/users",
    "",
    "users",
]


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


@pytest.fixture
def password(mdm: Mdm) -> str:
    """The password of the account "admin", who is signed out."""
    mdm.client.cookie = mdm.client.csrf = ""
    return mdm.tenant.administrators.set_password("admin")


def send(client: Client, password: str, user_name: str = "admin", **fields: str) -> httpx.Response:
    return client.post("/portal/sign-in", data={"user_name": user_name, "password": password, **fields})


def page_of(answer: httpx.Response) -> tuple[int, str, str]:
    """Its status, its state, and the code of what it says."""
    _, _, rest = answer.text.partition('<section class="card ask" data-state="')
    code = answer.text.partition('id="message" data-code="')[2].partition('"')[0]
    return answer.status_code, rest.partition('"')[0], code


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_page_and_back(mdm: Mdm, password: str) -> None:
    asked = mdm.client.get("/portal/users?search=a%26b&page=1")
    assert asked.status_code == 303
    led = urlsplit(asked.headers["location"])
    wanted = {"next": ["/portal/users?search=a%26b&page=1"]}
    assert (led.path, parse_qs(led.query)) == ("/portal/sign-in", wanted)

    page = mdm.client.get(asked.headers["location"])
    assert page_of(page) == (200, "anonymous", "")
    assert 'name="next" value="/portal/users?search=a%26b&amp;page=1"' in page.text

    entered = send(mdm.client, password, next="/portal/users?search=a%26b&page=1")
    assert (entered.status_code, entered.headers["location"]) == (303, "/portal/users?search=a%26b&page=1")
    mdm.client.cookie = entered.cookies["scimulate_portal"]
    assert mdm.client.get("/portal/users").status_code == 200


@pytest.mark.parametrize("following", LEADS_ELSEWHERE)
def test_signing_in_leads_to_pages_of_this_portal_only(mdm: Mdm, password: str, following: str) -> None:
    assert send(mdm.client, password, next=following).headers["location"] == "/portal/"
    chosen = mdm.client.post("/portal/language", data={"language": "ja", "back": following})
    assert chosen.headers["location"] == "/portal/"


@pytest.mark.parametrize(("user_name", "wrong"), [("admin", "no"), ("nobody", ""), ("", ""), ("admin", "")])
def test_what_was_wrong_is_not_told(mdm: Mdm, password: str, user_name: str, wrong: str) -> None:
    answer = send(mdm.client, wrong, user_name)
    assert page_of(answer) == (401, "anonymous", "wrong_credentials")
    assert "set-cookie" not in answer.headers
    assert mdm.client.get("/portal/audit").status_code == 303


@pytest.mark.parametrize("user_name", ["admin", "nobody"])
def test_five_wrong_passwords_lock_a_name_for_a_quarter_of_an_hour(mdm: Mdm, password: str, user_name: str) -> None:
    told = [page_of(send(mdm.client, "no", name)) for name in [user_name, user_name.upper()] * 3]
    assert told == [(401, "anonymous", "wrong_credentials")] * 5 + [(423, "locked", "account_locked")]
    rows = [(row.activity, row.subject, row.status) for row in mdm.tenant.audit.rows().rows]
    assert rows == ([("Account Locked", "admin", "Failure")] if user_name == "admin" else [])
    mdm.clock.advance(timedelta(minutes=14, seconds=59))
    assert page_of(send(mdm.client, password, user_name)) == (423, "locked", "account_locked")
    mdm.clock.advance(timedelta(seconds=1))
    assert send(mdm.client, password, user_name).status_code == (303 if user_name == "admin" else 401)


def test_the_audit_trail_names_an_administrator_as_the_account_does(mdm: Mdm, password: str) -> None:
    entered = mdm.client.post("/portal/api/sign-in", json={"user_name": "ADMIN", "password": password})
    mdm.client.cookie, mdm.client.csrf = entered.cookies["scimulate_portal"], entered.json()["csrf"]
    mdm.generate()
    for _ in range(5):
        send(mdm.client, "no", "Admin")
    rows = [(row.activity, row.performed_by) for row in mdm.tenant.audit.rows().rows]
    assert rows == [("Account Locked", "admin"), ("SCIM Token Created", "admin")]


def test_a_right_password_forgets_the_wrong_ones(mdm: Mdm, password: str) -> None:
    given = [*["no"] * 4, password, *["no"] * 4, password]
    assert [send(mdm.client, each).status_code for each in given] == [*[401] * 4, 303, *[401] * 4, 303]


def test_one_tenants_account_opens_no_other_tenants_portal(mdm: Mdm, password: str) -> None:
    mdm.tenants.create("fabrikam")
    entered = send(mdm.client, password)
    mdm.client.cookie = entered.cookies["scimulate_portal"]
    assert mdm.client.get("/tenants/fabrikam/portal/audit").status_code == 303
    account = {"user_name": "admin", "password": password}
    assert mdm.client.post("/tenants/fabrikam/portal/api/sign-in", json=account).status_code == 401


@pytest.mark.parametrize(
    ("url", "marks"),
    [
        (HOME, "HttpOnly; Path=/portal; SameSite=lax"),
        ("https://mdm.test", "HttpOnly; Path=/portal; SameSite=lax; Secure"),
    ],
)
def test_the_cookie_is_for_this_portal_alone(mdm: Mdm, password: str, url: str, marks: str) -> None:
    entered = mdm.client.send("POST", f"{url}/portal/sign-in", data={"user_name": "admin", "password": password})
    cookie, _, told = entered.headers["set-cookie"].partition("; ")
    assert (len(cookie) > 40, told) == (True, marks)
    assert entered.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("minutes", [5, 15])
def test_an_idle_session_ends_after_the_minutes_that_are_set(mdm: Mdm, minutes: int) -> None:
    mdm.tenant.settings.save(idle_minutes=minutes)
    mdm.clock.advance(timedelta(minutes=minutes) - timedelta(seconds=1))
    assert mdm.client.get("/portal/audit").status_code == 200
    mdm.clock.advance(timedelta(minutes=minutes))
    expired = mdm.client.get("/portal/audit")
    assert expired.headers["location"] == "/portal/sign-in?why=session_expired&next=%2Fportal%2Faudit"
    assert page_of(mdm.client.get(expired.headers["location"])) == (200, "timed_out", "session_expired")


def test_what_is_sent_after_the_session_has_expired_is_not_done(mdm: Mdm) -> None:
    token = mdm.generate()
    mdm.clock.advance(timedelta(minutes=15))
    sent = mdm.client.post(f"/portal/admin/scim/tokens/{token['id']}/deactivate", data={})
    assert sent.headers["location"] == "/portal/sign-in?why=session_expired&next=%2Fportal%2F"
    called = mdm.client.post("/portal/api/tokens", json={"confirm": True})
    assert (called.status_code, called.json()["code"]) == (401, "session_expired")
    assert [token.status for token in mdm.tenant.tokens.all()] == ["Active"]


def test_a_session_in_use_ends_after_a_day(mdm: Mdm) -> None:
    for _ in range(24 * 6 - 1):
        mdm.clock.advance(timedelta(minutes=10))
        assert mdm.client.get("/portal/api/navigation").status_code == 200
    mdm.clock.advance(timedelta(minutes=10))
    assert mdm.client.get("/portal/api/navigation").status_code == 401


def test_signing_out_ends_the_session(mdm: Mdm) -> None:
    out = mdm.client.post("/portal/sign-out", data={})
    assert (out.status_code, out.headers["location"]) == (303, "/portal/sign-in")
    assert mdm.client.get("/portal/api/navigation").json()["code"] == "session_expired"


def test_whoever_is_signed_in_goes_on_from_the_sign_in_page(mdm: Mdm) -> None:
    answer = mdm.client.get("/portal/sign-in?next=%2Fportal%2Fusers")
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal/users")


@pytest.mark.parametrize("csrf", ["", "guessed", "ä", None])
def test_a_form_that_is_not_of_the_session_changes_nothing(mdm: Mdm, csrf: str | None) -> None:
    fields = {"user_name": "ada@contoso.test"} | ({} if csrf is None else {"csrf": csrf})
    mdm.client.csrf = ""
    answer = mdm.client.post("/portal/users/add", data=fields)
    assert (answer.status_code, 'data-code="stale_form"' in answer.text) == (403, True)
    called = mdm.client.post("/portal/api/users", json={"user_name": "ada@contoso.test"})
    assert (called.status_code, called.json()) == (
        403,
        {
            "code": "csrf_token_missing",
            "message": "The header X-CSRF-Token is missing or wrong. It carries the csrf of the answer to sign-in. "
            "Nothing was changed.",
        },
    )
    assert mdm.client.get("/portal/api/users").json()["total"] == 0


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.SYSTEM_MANAGEMENT, ["nav.dashboard", "nav.admin", "nav.support"]),
        (Role.SYSTEM_READ_ONLY, ["nav.dashboard", "nav.admin", "nav.support"]),
        (Role.USER_MANAGEMENT, ["nav.dashboard", "nav.users", "nav.groups"]),
        (Role.USER_READ_ONLY, ["nav.dashboard", "nav.users", "nav.groups"]),
        (Role.SUPPORT, ["nav.dashboard", "nav.support"]),
    ],
)
def test_a_role_is_shown_what_it_may_open(mdm: Mdm, role: Role, seen: list[str]) -> None:
    mdm.sign_in(mdm.tenant, "lin", [role])
    navigation = mdm.client.get("/portal/api/navigation").json()
    assert [tab["id"] for tab in navigation] == seen
    paths = {entry["path"] for tab in navigation for entry in [tab, *tab["entries"]]}
    assert {path: mdm.client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_the_navigation_is_the_documented_one(mdm: Mdm) -> None:
    shown = mdm.client.get("/portal/api/navigation").json()
    admin = next(tab for tab in shown if tab["id"] == "nav.admin")
    assert (admin["label"], admin["path"]) == ("Admin", "/portal/admin")
    assert {
        entry["label"]: [(page["label"], page["path"]) for page in entry["entries"]] for entry in admin["entries"]
    } == {
        "System": [("Attributes", "/portal/admin")],
        "Infrastructure": [("Audit Trails", "/portal/admin/audit")],
        "Identity": [("User Provisioning", "/portal/admin/identity/provisioning")],
        "Microsoft Azure": [
            ("User Provisioning Entra ID", "/portal/admin/scim"),
            ("Entra ID User Source", "/portal/admin/user-source"),
        ],
    }


def test_whoever_has_other_roles_or_another_password_signs_in_anew(mdm: Mdm) -> None:
    assert mdm.client.get("/portal/api/scim").status_code == 200
    others = mdm.tenant.administrators.set_password("second", [Role.USER_MANAGEMENT])
    assert mdm.client.get("/portal/api/scim").status_code == 200
    mdm.tenant.administrators.set_password("Admin", [Role.USER_READ_ONLY])
    refused = mdm.client.post("/portal/api/tokens", json={"confirm": True, "provider": "Entra ID"})
    assert (refused.status_code, refused.json()["code"], mdm.tenant.tokens.all()) == (401, "session_expired", [])
    answer = mdm.client.post("/portal/api/sign-in", json={"user_name": "second", "password": others})
    assert answer.json()["roles"] == [Role.USER_MANAGEMENT]

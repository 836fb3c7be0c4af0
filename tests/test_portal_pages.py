"""The portal as pages: what a person sees and sends, without JavaScript."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.portal_site import Mdm

FORM_VALUE = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')
PATHS = [
    "/portal/admin",
    "/portal/admin/scim",
    "/portal/admin/identity/provisioning",
    "/portal/admin/scim/generate",
    "/portal/users",
    "/portal/users/add",
    "/portal/groups",
    "/portal/audit",
    "/portal/nothing",
]


@pytest.fixture
def mdm() -> Iterator[Mdm]:
    mdm = Mdm()
    yield mdm
    mdm.database.close()


def hidden_fields(page: httpx.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in FORM_VALUE.findall(page.text)}


def table(page: httpx.Response) -> list[list[str]]:
    """The texts of the first table's body, cell by cell."""
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.DOTALL)
    if body is None:
        return []
    return [
        [
            html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split()))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body.group(1), re.DOTALL)
    ]


def sentence(page: httpx.Response) -> str:
    """What a refusal says."""
    found = re.search(r'role="alert" data-code="([a-z_]+)">\s*<h1>[^<]*</h1>\s*<p>([^<]*)</p>', page.text)
    assert found is not None, page.text
    return html.unescape(found.group(2))


def test_the_portal_opens_on_the_dashboard_and_admin_on_custom_attributes(mdm: Mdm) -> None:
    assert mdm.client.get("/portal/").headers["location"] == "/portal/audit"
    page = mdm.client.get("/portal/admin").text
    assert '<main id="main" data-page="admin.custom_attributes">' in page
    assert 'id="nav.admin" href="/portal/admin" aria-current="page">Admin</a>' in page
    assert re.search(
        r'<h2 id="nav.azure_section">Microsoft Azure</h2>\s*'
        r'<a id="nav.provisioning" href="/portal/admin/scim">User Provisioning Entra ID</a>',
        page,
    )


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_safe_to_keep_open(mdm: Mdm, path: str) -> None:
    page = mdm.client.get(path)
    assert {name: page.headers[name] for name in ("cache-control", "x-frame-options", "x-content-type-options")} == {
        "cache-control": "no-store",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
    }
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|https?://(?!127\.0\.0\.1:8880/)", page.text)


def test_what_a_page_loads_is_there(mdm: Mdm) -> None:
    page = mdm.client.get("/portal/admin").text
    files = re.findall(r'(?:href|src)="(/portal/static/[^"]+)"', page)
    assert files == ["/portal/static/frame.css", "/portal/static/portal.css", "/portal/static/portal.js"]
    assert [mdm.client.get(file).headers["content-type"].partition(";")[0] for file in files] == [
        "text/css",
        "text/css",
        "text/javascript",
    ]
    assert not any(re.search(r"https?:|@import|url\(", mdm.client.get(file).text) for file in files[:2])


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


def test_a_third_token_is_refused_with_a_sentence(mdm: Mdm) -> None:
    mdm.generate()
    mdm.generate()
    page = mdm.client.get("/portal/admin/scim")
    assert "Two tokens exist already. Remove one before generating another." in page.text
    answer = mdm.client.post(
        "/portal/admin/scim/generate", data=hidden_fields(mdm.client.get("/portal/admin/scim/generate"))
    )
    assert (answer.status_code, sentence(answer)) == (
        409,
        "The tenant holds 2 tokens already, which is the most. Remove one before generating another.",
    )


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
            "Select Set to Active Renew Remove",
        ],
        [
            f"SCIM Token 2 ••••{second['token'][-4:]}",
            "Active",
            "Entra ID",
            "2026-01-05 09:00 UTC",
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


@pytest.mark.parametrize(("others", "warned"), [(0, True), (1, False)])
def test_removing_the_last_token_warns(mdm: Mdm, others: int, warned: bool) -> None:
    tokens = [mdm.generate() for _ in range(1 + others)]
    path = f"/portal/admin/scim/tokens/{tokens[0]['id']}/remove"
    asked = mdm.client.get(path)
    assert ("It is the last token: provisioning stops." in asked.text) == warned
    assert mdm.client.post(path, data=hidden_fields(asked)).headers["location"] == "/portal/admin/scim?done=remove"
    assert len(mdm.statuses()) == others


def test_the_users_page_lists_and_finds(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    mdm.provision("Grace", active=False)
    engineering = mdm.provision_group("Engineering", [ada])
    rows = [
        ["Ada", "ada@contoso.test", "ada@contoso.test", "SCIM Entra ID", "Enabled", "1"],
        ["Grace", "grace@contoso.test", "grace@contoso.test", "SCIM Entra ID", "Disabled", "0"],
    ]
    assert table(mdm.client.get("/portal/users")) == rows
    assert table(mdm.client.get("/portal/users?search=grace")) == rows[1:]
    assert "No user matches." in mdm.client.get("/portal/users?search=linus").text
    assert table(mdm.client.get(f"/portal/users/{ada}")) == [["Engineering", "SCIM Entra ID", engineering, "1"]]


def test_the_user_groups_page_lists_finds_by_start_and_shows_members(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    sales, engineering = mdm.provision_group("Sales", []), mdm.provision_group("Engineering", [ada])
    rows = [["Engineering", "SCIM Entra ID", engineering, "1"], ["Sales", "SCIM Entra ID", sales, "0"]]
    assert table(mdm.client.get("/portal/groups")) == rows
    assert table(mdm.client.get("/portal/groups?search=SAL")) == rows[1:]
    assert table(mdm.client.get("/portal/groups?search=ales")) == []
    assert table(mdm.client.get(f"/portal/groups/{engineering}")) == [
        ["Ada", "ada@contoso.test", "ada@contoso.test", "SCIM Entra ID", "Enabled", "1"]
    ]
    assert "The group has no members." in mdm.client.get(f"/portal/groups/{sales}").text


def test_paging_keeps_the_search(mdm: Mdm) -> None:
    for number in range(51):
        mdm.provision(f"A&B{number:02}")
    page = mdm.client.get("/portal/users?search=a%26b")
    following = html.unescape(re.findall(r'href="([^"]+)" rel="next"', page.text)[0])
    assert following == "/portal/users?search=a%26b&page=2"
    assert [row[0] for row in table(mdm.client.get(following))] == ["A&B50"]


def test_the_members_of_a_large_group_come_in_pages(mdm: Mdm) -> None:
    group = mdm.provision_group("Everyone", [mdm.provision(f"User{number:02}") for number in range(51)])
    page = mdm.client.get(f"/portal/groups/{group}")
    following = html.unescape(re.findall(r'href="([^"]+)" rel="next"', page.text)[0])
    assert (len(table(page)), [row[0] for row in table(mdm.client.get(following))]) == (50, ["User50"])
    assert len(mdm.client.get(f"/portal/api/groups/{group}").json()["members"]) == 51


def test_hostile_names_are_shown_as_text(mdm: Mdm) -> None:
    name = '"><script>alert(1)</script>'
    user = mdm.provision(name)
    group = mdm.provision_group(name, [user])
    for path in ("/portal/users", f"/portal/users/{user}", "/portal/groups", f"/portal/groups/{group}"):
        assert "<script>alert" not in mdm.client.get(path).text
    assert "<script>alert" not in mdm.client.get("/portal/users?search=%22%3E%3Cscript%3Ealert(1)").text


def test_a_local_user_is_added(mdm: Mdm) -> None:
    answer = mdm.client.post(
        "/portal/users/add", data={"user_name": "ada@contoso.test", "display_name": "", "email": ""}
    )
    page = mdm.client.get(answer.headers["location"])
    assert (answer.status_code, page.status_code) == (303, 200)
    assert table(mdm.client.get("/portal/users")) == [
        ["ada@contoso.test", "ada@contoso.test", "", "Local", "Enabled", "0"]
    ]


def test_a_disabled_user_is_removed_after_a_question(mdm: Mdm) -> None:
    ada, grace = mdm.provision("Ada"), mdm.provision("Grace", active=False)
    assert "/remove" not in mdm.client.get(f"/portal/users/{ada}").text
    answers = [
        mdm.client.post(
            f"/portal/users/{user}/remove", data=hidden_fields(mdm.client.get(f"/portal/users/{user}/remove"))
        )
        for user in (ada, grace)
    ]
    assert [answer.status_code for answer in answers] == [409, 303]
    assert [row[0] for row in table(mdm.client.get("/portal/users"))] == ["Ada"]


def test_the_audit_trail_lists_newest_first(mdm: Mdm) -> None:
    mdm.client.delete(f"/portal/api/tokens/{mdm.generate()['id']}")
    assert table(mdm.client.get("/portal/audit")) == [
        ["SCIM Token 1", "SCIM Token", "SCIM Token Deleted", "Entra ID", "Administrator", "2026-01-05 09:00 UTC"],
        ["SCIM Token 1", "SCIM Token", "SCIM Token Created", "Entra ID", "Administrator", "2026-01-05 09:00 UTC"],
    ]


def test_changes_in_the_audit_trail_show_before_and_after(mdm: Mdm) -> None:
    mdm.tenant.audit.record(
        "User Updated",
        subject="ada@contoso.test",
        subject_type="User",
        performed_by="Entra ID",
        changes={"active": (True, False), "title": (None, "Countess")},
    )
    assert table(mdm.client.get("/portal/audit"))[0][3] == "active True → False title none → Countess"


def test_pages_of_another_tenant_stay_in_it(mdm: Mdm) -> None:
    mdm.sign_in(mdm.tenants.create("fabrikam"))
    page = mdm.client.get("/tenants/fabrikam/portal/admin/scim").text
    paths = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page))
    assert paths
    assert all(path.startswith("/tenants/fabrikam/portal/") for path in paths)
    assert 'value="http://127.0.0.1:8880/tenants/fabrikam/scim/v2"' in page


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/portal/nothing", 404, "There is no such page."),
        ("GET", "/tenants/nobody/portal/admin", 404, "There is no such tenant."),
        ("GET", "/portal/users/unknown", 404, "There is no such user. The user may have been removed."),
        ("GET", "/portal/groups/unknown", 404, "There is no such user group. It may have been removed."),
        ("GET", "/portal/admin/scim/tokens/x/renew", 404, "There is no such token. It may have been removed."),
        ("POST", "/portal/admin/scim/tokens/x/activate", 404, "There is no such token. It may have been removed."),
        ("POST", "/portal/admin/scim/tokens/x/explode", 404, "There is no such page."),
        ("DELETE", "/portal/users", 405, "That cannot be done with this page."),
        ("GET", "/portal/users?page=%00", 400, "A page is a number from 1."),
        ("GET", "/portal/static/../pages.py", 404, "There is no such page."),
        ("GET", "/portal/static/%2e%2e/pages.py", 404, "There is no such page."),
    ],
)
def test_what_cannot_be_done_is_a_page_with_a_sentence(
    mdm: Mdm, method: str, path: str, status: int, said: str
) -> None:
    answer = mdm.client.send(method, path, data={} if method == "POST" else None)
    assert (answer.status_code, sentence(answer)) == (status, said)


def test_a_database_that_cannot_be_used_is_a_page_with_a_sentence(mdm: Mdm) -> None:
    mdm.database.close()
    answer = mdm.client.get("/portal/users")
    assert (answer.status_code, sentence(answer)) == (503, "The server's database cannot be used just now.")

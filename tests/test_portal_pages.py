"""The portal as pages: what a person sees and sends, without JavaScript."""

import html
import re
from collections.abc import Iterator

import pytest

from tests.portal_page import hidden_fields, sentence, table
from tests.portal_site import Mdm

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


def test_the_portal_opens_on_the_dashboard_and_admin_on_custom_attributes(mdm: Mdm) -> None:
    assert mdm.client.get("/portal/").headers["location"] == "/portal/audit"
    page = mdm.client.get("/portal/admin").text
    assert '<main id="main" data-page="admin.custom_attributes">' in page
    assert re.search(r'id="nav.admin"[^>]* href="/portal/admin" aria-current="page">Admin</a>', page)
    assert re.search(
        r'<h2 id="nav.azure_section">Microsoft Azure</h2>\s*'
        r'<a id="nav.provisioning"[^>]* href="/portal/admin/scim">User Provisioning Entra ID</a>',
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


def test_the_users_page_lists_and_finds(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    mdm.provision("Grace", active=False)
    engineering = mdm.provision_group("Engineering", [ada])
    rows = [
        ["Ada", "ada@contoso.test", "ada@contoso.test", "SCIM Entra ID", "Enabled", "1", "Not Invited"],
        ["Grace", "grace@contoso.test", "grace@contoso.test", "SCIM Entra ID", "Disabled", "0", "Not Invited"],
    ]
    assert table(mdm.client.get("/portal/users")) == rows
    assert table(mdm.client.get("/portal/users?search=grace")) == rows[1:]
    assert "No user matches." in mdm.client.get("/portal/users?search=linus").text
    assert table(mdm.client.get(f"/portal/users/{ada}?tab=groups")) == [
        ["Engineering", "SCIM Entra ID", engineering, "1"],
        ["All Users", "Local", "all-users", "2"],
    ]


def test_the_user_groups_page_lists_finds_by_start_and_shows_members(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    sales, engineering = mdm.provision_group("Sales", []), mdm.provision_group("Engineering", [ada])
    rows = [["Engineering", "SCIM Entra ID", engineering, "1"], ["Sales", "SCIM Entra ID", sales, "0"]]
    assert table(mdm.client.get("/portal/groups")) == [["All Users", "Local", "all-users", "1"], *rows]
    assert table(mdm.client.get("/portal/groups?search=SAL")) == rows[1:]
    assert table(mdm.client.get("/portal/groups?search=ales")) == []
    assert table(mdm.client.get(f"/portal/groups/{engineering}")) == [
        ["Ada", "ada@contoso.test", "ada@contoso.test", "SCIM Entra ID", "Enabled", "1", "Not Invited"]
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
    shown = mdm.client.get(f"/portal/api/groups/{group}?page=2").json()
    assert (shown["total"], [user["display_name"] for user in shown["members"]]) == (51, ["User50"])


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
        ["ada@contoso.test", "ada@contoso.test", "", "Local", "Enabled", "0", "Not Invited"]
    ]


@pytest.mark.parametrize(
    ("path", "typed", "code"),
    [
        ("/portal/users/add", {"user_name": " ", "display_name": "<Ada>", "email": "a@b.test"}, "user_name_missing"),
        ("/portal/groups/add", {"name": "<A>" + "x" * 300}, "too_long"),
    ],
)
def test_a_form_that_is_not_taken_comes_back_as_it_was_filled_in(
    mdm: Mdm, path: str, typed: dict[str, str], code: str
) -> None:
    before = mdm.activities()
    answer = mdm.client.post(path, data=typed)
    assert (answer.status_code, mdm.activities()) == (400, before)
    assert f'id="refused" data-code="{code}"' in answer.text
    filled_in = dict(re.findall(r'<input id="\w+" name="(\w+)" value="([^"]*)"', answer.text))
    assert {name: html.unescape(value) for name, value in filled_in.items()} == typed


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


def test_a_refusal_shows_whoever_is_signed_in_the_way_out_and_back(mdm: Mdm) -> None:
    mdm.tenant.support.switch_scim(on=False, by="support", audit=mdm.tenant.audit)
    refused = mdm.client.get("/portal/admin/scim?a=1")
    assert (refused.status_code, 'data-code="scim_not_enabled"' in refused.text) == (403, True)
    assert hidden_fields(refused) == {"back": "/portal/admin/scim?a=1", "csrf": mdm.client.csrf}
    assert 'id="back" href="/portal/"' in refused.text
    assert mdm.client.post("/portal/sign-out", data={}).headers["location"] == "/portal/sign-in"
    unknown = mdm.client.get("/portal/nothing")
    assert (unknown.status_code, hidden_fields(unknown), 'id="back"' in unknown.text) == (404, {}, True)


def test_a_database_that_cannot_be_used_is_a_page_with_a_sentence(mdm: Mdm) -> None:
    mdm.database.close()
    answer = mdm.client.get("/portal/users")
    assert (answer.status_code, sentence(answer)) == (503, "The server's database cannot be used just now.")

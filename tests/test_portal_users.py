"""Users and User Groups of the portal as JSON: whole answers compared."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from scimulate.mock_servers.given_people import give_devices, give_groups, give_users
from scimulate.mock_servers.scim.store import Connection
from tests.portal_site import Mdm

NOTHING_MORE = {"invite_status": "Not Invited", "sync": "N/A", "devices": 0, "managed_apple_id": ""}


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
        **NOTHING_MORE,
    }
    other = {
        "id": grace,
        "display_name": "Grace",
        "user_name": "grace@contoso.test",
        "email": "grace@contoso.test",
        "source": "SCIM Entra ID",
        "status": "Disabled",
        "groups": 1,
        **NOTHING_MORE,
    }
    group = {"id": engineering, "name": "Engineering", "source": "SCIM Entra ID", "members": 2, "duplicate": False}
    everybody = {"id": "all-users", "name": "All Users", "source": "Local", "members": 2, "duplicate": False}
    assert mdm.client.get("/portal/api/users").json() == {"total": 2, "page_size": 50, "users": [line, other]}
    assert mdm.client.get("/portal/api/users?search=ADA").json() == {"total": 1, "page_size": 50, "users": [line]}
    assert mdm.client.get(f"/portal/api/users/{ada}").json() == {
        **line,
        "groups": [group, everybody],
        "department": "",
        "attributes": [],
        "grants": [],
        "sign_in": "Password",
    }
    assert mdm.client.get("/portal/api/groups").json() == {"total": 2, "page_size": 50, "groups": [everybody, group]}
    assert mdm.client.get(f"/portal/api/groups/{engineering}").json() == {
        **group,
        "total": 2,
        "page_size": 50,
        "members": [line, other],
        "grants": [],
    }
    assert mdm.client.get("/portal/api/groups/all-users").json()["members"] == [line, other]


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
        **NOTHING_MORE,
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
        (b'{"user_name": "ada"}', "user_name_no_address"),
        (b'{"user_name": "@contoso.test"}', "user_name_no_address"),
        (b'{"user_name": "ada@contoso@test"}', "user_name_no_address"),
        (b'{"user_name": "ada@contoso.test", "email": "ada"}', "email_no_address"),
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


FIVE = [
    {"user_name": "a@contoso.test", "source": "LDAP"},
    {"user_name": "b@contoso.test", "source": "LDAP", "sync": "Indirect Sync"},
    {"user_name": "c@contoso.test", "source": "Entra ID", "sync": "No Sync"},
    {"user_name": "d@contoso.test", "source": "Local", "enabled": False},
    {"user_name": "e@contoso.test", "source": "SCIM Okta"},
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("source=LDAP", "ab"),
        ("source=Roster", ""),
        ("source=SCIM%20Okta", "e"),
        ("sync=Direct%20Sync", "a"),
        ("sync=Indirect%20Sync", "b"),
        ("sync=No%20Sync", "c"),
        ("sync=N/A", "de"),
        ("status=Disabled", "d"),
        ("invite=Not%20Invited", "abcde"),
        ("invite=Invited", ""),
        ("group=all-users", "abcde"),
        ("group=unknown", ""),
        ("source=LDAP&sync=Indirect%20Sync&status=Enabled&search=B@", "b"),
    ],
)
def test_filters_combine(mdm: Mdm, query: str, found: str) -> None:
    give_users(mdm.tenant, FIVE)
    shown = mdm.client.get(f"/portal/api/users?{query}").json()
    assert ("".join(user["user_name"][0] for user in shown["users"]), shown["total"]) == (found, len(found))


@pytest.mark.parametrize("query", ["source=Fax", "sync=yes", "status=enabled", "invite=%00"])
def test_what_no_filter_offers_is_refused(mdm: Mdm, query: str) -> None:
    for path in ("users", "users/export"):
        answer = mdm.client.get(f"/portal/api/{path}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_filter")


def test_users_are_filtered_by_group(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    mdm.provision("Grace")
    group = mdm.provision_group("Engineering", [ada])
    assert [user["id"] for user in mdm.client.get(f"/portal/api/users?group={group}").json()["users"]] == [ada]


def test_the_export_is_whole_and_harmless(mdm: Mdm) -> None:
    for number in range(51):
        mdm.provision(f"User{number:02}")
    for sign in "=+-@":
        mdm.provision(f"{sign}1")
    answer = mdm.client.get("/portal/api/users/export")
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert header == [
        *("display_name", "user_name", "email", "source", "status", "groups", "invite_status", "sync", "devices"),
        "managed_apple_id",
    ]
    assert sorted(row[0] for row in rows if not row[0].startswith("User")) == ["'+1", "'-1", "'=1", "'@1"]
    assert sorted(row[1] for row in rows if row[1].startswith("'")) == [f"'{sign}1@contoso.test" for sign in "+-=@"]
    assert (len(rows), answer.headers["content-disposition"]) == (55, 'attachment; filename="users.csv"')


def test_a_user_with_devices_is_removed_once_they_are_retired(mdm: Mdm) -> None:
    ada = mdm.provision("Ada", active=False)
    give_devices(mdm.tenant, {"user_name": "ada@contoso.test", "count": 2})
    refused = mdm.client.delete(f"/portal/api/users/{ada}")
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Devices of this user: 2. Retire and delete them first.",
    )
    retired = [mdm.client.post(f"/portal/api/users/{ada}/retire-devices").json()["devices"] for _ in range(2)]
    assert (retired, mdm.client.delete(f"/portal/api/users/{ada}").status_code) == ([0, 0], 204)
    assert mdm.activities() == ["User Deleted", "Devices Retired"]


def test_disabling_and_enabling_leave_a_row_where_they_change_something(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    done = ("enable", "disable", "disable", "enable")
    statuses = [mdm.client.post(f"/portal/api/users/{ada}/{act}").json()["status"] for act in done]
    assert statuses == ["Enabled", "Disabled", "Disabled", "Enabled"]
    assert mdm.activities() == ["User Enabled", "User Disabled"]


def test_whom_the_provider_deleted_is_not_enabled_by_hand(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")

    def hide(connection: Connection) -> None:
        row = mdm.tenant.resources.find(connection, "User", ada)
        assert row is not None
        mdm.tenant.resources.update(connection, row, {**row.document, "active": False}, hidden=True)

    mdm.database.write(hide)
    answers = [mdm.client.post(f"/portal/api/users/{ada}/{act}") for act in ("disable", "enable")]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "user_deleted_at_provider"


def test_an_invitation_by_hand_is_sent_once(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    answers = [mdm.client.post(f"/portal/api/users/{ada}/invite") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert mdm.client.get("/portal/api/invitations").json() == {
        "invitations": [
            {
                "number": 1,
                "sent_at": "2026-01-05T09:00:00Z",
                "user_name": "ada@contoso.test",
                "address": "ada@contoso.test",
            }
        ]
    }


@pytest.mark.parametrize("act", ["enable", "disable", "invite", "retire-devices"])
def test_acting_on_an_unknown_user_is_not_found(mdm: Mdm, act: str) -> None:
    answer = mdm.client.post(f"/portal/api/users/unknown/{act}")
    assert (answer.status_code, answer.json()["code"], mdm.activities()) == (404, "user_not_found", [])


def test_local_groups_are_made_and_removed_by_hand(mdm: Mdm) -> None:
    mdm.provision_group("Engineering", [])
    made = mdm.client.post("/portal/api/groups", json={"name": " Sales "})
    group = made.json()["id"]
    assert made.json() == {"id": group, "name": "Sales", "source": "Local", "members": 0, "duplicate": False}
    names = ["", "SALES", "engineering", "all users", "a\x00b", "a" * 257]
    refused = [mdm.client.post("/portal/api/groups", json={"name": name}).json()["code"] for name in names]
    assert refused == [
        *("group_name_missing", "group_name_taken", "group_name_taken", "group_name_taken", "unprintable", "too_long"),
    ]
    assert mdm.client.delete(f"/portal/api/groups/{group}").status_code == 204
    assert mdm.activities() == ["Group Deleted", "Group Created"]


def test_groups_of_a_provider_and_all_users_are_not_removed(mdm: Mdm) -> None:
    group = mdm.provision_group("Engineering", [])
    answers = [mdm.client.delete(f"/portal/api/groups/{each}") for each in (group, "all-users", "unknown")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (409, "group_of_provider"),
        (409, "group_is_fixed"),
        (404, "group_not_found"),
    ]


def test_groups_of_one_name_are_marked(mdm: Mdm) -> None:
    give_groups(mdm.tenant, [{"name": "Sales", "source": "LDAP"}, {"name": "sales", "source": "Salesforce"}])
    shown = mdm.client.get("/portal/api/groups?search=Sales").json()["groups"]
    assert [(group["source"], group["duplicate"]) for group in shown] == [("LDAP", True), ("Salesforce", True)]
    assert len({group["id"] for group in shown}) == 2


def test_a_group_grants_roles_and_apps(mdm: Mdm) -> None:
    ada = mdm.provision("Ada")
    group = mdm.provision_group("Engineering", [ada])
    role, path = {"kind": "role", "name": "Approver"}, f"/portal/api/groups/{group}/grants"
    answers = [mdm.client.post(path, json=wanted) for wanted in (role, role, {"kind": "car", "name": "x"}, {})]
    assert [answer.status_code for answer in answers] == [200, 409, 400, 400]
    assert mdm.client.get(f"/portal/api/users/{ada}").json()["grants"] == [role]
    taken = [mdm.client.send("DELETE", path, json=role).status_code for _ in range(2)]
    assert (taken, mdm.client.get(f"/portal/api/users/{ada}").json()["grants"]) == ([200, 404], [])


def test_members_are_imported_row_by_row(mdm: Mdm) -> None:
    mdm.provision("Ada")
    mdm.provision_group("Engineering", [])
    mdm.client.post("/portal/api/groups", json={"name": "Sales"})
    rows = [
        ("Sales", "ada@contoso.test", "added"),
        ("sales", "ADA@contoso.test", "member_already"),
        ("Engineering", "ada@contoso.test", "not_local"),
        ("Sales", "grace@contoso.test", "user_unknown"),
        ("Nobody", "ada@contoso.test", "group_unknown"),
    ]
    text = "\r\n".join(f"{group}, {user}" for group, user, _ in rows)
    answer = mdm.client.post("/portal/api/groups/import", json={"csv": text})
    assert [(row["group"], row["user_name"], row["result"]) for row in answer.json()["rows"]] == rows


@pytest.mark.parametrize("text", ["", "  \n", "Sales", "a,b,c", '"a,b', "a,b\n" * 1001, 7])
def test_an_import_that_is_no_table_is_refused(mdm: Mdm, text: object) -> None:
    answer = mdm.client.post("/portal/api/groups/import", json={"csv": text})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value" if text == 7 else "bad_csv")

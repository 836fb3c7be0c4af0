"""The pages Users and User Groups in a browser."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_users import GroupRow, GroupsByCalls, ImportedRow, UserRow, UsersByCalls, UserSheet

USERS_PATH = "/users"
GROUPS_PATH = "/groups"


class UsersInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab

    def find(self, search: str = "", **filters: str) -> list[UserRow] | Refusal:
        if refusal := self._tab.open(USERS_PATH):
            return refusal
        if not self._tab.offers("#filters", filters):
            return self._as_a_program().find(search, **filters)
        self._tab.fill("#filters", {"search": search, **filters})
        self._tab.press("#find")
        return self._tab.refusal() or [_user(row) for row in self._tab.rows("users")]

    def count(self) -> int:
        self._tab.open(USERS_PATH)
        return int(self._tab.fields()["total"])

    def sheet(self, user_name: str) -> UserSheet:
        found = self.find(user_name)
        assert not isinstance(found, Refusal), found
        row = next(user for user in found if user.user_name == user_name)
        self._tab.press(f'[id="{self._line_of(user_name)}"] a')
        overview = self._tab.fields()
        self._tab.press("#tab-attributes")
        department, attributes = self._tab.fields()["department"], self._tab.rows("attributes")
        self._tab.press("#tab-groups")
        return UserSheet(
            row=row,
            devices=int(overview["devices"]),
            managed_apple_id=overview["managed_apple_id"],
            department=department,
            sign_in=overview["sign_in"],
            attributes={each["name"]: each["value"] for each in attributes},
            groups=tuple(each["name"] for each in self._tab.rows("groups")),
            grants=tuple(f"{each['kind']} {each['name']}" for each in self._tab.rows("grants")),
        )

    def export(self) -> str:
        self._tab.open(USERS_PATH)
        return self._tab.downloaded("#export").decode()

    def add(self, user_name: str) -> Refusal | None:
        if refusal := self._tab.open(f"{USERS_PATH}/add"):
            return refusal
        self._tab.fill("main form", {"user_name": user_name, "email": user_name})
        self._tab.press("#save")
        return self._tab.refusal()

    def remove(self, user_name: str) -> Refusal | None:
        if self._offers(user_name, "#remove"):
            return self._do("#remove")
        return self._as_a_program().remove(user_name)

    def set_enabled(self, user_name: str, *, enabled: bool) -> Refusal | None:
        button = "#enable" if enabled else "#disable"
        if self._offers(user_name, button):
            return self._do(button)
        return self._as_a_program().set_enabled(user_name, enabled=enabled)

    def retire_devices(self, user_name: str) -> Refusal | None:
        if self._offers(user_name, "#retire"):
            return self._do("#retire")
        return self._as_a_program().retire_devices(user_name)

    def _line_of(self, user_name: str) -> str:
        """The id of the user's line among those that are shown; empty without one."""
        return next((str(row["id"]) for row in self._tab.rows("users") if row["user_name"] == user_name), "")

    def _offers(self, user_name: str, button: str) -> bool:
        """Open the user's page, if there is one, and look for what can be done there."""
        found = self.find(user_name)
        line = "" if isinstance(found, Refusal) else self._line_of(user_name)
        if line:
            self._tab.press(f'[id="{line}"] a')
        return bool(line) and self._tab.shows(button)

    def _do(self, button: str) -> Refusal | None:
        self._tab.press(button)
        self._tab.confirm_if_asked()
        return self._tab.refusal()

    def _as_a_program(self) -> UsersByCalls:
        """What a page does not offer is sent by a program, or by a page that was opened before."""
        return UsersByCalls(self._tab.calls_of_this_session())


class GroupsInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab

    def find(self, search: str) -> list[GroupRow]:
        self._tab.open(GROUPS_PATH)
        self._tab.fill("main form", {"search": search})
        self._tab.press("#find")
        return [_group(row) for row in self._tab.rows("groups")]

    def members(self, group: GroupRow) -> list[UserRow]:
        self._open(group)
        return [_user(row) for row in self._tab.rows("users")]

    def add(self, name: str) -> Refusal | None:
        if refusal := self._tab.open(f"{GROUPS_PATH}/add"):
            return refusal
        self._tab.fill("main form", {"name": name})
        self._tab.press("#save")
        return self._tab.refusal()

    def remove(self, group: GroupRow) -> Refusal | None:
        self._open(group)
        if not self._tab.shows("#remove"):
            return self._as_a_program().remove(group)
        self._tab.press("#remove")
        self._tab.confirm_if_asked()
        return self._tab.refusal()

    def grant(self, group: GroupRow, kind: str, name: str) -> Refusal | None:
        self._open(group)
        if not self._tab.shows("#grant-form"):
            return self._as_a_program().grant(group, kind, name)
        self._tab.fill("#grant-form", {"kind": kind, "name": name})
        self._tab.press("#grant")
        return self._tab.refusal()

    def import_members(self, rows: Sequence[tuple[str, str]]) -> list[ImportedRow] | Refusal:
        if refusal := self._tab.open(f"{GROUPS_PATH}/import"):
            return refusal
        self._tab.fill("main form", {"csv": "\n".join(f"{group},{user_name}" for group, user_name in rows)})
        self._tab.press("#save")
        return self._tab.refusal() or [
            ImportedRow(row["group"], row["user_name"], row["result"]) for row in self._tab.rows("rows")
        ]

    def _open(self, group: GroupRow) -> None:
        self._tab.open(f"{GROUPS_PATH}/{quote(group.identifier, safe='')}")

    def _as_a_program(self) -> GroupsByCalls:
        """What a page does not offer is sent by a program, or by a page that was opened before."""
        return GroupsByCalls(self._tab.calls_of_this_session())


def _user(row: dict[str, Any]) -> UserRow:
    return UserRow(
        row["user_name"],
        row["display_name"],
        row["email"],
        row["source"],
        row["status"],
        int(row["groups"]),
        row["invite_status"],
        row["sync"],
    )


def _group(row: dict[str, Any]) -> GroupRow:
    return GroupRow(
        row["id"].removeprefix("group-"), row["name"], row["source"], int(row["members"]), row["duplicate"] == "true"
    )

"""The pages Users and User Groups: what an administrator reads there, and does by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scimulate.steps.portal_calls import PortalCalls, Refusal, refusal_of


@dataclass(frozen=True)
class UserRow:
    """A line of the Users page. Status, source and the like are codes, the same in every language."""

    user_name: str
    display_name: str
    email: str
    source: str
    status: str
    groups: int
    invite_status: str
    sync: str


@dataclass(frozen=True)
class UserSheet:
    """The pages of one user: Overview, Attributes, Groups. `grants` are roles and apps, `attributes` values by name."""

    row: UserRow
    devices: int
    managed_apple_id: str
    department: str
    sign_in: str
    attributes: Mapping[str, str]
    groups: tuple[str, ...]
    grants: tuple[str, ...]


@dataclass(frozen=True)
class GroupRow:
    """A line of the User Groups page. `identifier` is its GUID; `duplicate` says that another group has its name."""

    identifier: str
    name: str
    source: str
    members: int
    duplicate: bool


@dataclass(frozen=True)
class ImportedRow:
    """What became of a row of a CSV import: "added", or the code of why not."""

    group: str
    user_name: str
    result: str


class UserArea(Protocol):
    """Users are named by their user names. Whatever the portal may refuse answers the `Refusal`, or None."""

    def find(self, search: str = "", **filters: str) -> list[UserRow] | Refusal:
        """The first page of the users who fit: `source`, `group` (a GUID), `invite`, `sync`, `status`."""

    def count(self) -> int: ...

    def sheet(self, user_name: str) -> UserSheet: ...

    def export(self) -> str:
        """The CSV file."""

    def add(self, user_name: str) -> Refusal | None: ...

    def remove(self, user_name: str) -> Refusal | None: ...

    def set_enabled(self, user_name: str, *, enabled: bool) -> Refusal | None: ...

    def retire_devices(self, user_name: str) -> Refusal | None: ...


class GroupArea(Protocol):
    """A group is named by the row that `find` gave."""

    def find(self, search: str) -> list[GroupRow]: ...

    def members(self, group: GroupRow) -> list[UserRow]:
        """The first page of them."""

    def add(self, name: str) -> Refusal | None: ...

    def remove(self, group: GroupRow) -> Refusal | None: ...

    def grant(self, group: GroupRow, kind: str, name: str) -> Refusal | None: ...

    def import_members(self, rows: Sequence[tuple[str, str]]) -> list[ImportedRow] | Refusal:
        """Rows of group and user name, as a CSV file has them."""


class UsersByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def find(self, search: str = "", **filters: str) -> list[UserRow] | Refusal:
        answer = self._calls.ask("/users", search=search, **filters)
        return answer if isinstance(answer, Refusal) else [_user(shown) for shown in answer["users"]]

    def count(self) -> int:
        total: int = self._calls.read("/users")["total"]
        return total

    def sheet(self, user_name: str) -> UserSheet:
        shown = self._calls.read(f"/users/{self._id_of(user_name)}")
        groups = shown["groups"]
        return UserSheet(
            row=_user({**shown, "groups": len(groups) - 1}),
            devices=shown["devices"],
            managed_apple_id=shown["managed_apple_id"],
            department=shown["department"],
            sign_in=shown["sign_in"],
            attributes={each["name"]: each["value"] for each in shown["attributes"]},
            groups=tuple(each["name"] for each in groups),
            grants=tuple(f"{each['kind']} {each['name']}" for each in shown["grants"]),
        )

    def export(self) -> str:
        return self._calls.send("GET", "/users/export").text

    def add(self, user_name: str) -> Refusal | None:
        return self._calls.change("POST", "/users", {"user_name": user_name, "email": user_name})

    def remove(self, user_name: str) -> Refusal | None:
        return self._calls.change("DELETE", f"/users/{self._id_of(user_name)}")

    def set_enabled(self, user_name: str, *, enabled: bool) -> Refusal | None:
        return self._calls.change("POST", f"/users/{self._id_of(user_name)}/{'enable' if enabled else 'disable'}")

    def retire_devices(self, user_name: str) -> Refusal | None:
        return self._calls.change("POST", f"/users/{self._id_of(user_name)}/retire-devices")

    def _id_of(self, user_name: str) -> str:
        found = self._calls.read("/users", search=user_name)["users"]
        return next((str(user["id"]) for user in found if user["user_name"] == user_name), "unknown")


class GroupsByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def find(self, search: str) -> list[GroupRow]:
        return [_group(shown) for shown in self._calls.read("/groups", search=search)["groups"]]

    def members(self, group: GroupRow) -> list[UserRow]:
        return [_user(shown) for shown in self._calls.read(f"/groups/{group.identifier}")["members"]]

    def add(self, name: str) -> Refusal | None:
        return self._calls.change("POST", "/groups", {"name": name})

    def remove(self, group: GroupRow) -> Refusal | None:
        return self._calls.change("DELETE", f"/groups/{group.identifier}")

    def grant(self, group: GroupRow, kind: str, name: str) -> Refusal | None:
        return self._calls.change("POST", f"/groups/{group.identifier}/grants", {"kind": kind, "name": name})

    def import_members(self, rows: Sequence[tuple[str, str]]) -> list[ImportedRow] | Refusal:
        written = "\n".join(f"{group},{user_name}" for group, user_name in rows)
        answer = self._calls.send("POST", "/groups/import", {"csv": written})
        if answer.is_error:
            return refusal_of(answer)
        return [ImportedRow(row["group"], row["user_name"], row["result"]) for row in answer.json()["rows"]]


def _user(shown: dict[str, Any]) -> UserRow:
    return UserRow(
        shown["user_name"],
        shown["display_name"],
        shown["email"],
        shown["source"],
        shown["status"],
        shown["groups"],
        shown["invite_status"],
        shown["sync"],
    )


def _group(shown: dict[str, Any]) -> GroupRow:
    return GroupRow(shown["id"], shown["name"], shown["source"], shown["members"], shown["duplicate"])

"""The pages Edit Settings, Custom Attributes, Migration and Entra ID User Source: what an administrator sets there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from scimulate.steps.portal_calls import PortalCalls, Refusal

Value = bool | int | str


@dataclass(frozen=True)
class AttributeRow:
    """A row of the Custom Attributes table. `usage` is how the rest of the portal refers to it."""

    name: str
    usage: str
    type: str


@dataclass(frozen=True)
class MigrationPage:
    """`objects_left` users and groups come from former sources still."""

    stage: str
    ldap_server_enabled: bool
    objects_left: int


class SettingsArea(Protocol):
    """Settings go by the names that the JSON surface and the fields of the page share: `invite_imported_users`, …"""

    def settings(self) -> Mapping[str, Value] | Refusal: ...

    def save(self, changes: Mapping[str, Value], new_attribute: str = "") -> Refusal | None:
        """Edit Settings, + Add Custom Attribute where one is named, Save Changes."""

    def leave(self, changes: Mapping[str, Value]) -> None:
        """Edit Settings, and go away without Save Changes."""

    def attributes(self) -> list[AttributeRow]: ...

    def attribute_actions(self) -> set[str]:
        """What can be done to a custom attribute that SCIM fills."""

    def add_attribute(self, name: str) -> Refusal | None: ...

    def delete_attribute(self, name: str) -> Refusal | None: ...

    def migration(self) -> MigrationPage: ...

    def begin_migration(self) -> Refusal | None: ...

    def advance_migration(self) -> Refusal | None:
        """Go on to the next stage."""

    def switch_ldap_server(self, *, enabled: bool) -> Refusal | None: ...

    def user_source(self) -> Mapping[str, Value]:
        """The page "Entra ID User Source": `sync_minutes`, …, and whether it is `read_only`."""

    def edit_user_source(self, changes: Mapping[str, Value]) -> Refusal | None: ...


class SettingsByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def settings(self) -> Mapping[str, Value] | Refusal:
        shown: Mapping[str, Value] | Refusal = self._calls.ask("/settings")
        return shown

    def save(self, changes: Mapping[str, Value], new_attribute: str = "") -> Refusal | None:
        new = {"new_attributes": [new_attribute]} if new_attribute else {}
        return self._calls.change("PUT", "/settings", {**changes, **new})

    def leave(self, changes: Mapping[str, Value]) -> None:
        """What is typed into a page is kept nowhere: the surface has nothing to send."""
        self.settings()

    def attributes(self) -> list[AttributeRow]:
        shown = self._calls.read("/attributes")["attributes"]
        return [AttributeRow(each["name"], each["usage"], each["type"]) for each in shown]

    def attribute_actions(self) -> set[str]:
        """The methods that the surface has for an attribute."""
        name = next(row.name for row in self.attributes() if row.type == "IDP")
        methods = {"edit": "PUT", "rename": "PATCH"}
        kept = {act for act, method in methods.items() if self._calls.send(method, f"/attributes/{name}").is_success}
        return {"delete", *kept}

    def add_attribute(self, name: str) -> Refusal | None:
        return self._calls.change("POST", "/attributes", {"name": name})

    def delete_attribute(self, name: str) -> Refusal | None:
        return self._calls.change("DELETE", f"/attributes/{name}")

    def migration(self) -> MigrationPage:
        shown = self._calls.read("/migration")
        return MigrationPage(shown["stage"], shown["ldap_server_enabled"], shown["objects_left"])

    def begin_migration(self) -> Refusal | None:
        return self._calls.change("POST", "/migration/begin")

    def advance_migration(self) -> Refusal | None:
        return self._calls.change("POST", "/migration/advance")

    def switch_ldap_server(self, *, enabled: bool) -> Refusal | None:
        return self._calls.change("PUT", "/ldap-server", {"enabled": enabled})

    def user_source(self) -> Mapping[str, Value]:
        shown: Mapping[str, Value] = self._calls.read("/user-source")
        return shown

    def edit_user_source(self, changes: Mapping[str, Value]) -> Refusal | None:
        return self._calls.change("PUT", "/user-source", dict(changes))


def migrate_until(area: SettingsArea, stage: str) -> None:
    """Begin the migration and go on with it, as far as `stage`."""
    refusal = area.begin_migration()
    while refusal is None and area.migration().stage != stage:
        refusal = area.advance_migration()
    assert refusal is None, refusal

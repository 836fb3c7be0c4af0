"""The pages Edit Settings, Custom Attributes, Migration and Entra ID User Source in a browser."""

from collections.abc import Mapping

from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_settings import AttributeRow, MigrationPage, SettingsByCalls, Value

PROVISIONING_PATH = "/admin/scim"
SETTINGS_PATH = "/admin/scim/settings"
MIGRATION_PATH = "/admin/scim/migration"
ATTRIBUTES_PATH = "/admin"
USER_SOURCE_PATH = "/admin/user-source"
TYPED_NUMBERS = ("idle_minutes", "renew_overlap_seconds", "sync_minutes")


class SettingsInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab

    def settings(self) -> Mapping[str, Value] | Refusal:
        return self._tab.open(SETTINGS_PATH) or self._read("#settings")

    def save(self, changes: Mapping[str, Value], new_attribute: str = "") -> Refusal | None:
        new = {"attribute_name": new_attribute} if new_attribute else {}
        self._tab.open(SETTINGS_PATH)
        if not self._tab.shows("#save") or not self._tab.offers("#settings", changes):
            return self._as_a_program().save(changes, new_attribute)
        self._tab.fill("#settings", {**changes, **new})
        self._tab.press("#save")
        return self._tab.refusal()

    def leave(self, changes: Mapping[str, Value]) -> None:
        self._tab.open(SETTINGS_PATH)
        self._tab.fill("#settings", changes)
        self._tab.open(PROVISIONING_PATH)

    def attributes(self) -> list[AttributeRow]:
        self._tab.open(ATTRIBUTES_PATH)
        return [AttributeRow(row["name"], row["usage"], row["type"]) for row in self._tab.rows("attributes")]

    def attribute_actions(self) -> set[str]:
        self._tab.open(ATTRIBUTES_PATH)
        return set(next(row["actions"] for row in self._tab.rows("attributes") if row["type"] == "IDP"))

    def add_attribute(self, name: str) -> Refusal | None:
        self._tab.open(ATTRIBUTES_PATH)
        if not self._tab.shows("#add-attribute"):
            return self._as_a_program().add_attribute(name)
        self._tab.fill("#add-attribute", {"attribute_name": name})
        self._tab.press("#add")
        return self._tab.refusal()

    def delete_attribute(self, name: str) -> Refusal | None:
        self._tab.open(ATTRIBUTES_PATH)
        link = f'[id="attribute-{name}"] [data-action="delete"]'
        if not self._tab.shows(link):
            return self._as_a_program().delete_attribute(name)
        self._tab.press(link)
        self._tab.confirm_if_asked()
        return self._tab.refusal()

    def migration(self) -> MigrationPage:
        self._tab.open(MIGRATION_PATH)
        stage = self._tab.page.locator("#stages").get_attribute("data-stage") or ""
        ldap_server_enabled = self._tab.form("#ldap")["enabled"] is True
        return MigrationPage(stage, ldap_server_enabled, int(self._tab.fields()["objects_left"]))

    def begin_migration(self) -> Refusal | None:
        if not self._migration_offers("#begin"):
            return self._as_a_program().begin_migration()
        return self._go_on("#begin")

    def advance_migration(self) -> Refusal | None:
        if not self._migration_offers("#advance"):
            return self._as_a_program().advance_migration()
        return self._go_on("#advance")

    def switch_ldap_server(self, *, enabled: bool) -> Refusal | None:
        if not self._migration_offers("#save-ldap"):
            return self._as_a_program().switch_ldap_server(enabled=enabled)
        self._tab.fill("#ldap", {"enabled": enabled})
        return self._go_on("#save-ldap")

    def user_source(self) -> Mapping[str, Value]:
        self._tab.open(USER_SOURCE_PATH)
        read_only = self._tab.page.locator("#user-source").get_attribute("data-read-only") == "true"
        return {**self._read("#user-source"), "read_only": read_only}

    def edit_user_source(self, changes: Mapping[str, Value]) -> Refusal | None:
        self._tab.open(USER_SOURCE_PATH)
        if not self._tab.shows("#save"):
            return self._as_a_program().edit_user_source(changes)
        self._tab.fill("#user-source", changes)
        return self._go_on("#save")

    def _read(self, form: str) -> dict[str, Value]:
        shown = self._tab.form(form)
        return {name: int(value) if name in TYPED_NUMBERS else value for name, value in shown.items()}

    def _migration_offers(self, button: str) -> bool:
        self._tab.open(MIGRATION_PATH)
        return self._tab.shows(button)

    def _go_on(self, button: str) -> Refusal | None:
        self._tab.press(button)
        self._tab.confirm_if_asked()
        return self._tab.refusal()

    def _as_a_program(self) -> SettingsByCalls:
        """What a page does not offer is sent by a program, or by a page that was opened before."""
        return SettingsByCalls(self._tab.calls_of_this_session())

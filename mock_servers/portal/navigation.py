"""Where the pages of the portal are (SEED-015, SEED-016, IVANTI-001, IVANTI-002, IVANTI-016): tabs, and what is below.

Data, and what of it an administrator is shown. An entry that its role or the tenant's features do not allow is absent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scimulate.mock_servers.portal.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """A tab of the bar, a section of the left pane, or a page in a section.

    `label` names it, `path` is relative to the portal and leads to the page whose id is `page`. `sections` are the
    sections of pages that it stands for.
    """

    label: str
    path: str = ""
    page: str = ""
    permission: Permission | None = None
    needs_scim: bool = False
    sections: frozenset[str] = frozenset()
    entries: tuple["Entry", ...] = ()

    def holds(self, section: str) -> bool:
        """The page that is shown is this one, or below it."""
        return section in self.sections or any(entry.holds(section) for entry in self.entries)


def _above(label: str, *entries: Entry) -> Entry:
    """It leads to the first of its entries that is shown."""
    return Entry(label, entries=entries)


def _entry(label: str, path: str, page: str, permission: Permission, *sections: str, needs_scim: bool = False) -> Entry:
    return Entry(label, path, page, permission, needs_scim, frozenset(sections))


NAVIGATION = (
    _above("nav.dashboard", _entry("nav.dashboard.audit", "/audit", "dashboard.audit", Permission.SEE_AUDIT, "audit")),
    _entry("nav.users", "/users", "users.list", Permission.SEE_USERS, "users"),
    _entry("nav.groups", "/groups", "users.groups", Permission.SEE_USERS, "groups"),
    _above(
        "nav.admin",
        _above(
            "nav.system",
            _entry(
                "nav.system.attributes", "/admin", "admin.custom_attributes", Permission.SEE_SYSTEM, "custom_attributes"
            ),
        ),
        _above(
            "nav.infrastructure",
            _entry("nav.infrastructure.audit", "/admin/audit", "dashboard.audit", Permission.SEE_SYSTEM, "admin_audit"),
        ),
        _above(
            "nav.identity",
            _entry(
                "nav.identity.provisioning",
                "/admin/identity/provisioning",
                "admin.scim",
                Permission.SEE_SYSTEM,
                needs_scim=True,
            ),
        ),
        _above(
            "nav.azure_section",
            _entry(
                "nav.provisioning",
                "/admin/scim",
                "admin.scim",
                Permission.SEE_SYSTEM,
                "provisioning",
                "settings",
                "migration",
                needs_scim=True,
            ),
            _entry("nav.user_source", "/admin/user-source", "admin.user_source", Permission.SEE_SYSTEM, "user_source"),
        ),
    ),
    _entry("nav.support", "/support", "support.tickets", Permission.SEE_TICKETS, "support"),
)

NEED_SCIM = (
    "/admin/scim",
    "/admin/identity/provisioning",
    "/api/scim",
    "/api/tokens",
    "/api/settings",
    "/api/migration",
)
"""What a tenant without SCIM provisioning cannot open, and everything below it (NEG-01)."""


def shown_to(permissions: Iterable[Permission], *, scim_is_on: bool) -> tuple[Entry, ...]:
    """What of the navigation an administrator with these permissions is shown."""
    return _shown(NAVIGATION, frozenset(permissions), scim_is_on)


def needs_scim(path: str) -> bool:
    """Whether `path`, relative to the portal, is of use only with SCIM provisioning."""
    return any(path == place or path.startswith(f"{place}/") for place in NEED_SCIM)


def _shown(entries: tuple[Entry, ...], permissions: frozenset[Permission], scim_is_on: bool) -> tuple[Entry, ...]:
    shown: list[Entry] = []
    for entry in entries:
        if entry.entries:
            below = _shown(entry.entries, permissions, scim_is_on)
            if below:
                shown.append(replace(entry, path=below[0].path, page=below[0].page, entries=below))
        elif entry.permission in permissions and (scim_is_on or not entry.needs_scim):
            shown.append(entry)
    return tuple(shown)

"""Where the pages of the portal are (SEED-015, SEED-016, IVANTI-001, IVANTI-002, IVANTI-016): tabs, and what is below.

Data, and what of it an administrator is shown. An entry that its role or the tenant's features do not allow is absent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scimulate.mock_servers.portal.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """A tab of the bar, a section of the left pane, or a page in a section.

    `label` names it, `path` is relative to the portal, and `sections` are the sections of pages that it stands for.
    """

    label: str
    path: str
    permission: Permission | None = None
    needs_scim: bool = False
    sections: frozenset[str] = frozenset()
    entries: tuple["Entry", ...] = ()

    def holds(self, section: str) -> bool:
        """The page that is shown is this one, or below it."""
        return section in self.sections or any(entry.holds(section) for entry in self.entries)


def _page(label: str, path: str, permission: Permission, *sections: str, needs_scim: bool = False) -> Entry:
    return Entry(label, path, permission, needs_scim, frozenset(sections))


NAVIGATION = (
    Entry(
        "nav.dashboard",
        "/audit",
        entries=(_page("nav.dashboard.audit", "/audit", Permission.SEE_AUDIT, "audit"),),
    ),
    _page("nav.users", "/users", Permission.SEE_USERS, "users"),
    _page("nav.groups", "/groups", Permission.SEE_USERS, "groups"),
    Entry(
        "nav.admin",
        "/admin",
        entries=(
            Entry(
                "nav.system",
                "/admin",
                entries=(_page("nav.system.attributes", "/admin", Permission.SEE_SYSTEM, "custom_attributes"),),
            ),
            Entry(
                "nav.infrastructure",
                "/admin/audit",
                entries=(_page("nav.infrastructure.audit", "/admin/audit", Permission.SEE_SYSTEM, "admin_audit"),),
            ),
            Entry(
                "nav.identity",
                "/admin/identity/provisioning",
                entries=(
                    _page(
                        "nav.identity.provisioning",
                        "/admin/identity/provisioning",
                        Permission.SEE_SYSTEM,
                        needs_scim=True,
                    ),
                ),
            ),
            Entry(
                "nav.azure_section",
                "/admin/scim",
                entries=(
                    _page(
                        "nav.provisioning",
                        "/admin/scim",
                        Permission.SEE_SYSTEM,
                        "provisioning",
                        "settings",
                        "migration",
                        needs_scim=True,
                    ),
                    _page("nav.user_source", "/admin/user-source", Permission.SEE_SYSTEM, "user_source"),
                ),
            ),
        ),
    ),
    _page("nav.support", "/support", Permission.SEE_TICKETS, "support"),
)

NEED_SCIM = ("/admin/scim", "/admin/identity/provisioning", "/api/scim", "/api/tokens")
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
                shown.append(replace(entry, path=below[0].path, entries=below))
        elif entry.permission in permissions and (scim_is_on or not entry.needs_scim):
            shown.append(entry)
    return tuple(shown)

"""The administrator of the MDM at work: the portal, area by area.

Each area is a Protocol with two drivers: through the portal's JSON surface, and in a browser. A new area stands beside
the others in `Portal`, and in the function that makes the portal of each driver.

The browser's drivers find things by name, never by what is written on them. In a template each line of a table carries
`data-row="tokens"`, each value in it, or on a page by itself, `data-field="status"` with `data-value` where the text is
worded or formatted; what refuses carries `data-code`; what is done has an `id`, or `data-action` within its line.
"""

from dataclasses import dataclass

from scimulate.steps.browser_audit import AuditInBrowser
from scimulate.steps.browser_people import GroupsInBrowser, UsersInBrowser
from scimulate.steps.browser_session import SessionInBrowser
from scimulate.steps.browser_settings import SettingsInBrowser
from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.browser_tokens import TokensInBrowser
from scimulate.steps.portal_audit import AuditArea, AuditByCalls
from scimulate.steps.portal_calls import PortalCalls
from scimulate.steps.portal_session import SessionArea, SessionByCalls
from scimulate.steps.portal_settings import SettingsArea, SettingsByCalls
from scimulate.steps.portal_tokens import TokenArea, TokensByCalls
from scimulate.steps.portal_users import GroupArea, GroupsByCalls, UserArea, UsersByCalls


@dataclass(frozen=True)
class Portal:
    """One administrator at one tenant's portal."""

    session: SessionArea
    tokens: TokenArea
    users: UserArea
    groups: GroupArea
    settings: SettingsArea
    audit: AuditArea


def portal_by_calls(calls: PortalCalls) -> Portal:
    """The portal through its JSON surface."""
    return Portal(
        session=SessionByCalls(calls),
        tokens=TokensByCalls(calls),
        users=UsersByCalls(calls),
        groups=GroupsByCalls(calls),
        settings=SettingsByCalls(calls),
        audit=AuditByCalls(calls),
    )


def portal_in_browser(tab: PortalTab) -> Portal:
    """The portal through its pages."""
    return Portal(
        session=SessionInBrowser(tab),
        tokens=TokensInBrowser(tab),
        users=UsersInBrowser(tab),
        groups=GroupsInBrowser(tab),
        settings=SettingsInBrowser(tab),
        audit=AuditInBrowser(tab),
    )

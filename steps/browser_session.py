"""The frame of the portal in a browser."""

from collections.abc import Callable, Sequence

from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.browser_tokens import TOKENS_PATH
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_session import NOT_SHOWN, NavigationEntry

SIGNED_OUT = "signed_out"
"""What JSON says where a page without a word asks to sign in."""
PATH_OF_PAGE = {
    "dashboard.audit": "/audit",
    "users.list": "/users",
    "users.groups": "/groups",
    "admin.custom_attributes": "/admin",
    "admin.scim": TOKENS_PATH,
    "support.tickets": "/support",
}
SUPPORT_PATH = PATH_OF_PAGE["support.tickets"]

_TABS = """() => [...document.querySelectorAll("header nav a")]
  .map((one) => [one.id, one.textContent.trim(), one.dataset.leadsTo])"""
# A heading opens a section; a page before the first heading stands by itself.
_PANE = """() => [...document.querySelectorAll("nav.side h2, nav.side a")]
  .map((one) => [one.id, one.textContent.trim(), one.dataset.leadsTo ?? null])"""


class SessionInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab

    def sign_in(self, password: str | None = None) -> str | Refusal:
        self._tab.go("/")
        if not self._tab.asks_to_sign_in():
            self._tab.forget_session()
            self._tab.go("/")
        return self._tab.sign_in(password) or self._tab.page_id

    def sign_out(self) -> None:
        self._tab.open("/")
        self._tab.press("#sign-out")

    def sign_out_and_keep_the_cookie(self) -> None:
        self._tab.open("/")
        with self._tab.keeping_the_cookies():
            self._tab.press("#sign-out")

    def open(self, page: str) -> str | Refusal:
        return self._tab.open(PATH_OF_PAGE[page]) or self._tab.page_id

    def open_as_is(self, page: str) -> str | Refusal:
        self._tab.go(PATH_OF_PAGE[page])
        if (refusal := self._tab.refusal()) is None and self._tab.asks_to_sign_in():
            return Refusal(SIGNED_OUT, "")
        return refusal or self._tab.page_id

    def choose(self, way: Sequence[str]) -> str | Refusal:
        self._tab.open("/")
        for identifier in way:
            if not self._tab.shows(f'[id="{identifier}"]'):
                return Refusal(NOT_SHOWN, identifier)
            if self._tab.shows(f'a[id="{identifier}"]'):
                self._tab.press(f'a[id="{identifier}"]')
        return self._tab.refusal() or self._tab.page_id

    def navigation(self) -> tuple[NavigationEntry, ...]:
        """What a tab holds is seen when it is chosen."""
        self._tab.open("/")
        entries = []
        for identifier, label, page in self._tab.page.evaluate(_TABS):
            self._tab.press(f'a[id="{identifier}"]')
            entries.append(NavigationEntry(identifier, label, page, self._pane()))
        return tuple(entries)

    def read_in(self, language: str) -> None:
        self._tab.go("/")
        if self._tab.shows(f'#language[value="{language}"]'):
            self._tab.press("#language")

    def deactivate_late(self, token: str, meanwhile: Callable[[], None]) -> Refusal | None:
        self._tab.open(TOKENS_PATH)
        meanwhile()
        self._tab.choose_action(f"#token-{token}", "deactivate")
        return self._tab.refusal()

    def file_ticket(self, reason: str) -> Refusal | None:
        self._tab.open(SUPPORT_PATH)
        if not self._tab.shows("#reason"):
            return self._tab.calls_of_this_session().change("POST", "/tickets", {"reason": reason})
        self._tab.fill("main form", {"reason": reason})
        self._tab.press("#file")
        return self._tab.refusal()

    def approve_ticket(self) -> Refusal | None:
        self._tab.open(SUPPORT_PATH)
        newest = self._tab.rows("tickets")[0]
        if "approve" not in newest["actions"]:
            return self._tab.calls_of_this_session().change(
                "POST", f"/tickets/{newest['id'].removeprefix('ticket-')}/approve"
            )
        self._tab.press(f'#{newest["id"]} [data-action="approve"]')
        return self._tab.refusal()

    def switch_scim(self, *, on: bool) -> Refusal | None:
        self._tab.open(SUPPORT_PATH)
        button = "#switch-on" if on else "#switch-off"
        if not self._tab.shows(button):
            return self._tab.calls_of_this_session().change("POST", "/support/scim", {"on": on})
        self._tab.press(button)
        self._tab.confirm_if_asked()
        return self._tab.refusal()

    def _pane(self) -> tuple[NavigationEntry, ...]:
        sections: list[tuple[str, str, list[NavigationEntry]]] = []
        alone: list[NavigationEntry] = []
        for identifier, label, page in self._tab.page.evaluate(_PANE):
            if page is None:
                sections.append((identifier, label, []))
            else:
                below = sections[-1][2] if sections else alone
                below.append(NavigationEntry(identifier, label, page, ()))
        shown = (NavigationEntry(name, label, below[0].page, tuple(below)) for name, label, below in sections)
        return (*alone, *shown)

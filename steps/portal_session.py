"""The frame of the portal: signing in and out, the navigation, the language, and the feature flag with its tickets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from scimulate.steps.portal_calls import PortalCalls, Refusal, refusal_of

NOT_SHOWN = "not_shown"
CALL_OF_PAGE = {
    "dashboard.audit": "/audit",
    "users.list": "/users",
    "users.groups": "/groups",
    "admin.scim": "/scim",
    "support.tickets": "/tickets",
}
"""What the JSON surface has in the place of a page."""


@dataclass(frozen=True)
class NavigationEntry:
    """`identifier` is the same in every language. `page` is the id of the page that it leads to."""

    identifier: str
    label: str
    page: str
    entries: tuple["NavigationEntry", ...]


class SessionArea(Protocol):
    """A page is named by its id ("admin.scim"), an entry of the navigation likewise ("nav.provisioning")."""

    def sign_in(self, password: str | None = None) -> str | Refusal:
        """Sign in, with the account's own password unless another is given; the page that comes up."""

    def sign_out(self) -> None: ...

    def sign_out_and_keep_the_cookie(self) -> None:
        """Sign out, and go on with the cookie all the same, as somebody would who had copied it."""

    def open(self, page: str) -> str | Refusal:
        """Open a page by its address, signed in; the page that comes up."""

    def open_as_is(self, page: str) -> str | Refusal:
        """The same with whatever session there is, signed in or not."""

    def choose(self, way: Sequence[str]) -> str | Refusal:
        """Choose entries of the navigation, one below the other; the page that comes up, or `NOT_SHOWN`."""

    def navigation(self) -> tuple[NavigationEntry, ...]: ...

    def read_in(self, language: str) -> None:
        """Choose the language of the portal, "en" or "ja"."""

    def deactivate_late(self, token: str, meanwhile: Callable[[], None]) -> Refusal | None:
        """Open the page of a token, let something happen, and only then set the token to inactive."""

    def file_ticket(self, reason: str) -> Refusal | None: ...

    def approve_ticket(self) -> Refusal | None:
        """Approve the ticket that was filed last."""

    def switch_scim(self, *, on: bool) -> Refusal | None: ...


class SessionByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls

    def sign_in(self, password: str | None = None) -> str | Refusal:
        if password is None:
            return self._calls.sign_in() or self.navigation()[0].page
        wanted = {"user_name": self._calls.account.user_name, "password": password}
        answer = self._calls.once("POST", "/sign-in", wanted)
        return refusal_of(answer) if answer.is_error else self.navigation()[0].page

    def sign_out(self) -> None:
        self._calls.change("POST", "/sign-out")

    def sign_out_and_keep_the_cookie(self) -> None:
        kept = self._calls.cookies
        self.sign_out()
        self._calls.keep(kept)

    def open(self, page: str) -> str | Refusal:
        shown = self._calls.ask(CALL_OF_PAGE[page])
        return shown if isinstance(shown, Refusal) else page

    def open_as_is(self, page: str) -> str | Refusal:
        answer = self._calls.once("GET", CALL_OF_PAGE[page])
        return refusal_of(answer) if answer.is_error else page

    def choose(self, way: Sequence[str]) -> str | Refusal:
        entries, page = self.navigation(), ""
        for identifier in way:
            found = [entry for entry in entries if entry.identifier == identifier]
            if not found:
                return Refusal(NOT_SHOWN, identifier)
            entries, page = found[0].entries, found[0].page
        return page

    def navigation(self) -> tuple[NavigationEntry, ...]:
        return tuple(_entry(shown) for shown in self._calls.read("/navigation"))

    def read_in(self, language: str) -> None:
        self._calls.language = language

    def deactivate_late(self, token: str, meanwhile: Callable[[], None]) -> Refusal | None:
        self._calls.read("/scim")
        meanwhile()
        answer = self._calls.once("POST", f"/tokens/{token}/deactivate")
        return refusal_of(answer) if answer.is_error else None

    def file_ticket(self, reason: str) -> Refusal | None:
        return self._calls.change("POST", "/tickets", {"reason": reason})

    def approve_ticket(self) -> Refusal | None:
        tickets = self._calls.read("/tickets")["tickets"]
        return self._calls.change("POST", f"/tickets/{tickets[-1]['id']}/approve")

    def switch_scim(self, *, on: bool) -> Refusal | None:
        return self._calls.change("POST", "/support/scim", {"on": on})


def _entry(shown: dict[str, Any]) -> NavigationEntry:
    return NavigationEntry(shown["id"], shown["label"], shown["page"], tuple(map(_entry, shown["entries"])))

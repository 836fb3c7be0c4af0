"""One tab of the browser, with one administrator in front of it.

Things are found by id, name and data attributes, never by what is written on them.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scimulate.steps.browser import Chromium
from scimulate.steps.portal_calls import Account, PortalCalls, Refusal

if TYPE_CHECKING:  # A development tool, which a run without the browser does not need.
    from playwright.sync_api import Page

SIGN_IN_PAGE = "mdm.login"
CONFIRM_PAGE = "mdm.confirm"
SESSION_COOKIE = "scimulate_portal"
CSRF_TOKEN = 'input[name="csrf"]'
READER = Path(__file__).with_name("browser_reading.js").read_text(encoding="utf-8")


class PortalTab:
    """The portal at `url`. What no page can do is left to `calls`."""

    def __init__(self, chromium: Chromium, url: str, account: Account, calls: PortalCalls) -> None:
        self._chromium = chromium
        self._url = url
        self._page: Page | None = None
        self.account = account
        self.calls = calls

    @property
    def page(self) -> "Page":
        if self._page is None:
            self._page = self._chromium.take(self.calls.language)
        return self._page

    def close(self) -> None:
        if self._page is not None:
            self._chromium.give_back(self.calls.language, self._page)
            self._page = None

    # Where one is

    def open(self, path: str) -> Refusal | None:
        """Go to a page. Signs in where the portal asks for it, which leads to the page that was asked for."""
        self.go(path)
        if self.asks_to_sign_in():
            self.sign_in()
            assert not self.asks_to_sign_in(), self.refusal()
        return self.refusal()

    def go(self, path: str) -> None:
        """Ask for a page with whatever session there is: for scenarios on sessions."""
        self.page.goto(f"{self._url}{path}", wait_until="domcontentloaded")

    @property
    def page_id(self) -> str:
        """Which page is shown, by the name that the page map gives it."""
        shown: str = self._read("pageId")
        return shown

    def asks_to_sign_in(self) -> bool:
        return self.page_id == SIGN_IN_PAGE

    def asks_to_confirm(self) -> bool:
        return self.page_id == CONFIRM_PAGE

    # What one does

    def sign_in(self, password: str | None = None) -> Refusal | None:
        """Fill in the page that asks for it, with the account's own password unless another is given."""
        given = self.account.password if password is None else password
        self.fill("main form", {"user_name": self.account.user_name, "password": given})
        self.press("#sign-in")
        return self.refusal()

    def forget_session(self) -> None:
        """What a browser does when it is closed."""
        self.page.context.clear_cookies(name=SESSION_COOKIE)

    @contextmanager
    def keeping_the_cookies(self) -> Iterator[None]:
        """Whatever the portal takes back meanwhile is there again."""
        kept: Any = self.page.context.cookies()
        yield
        self.page.context.add_cookies(kept)

    def press(self, selector: str) -> None:
        """Choose what leads to another page, as one does by keyboard, and be there."""
        # A click takes ten times as long: it first waits until nothing moves.
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator(selector).press("Enter")

    def confirm_if_asked(self) -> None:
        if self.asks_to_confirm():
            self.press("#confirm")

    def choose_action(self, line: str, action: str) -> None:
        """Open the Select menu of a line, and choose from it."""
        self.page.locator(f"{line} summary").click()
        self.press(f'{line} [data-action="{action}"]')

    def fill(self, form: str, values: Mapping[str, bool | int | str]) -> None:
        """Fill in, choose and tick what has these names."""
        for name, value in values.items():
            field = self.page.locator(f'{form} [name="{name}"]')
            match self._read("kind", form, name):
                case "select":
                    field.select_option(str(value))
                case "checkbox":
                    field.set_checked(bool(value))
                case "radio":
                    field.and_(self.page.locator(f'[value="{value}"]')).check()
                case _:
                    field.fill(str(value))

    def copied(self, button: str) -> str:
        """Press a Copy button, and read the clipboard."""
        self.page.locator(button).click()
        copied: str = self.page.evaluate("() => navigator.clipboard.readText()")
        return copied

    def downloaded(self, selector: str) -> bytes:
        """What comes of a click on a link to a file."""
        with self.page.expect_download() as download:
            self.page.locator(selector).click()
        return download.value.path().read_bytes()

    def calls_of_this_session(self) -> PortalCalls:
        """The JSON surface, for what no page can do, such as two clicks at once."""
        if not self.shows(CSRF_TOKEN):
            self.open("/")
        cookies = {str(one["name"]): str(one["value"]) for one in self.page.context.cookies()}
        csrf = self.page.locator(CSRF_TOKEN).first.get_attribute("value") or ""
        self.calls.join(cookies, csrf)
        return self.calls

    # What one reads

    def shows(self, selector: str) -> bool:
        found: bool = self._read("shows", selector)
        return found

    def offers(self, form: str, values: Mapping[str, bool | int | str]) -> bool:
        """Whether the lists of a form have these values to choose from."""
        return all(self._read("offers", form, name, str(value)) for name, value in values.items())

    def refusal(self) -> Refusal | None:
        """The refusal that the page shows."""
        found = self._read("refusal")
        return Refusal(*found) if found else None

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a table: what each `data-field` says, the line's id, and what its `data-action`s are called."""
        read: list[dict[str, Any]] = self._read("rows", kind)
        return read

    def fields(self) -> dict[str, str]:
        """What each `data-field` of the page says, outside its tables."""
        read: dict[str, str] = self._read("fields")
        return read

    def form(self, selector: str) -> dict[str, bool | str]:
        """What is filled in, chosen and ticked."""
        read: dict[str, bool | str] = self._read("form", selector)
        return read

    def text(self) -> str:
        """All that the page holds, shown or not."""
        return self.page.content()

    def _read(self, what: str, *given: str) -> Any:
        """Much faster than a locator, which makes ready for waiting first."""
        return self.page.evaluate(f"(given) => {READER}.{what}(...given)", list(given))

"""A real browser in front of the portal: Playwright drives the system's Chromium, without a window.

One browser serves all scenarios of a process, and is started when the first one needs it. Each administrator of a
scenario has cookies and a tab of their own. Things are found by id, name and data attributes, never by what is written
on them. Nothing waits but Playwright itself. What the page complains about (an error of a script, something that the
content security policy forbids) is a mistake of ours and ends the scenario.
"""

import importlib.util
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scimulate.harness.faults import HarnessError
from scimulate.steps.portal_calls import Account, PortalCalls, Refusal

if TYPE_CHECKING:  # A development tool, which a run without the browser does not need.
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

NAMES_OF_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
THIS_MACHINE_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NO_GRAPHICS = ("--disable-gpu", "--in-process-gpu")
PATIENCE_MS = 10_000
SIGN_IN_PAGE = "mdm.login"
CONFIRM_PAGE = "mdm.confirm"
CSRF_TOKEN = 'input[name="csrf"]'
SESSION_COOKIE = "scimulate_portal"

# A refusal's status is told by the page itself; the console repeats it.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

_READ = Path(__file__).with_name("browser_reading.js").read_text(encoding="utf-8")


def why_there_is_no_browser() -> str | None:
    """What to install before a browser can be driven, in one line; None when all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "--portal=browser needs Playwright: pip install playwright"
    if _chromium() is None:
        return f"--portal=browser needs Chromium on the PATH, as {', '.join(NAMES_OF_CHROMIUM)}: apt install chromium"
    return None


def _chromium() -> str | None:
    return next((path for name in NAMES_OF_CHROMIUM if (path := shutil.which(name))), None)


class PageComplains(HarnessError):
    """A page of ours broke its own rules."""


class Chromium:
    """The browser of this process."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._complaints: list[str] = []

    def context(self, language: str) -> "BrowserContext":
        """Cookies, a clipboard and a language of one administrator's own."""
        context = self._launched().new_context(locale=language, permissions=["clipboard-read", "clipboard-write"])
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._complaints.append(str(error.error)))
        return context

    def complaints(self) -> list[str]:
        """What pages complained about since the last time."""
        heard, self._complaints = self._complaints, []
        return heard

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()
        if self._playwright is not None:
            self._playwright.stop()

    def _launched(self) -> "Browser":
        if self._browser is None:
            from playwright.sync_api import sync_playwright

            # Chromium has no sandbox for root.
            root = ["--no-sandbox"] if os.geteuid() == 0 else []
            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=_chromium(), args=[THIS_MACHINE_ONLY, *NO_GRAPHICS, *root]
            )
        return self._browser

    def _hear(self, message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning") and not _REFUSED.match(message.text):
            self._complaints.append(message.text)


class PortalTab:
    """One administrator at the portal at `url`. What no page can do is left to `calls`."""

    def __init__(self, chromium: Chromium, url: str, account: Account, calls: PortalCalls) -> None:
        self._chromium = chromium
        self._url = url
        self._page: Page | None = None
        self.account = account
        self.calls = calls

    @property
    def page(self) -> "Page":
        if self._page is None:
            self._page = self._chromium.context(self.calls.language).new_page()
        return self._page

    @property
    def page_id(self) -> str:
        """Which page is shown, by the name that the page map gives it."""
        # Much faster than a locator, which makes ready for waiting first.
        shown: str = self.page.evaluate("() => document.querySelector('main')?.dataset.page ?? ''")
        return shown

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

    def asks_to_sign_in(self) -> bool:
        return self.page_id == SIGN_IN_PAGE

    def sign_in(self, password: str | None = None) -> Refusal | None:
        """Fill in the page that asks for it, with the account's own password unless another is given."""
        self.page.locator("#user_name").fill(self.account.user_name)
        self.page.locator("#password").fill(self.account.password if password is None else password)
        self.press("#sign-in")
        return self.refusal()

    def forget_session(self) -> None:
        """What a browser does when it is closed."""
        self.page.context.clear_cookies(name=SESSION_COOKIE)

    def shows(self, selector: str) -> bool:
        found: bool = self.page.evaluate("(selector) => document.querySelector(selector) !== null", selector)
        return found

    def press(self, selector: str) -> None:
        """Click on what leads to another page, and be there."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            self.page.locator(selector).click()

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill in a form: what is typed, and what is chosen from a list, by the names of the fields."""
        for name, value in values.items():
            field = self.page.locator(f'main [name="{name}"]')
            if self.shows(f'main select[name="{name}"]'):
                field.select_option(value)
            else:
                field.fill(value)

    def downloaded(self, selector: str) -> bytes:
        """What comes of a click on a link to a file."""
        with self.page.expect_download() as download:
            self.page.locator(selector).click()
        return download.value.path().read_bytes()

    def choose_action(self, row: str, action: str) -> None:
        """Open the Select menu of a line, and choose from it."""
        self.page.locator(f"{row} summary").click()
        self.press(f'{row} [data-action="{action}"]')

    def asks_to_confirm(self) -> bool:
        return self.page_id == CONFIRM_PAGE

    def confirm_if_asked(self) -> None:
        if self.asks_to_confirm():
            self.press("#confirm")

    def refusal(self) -> Refusal | None:
        """The refusal that the page shows."""
        found = self.page.evaluate(
            "() => { const one = document.querySelector('[data-code]');"
            " return one && [one.dataset.code, (one.querySelector('[data-message]') ?? one).textContent.trim()]; }"
        )
        return Refusal(*found) if found else None

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The lines of a table: what each `data-field` says, the line's id, and what its `data-action`s are called."""
        read: list[dict[str, Any]] = self.page.evaluate(_READ, kind)
        return read

    def fields(self) -> dict[str, str]:
        """What each `data-field` of the page says, outside its tables."""
        read: dict[str, str] = self.page.evaluate(_READ, None)
        return read

    def text(self) -> str:
        """All that the page holds, shown or not."""
        return self.page.content()

    def copied(self, button: str) -> str:
        """Press a Copy button, and read the clipboard."""
        self.page.locator(button).click()
        copied: str = self.page.evaluate("() => navigator.clipboard.readText()")
        return copied

    def calls_of_this_session(self) -> PortalCalls:
        """The JSON surface, for what no page can do, such as two clicks at once."""
        if not self.shows(CSRF_TOKEN):
            self.open("/")
        cookies = {str(one["name"]): str(one["value"]) for one in self.page.context.cookies()}
        csrf = self.page.locator(CSRF_TOKEN).first.get_attribute("value") or ""
        self.calls.join(cookies, csrf)
        return self.calls

    def close(self) -> None:
        if self._page is not None:
            self._page.context.close()

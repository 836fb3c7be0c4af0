"""A real browser in front of the portal: Playwright drives the system's Chromium, without a window.

One browser serves all scenarios of a process, and is started when the first one needs it. Each administrator of a
scenario has cookies of their own. Nothing waits but Playwright itself. What a page complains about (an error of a
script, something that the content security policy forbids) is a mistake of ours and ends the scenario.
"""

import importlib.util
import os
import re
import shutil
from typing import TYPE_CHECKING

from scimulate.harness.faults import HarnessError

if TYPE_CHECKING:  # A development tool, which a run without the browser does not need.
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

NAMES_OF_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
THIS_MACHINE_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NO_GRAPHICS = ("--disable-gpu", "--in-process-gpu")
PATIENCE_MS = 10_000

# A refusal's status is told by the page itself; the console repeats it.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def why_there_is_no_browser() -> str | None:
    """What to install before a browser can be driven, in one line; None when all is there."""
    if importlib.util.find_spec("playwright") is None:
        return "--portal=browser needs Playwright: pip install 'scimulate[browser]'"
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
        self._free: dict[str, list[Page]] = {}

    def take(self, language: str) -> "Page":
        """A tab with cookies of its own. To make one costs more than a scenario, so they are used again."""
        free = self._free.get(language)
        return free.pop() if free else self.context(language).new_page()

    def give_back(self, language: str, page: "Page") -> None:
        """Whoever takes it next finds it as new."""
        page.goto("about:blank")
        page.context.clear_cookies()
        self._free.setdefault(language, []).append(page)

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

"""The plug-in that decides how administrators use the portal: through its JSON surface, or in a real browser."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from scimulate.harness.gherkin import ScenarioItem
from scimulate.harness.wire import Wire
from scimulate.steps.browser import Chromium, PageComplains, why_there_is_no_browser
from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal import Portal, portal_by_calls, portal_in_browser
from scimulate.steps.portal_calls import Account, PortalCalls
from scimulate.steps.tenant import OpenPortal

PORTAL_TAG = "portal"
JAPANESE_TAG = "ja"
CHROMIUM = pytest.StashKey[Chromium]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("scimulate").addoption(
        "--portal",
        choices=("json", "browser"),
        default="json",
        help="how scenarios tagged @portal use the portal: through its JSON surface, or in Chromium",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("portal") == "browser" and (reason := why_there_is_no_browser()):
        raise pytest.UsageError(reason)


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Iterator[Chromium]:
    """The browser of this process, which starts when the first page is opened."""
    chromium = pytestconfig.stash[CHROMIUM] = Chromium()
    yield chromium
    chromium.close()


def portals(request: pytest.FixtureRequest, item: ScenarioItem, wire: Wire, open_things: ExitStack) -> OpenPortal:
    """How the portals of a scenario are opened. `open_things` closes them when it has ended."""
    tags = item.scenario_description.tags
    language = "ja" if JAPANESE_TAG in tags else "en"
    in_browser = PORTAL_TAG in tags and item.config.getoption("portal") == "browser"
    chromium: Chromium | None = request.getfixturevalue("chromium") if in_browser else None

    def open_portal(url: str, account: Account) -> Portal:
        client = open_things.enter_context(wire.client("portal administrator", token="", guarded=False))
        calls = PortalCalls(client, url, account, language)
        if chromium is None:
            return portal_by_calls(calls)
        tab = PortalTab(chromium, url, account, calls)
        open_things.callback(tab.close)
        return portal_in_browser(tab)

    return open_portal


@pytest.hookimpl(trylast=True)
def pytest_bdd_after_scenario(request: pytest.FixtureRequest) -> None:
    """A page that breaks its own rules is our mistake, and no verdict on what it shows."""
    chromium = request.config.stash.get(CHROMIUM, None)
    complaints = chromium.complaints() if chromium else []
    if complaints:
        raise PageComplains("; ".join(complaints))

"""The whole documented procedure, walked through both portals in a real browser, page by page, in both languages.

With SCIMULATE_TEST_SCREENSHOTS=FOLDER each page is kept as a picture.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from scimulate.cli.up import clock_of_both
from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.accounts import FIRST_ACCOUNT
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import fill_with_company
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.portal.administrators import FIRST_ADMINISTRATOR
from scimulate.mock_servers.portal.token_administration import generate_token
from scimulate.mock_servers.serving import RunningServer, open_tenants
from scimulate.steps.browser import Chromium, why_there_is_no_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(why_there_is_no_browser() is not None, reason=str(why_there_is_no_browser()))

PERSON, GROUP = "Ada Lovelace", "Engineering"


@dataclass
class Walk:
    """One administrator with a tab for both portals, whose language is that of the browser."""

    page: "Page"
    mdm: str
    entra: str
    language: str
    pictures: int = 0

    def see(self, page_id: str, heading: str | None = None) -> None:
        """The page that the procedure leads to, in the language of the browser; and keep its picture."""
        assert self.page.locator("main").get_attribute("data-page") == page_id
        assert self.page.locator("html").get_attribute("lang") == self.language
        if heading is not None:
            assert self.page.locator("h1").inner_text() == heading
        self.pictures += 1
        folder = os.environ.get("SCIMULATE_TEST_SCREENSHOTS")
        if folder:
            name = f"{self.language}-{self.pictures:02}-{page_id}.png"
            self.page.screenshot(path=str(Path(folder) / name), full_page=True)

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("domcontentloaded")

    def sign_in(self, user_name: str, password: str) -> None:
        self.page.locator("#user_name").fill(user_name)
        self.page.locator("#password").fill(password)
        self.press("#sign-in")

    def text_of(self, selector: str) -> str:
        return self.page.locator(selector).first.inner_text()

    def copied(self, button: str) -> str:
        self.page.locator(button).click()
        copied: str = self.page.evaluate("() => navigator.clipboard.readText()")
        return copied

    def assign(self, name: str) -> None:
        self.press("#add")
        self.see("entra.add_assignment")
        self.page.locator("#search").fill(name)
        self.press("#do-search")
        self.page.locator("#found input[type=checkbox]:enabled").first.check()
        self.see("entra.add_assignment")
        self.press("#select")
        self.press("#assign")
        self.see("entra.users_groups")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    chromium = Chromium()
    yield chromium
    chromium.close()


@pytest.mark.parametrize(
    ("language", "users", "groups"), [("en", "Users", "User Groups"), ("ja", "ユーザ", "ユーザグループ")]
)
def test_the_documented_procedure_leads_from_page_to_page(
    chromium: Chromium, language: str, users: str, groups: str
) -> None:
    clock = VirtualClock()
    tenants = open_tenants(":memory:", lambda name: clock)
    with httpx.HTTPTransport(trust_env=False) as transport:
        tenant = EntraTenant(clock=clock, transport=transport)
        fill_with_company(tenant.directory)
        app = MdmApplication(tenants)
        portal = create_entra_portal(tenant, advance=clock_of_both(clock, app))
        with RunningServer(app) as mdm, RunningServer(portal) as entra:
            context = chromium.context(language)
            walk = Walk(context.new_page(), f"{mdm.url}/portal", f"{entra.url}/portal", language)
            password = tenants.default.administrators.set_password(FIRST_ADMINISTRATOR)
            url, token = generate_a_token(walk, password)
            establish_the_connection(walk, tenant.accounts.set_password(FIRST_ACCOUNT), url, token)
            provision(walk, PERSON)
            provision(walk, GROUP)
            verify(walk, users, groups)
            let_an_interval_pass(walk)
            assert chromium.complaints() == []
            context.close()


def generate_a_token(walk: Walk, password: str) -> tuple[str, str]:
    """SEED-013 to SEED-020: the two values that the other portal needs."""
    walk.page.goto(walk.mdm)
    walk.see("mdm.login")
    walk.sign_in(FIRST_ADMINISTRATOR, password)
    walk.see("dashboard.audit")
    walk.press("[data-leads-to='admin.custom_attributes']")
    walk.see("admin.custom_attributes")
    walk.press("[data-leads-to='admin.scim'] >> nth=-1")
    walk.see("admin.scim")
    walk.page.locator("#provider").select_option("Entra ID")
    walk.press("#generate")
    walk.see("mdm.confirm")
    walk.press("main button.primary")
    walk.see("admin.scim.generated")
    token, url = walk.copied("#copy-token"), walk.copied("#copy-target-url")
    assert (token[:6], url) == ("scimt_", walk.mdm.replace("/portal", "/scim/v2"))
    walk.press("#close")
    walk.page.locator("[data-action=select]").click()
    walk.see("admin.scim")
    return url, token


def establish_the_connection(walk: Walk, password: str, url: str, token: str) -> None:
    """SEED-029 to SEED-038."""
    walk.page.goto(walk.entra)
    walk.see("entra.sign_in")
    walk.sign_in(FIRST_ACCOUNT, password)
    walk.see("entra.apps")
    walk.press("#new-application")
    walk.see("entra.create_application")
    walk.page.locator("#name").fill("Ivanti Neurons for MDM")
    walk.press("#create")
    walk.see("entra.overview")
    walk.press("nav.side a[href$='/provisioning']")
    walk.see("entra.provisioning")
    walk.press("#start")
    assert walk.page.locator("#refused").get_attribute("data-code") == "credentials_required"
    walk.see("entra.provisioning")
    walk.press("#edit")
    walk.page.locator("#tenant_url").fill(url)
    walk.page.locator("#secret_token").fill("a-wrong-token")
    walk.press("#test-connection")
    assert walk.page.locator("#test").get_attribute("data-result") == "failure"
    walk.see("entra.edit")
    walk.page.locator("#secret_token").fill(token)
    walk.press("#test-connection")
    assert walk.page.locator("#test").get_attribute("data-result") == "success"
    walk.see("entra.edit")
    walk.press("#save")
    assert walk.page.locator("#saved").count() == 1
    walk.see("entra.edit")
    walk.press("#mappings")
    walk.see("entra.mappings")


def provision(walk: Walk, name: str) -> None:
    """SEED-041 to SEED-048, SEED-056 to SEED-061."""
    walk.press("nav.side a[href$='/users-and-groups']")
    walk.see("entra.users_groups")
    walk.assign(name)
    walk.page.locator("#assignments input[type=checkbox]").last.check()
    walk.press("nav.side a[href$='/provisioning']")
    walk.press("#start" if name == PERSON else "#restart")
    walk.see("entra.provisioning")
    assert walk.page.locator("#cycle-result").get_attribute("data-result") == "Succeeded"
    walk.press("main a[href$='/logs']")
    walk.see("entra.logs")
    assert name in walk.text_of("#log")
    walk.press("#log a")
    walk.see("entra.log_entry")


def verify(walk: Walk, users: str, groups: str) -> None:
    """SEED-051 to SEED-053, SEED-063 to SEED-065."""
    walk.page.goto(walk.mdm)
    walk.press("[data-leads-to='users.list']")
    walk.see("users.list", users)
    assert PERSON in walk.text_of("main table")
    walk.press("main table a")
    walk.see("users.detail")
    walk.press("[data-leads-to='users.groups']")
    walk.see("users.groups", groups)
    assert GROUP in walk.text_of("main table")
    walk.press("main table a")
    walk.see("users.group")
    walk.press("[data-leads-to='dashboard.audit']")
    walk.see("dashboard.audit")
    walk.press("main table a")
    walk.see("dashboard.audit.detail")
    for path, page_id in (
        ("/admin/scim/settings", "admin.scim.settings"),
        ("/admin/scim/migration", "admin.scim.migration"),
    ):
        walk.page.goto(walk.mdm + path)
        walk.see(page_id)


def let_an_interval_pass(walk: Walk) -> None:
    """SEED-066: nothing to do, and that is said. Nobody was idle meanwhile."""
    walk.page.goto(walk.entra)
    walk.press("#applications a")
    walk.press("nav.side a[href$='/provisioning']")
    walk.press("#clock button")
    walk.see("entra.provisioning")
    assert walk.page.locator("#cycle-result").get_attribute("data-result") == "Succeeded"
    walk.page.goto(walk.mdm)
    walk.see("dashboard.audit")


def test_a_select_menu_covers_no_other_rows_menu(chromium: Chromium) -> None:
    tenants = open_tenants(":memory:", lambda name: VirtualClock())
    with RunningServer(MdmApplication(tenants)) as mdm:
        context = chromium.context("en")
        walk = Walk(context.new_page(), f"{mdm.url}/portal", "", "en")
        password = tenants.default.administrators.set_password(FIRST_ADMINISTRATOR)
        for _ in range(2):
            generate_token(tenants.default, confirmed=True, provider="Entra ID", by="admin")
        walk.page.goto(f"{walk.mdm}/admin/scim")
        walk.sign_in(FIRST_ADMINISTRATOR, password)
        first, second = walk.page.locator("details.menu").all()
        first.locator("summary").click()
        walk.see("admin.scim")
        # A click on what something else covers is no click.
        second.locator("summary").click(timeout=2000)
        assert [each.get_attribute("open") for each in (first, second)] == [None, ""]
        walk.page.keyboard.press("Escape")
        assert [each.get_attribute("open") for each in (first, second)] == [None, None]
        assert chromium.complaints() == []
        context.close()

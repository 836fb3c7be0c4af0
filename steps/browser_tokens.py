"""The page "User Provisioning Entra ID" in a browser."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from scimulate.steps.browser_tab import PortalTab
from scimulate.steps.portal_calls import Refusal
from scimulate.steps.portal_tokens import VENDOR, Generated, ProvisioningPage, TokenRow, TokensByCalls

TOKENS_PATH = "/admin/scim"


class TokensInBrowser:
    """The area through its pages."""

    def __init__(self, tab: PortalTab) -> None:
        self._tab = tab
        self.generated: list[Generated] = []

    def page(self) -> ProvisioningPage:
        self._tab.open(TOKENS_PATH)
        rows = tuple(map(_row, self._tab.rows("tokens")))
        return ProvisioningPage(
            self._tab.fields()["target_url"],
            self._offered(),
            self._tab.shows("#generate") and not self._tab.shows("#limit"),
            self._tab.shows("#edit-settings"),
            rows,
            self._tab.text(),
        )

    def generate(self, *, confirm: bool = True, provider: str = VENDOR) -> Generated | Refusal:
        if refusal := self._tab.open(TOKENS_PATH):
            return refusal
        if self._tab.shows("#generate") and provider in self._offered():
            self._tab.fill("main form", {"provider": provider})
            self._tab.press("#generate")
        else:  # What the page does not offer has an address all the same.
            self._tab.open(f"{TOKENS_PATH}/generate?provider={quote(provider)}")
        refusal = self._tab.refusal() if confirm else self._cancelled()
        if refusal:
            return refusal
        self._tab.press("#confirm")
        shown = self._tab.refusal() or self._generated()
        if isinstance(shown, Generated):
            self.generated.append(shown)
        return shown

    def change(self, place: int, action: str) -> Generated | Refusal | None:
        identifier = self.generated[place].identifier
        if refusal := self._tab.open(TOKENS_PATH):
            return refusal
        row = f"#token-{identifier}"
        if not self._tab.shows(f'{row} [data-action="{action}"]'):
            return self._sent_all_the_same(identifier, action)
        self._tab.choose_action(row, action)
        self._tab.confirm_if_asked()
        if refusal := self._tab.refusal():
            return refusal
        if action == "renew":
            self.generated[place] = replace(self._generated(), identifier=identifier)
            return self.generated[place]
        return None

    def generate_at_once(self, times: int) -> list[Generated | Refusal]:
        """Two clicks at once are more than one page can do."""
        self._tab.open(TOKENS_PATH)
        by_calls = TokensByCalls(self._tab.calls_of_this_session())
        answers = by_calls.generate_at_once(times)
        self.generated += by_calls.generated
        return answers

    def change_unknown(self, identifier: str, action: str) -> Refusal | None:
        self._tab.open(TOKENS_PATH)
        return self._sent_all_the_same(identifier, action)

    def ask_to_remove(self, place: int) -> str:
        self._tab.open(TOKENS_PATH)
        self._tab.choose_action(f"#token-{self.generated[place].identifier}", "remove")
        warning = self._tab.page.locator('input[name="warning"]')
        code = warning.get_attribute("value") or "" if warning.count() else ""
        self._tab.press("#cancel")
        return code

    def _sent_all_the_same(self, identifier: str, action: str) -> Refusal | None:
        """What a page does not offer is sent by a program, or by a page that was opened before."""
        return TokensByCalls(self._tab.calls_of_this_session()).change_unknown(identifier, action)

    def _offered(self) -> tuple[str, ...]:
        """The identity providers that can be chosen."""
        values = self._tab.page.locator("#provider option").evaluate_all("found => found.map(one => one.value)")
        return tuple(provider for provider in values if provider)

    def _cancelled(self) -> Refusal | None:
        """The portal asks, and the administrator does not confirm."""
        if not self._tab.asks_to_confirm():
            return None
        question = self._tab.page.locator("h1").inner_text()
        self._tab.press("#cancel")
        return Refusal("not_confirmed", question)

    def _generated(self) -> Generated:
        """What the Copy buttons of the page copy."""
        identifier = self._tab.rows("generated")[0]["id"].removeprefix("token-")
        return Generated(identifier, self._tab.copied("#copy-token"), self._tab.copied("#copy-target-url"))


def _row(shown: dict[str, Any]) -> TokenRow:
    return TokenRow(
        shown["id"].removeprefix("token-"),
        shown["name"],
        shown["status"],
        shown["vendor"],
        shown["masked"],
        tuple(shown["actions"].values()),
    )

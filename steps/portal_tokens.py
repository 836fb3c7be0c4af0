"""The page "User Provisioning Entra ID": what an administrator does to tokens, and reads there."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import log2
from threading import Barrier
from typing import Any, Protocol

import httpx

from scimulate.steps.portal_calls import PortalCalls, Refusal, refusal_of

VENDOR = "Entra ID"


@dataclass(frozen=True)
class Generated:
    """The page that is shown once."""

    identifier: str
    token: str
    target_url: str


@dataclass(frozen=True)
class TokenRow:
    """A row of the Token Status table; `actions` are the entries of its Select menu, as they are worded."""

    identifier: str
    name: str
    status: str
    vendor: str
    masked: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class ProvisioningPage:
    """`everything` is all that the page holds, as text."""

    target_url: str
    providers: tuple[str, ...]
    can_generate: bool
    can_edit_settings: bool
    tokens: tuple[TokenRow, ...]
    everything: str


class TokenArea(Protocol):
    """`generated` holds what was shown, by the token's place."""

    generated: list[Generated]

    def page(self) -> ProvisioningPage: ...

    def generate(self, *, confirm: bool = True, provider: str = VENDOR) -> Generated | Refusal: ...

    def generate_at_once(self, times: int) -> list[Generated | Refusal]:
        """As many administrators ask at the same moment."""

    def change(self, place: int, action: str) -> Generated | Refusal | None:
        """Do `action` (activate, deactivate, renew, remove) to the token that was generated as number `place`."""

    def change_unknown(self, identifier: str, action: str) -> Refusal | None:
        """Do `action` to what no page shows."""

    def ask_to_remove(self, place: int) -> str:
        """The code of the portal's warning before it removes the token, which is not removed; empty without one."""


class TokensByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls
        self.generated: list[Generated] = []

    def page(self) -> ProvisioningPage:
        shown = self._calls.read("/scim")
        return ProvisioningPage(
            shown["target_url"],
            tuple(shown["providers"]),
            shown["can_generate"],
            shown["can_edit_settings"],
            tuple(map(_row, shown["tokens"])),
            str(shown),
        )

    def generate(self, *, confirm: bool = True, provider: str = VENDOR) -> Generated | Refusal:
        answer = self._calls.send("POST", "/tokens", {"confirm": confirm, "provider": provider})
        if answer.is_error:
            return refusal_of(answer)
        self.generated.append(_generated(answer))
        return self.generated[-1]

    def generate_at_once(self, times: int) -> list[Generated | Refusal]:
        self.page()  # Signed in before: the clicks alone are at once.
        together = Barrier(times)

        def click(_: int) -> Generated | Refusal:
            together.wait()
            return self.generate()

        with ThreadPoolExecutor(times) as clicks:
            return list(clicks.map(click, range(times)))

    def change(self, place: int, action: str) -> Generated | Refusal | None:
        identifier = self.generated[place].identifier
        if action != "renew":
            return self.change_unknown(identifier, action)
        answer = self._calls.send("POST", f"/tokens/{identifier}/renew")
        if answer.is_error:
            return refusal_of(answer)
        # Whether the token is the same one is seen when it is looked for by the id it had.
        self.generated[place] = replace(_generated(answer), identifier=identifier)
        return self.generated[place]

    def change_unknown(self, identifier: str, action: str) -> Refusal | None:
        path = f"/tokens/{identifier}"
        if action == "remove":
            return self._calls.change("DELETE", path, {"confirm": True})
        return self._calls.change("POST", f"{path}/{action}")

    def ask_to_remove(self, place: int) -> str:
        """Only the last token is removed after a warning, and is not while that is unconfirmed."""
        page = self.page()
        if len(page.tokens) > 1:
            return ""
        refusal = self._calls.change("DELETE", f"/tokens/{self.generated[place].identifier}")
        return refusal.reason if refusal else ""


def _row(shown: dict[str, Any]) -> TokenRow:
    actions = tuple(action["label"] for action in shown["actions"])
    return TokenRow(str(shown["id"]), shown["name"], shown["status"], shown["vendor"], shown["masked"], actions)


def _generated(answer: httpx.Response) -> Generated:
    shown = answer.json()
    return Generated(str(shown["id"]), shown["token"], shown["target_url"])


def is_bearer_token(text: str) -> bool:
    """RFC 6750 §2.1: what may stand after "Bearer ", and nothing around it."""
    return re.fullmatch(r"[A-Za-z0-9\-._~+/]+=*", text) is not None


def bits_apart(first: str, second: str) -> float:
    """How much chance two secrets show at least: each place in which they differ was drawn from 62 signs."""
    return sum(one != other for one, other in zip(first, second, strict=True)) * log2(62)

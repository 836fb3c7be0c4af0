"""The page "User Provisioning Entra ID": what an administrator does to tokens, and reads there."""

from dataclasses import dataclass
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
    status: str
    vendor: str
    masked: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class ProvisioningPage:
    """`everything` is all that the page holds, as text."""

    target_url: str
    tokens: tuple[TokenRow, ...]
    everything: str


class TokenArea(Protocol):
    """`generated` holds what was shown, by the token's place."""

    generated: list[Generated]

    def page(self) -> ProvisioningPage: ...

    def generate(self, *, confirm: bool = True) -> Generated | Refusal: ...

    def change(self, place: int, action: str) -> Generated | Refusal | None:
        """Do `action` (activate, deactivate, renew, remove) to the token that was generated as number `place`."""


class TokensByCalls:
    """The area through the JSON surface."""

    def __init__(self, calls: PortalCalls) -> None:
        self._calls = calls
        self.generated: list[Generated] = []

    def page(self) -> ProvisioningPage:
        shown = self._calls.read("/scim")
        return ProvisioningPage(shown["target_url"], tuple(map(_row, shown["tokens"])), str(shown))

    def generate(self, *, confirm: bool = True) -> Generated | Refusal:
        answer = self._calls.send("POST", "/tokens", {"confirm": confirm, "provider": VENDOR})
        if answer.is_error:
            return refusal_of(answer)
        self.generated.append(_generated(answer))
        return self.generated[-1]

    def change(self, place: int, action: str) -> Generated | Refusal | None:
        path = f"/tokens/{self.generated[place].identifier}"
        if action == "remove":
            return self._calls.change("DELETE", path, {"confirm": True})
        answer = self._calls.send("POST", f"{path}/{action}")
        if answer.is_error:
            return refusal_of(answer)
        if action == "renew":
            self.generated[place] = _generated(answer)
            return self.generated[place]
        return None


def _row(shown: dict[str, Any]) -> TokenRow:
    actions = tuple(action["label"] for action in shown["actions"])
    return TokenRow(str(shown["id"]), shown["status"], shown["vendor"], shown["masked"], actions)


def _generated(answer: httpx.Response) -> Generated:
    shown = answer.json()
    return Generated(str(shown["id"]), shown["token"], shown["target_url"])

"""The administrator of the MDM at work: the portal's JSON surface, over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

VENDOR = "Entra ID"


@dataclass(frozen=True)
class Refusal:
    """The portal said no: a reason in one word and a sentence for the administrator."""

    reason: str
    message: str


@dataclass(frozen=True)
class Generated:
    """The page that is shown once."""

    identifier: str
    token: str
    target_url: str


class Portal:
    """One tenant's portal at `url`. `generated` holds what was shown, by the token's place."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        self._api = f"{url}/api"
        self.generated: list[Generated] = []

    def page(self) -> dict[str, Any]:
        """The provisioning page: target URL and the Token Status table."""
        page: dict[str, Any] = self._read("/scim")
        return page

    def tokens(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.page()["tokens"]
        return rows

    def any_token(self) -> str:
        """The secret generated last; the first one is generated when there is none."""
        if not self.generated:
            self.generate_token()
        return self.generated[-1].token

    def generate_token(self, *, confirm: bool = True) -> Generated | Refusal:
        answer = self._client.post(f"{self._api}/tokens", json={"confirm": confirm, "provider": VENDOR})
        if answer.status_code != 201:
            return _refusal(answer)
        generated = _generated(answer)
        self.generated.append(generated)
        return generated

    def change_token(self, place: int, action: str) -> Generated | Refusal | None:
        """Do `action` (activate, deactivate, renew, remove) to the token that was generated as number `place`."""
        identifier = self.generated[place].identifier
        url = f"{self._api}/tokens/{identifier}"
        answer = self._client.delete(url) if action == "remove" else self._client.post(f"{url}/{action}")
        if answer.is_error:
            return _refusal(answer)
        if action == "renew":
            self.generated[place] = _generated(answer)
            return self.generated[place]
        return None

    def users(self, search: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._read("/users", search=search)["users"]
        return rows

    def groups(self, search: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._read("/groups", search=search)["groups"]
        return rows

    def count_users(self) -> int:
        total: int = self._read("/users")["total"]
        return total

    def _read(self, path: str, **query: str) -> Any:
        answer = self._client.get(f"{self._api}{path}", params=query)
        answer.raise_for_status()
        return answer.json()


def _generated(answer: httpx.Response) -> Generated:
    shown = answer.json()
    return Generated(str(shown["id"]), shown["token"], shown["target_url"])


def _refusal(answer: httpx.Response) -> Refusal:
    told = answer.json()
    return Refusal(told["code"], told["message"])

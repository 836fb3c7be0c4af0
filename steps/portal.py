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

    def __init__(self, client: httpx.Client, url: str, scim_url: str, user_name: str, password: str) -> None:
        self._client = client
        self._api = f"{url}/api"
        self.scim_url = scim_url
        self._account = {"user_name": user_name, "password": password}
        self._csrf = ""
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
        answer = self._send("POST", "/tokens", {"confirm": confirm, "provider": VENDOR})
        if answer.status_code != 201:
            return _refusal(answer)
        generated = _generated(answer)
        self.generated.append(generated)
        return generated

    def change_token(self, place: int, action: str) -> Generated | Refusal | None:
        """Do `action` (activate, deactivate, renew, remove) to the token that was generated as number `place`."""
        identifier = self.generated[place].identifier
        path = f"/tokens/{identifier}"
        answer = self._send("DELETE", path) if action == "remove" else self._send("POST", f"{path}/{action}")
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
        answer = self._send("GET", path, query=query)
        answer.raise_for_status()
        return answer.json()

    def _send(
        self, method: str, path: str, document: Any = None, query: dict[str, str] | None = None
    ) -> httpx.Response:
        """Signs in before the first request, and again when the session has expired meanwhile."""
        if not self._csrf:
            self.sign_in()
        answer = self._request(method, path, document, query)
        if answer.status_code == 401:
            self.sign_in()
            answer = self._request(method, path, document, query)
        return answer

    def sign_in(self) -> None:
        answer = self._client.post(f"{self._api}/sign-in", json=self._account)
        answer.raise_for_status()
        self._csrf = answer.json()["csrf"]

    def _request(self, method: str, path: str, document: Any, query: dict[str, str] | None) -> httpx.Response:
        headers = {"X-CSRF-Token": self._csrf}
        return self._client.request(method, f"{self._api}{path}", json=document, params=query, headers=headers)


def _generated(answer: httpx.Response) -> Generated:
    shown = answer.json()
    return Generated(str(shown["id"]), shown["token"], shown["target_url"])


def _refusal(answer: httpx.Response) -> Refusal:
    told = answer.json()
    return Refusal(told["code"], told["message"])

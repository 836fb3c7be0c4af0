"""An administrator's calls to the JSON surface of a portal: signed in, in a language, with the CSRF token."""

from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True)
class Refusal:
    """The portal said no: a reason in one word and a sentence for the administrator."""

    reason: str
    message: str


@dataclass(frozen=True)
class Account:
    user_name: str
    password: str = field(repr=False)


class PortalCalls:
    """One administrator at the portal at `url`. `language` is what the administrator reads, "en" or "ja"."""

    def __init__(self, client: httpx.Client, url: str, account: Account, language: str) -> None:
        self._client = client
        self._api = f"{url}/api"
        self.account = account
        self.language = language
        self._csrf = ""

    def read(self, path: str, **query: str) -> Any:
        """What the portal shows at `path`, which it must show."""
        answer = self.send("GET", path, query=query)
        answer.raise_for_status()
        return answer.json()

    def ask(self, path: str, **query: str) -> Any:
        """What the portal shows at `path`, or its `Refusal`."""
        answer = self.send("GET", path, query=query)
        return refusal_of(answer) if answer.is_error else answer.json()

    def change(self, method: str, path: str, document: Any = None) -> Refusal | None:
        """Do what answers nothing worth keeping."""
        answer = self.send(method, path, document)
        return refusal_of(answer) if answer.is_error else None

    def send(self, method: str, path: str, document: Any = None, query: dict[str, str] | None = None) -> httpx.Response:
        """Signs in before the first request, and again when the session has expired meanwhile."""
        if not self._csrf:
            self._insist_on_signing_in()
        answer = self.once(method, path, document, query)
        if answer.status_code == 401:
            self._insist_on_signing_in()
            answer = self.once(method, path, document, query)
        return answer

    def once(self, method: str, path: str, document: Any = None, query: dict[str, str] | None = None) -> httpx.Response:
        """The request as it is, with whatever session there is: for scenarios on sessions."""
        headers = {"X-CSRF-Token": self._csrf, "Accept-Language": self.language}
        return self._client.request(method, f"{self._api}{path}", json=document, params=query, headers=headers)

    def sign_in(self, account: Account | None = None) -> Refusal | None:
        """Sign in as `account`, who is the administrator from now on."""
        self.account = account or self.account
        wanted = {"user_name": self.account.user_name, "password": self.account.password}
        answer = self.once("POST", "/sign-in", wanted)
        if answer.is_error:
            return refusal_of(answer)
        self._csrf = answer.json()["csrf"]
        return None

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self._client.cookies)

    def keep(self, cookies: dict[str, str]) -> None:
        """Go on with cookies that the portal has taken back."""
        self._client.cookies.update(cookies)

    def join(self, cookies: dict[str, str], csrf: str) -> None:
        """Go on in a session that was opened elsewhere."""
        self.keep(cookies)
        self._csrf = csrf

    def _insist_on_signing_in(self) -> None:
        refusal = self.sign_in()
        assert refusal is None, refusal


def reason_of(outcome: object, otherwise: str) -> str:
    """The reason of a refusal, or `otherwise` where nothing was refused."""
    return outcome.reason if isinstance(outcome, Refusal) else otherwise


def refusal_of(answer: httpx.Response) -> Refusal:
    told = answer.json()
    return Refusal(told["code"], told["message"])

"""The portal of the mock Entra ID as the administrator meets it: its pages and its JSON, one account at a time.

It runs in this process and is asked without a network; what it sends to the endpoint goes over the wire like all else.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.accounts import Role
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.tenant import EntraTenant

HOME = "http://127.0.0.1"
ROOT = "/portal"
HERE = ("127.0.0.1", 50000)


@dataclass
class Page:
    """What a page shows, by the ids of its elements."""

    status: int
    id: str = ""
    text: str = ""
    elements: dict[str, dict[str, str]] = field(default_factory=dict)
    """The attributes of each element that has an id."""
    fields: set[str] = field(default_factory=set)
    """The names of everything that can be filled in or pressed."""
    hidden: dict[str, str] = field(default_factory=dict, repr=False)
    """What its forms send along unseen."""
    options: list[str] = field(default_factory=list)
    """The values of everything that can be chosen from a list."""
    everything: str = field(default="", repr=False)
    """All that was answered."""

    def has(self, element: str) -> bool:
        return element in self.elements

    def can_press(self, element: str) -> bool:
        return self.has(element) and "disabled" not in self.elements[element]

    @property
    def refusal(self) -> str:
        """The code of the refusal that is shown, "" when there is none."""
        shown = ("refused", "test", "message", "plan")
        return next((self.elements[each].get("data-code", "") for each in shown if self.has(each)), "")


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if "id" in attributes:
            self._page.elements[attributes["id"]] = attributes
        if tag == "main":
            self._page.id = attributes.get("data-page", "")
        if attributes.get("type") == "hidden":
            self._page.hidden[attributes["name"]] = attributes["value"]
        if tag == "option":
            self._page.options.append(attributes.get("value", ""))
        if tag in ("input", "select", "button") and "name" in attributes:
            self._page.fields.add(attributes["name"])

    def handle_data(self, data: str) -> None:
        self._page.text += " ".join(data.split()) + " " if data.strip() else ""


class EntraPortal:
    """One administrator at the portal of one tenant. Nobody is signed in at first."""

    def __init__(self, tenant: EntraTenant, clock: VirtualClock) -> None:
        self._tenant = tenant
        self._app = create_entra_portal(tenant, advance=clock.advance)
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self.language = "en"

    def sign_in(self, role: Role = Role.CLOUD_APPLICATION_ADMINISTRATOR) -> None:
        account = {"user_name": str(role), "password": self._tenant.accounts.set_password(role, role)}
        self._csrf = self.call("POST", "/sign-in", account).json()["csrf"]

    def call(self, method: str, path: str, document: object = None) -> httpx.Response:
        """A call of the JSON surface; whatever it answers."""
        content = {} if document is None and method != "GET" else document
        return self._send(method, f"{ROOT}/api{path}", json=content, headers={"X-CSRF-Token": self._csrf})

    def open(self, path: str) -> Page:
        return self._read(self._send("GET", f"{ROOT}{path}"))

    def submit(self, path: str, form: Mapping[str, str]) -> Page:
        """Send a form, and the page that it leads to."""
        return self._read(self._send("POST", f"{ROOT}{path}", data={"csrf": self._csrf, **form}))

    def fill_in(self, path: str, form: Mapping[str, str]) -> Page:
        """Open a page, and send the form that is on it, filled in like this."""
        return self.submit(path, {**self.open(path).hidden, **form})

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Accept-Language": self.language, **request.pop("headers", {})}

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=HERE)
            async with httpx.AsyncClient(
                transport=transport, base_url=HOME, cookies=self._cookies, follow_redirects=True
            ) as client:
                answer = await client.request(method, path, headers=headers, **request)
                self._cookies = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
                return answer

        return asyncio.run(sent())

    @staticmethod
    def _read(answer: httpx.Response) -> Page:
        page = Page(answer.status_code, everything=answer.text)
        _Reader(page).feed(answer.text)
        return page

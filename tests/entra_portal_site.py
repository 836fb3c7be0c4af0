"""The Entra portal without a network: somebody who asks it as from the machine that it runs on, signed in or not."""

import asyncio
from typing import Any

import httpx

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.accounts import Role
from scimulate.mock_servers.entra.pages import create_entra_portal
from scimulate.mock_servers.entra.sample import fill_with_company
from scimulate.mock_servers.entra.tenant import EntraTenant
from tests.entra_endpoint import Endpoint
from tests.portal_page import hidden_fields

HOME = "http://127.0.0.1:8881"


class Browser:
    """Follows where the portal leads. Once signed in it sends its cookie, and its CSRF token with every change."""

    def __init__(self, tenant: EntraTenant) -> None:
        assert isinstance(tenant.clock, VirtualClock)
        self.tenant = tenant
        self.cookies: dict[str, str] = {}
        self.csrf = ""
        self._app = create_entra_portal(tenant, advance=tenant.clock.advance)

    def sign_in(self, role: Role = Role.CLOUD_APPLICATION_ADMINISTRATOR) -> "Browser":
        account = {
            "user_name": f"{role} account",
            "password": self.tenant.accounts.set_password(f"{role} account", role),
        }
        answer = self.post("/portal/api/sign-in", json=account)
        assert answer.status_code == 200
        self.cookies["scimulate_entra"] = answer.cookies["scimulate_entra"]
        self.csrf = answer.json()["csrf"]
        return self

    def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> httpx.Response:
        sent = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        if isinstance(request.get("data"), dict):
            request["data"] = {"csrf": self.csrf, **request["data"]}

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=("127.0.0.1", 50000))
            async with httpx.AsyncClient(transport=transport, base_url=HOME, cookies=self.cookies) as client:
                whole = {**sent, **(headers or {})}
                answer = await client.request(method, path, headers=whole, follow_redirects=True, **request)
                self.cookies = {cookie.name: cookie.value or "" for cookie in client.cookies.jar}
                return answer

        return asyncio.run(ask())

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.ask("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        """A form without fields is a form all the same."""
        return self.ask("POST", path, **request) if request else self.ask("POST", path, data={})

    def put(self, path: str, **request: Any) -> httpx.Response:
        return self.ask("PUT", path, **request)

    def delete(self, path: str, **request: Any) -> httpx.Response:
        return self.ask("DELETE", path, **request)

    def edit(self, application: str, fields: dict[str, str], **request: Any) -> httpx.Response:
        """Open Edit provisioning of this application, and send its form with these fields."""
        page = self.get(f"{application}/edit")
        return self.post(f"{application}/edit", data={**hidden_fields(page), **fields}, **request)

    def create_application(self, **fields: str) -> str:
        """The path of a new application's overview."""
        answer = self.post("/portal/applications", data={"name": "MDM", **fields})
        assert answer.status_code == 200
        return str(answer.url.path)


def company(endpoint: Endpoint) -> EntraTenant:
    tenant = EntraTenant(clock=VirtualClock(), transport=endpoint.transport())
    fill_with_company(tenant.directory)
    return tenant

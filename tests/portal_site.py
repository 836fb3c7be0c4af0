"""A tenant's portal without a network, for the tests of its JSON and of its pages."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import httpx
from starlette.types import ASGIApp

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.portal.administrators import EVERYDAY_ROLES
from scimulate.mock_servers.portal.pages import create_portal
from scimulate.mock_servers.portal.permissions import Role
from scimulate.mock_servers.scim.links import add_members
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenants import Tenant, Tenants

HOME = "http://127.0.0.1:8880"
NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Client:
    """Sends one request at a time to an application in this process, and follows no redirects.

    Once signed in it sends its cookie, and its CSRF token with whatever changes something.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.cookie = ""
        self.csrf = ""

    def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        client_host: str = "127.0.0.1",
    ) -> httpx.Response:
        own = {"Cookie": f"scimulate_portal={self.cookie}", "X-CSRF-Token": self.csrf} if self.cookie else {}
        if data is not None:
            data = {"csrf": self.csrf, **data}

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(client_host, 50000))
            async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
                return await client.request(
                    method, path, json=json, data=data, content=content, headers={**own, **(headers or {})}
                )

        return asyncio.run(sent())

    def get(self, path: str) -> httpx.Response:
        return self.send("GET", path)

    def post(
        self,
        path: str,
        *,
        json: object = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        return self.send("POST", path, json=json, data=data, content=content)

    def delete(self, path: str) -> httpx.Response:
        return self.send("DELETE", path)


class Mdm:
    """A tenant, its clock, and a client on its portal."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NINE)
        self.database = Database(":memory:")
        self.tenants = Tenants(self.database, lambda _: self.clock)
        self.tenant = self.tenants.default
        app = create_portal(self.tenants, scim_url_of=lambda tenant: f"{HOME}{tenant.scim_path}")
        self.client = Client(app)
        self.sign_in(self.tenant)

    def sign_in(self, tenant: Tenant, user_name: str = "admin", roles: Iterable[Role] = EVERYDAY_ROLES) -> str:
        """Let the client go on as this account; the password."""
        password = tenant.administrators.set_password(user_name, roles)
        account = {"user_name": user_name, "password": password}
        answer = self.client.post(f"{tenant.portal_path}/api/sign-in", json=account)
        assert answer.status_code == 200
        self.client.cookie = answer.cookies["scimulate_portal"]
        self.client.csrf = answer.json()["csrf"]
        return password

    def generate(self, path: str = "/portal/api") -> dict[str, str]:
        answer = self.client.post(f"{path}/tokens", json={"confirm": True, "provider": "Entra ID"})
        assert answer.status_code == 201
        generated: dict[str, str] = answer.json()
        return generated

    def statuses(self) -> list[str]:
        return [token["status"] for token in self.client.get("/portal/api/scim").json()["tokens"]]

    def activities(self) -> list[str]:
        return [row["activity"] for row in self.client.get("/portal/api/audit").json()["rows"]]

    def provision(self, name: str, *, active: bool = True, tenant: Tenant | None = None) -> str:
        """A user as an identity provider would have made one; the id."""
        document: dict[str, object] = {
            "userName": f"{name.lower()}@contoso.test",
            "displayName": name,
            "emails": [{"value": f"{name.lower()}@contoso.test"}],
            "active": active,
        }
        resources = (tenant or self.tenant).resources
        return self.database.write(
            lambda connection: resources.insert(connection, "User", document, source="SCIM Entra ID").id
        )

    def provision_group(self, name: str, members: list[str]) -> str:
        resources = self.tenant.resources

        def change(connection: Connection) -> str:
            group = resources.insert(connection, "Group", {"displayName": name}, source="SCIM Entra ID")
            numbers = resources.numbers_of(connection, members)
            add_members(connection, group, [numbers[member] for member in members])
            return group.id

        return self.database.write(change)

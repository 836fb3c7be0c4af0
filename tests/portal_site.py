"""A tenant's portal without a network, for the tests of its JSON and of its pages."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
from starlette.types import ASGIApp

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.portal.pages import create_portal
from scimulate.mock_servers.scim.store import Connection, Database
from scimulate.mock_servers.tenants import Tenant, Tenants

HOME = "http://127.0.0.1:8880"
NINE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Client:
    """Sends one request at a time to an application in this process, and follows no redirects."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(client_host, 50000))
            async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
                return await client.request(method, path, json=json, data=data, content=content, headers=headers)

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
            resources.add_members(connection, group, [numbers[member] for member in members])
            return group.id

        return self.database.write(change)

"""A tenant's SCIM endpoint without a network, for the tests of the reference server's core."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.endpoint import Endpoint
from scimulate.mock_servers.scim.errors import ScimError
from scimulate.mock_servers.scim.messages import Change, Request, Response, Slow
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenant, Tenants

BASE = "https://mdm.test/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Answered:
    """A response with its body read."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> tuple[int, str | None]:
        """Status and scimType of an Error message."""
        assert self.body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert self.body["status"] == str(self.status)
        return self.status, self.body.get("scimType")


class ScimTenant:
    """Sends requests to the core as the rim does."""

    def __init__(self, tenants: Tenants, tenant: Tenant) -> None:
        self.tenants = tenants
        self.tenant = tenant
        self.secret = tenant.tokens.generate().secret
        self._endpoint = Endpoint(tenant)

    def send(self, method: str, path: str, body: object = None, *, headers: Any = None, **query: object) -> Answered:
        """One request; the token is sent unless `headers` has another authorization."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"authorization": f"Bearer {self.secret}", **(headers or {})}
        response = self._carried_out(Request(method, path, urlencode(query), sent, content, BASE))
        return Answered(response.status, json.loads(response.body) if response.body else None, dict(response.headers))

    def create_user(self, user_name: str, **attributes: object) -> dict[str, Any]:
        answered = self.send("POST", "/Users", {"schemas": [USER], "userName": user_name, **attributes})
        assert answered.status == 201, answered.body
        return dict(answered.body)

    def create_group(self, name: str, *member_ids: str) -> dict[str, Any]:
        members = [{"value": member} for member in member_ids]
        answered = self.send("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members})
        assert answered.status == 201, answered.body
        return dict(answered.body)

    def put_in(self, kind: str, source: str, **document: object) -> str:
        """A user or group that came by another way than SCIM; its id."""
        resources = self.tenant.resources
        return resources.database.write(
            lambda connection: resources.insert(connection, kind, document, source=source)
        ).id

    def switch_scim(self, *, on: bool) -> None:
        """What the vendor's Support does."""
        self.tenant.support.switch_scim(on=on, by="support", audit=self.tenant.audit)

    def source_of(self, kind: str, resource_id: str) -> str:
        """What the portal shows as the origin of a user or group."""
        resources = self.tenant.resources
        row = resources.database.read(lambda connection: resources.find(connection, kind, resource_id, hidden=True))
        assert row is not None
        return row.source

    def patch(self, path: str, *operations: Mapping[str, object], **query: object) -> Answered:
        return self.send("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, **query)

    def user_names(self, **query: object) -> list[str]:
        """userName of each user in a list."""
        answered = self.send("GET", "/Users", **query)
        assert answered.status == 200, answered.body
        return [user["userName"] for user in answered.body["Resources"]]

    def members_of(self, group_id: str) -> list[str]:
        return [member["value"] for member in self.send("GET", f"/Groups/{group_id}").body["members"]]

    def _carried_out(self, request: Request) -> Response:
        answer = self._endpoint.answer(request)
        try:
            if isinstance(answer, Change):
                return self.tenant.resources.database.write(answer.run)
            if isinstance(answer, Slow):
                return answer.run()
        except ScimError as error:
            return self._endpoint.refusal(error)
        return answer


@contextmanager
def scim_tenant(policy: str = "entra") -> Iterator[ScimTenant]:
    """A tenant in memory, gone at the end."""
    database = Database(":memory:")
    try:
        tenants = Tenants(database, lambda name: VirtualClock(), default_policy=policy)
        yield ScimTenant(tenants, tenants.default)
    finally:
        database.close()


def what_the_client_wrote(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without what the server sets."""
    return {key: value for key, value in resource.items() if key not in ("schemas", "id", "meta", "groups")}

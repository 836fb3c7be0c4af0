"""A tiny SCIM endpoint in memory, for tests of the mock Entra ID: it stores, it records, it fails when told to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote_plus

import httpx
import orjson

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.entra.application import Application
from scimulate.mock_servers.entra.tenant import EntraTenant
from scimulate.scim_schemas import validate

BASE = "https://mdm.contoso.test/scim/v2"
TOKEN = "token-of-contoso"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

Sent = tuple[str, str, object]
Fault = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class Endpoint:
    """`requests` are those it received; `sent()` is the short form that tests compare."""

    resources: dict[str, dict[str, dict[str, object]]] = field(default_factory=lambda: {"Users": {}, "Groups": {}})
    requests: list[httpx.Request] = field(default_factory=list)
    fault: Fault = lambda request: None
    after: Callable[[httpx.Request], None] = lambda request: None
    created: int = 0

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    def sent(self) -> list[Sent]:
        """Method, target below the base and body of every request since the last call, probes written as such."""
        told: list[Sent] = []
        for request in self.requests:
            target = request.url.raw_path.decode().removeprefix("/scim/v2")
            body = orjson.loads(request.content) if request.content else None
            told.append((request.method, GUID.sub("<guid>", target) if "filter=" in target else target, body))
        self.requests.clear()
        return told

    def sent_in_cycle(self) -> list[Sent]:
        """Without the probe, which must have come first."""
        told = self.sent()
        assert told[:2] == PROBE
        return told[2:]

    def put(self, kind: str, **document: object) -> str:
        self.created += 1
        resource_id = f"{kind[0].lower()}{self.created}"
        self.resources[kind][resource_id] = {"id": resource_id, **document}
        return resource_id

    def users(self) -> dict[str, object]:
        """userName to active."""
        return {str(user["userName"]): user.get("active") for user in self.resources["Users"].values()}

    def members(self, group_name: str) -> list[str]:
        """The user names of a group's members, sorted."""
        (group,) = [g for g in self.resources["Groups"].values() if g["displayName"] == group_name]
        members = group.get("members", [])
        assert isinstance(members, list)
        return sorted(str(self.resources["Users"][member["value"]]["userName"]) for member in members)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        check(request)
        answer = self.fault(request) or self._answer(request)
        self.after(request)
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error(401)
        kind, _, resource_id = request.url.path.removeprefix("/scim/v2/").partition("/")
        held = self.resources[kind]
        if request.method == "POST":
            return self._create(kind, orjson.loads(request.content))
        if not resource_id:
            return listed(self._found(held, unquote_plus(request.url.query.decode())))
        if resource_id not in held:
            return error(404)
        if request.method == "DELETE":
            del held[resource_id]
            for group in self.resources["Groups"].values():
                group["members"] = [m for m in group.get("members", []) if m["value"] != resource_id]  # type: ignore[attr-defined]
            return httpx.Response(204)
        if request.method == "PATCH":
            for operation in orjson.loads(request.content)["Operations"]:
                patch(held[resource_id], operation)
            return httpx.Response(204)
        hidden = {"members"} if "excludedAttributes=members" in request.url.query.decode() else set()
        return answered(200, {key: value for key, value in held[resource_id].items() if key not in hidden})

    def _create(self, kind: str, document: dict[str, object]) -> httpx.Response:
        unique = "userName" if kind == "Users" else "displayName"
        if any(other[unique] == document[unique] for other in self.resources[kind].values()):
            return error(409)
        return answered(201, self.resources[kind][self.put(kind, **document)])

    @staticmethod
    def _found(held: dict[str, dict[str, object]], query: str) -> list[dict[str, object]]:
        match = re.search(r'filter=(\w+) eq "(.*)"$', query)
        assert match, query
        return [r for r in held.values() if str(r.get(match[1], "")).casefold() == match[2].casefold()]


def check(request: httpx.Request) -> None:
    """What is sent has the shape that the standard gives it, but for the letter case of `op` (ENTRA-121)."""
    if not request.content:
        return
    message = orjson.loads(request.content)
    if request.method == "PATCH":
        message["Operations"] = [{**one, "op": one["op"].lower()} for one in message["Operations"]]
        assert validate("PatchOp", message) == []
    else:
        assert (
            validate("User" if "/Users" in request.url.path else "Group", {**message, "id": "given by the endpoint"})
            == []
        )


def answered(status: int, document: object) -> httpx.Response:
    return httpx.Response(status, content=orjson.dumps(document), headers={"Content-Type": "application/scim+json"})


def listed(resources: list[dict[str, object]]) -> httpx.Response:
    return answered(200, {"schemas": [LIST], "totalResults": len(resources), "Resources": resources})


def error(status: int) -> httpx.Response:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    return answered(status, {"schemas": schemas, "status": str(status), "detail": "as told"})


def patch(resource: dict[str, object], operation: dict[str, object]) -> None:
    """Only what the two dialects send."""
    verb, path, value = str(operation["op"]).lower(), operation.get("path"), operation.get("value")
    if path is None:
        assert isinstance(value, dict)
        for key, part in value.items():
            patch(resource, {"op": verb, "path": key, "value": part})
        return
    path = str(path)
    members = resource.setdefault("members", []) if path.startswith("members") else []
    assert isinstance(members, list)
    if path.startswith("members") and verb == "remove":
        gone = re.findall(r'"(.*)"', path) if value is None else [member["value"] for member in value]  # type: ignore[attr-defined]
        resource["members"] = [member for member in members if member["value"] not in gone]
    elif path == "members":
        known = [member["value"] for member in members]
        members.extend(member for member in value if member["value"] not in known)  # type: ignore[attr-defined]
    elif element := re.match(r'(\w+)\[type eq "(\w+)"\]\.(\w+)$', path):
        items = resource.setdefault(element[1], [])
        assert isinstance(items, list)
        item = next((item for item in items if item["type"] == element[2]), None) or {"type": element[2]}
        if item not in items:
            items.append(item)
        item[element[3]] = value
    elif path.endswith(":manager"):
        extension = _child(resource, path.rpartition(":")[0])
        extension.pop("manager", None) if value == "" else extension.update(manager={"value": value})
    else:
        parent, separator, name = path.rpartition(":") if ":" in path else path.rpartition(".")
        holder = _child(resource, parent) if separator else resource
        holder[name] = value.lower() == "true" if name == "active" and isinstance(value, str) else value


def _child(resource: dict[str, object], name: str) -> dict[str, object]:
    child = resource.setdefault(name, {})
    assert isinstance(child, dict)
    return child


PROBE: list[Sent] = [
    ("GET", "/Users?filter=userName+eq+%22<guid>%22", None),
    ("GET", "/Groups?excludedAttributes=members&filter=displayName+eq+%22<guid>%22", None),
]


@dataclass
class Rehearsal:
    """A tenant with one application that is connected to the endpoint, on a virtual clock."""

    clock: VirtualClock
    endpoint: Endpoint
    tenant: EntraTenant
    application: Application

    def next_cycle(self) -> list[Sent]:
        """Let 40 minutes pass; what the cycle said after its probe."""
        self.clock.advance(timedelta(minutes=40))
        return self.endpoint.sent_in_cycle()


def rehearse(*, flag: str = "") -> Rehearsal:
    clock, endpoint = VirtualClock(), Endpoint()
    tenant = EntraTenant(clock=clock, transport=endpoint.transport())
    application = tenant.create_application("MDM")
    application.save_credentials(BASE + flag, TOKEN)
    assert endpoint.sent() == PROBE
    return Rehearsal(clock, endpoint, tenant, application)


def message(*operations: dict[str, object]) -> dict[str, object]:
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}

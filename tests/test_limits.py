"""Limits that a tenant sets lower for itself, and that its endpoint follows from the next request on."""

import asyncio
import threading
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.asgi import LARGE_BODY_BYTES, ScimRim
from scimulate.mock_servers.scim.endpoint import Endpoint
from scimulate.mock_servers.scim.limit_changes import LimitRefused, changed_limits
from scimulate.mock_servers.scim.limits import JSON_CONTAINERS, Limits
from scimulate.mock_servers.scim.messages import Answer, Request
from scimulate.mock_servers.scim.store import Database
from scimulate.mock_servers.tenants import Tenants
from tests.scim_tenant import scim_tenant


def _wrong(name: str, highest: int) -> list[object]:
    return [pytest.param(name, value, id=f"{name} {value}") for value in (0, -1, highest + 1, True, 1.0, "1", None)]


HIGHEST = {
    "max_results": 1_000,
    "default_results": 1_000,
    "bulk_operations": 1_000,
    "bulk_payload_bytes": 4 * 1024 * 1024,
    "cursor_seconds": 3_600,
}


@pytest.mark.parametrize(("name", "value"), [one for limit, most in HIGHEST.items() for one in _wrong(limit, most)])
def test_a_limit_is_a_whole_number_that_the_server_can_keep(name: str, value: object) -> None:
    with pytest.raises(LimitRefused, match=f"^{name}: the limit is a whole number, from 1 to {HIGHEST[name]}$"):
        changed_limits({"bulk_operations": 5, name: value})


def test_the_names_of_the_limits_are_told_to_who_gives_another() -> None:
    with pytest.raises(LimitRefused, match=f"^speed: there is no such limit; the limits are {', '.join(HIGHEST)}$"):
        changed_limits({"speed": 1})


@pytest.mark.parametrize(
    ("changes", "limits"),
    [
        ({}, Limits()),
        (HIGHEST, Limits(default_results=1_000)),
        (dict.fromkeys(HIGHEST, 1), Limits(1, 1, 1, 1, 1)),
        ({"max_results": 50}, Limits(max_results=50, default_results=50)),
        ({"max_results": 50, "default_results": 80}, Limits(max_results=50, default_results=50)),
        ({"max_results": 500}, Limits(max_results=500)),
    ],
    ids=str,
)
def test_what_is_not_changed_stays_and_a_usual_page_is_no_larger_than_the_largest(
    changes: dict[str, object], limits: Limits
) -> None:
    assert changed_limits(changes) == limits


def test_the_endpoint_keeps_a_limit_from_the_next_request_on() -> None:
    with scim_tenant() as scim:
        users = [scim.create_user(name)["userName"] for name in ("ada", "grace", "linus")]
        before = scim.tenant.limits
        assert scim.tenant.limits is before
        assert scim.user_names() == users
        scim.tenant.change_limits(max_results=2, bulk_operations=1, bulk_payload_bytes=600)
        page = scim.send("GET", "/Users", count=3).body
        assert (page["totalResults"], page["itemsPerPage"], len(page["Resources"])) == (3, 2, 2)
        config = scim.send("GET", "/ServiceProviderConfig").body
        assert config["filter"] == {"supported": True, "maxResults": 2}
        assert config["bulk"] == {"supported": True, "maxOperations": 1, "maxPayloadSize": 600}
        one = {"method": "DELETE", "path": "/Users/x"}
        schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]
        assert scim.send("POST", "/Bulk", {"schemas": schemas, "Operations": [one]}).status == 200
        assert scim.send("POST", "/Bulk", {"schemas": schemas, "Operations": [one, one]}).status == 413
        long = {**one, "bulkId": "x" * 600}
        assert scim.send("POST", "/Bulk", {"schemas": schemas, "Operations": [long]}).status == 413
        scim.tenant.change_limits(max_results=3)
        assert scim.user_names(count=3) == users


def test_limits_are_of_one_tenant_and_outlive_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    first = Tenants(Database(path), lambda name: VirtualClock())
    lower = first.create("acme").change_limits(max_results=50, cursor_seconds=60)
    first.database.close()
    second = Tenants(Database(path), lambda name: VirtualClock())
    acme = second.get("acme")
    assert acme is not None
    assert (acme.limits, second.default.limits) == (lower, Limits())
    with pytest.raises(LimitRefused):
        acme.change_limits(max_results=0)
    assert acme.limits == lower == Limits(max_results=50, default_results=50, cursor_seconds=60)
    second.database.close()


@pytest.mark.parametrize(("containers", "status"), [(JSON_CONTAINERS, 201), (JSON_CONTAINERS + 1, 413)])
def test_a_body_holds_so_many_arrays_and_objects(containers: int, status: int) -> None:
    body = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","x":[%s]}'
    with scim_tenant("strict") as scim:
        answered = scim.send("POST", "/Users", body % b",".join([b"[]"] * (containers - 3)))
        assert (answered.status, scim.send("GET", "/Users").body["totalResults"]) == (status, int(status == 201))


@pytest.mark.parametrize(("size", "is_elsewhere"), [(LARGE_BODY_BYTES, False), (LARGE_BODY_BYTES + 1, True)])
def test_a_large_body_is_read_off_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, size: int, is_elsewhere: bool
) -> None:
    here, readers, said = threading.get_ident(), list[int](), list[MutableMapping[str, Any]]()
    body = (
        b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada","x":"'.ljust(size - 2, b"x")
        + b'"}'
    )

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    with scim_tenant("strict") as scim:
        endpoint = Endpoint(scim.tenant)
        answer = endpoint.answer

        def noted(request: Request) -> Answer:
            readers.append(threading.get_ident())
            return answer(request)

        monkeypatch.setattr(endpoint, "answer", noted)
        headers = [(b"authorization", f"Bearer {scim.secret}".encode()), (b"content-type", b"application/scim+json")]
        scope = {"type": "http", "method": "POST", "path": "/Users", "query_string": b"", "headers": headers}
        rim = ScimRim(endpoint, scim.tenant.resources.database, "/scim/v2", None, None)
        asyncio.run(rim.serve("/Users", scope, receive, send))
    assert (said[0]["status"], [reader != here for reader in readers]) == (201, [is_elsewhere])

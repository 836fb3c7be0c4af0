"""What other people's checkers say of the reference server: scim2-tester, and scim-sanity in strict mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api  # type: ignore[import-untyped]

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.mdm import MdmApplication
from scimulate.mock_servers.serving import RunningServer, open_tenants


@dataclass
class Served:
    """The reference server as a vendor would hand it out."""

    url: str
    token: str


@contextmanager
def served(policy: str, users: int = 0) -> Iterator[Served]:
    """A server in memory on 127.0.0.1, with so many users before anybody asks."""
    tenants = open_tenants(":memory:", lambda name: VirtualClock(), default_policy=policy)
    resources = tenants.default.resources

    def fill(connection: Any) -> None:
        for number in range(users):
            document = {"userName": f"user{number}@contoso.test", "displayName": f"User {number}", "active": True}
            resources.insert(connection, "User", document, source="SCIM")

    resources.database.write(fill)
    token = tenants.default.tokens.generate().secret
    with RunningServer(MdmApplication(tenants)) as server:
        yield Served(f"{server.url}/scim/v2", token)


FIRST_PAGE_ONLY = {"object_query_without_id", "object_list_with_attributes", "search_with_attributes"}
"""Checks that look for what was just created on the first page alone. Lists are in the order of creation, so in a big
directory it is on the last one: RFC 7644 §3.4.2.4 lets a page be part of a list."""

RESTORED = "PATCH modify() did not remove attribute 'active'"
"""Under `entra` a user whose `active` is taken away is active again, and says so (`active_restored`)."""

THE_PROBES_OWN = {
    "PATCH /Groups/{id}": "Expected HTTP 200, got 204 (RFC 7644 §3.3); Response body is empty",
    "PATCH /Groups/{id} remove members": "Expected 200, got 204",
    "PATCH /Groups/{id} add member": "Expected 200, got 400",
}
"""What scim-sanity has against the server. RFC 7644 §3.5.2 allows 204 for a PATCH that succeeded, and the answer does
not grow with the group for it. The member that it adds, "fake-member-id", is neither user nor group."""


@pytest.mark.parametrize(("policy", "users"), [("strict", 0), ("strict", 20_000), ("entra", 0)])
def test_every_check_of_scim2_tester_succeeds(policy: str, users: int) -> None:
    with served(policy, users) as endpoint:
        headers = {"Authorization": f"Bearer {endpoint.token}"}
        with httpx2.Client(base_url=endpoint.url, headers=headers, trust_env=False) as client:
            results = check_server(SyncSCIMClient(client))
    assert len(results) > 130
    others = [result for result in results if result.status is not Status.SUCCESS]
    assert {result.title for result in others if result.title in FIRST_PAGE_ONLY} == (
        FIRST_PAGE_ONLY if users else set()
    )
    assert [result.reason for result in others if result.title not in FIRST_PAGE_ONLY] == (
        [RESTORED] if policy == "entra" else []
    )


@pytest.mark.parametrize("policy", ["strict", "entra"])
def test_what_scim_sanity_has_against_the_server_is_its_own(policy: str) -> None:
    with served(policy) as endpoint:
        told = run_probe_api(endpoint.url, token=endpoint.token, strict=True)
    found = {
        result["name"]: result["message"] for result in told["results"] if result["status"] not in ("pass", "skip")
    }
    assert found == THE_PROBES_OWN
    assert told["summary"]["passed"] == 25

"""What the provisioning service was heard to say: memberships in order, and requests that take virtual time."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx

from scimulate.mock_servers.clock import VirtualClock
from scimulate.steps.overheard import Overheard

BASE = "https://scim.example.com/scim/v2"


def overheard_by(answer: Callable[[httpx.Request], Any] = lambda request: {}) -> tuple[Overheard, httpx.Client]:
    overheard = Overheard(httpx.MockTransport(lambda request: httpx.Response(200, json=answer(request))), "/scim/v2")
    return overheard, httpx.Client(transport=overheard)


def adds(client: httpx.Client, *members: str) -> None:
    operation = {"op": "Add", "path": "members", "value": [{"value": member} for member in members]}
    client.patch(f"{BASE}/Groups/g1", content=json.dumps({"Operations": [operation]}))


def makes_a_user(request: httpx.Request) -> Any:
    return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u1"} if request.method == "POST" else {}


def test_a_member_whose_id_was_answered_before_is_in_time() -> None:
    overheard, client = overheard_by(makes_a_user)
    client.post(f"{BASE}/Users", json={})
    adds(client, "u1")
    assert overheard.memberships_too_early() == (True, [])


def test_a_member_whose_id_nobody_had_answered_is_too_early() -> None:
    overheard, client = overheard_by(makes_a_user)
    adds(client, "u1", "u2")
    client.post(f"{BASE}/Users", json={})
    assert overheard.memberships_too_early() == (True, ["u1", "u2"])


def test_without_memberships_none_is_in_time_either() -> None:
    overheard, _ = overheard_by()
    assert overheard.memberships_too_early() == (False, [])


def test_members_are_counted_by_request() -> None:
    overheard, client = overheard_by()
    adds(client, "u1", "u2")
    adds(client, "u3")
    client.get(f"{BASE}/Groups/g1")
    assert overheard.members_sent() == [2, 1]


def test_a_request_takes_no_virtual_time_unless_it_is_told_to() -> None:
    clock = VirtualClock()
    began = clock.now()
    overheard, client = overheard_by()
    client.get(f"{BASE}/Users")
    assert clock.now() == began
    overheard.takes_time = lambda: clock.advance(timedelta(minutes=5))
    client.get(f"{BASE}/Users")
    client.get(f"{BASE}/Users")
    assert clock.now() == began + timedelta(minutes=10)


def test_who_was_to_leave_is_known_in_both_dialects() -> None:
    overheard, client = overheard_by()
    listed = {"op": "Remove", "path": "members", "value": [{"value": "u1"}]}
    filtered = {"op": "remove", "path": 'members[value eq "u2"]'}
    for operation in (listed, filtered):
        client.patch(f"{BASE}/Groups/g1", content=json.dumps({"Operations": [operation]}))
    adds(client, "u3")
    assert (overheard.removed("g1"), overheard.removed("g2")) == ({"u1", "u2"}, set())

"""What an endpoint says of itself, whatever nonsense it says."""

from typing import Any

import httpx
import pytest

from scimulate.harness.capabilities import Capabilities, discover

SILENT = Capabilities(
    patch=None,
    bulk=None,
    filter=None,
    change_password=None,
    sort=None,
    etag=None,
    groups=None,
    index_pagination=None,
    cursor_pagination=None,
    filter_max_results=None,
    bulk_max_operations=None,
    resource_types=None,
    schemas=None,
    exchanges={},
)


def client(answers: dict[str, Any]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        given = answers.get(request.url.path.removeprefix("/scim/v2"), 404)
        if isinstance(given, Exception):
            raise given
        if isinstance(given, int):
            return httpx.Response(given)
        return httpx.Response(200, content=given) if isinstance(given, bytes) else httpx.Response(200, json=given)

    numbers = iter(range(11, 99))

    def number(response: httpx.Response) -> None:
        response.extensions["exchange"] = next(numbers)

    return httpx.Client(transport=httpx.MockTransport(answer), event_hooks={"response": [number]})


def test_an_endpoint_that_tells_all() -> None:
    answers = {
        "/ServiceProviderConfig": {
            "patch": {"supported": True},
            "bulk": {"supported": False, "maxOperations": 0},
            "filter": {"supported": True, "maxResults": 200},
            "changePassword": {"supported": False},
            "sort": {"supported": True},
            "etag": {"supported": False},
            "pagination": {"index": True, "cursor": False},
        },
        "/ResourceTypes": {
            "Resources": [{"name": "User", "endpoint": "/Users"}, {"name": "Group", "endpoint": "Groups"}]
        },
        "/Schemas": {"Resources": [{"id": "urn:x:User"}, "nonsense", {"id": 7}]},
    }
    with client(answers) as asking:
        found = discover(asking, "https://scim.example.com/scim/v2/")
    assert found == Capabilities(
        patch=True,
        bulk=False,
        filter=True,
        change_password=False,
        sort=True,
        etag=False,
        groups=True,
        index_pagination=True,
        cursor_pagination=False,
        filter_max_results=200,
        bulk_max_operations=0,
        resource_types=("User", "Group"),
        schemas=("urn:x:User",),
        exchanges={"/ServiceProviderConfig": 11, "/ResourceTypes": 12, "/Schemas": 13},
    )
    assert found.to_json()["resource_types"] == ("User", "Group")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(404, id="not there"),
        pytest.param(401, id="refused"),
        pytest.param(b"<html>", id="HTML"),
        pytest.param([1], id="an array"),
        pytest.param(b"[" * 100_000, id="bottomless"),
        pytest.param(
            {"patch": True, "filter": {"supported": "yes", "maxResults": "many"}, "Resources": 5}, id="nonsense"
        ),
    ],
)
def test_what_it_does_not_say_is_unknown(answer: Any) -> None:
    with client({"/ServiceProviderConfig": answer}) as asking:
        found = discover(asking, "https://scim.example.com/scim/v2")
    assert found == Capabilities(
        **{**SILENT.__dict__, "exchanges": {"/ServiceProviderConfig": 11, "/ResourceTypes": 12, "/Schemas": 13}}
    )


def test_nobody_answers() -> None:
    gone = httpx.ConnectError("refused")
    with client({"/ServiceProviderConfig": gone, "/ResourceTypes": gone, "/Schemas": gone}) as asking:
        assert discover(asking, "https://scim.example.com/scim/v2") == SILENT

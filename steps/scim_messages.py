"""A client that speaks SCIM to the endpoint itself, and what it may expect of the answers."""

from collections.abc import Callable
from typing import Any, Self
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from scimulate.harness import expect
from scimulate.steps.diagnosis import CREATES, FILTER, HAS_AN_ID, LIST_RESPONSE, MADE, ONLY_MATCHES

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


BearerToken = Callable[[], str | None]
"""Gives the token when a request is made; None sends no Authorization header at all."""


class ScimClient:
    """Sends requests to the endpoint at `base_url`, by default with the tenant's token."""

    def __init__(
        self,
        client: httpx.Client,
        base_url: str,
        token: BearerToken,
        hears: Callable[[httpx.Response], None] = lambda response: None,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._token = token
        self._hears = hears

    def with_token(self, token: str | None) -> Self:
        """Nobody listens to it: what is answered to another token tells nothing of this one."""
        return type(self)(self._client, self._base_url, lambda: token)

    def at(self, base_url: str, token: BearerToken) -> Self:
        """The same at another endpoint, of which nobody hears."""
        return type(self)(self._client, base_url, token)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._send("GET", path, query=query)

    def post(self, path: str, document: dict[str, Any]) -> httpx.Response:
        return self._send("POST", path, document)

    def put(self, path: str, document: dict[str, Any]) -> httpx.Response:
        return self._send("PUT", path, document)

    def patch(self, path: str, operations: list[dict[str, Any]]) -> httpx.Response:
        return self._send("PATCH", path, {"schemas": [PATCH_OP], "Operations": operations})

    def delete(self, path: str) -> httpx.Response:
        return self._send("DELETE", path)

    def look_up(self, attribute: str, value: str) -> httpx.Response:
        return self.get("/Users", filter=f'{attribute} eq "{value}"')

    def create_user(self, user_name: str, display_name: str) -> httpx.Response:
        return self.post("/Users", user_named(user_name, display_name))

    def create_group(self, display_name: str, member_ids: list[str]) -> httpx.Response:
        members = {"members": [{"value": identifier} for identifier in member_ids]} if member_ids else {}
        return self.post("/Groups", {"schemas": [GROUP], "displayName": display_name, **members})

    def _send(
        self, method: str, path: str, document: dict[str, Any] | None = None, query: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = {"Accept": expect.SCIM_JSON}
        token = self._token()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}".strip()
        if document is not None:
            headers["Content-Type"] = expect.SCIM_JSON
        response = self._client.request(
            method, f"{self._base_url}{path}", params=query or None, json=document, headers=headers
        )
        self._hears(response)
        return response


def user_named(user_name: str, display_name: str) -> dict[str, Any]:
    """A user that any endpoint can be asked to take: with a name and the work e-mail that some demand."""
    given_name, _, family_name = display_name.partition(" ")
    return {
        "schemas": [USER],
        "userName": user_name,
        "displayName": display_name,
        "name": {"givenName": given_name, "familyName": family_name or given_name},
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": True,
    }


def user_with(user_name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    """The same with other attributes; null leaves one out."""
    user = {**user_named(user_name, user_name.partition(".")[0].capitalize()), **attributes}
    return {name: value for name, value in user.items() if value is not None}


def expect_named(response: httpx.Response) -> None:
    """The resource that is answered has an id."""
    resource = expect.document(response, requirement="ENTRA-117")
    named = isinstance(resource.get("id"), str) and bool(resource["id"])
    action, exchanges = expect.action_of(response), expect.exchanges_of(response)
    expect.true("ENTRA-117", action, "an id, as text", resource.get("id"), named, exchanges)


def expect_created(response: httpx.Response) -> None:
    """201, an id, and a location in header and body that name one resource (RFC 7644 §3.3)."""
    _expect_success(response)
    resource = expect.document(response, requirement="RFC7644-3.3-10")
    identifier = resource.get("id")
    exchanges = expect.exchanges_of(response)
    named = isinstance(identifier, str) and bool(identifier)
    lacking = "ENTRA-117" if identifier is None or named else HAS_AN_ID
    expect.true(lacking, "creating a user", "an id, as text", identifier, named, exchanges)
    meta = resource.get("meta")
    places = []
    for requirement, where, location in (
        ("RFC7644-3.3-11", "Location header", response.headers.get("Location")),
        ("RFC7644-3.3-12", "meta.location", meta.get("location") if isinstance(meta, dict) else None),
    ):
        resolved = _resolved(response, location)
        action = f"reading the {where} of a new user"
        wanted = f"a URL that ends in /{identifier}"
        last = unquote(resolved.rpartition("/")[2])
        expect.true(requirement, action, wanted, location, last == identifier, exchanges)
        places.append(urlsplit(resolved).path)
    # Host and scheme may differ behind a gateway that rewrites headers only; the path is the endpoint's own.
    same = places[0] == places[1] or not str(meta["location"] if isinstance(meta, dict) else "").startswith("http")
    expect.true("RFC7644-3.3-12", "comparing the two locations of a new user", places[0], places[1], same, exchanges)


def _resolved(response: httpx.Response, location: Any) -> str:
    """`location`, which may be relative, as an address; "" when it is none."""
    try:
        return urljoin(str(response.request.url), location) if isinstance(location, str) else ""
    except ValueError:
        return ""


def _expect_success(response: httpx.Response) -> None:
    """201; an answer of another success that holds no resource made nothing that could be found again."""
    if 200 <= response.status_code < 300 and response.status_code != 201:
        made = expect.json_of(response)
        truth = isinstance(made, dict) and "id" in made
        wanted, found = "201 with the resource and its id", expect.shown_answer(response)
        expect.true(MADE, expect.action_of(response), wanted, found, truth, expect.exchanges_of(response))
    requirement = "RFC7644-3.3-09" if response.status_code < 300 else CREATES
    expect.status(response, 201, requirement=requirement)


def expect_made(response: httpx.Response) -> dict[str, Any]:
    """The resource that a create answered, with its id (ENTRA-495)."""
    _expect_success(response)
    resource = expect.document(response, requirement="ENTRA-117")
    identifier = resource.get("id")
    named = isinstance(identifier, str) and bool(identifier)
    expect.true(HAS_AN_ID, "creating a group", "an id, as text", identifier, named, expect.exchanges_of(response))
    return resource


def expect_changed(response: httpx.Response, identifier: str, requirement: str) -> None:
    """200 with the entire resource, or 204 without a body (RFC 7644 §3.5.2)."""
    expect.status(response, 200, 204, requirement=requirement)
    shown = expect.document(response, requirement=requirement).get("id") if response.status_code == 200 else identifier
    expect.equal(requirement, expect.action_of(response), identifier, shown, expect.exchanges_of(response))


def expect_without_members(response: httpx.Response, display_name: str, requirement: str) -> None:
    """The group, listed or alone, and none of its members."""
    expect.status(response, 200, requirement=requirement)
    content = expect.document(response, requirement=requirement)
    groups = expect.envelope(response, requirement=LIST_RESPONSE) if "totalResults" in content else [content]
    expect.equal(
        requirement,
        expect.action_of(response),
        [{"displayName": display_name, "members": []}],
        [{"displayName": group.get("displayName"), "members": group.get("members") or []} for group in groups],
        expect.exchanges_of(response),
    )


def expect_one(response: httpx.Response, attribute: str, value: str, requirement: str) -> None:
    """A list that holds the one resource asked for; what is no list, or leaves it out, has a name of its own."""
    expect.status(response, 200, requirement=FILTER)
    found = expect.envelope(response, requirement=LIST_RESPONSE)
    missing = FILTER if not found and requirement == ONLY_MATCHES else requirement
    expect.found_once(response, attribute, value, requirement=missing)


def expect_kept_out(response: httpx.Response) -> None:
    """To let somebody in without a good token is worse than to refuse with another code than 401."""
    code = response.status_code
    if code < 400:
        told, exchanges = expect.shown_answer(response), expect.exchanges_of(response)
        expect.true("ENTRA-052", expect.action_of(response), "a refusal (401)", told, False, exchanges)
    expect.status(response, 401, requirement="RFC7644-3.12-11")


def expect_list_of(response: httpx.Response, count: int) -> None:
    """A ListResponse that announces and holds `count` resources (RFC 7644 §3.4.2)."""
    expect.status(response, 200, requirement="RFC7644-3.4.2-11")
    resources = expect.envelope(response, requirement="RFC7644-3.4.2-05")
    if count == 0:
        expect.found_nothing(response, requirement=ONLY_MATCHES)
    expect.equal(
        "RFC7644-3.4.2-12" if count == 0 else "RFC7644-3.4.2-06",
        expect.action_of(response),
        {"totalResults": count, "resources": count},
        {"totalResults": response.json().get("totalResults"), "resources": len(resources)},
        expect.exchanges_of(response),
    )


def expect_client_error(response: httpx.Response, requirement: str) -> None:
    """Any 4xx with a SCIM error body."""
    refused = 400 <= response.status_code < 500
    told = expect.shown_answer(response)
    action = expect.action_of(response)
    expect.true(requirement, action, "a refusal (4xx)", told, refused, expect.exchanges_of(response))
    expect.scim_error(response, response.status_code, requirement="RFC7644-3.12-01")


def answer_in_full(response: httpx.Response) -> tuple[int, str, str | None]:
    """What an answer tells whoever was refused: status, body and challenge."""
    return response.status_code, response.text, response.headers.get("WWW-Authenticate")

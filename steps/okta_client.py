"""The provisioning of another identity provider, Okta, against the same endpoint: other requests for the same ends.

It looks users up before it makes them, replaces them whole by PUT, deactivates them by PATCH and pushes groups by name.
"""

from typing import Any

import httpx
from pytest_bdd import given, parsers, when

from scimulate.steps.directory import listed_names
from scimulate.steps.endpoint_reader import Resource, place
from scimulate.steps.names import Names
from scimulate.steps.scim_messages import GROUP, USER, ScimClient, expect_made
from scimulate.steps.world import World

PAGE = {"startIndex": "1", "count": "100"}


class OktaClient:
    """What an application of Okta does when people and groups are assigned to it (IVANTI-027, IVANTI-028)."""

    def __init__(self, client: ScimClient, names: Names) -> None:
        self._client = client
        self._names = names

    def assign(self, name: str, surname: str) -> httpx.Response:
        """Create the user, or replace the one who is there."""
        user = self._profile(name, surname)
        found = self._found("/Users", "userName", user["userName"])
        if not found:
            return self._client.post("/Users", user)
        return self._client.put(place("/Users", found[0]), {**user, "id": found[0]["id"]})

    def change_surname(self, name: str, surname: str) -> httpx.Response:
        """A changed profile is sent whole, on top of what the endpoint shows."""
        shown = self._user(name)
        changed = {**shown, "name": {**shown.get("name", {}), "familyName": surname}}
        return self._client.put(place("/Users", shown), changed)

    def deactivate(self, name: str) -> httpx.Response:
        return self._client.patch(place("/Users", self._user(name)), [{"op": "replace", "value": {"active": False}}])

    def push_group(self, group: str, members: list[str]) -> httpx.Response:
        display_name = self._names.group(group)
        found = self._found("/Groups", "displayName", display_name)
        if not found:
            listed = {"displayName": display_name, "members": [self._member(name) for name in members]}
            return self._client.post("/Groups", {"schemas": [GROUP], **listed})
        operation = {"op": "replace", "path": "members", "value": [self._member(name) for name in members]}
        return self._client.patch(place("/Groups", found[0]), [operation])

    def change_members(self, group: str, joins: str, leaves: str) -> httpx.Response:
        operations: list[dict[str, Any]] = [
            {"op": "remove", "path": f'members[value eq "{self._user(leaves)["id"]}"]'},
            {"op": "add", "path": "members", "value": [self._member(joins)]},
        ]
        return self._client.patch(place("/Groups", self._group(group)), operations)

    def rename_group(self, group: str, new_name: str) -> httpx.Response:
        shown = self._group(group)
        value = {"id": shown["id"], "displayName": self._names.group(new_name)}
        return self._client.patch(place("/Groups", shown), [{"op": "replace", "value": value}])

    def _profile(self, name: str, surname: str) -> dict[str, Any]:
        user_name = self._names.user_name(name)
        return {
            "schemas": [USER],
            "userName": user_name,
            "name": {"givenName": name, "familyName": surname},
            "emails": [{"primary": True, "value": user_name, "type": "work"}],
            "displayName": f"{name} {surname}",
            "locale": "en-US",
            "externalId": f"00u-{user_name}",
            "groups": [],
            "active": True,
        }

    def _member(self, name: str) -> dict[str, str]:
        return {"value": self._user(name)["id"], "display": self._names.user_name(name)}

    def _user(self, name: str) -> Resource:
        [user] = self._found("/Users", "userName", self._names.user_name(name))
        shown: Resource = self._client.get(place("/Users", user)).json()
        return shown

    def _group(self, group: str) -> Resource:
        [found] = self._found("/Groups", "displayName", self._names.group(group))
        return found

    def _found(self, path: str, attribute: str, value: str) -> list[Resource]:
        answer = self._client.get(path, filter=f'{attribute} eq "{value}"', **PAGE)
        found: list[Resource] = answer.json().get("Resources", []) if answer.status_code == 200 else []
        return found


def okta(world: World) -> OktaClient:
    """On the bundled servers Okta has a token of its own; elsewhere there is but one."""
    return OktaClient(world.client_of_provider("Okta"), world.names)


@given(parsers.parse("Okta has provisioned {names}"))
def has_provisioned(world: World, names: str) -> None:
    for name in listed_names(names):
        # Okta would replace whomever a look-up finds: nothing would be made.
        world.judge.no_user(f"{name.lower()}@contoso.test")
        expect_made(okta(world).assign(name, "Lovelace"))
    world.judge.remember([f"{name.lower()}@contoso.test" for name in listed_names(names)])


@given(parsers.parse('Okta has pushed the group "{group}" with {members}'))
def has_pushed(world: World, group: str, members: str) -> None:
    has_provisioned(world, members)
    world.judge.remember_group(group, expect_made(okta(world).push_group(group, listed_names(members))))


@when(parsers.parse('Okta provisions {name} with the surname "{surname}"'))
def provisions(world: World, name: str, surname: str) -> None:
    world.outcome = okta(world).assign(name, surname)


@when(parsers.parse('Okta changes the surname of {name} to "{surname}"'))
def changes_the_surname(world: World, name: str, surname: str) -> None:
    world.outcome = okta(world).change_surname(name, surname)


@when(parsers.parse("Okta deactivates {name}"))
def deactivates(world: World, name: str) -> None:
    world.outcome = okta(world).deactivate(name)


@when(parsers.parse('Okta pushes the group "{group}" with {members}'))
def pushes(world: World, group: str, members: str) -> None:
    world.outcome = okta(world).push_group(group, listed_names(members))


@when(parsers.parse('Okta puts {joins} into "{group}" in the place of {leaves}'))
def changes_members(world: World, group: str, joins: str, leaves: str) -> None:
    world.outcome = okta(world).change_members(group, joins, leaves)


@when(parsers.parse('Okta renames the group "{group}" to "{new_name}"'))
def renames(world: World, group: str, new_name: str) -> None:
    world.outcome = okta(world).rename_group(group, new_name)

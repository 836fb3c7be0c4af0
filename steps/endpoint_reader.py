"""Reads the endpoint as a judge does: by filter and by id, believing neither alone.

Each read names the requirement that it decides: what a look-up may return, what a read by id must return.
"""

from typing import Any
from urllib.parse import quote

from scimulate.harness import expect
from scimulate.steps.diagnosis import EMPTY_IS_200, FILTER, HAS_AN_ID, LIST_RESPONSE, ONLY_MATCHES, READ_BY_ID
from scimulate.steps.scim_messages import ScimClient

Resource = dict[str, Any]

MOST_LISTED = 100


class EndpointReader:
    """Asks the endpoint for users and groups."""

    def __init__(self, client: ScimClient) -> None:
        self._client = client

    def users_named(self, user_name: str) -> list[Resource]:
        """The users that a look-up by `user_name` finds; letter case does not matter."""
        return self._found("/Users", "userName", user_name)

    def groups_named(self, display_name: str) -> list[Resource]:
        """The groups that a look-up by `display_name` finds, in the form in which Entra ID asks (ENTRA-166)."""
        return self._found("/Groups", "displayName", display_name, excludedAttributes="members")

    def all_user_names(self) -> list[str]:
        """The user names of one page, which holds everybody where nobody else is."""
        response = self._client.get("/Users", count=str(MOST_LISTED))
        expect.status(response, 200, requirement=FILTER)
        return sorted(str(user.get("userName")) for user in expect.envelope(response, requirement=LIST_RESPONSE))

    def by_id(self, path: str, identifier: str) -> Resource:
        """The resource `path`/`identifier`, which must be there."""
        response = self._client.get(place(path, {"id": identifier}))
        expect.status(response, 200, requirement=READ_BY_ID)
        resource = expect.document(response, requirement=READ_BY_ID)
        action = f"reading {path}/{identifier}"
        expect.equal(READ_BY_ID, action, identifier, resource.get("id"), expect.exchanges_of(response))
        return resource

    def _found(self, path: str, attribute: str, value: str, **query: str) -> list[Resource]:
        literal = value.replace("\\", "\\\\").replace('"', '\\"')
        response = self._client.get(path, filter=f'{attribute} eq "{literal}"', **query)
        exchanges = expect.exchanges_of(response)
        action = f"looking up {attribute} {value} at {path}"
        refused = EMPTY_IS_200 if response.status_code in (403, 404) else FILTER
        expect.status(response, 200, requirement=refused, action=action)
        resources = expect.envelope(response, requirement=LIST_RESPONSE)
        others = [row for row in resources if str(row.get(attribute)).casefold() != value.casefold()]
        expect.true(
            ONLY_MATCHES,
            action,
            f"only resources whose {attribute} is {value}",
            f"{len(others)} others among {len(resources)}",
            not others,
            exchanges,
        )
        ids = [row.get("id") for row in resources]
        expect.true(
            HAS_AN_ID,
            action,
            "an id, as text, on each",
            ids,
            all(isinstance(one, str) and one for one in ids),
            exchanges,
        )
        return resources


def place(collection: str, resource: Resource) -> str:
    """Where `resource` is found below the base address; an id may hold anything."""
    return f"{collection}/{quote(str(resource['id']), safe='', errors='replace')}"


def member_ids(group: Resource) -> list[str]:
    """The ids that `group` lists, each as often as it is listed."""
    members = group.get("members")
    listed = members if isinstance(members, list) else []
    return sorted(str(member.get("value")) for member in listed if isinstance(member, dict))


def changes(before: Resource, after: Resource) -> dict[str, Any]:
    """The attributes that differ, with their value afterwards. What the endpoint keeps for itself does not count."""
    return {
        name: after.get(name)
        for name in sorted({*before, *after} - {"meta", "schemas"})
        if _normal(before.get(name)) != _normal(after.get(name))
    }


def _normal(value: Any) -> Any:
    """Absent, null and the empty list are one state (RFC 7643 §2.5); the order of values says nothing."""
    if value in (None, [], {}):
        return None
    if isinstance(value, list):
        return sorted((_normal(item) for item in value), key=repr)
    if isinstance(value, dict):
        normal = {name: _normal(item) for name, item in value.items()}
        return {name: item for name, item in normal.items() if item is not None} or None
    return value

"""A former source of users and groups, LDAP or the legacy Entra ID source, as the control surface plays it."""

from collections.abc import Sequence
from typing import Any

from scimulate.steps.directory import listed_names
from scimulate.steps.world import World

KNOWN = {"user": "user_name", "source": "source", "sync": "sync", "managed apple id": "managed_apple_id"}
"""Columns of a table of users; every other one is an attribute that the LDAP server gives."""
FLAGS = {"status": ("enabled", "Enabled"), "removed": ("removed", "yes")}


def give_users(world: World, rows: Sequence[dict[str, str]]) -> None:
    """What the source says of its users. Entra ID may change them, since they are the tenant's own."""
    given = world.the_tenant().control("POST", "/users", [_user(world, row) for row in rows])
    for identifier in given["users"]:
        world.claim("Users", identifier)


def give_groups(world: World, rows: Sequence[dict[str, str]]) -> None:
    documents = [
        {
            "name": world.names.group(row["group"]),
            "source": row["source"],
            "members": [world.names.user_name(name) for name in listed_names(row.get("members", ""))],
        }
        for row in rows
    ]
    given = world.the_tenant().control("POST", "/groups", documents)
    for identifier in given["groups"]:
        world.claim("Groups", identifier)


def give_devices(world: World, user_name: str, count: int) -> None:
    world.the_tenant().control("POST", "/devices", {"user_name": world.names.real(user_name), "count": count})


def use_attribute(world: World, attribute: str, kind: str, name: str) -> None:
    uses = [{"kind": kind, "name": name}]
    world.the_tenant().control("POST", "/attribute-uses", {"attribute": attribute, "uses": uses})


def _user(world: World, row: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {KNOWN[name]: world.names.real(value) for name, value in row.items() if name in KNOWN}
    document |= {FLAGS[name][0]: value == FLAGS[name][1] for name, value in row.items() if name in FLAGS}
    attributes = {name: value for name, value in row.items() if name not in KNOWN and name not in FLAGS and value}
    return {**document, "attributes": attributes, "display_name": row["user"].partition("@")[0].capitalize()}

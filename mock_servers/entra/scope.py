"""Who is to be provisioned: a pure function of directory, assignments and scope (ENTRA-209, ENTRA-210)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from scimulate.mock_servers.entra.principals import Snapshot


class Scope(StrEnum):
    """The setting on the Provisioning page, by its label."""

    ASSIGNED = "Sync only assigned users and groups"
    ALL = "Sync all users and groups"


@dataclass(frozen=True)
class Entitled:
    """Users and groups that the scope covers, whether a user is active in the directory or not."""

    users: frozenset[str]
    groups: frozenset[str]


def entitled(directory: Snapshot, assignments: Collection[str], scope: Scope) -> Entitled:
    """Direct members of an assigned group count, nested ones do not (ENTRA-209, IVANTI-047)."""
    if scope is Scope.ALL:
        return Entitled(frozenset(directory.users), frozenset(directory.groups))
    groups = frozenset(principal for principal in assignments if principal in directory.groups)
    users = {principal for principal in assignments if principal in directory.users}
    for group_id in groups:
        users.update(member for member in directory.groups[group_id].members if member in directory.users)
    return Entitled(frozenset(users), groups)

"""Changes of one group's members, in both dialects, without reading the group where that can be avoided."""

from scimulate.mock_servers.scim.errors import invalid_path, invalid_syntax, invalid_value, no_target, read_only
from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.limits import MEMBERS, too_large
from scimulate.mock_servers.scim.matching import value_predicate
from scimulate.mock_servers.scim.patch import Step
from scimulate.mock_servers.scim.path import equalities
from scimulate.mock_servers.scim.policy import Policy
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.schema import GROUP
from scimulate.mock_servers.scim.store import Connection


def member_ids(value: object) -> list[str]:
    """The ids in a `members` value: one object or a list of them. Other sub-attributes are ignored (D-184)."""
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    if len(items) > MEMBERS:
        raise too_large(f"a request may name {MEMBERS} members")
    ids: dict[str, None] = {}
    for item in items:
        member = (
            next((part for key, part in item.items() if key.lower() == "value"), None)
            if isinstance(item, dict)
            else None
        )
        if not isinstance(member, str) or not member:
            raise invalid_value("a member is an object with the id of a user or group as its value")
        ids[member] = None
    return list(ids)


class Membership:
    """The members of one group inside one change. Counts what it really changed."""

    def __init__(self, resources: Resources, connection: Connection, group: Row, policy: Policy) -> None:
        self._resources = resources
        self._connection = connection
        self._group = group
        self._policy = policy
        self.added = 0
        self.removed = 0

    @property
    def changed(self) -> bool:
        return self.added + self.removed > 0

    def apply(self, step: Step) -> None:
        """Carry out a PATCH step on `members`."""
        if step.path.sub is not None:
            # RFC 7643 §4.2: the parts of a member are immutable.
            raise read_only("a part of a member") if step.path.filter else invalid_path("members has no such target")
        if step.path.filter is not None:
            self._apply_selected(step, step.path.filter)
        elif step.op == "add":
            self.add(member_ids(step.value))
        elif step.op == "replace":
            self.replace(member_ids(step.value))
        elif not step.has_value or step.value is None:
            self.replace([])  # D-169: a bare remove takes all members
        elif self._policy.remove_with_value:
            self.remove(member_ids(step.value))
        else:
            raise invalid_syntax("remove takes a path and no value")

    def add(self, ids: list[str]) -> None:
        """Members that are there already stay as they are (D-172); an unknown one is refused (D-173)."""
        self.added += self._resources.add_members(self._connection, self._group, self._known(ids))

    def remove(self, ids: list[str]) -> None:
        """Who is no member is left alone."""
        numbers = list(self._resources.numbers_of(self._connection, ids).values())
        self.removed += self._resources.remove_members(self._connection, self._group, numbers)

    def replace(self, ids: list[str]) -> None:
        """Exactly these members from now on (D-170)."""
        wanted = set(self._known(ids))
        held = self._resources.member_numbers(self._connection, self._group)
        self.removed += self._resources.remove_members(self._connection, self._group, sorted(held - wanted))
        self.added += self._resources.add_members(self._connection, self._group, sorted(wanted - held))

    def _known(self, ids: list[str]) -> list[int]:
        if self._group.id in ids:
            raise invalid_value("a group cannot be a member of itself")
        numbers = self._resources.numbers_of(self._connection, ids)
        if len(numbers) < len(ids):
            raise invalid_value("a member is neither a user nor a group of this server")
        return list(numbers.values())

    def _apply_selected(self, step: Step, tree: Filter) -> None:
        """`members[…]`: remove takes the members found away; replace puts others in their place."""
        wanted = equalities(tree)
        if step.op == "remove" and wanted is not None and [name.lower() for name in wanted] == ["value"]:
            self.remove([value for value in wanted.values() if isinstance(value, str)])
            return
        found = self._selected(tree)
        if step.op == "remove":
            self.remove(found)
            return
        if not found and step.op == "replace" and not self._policy.value_filter_upsert:
            raise no_target("no member matches the filter of the path")
        given = member_ids(step.value)
        if step.op == "replace":
            self.remove([member for member in found if member not in given])
        self.add(given)

    def _selected(self, tree: Filter) -> list[str]:
        holds = value_predicate(tree, GROUP.attributes["members"], self._policy)
        links = self._resources.members(self._connection, self._group)
        return [
            link.id for link in links if holds({"value": link.id, "type": link.kind, "display": link.display or ""})
        ]

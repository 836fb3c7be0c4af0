"""Changes of one group's members, in both dialects, without reading the group where that can be avoided."""

import functools

from scimulate.mock_servers.scim.errors import ScimError, invalid_syntax, invalid_value, no_target
from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.former_members import forget_former, former_members
from scimulate.mock_servers.scim.limits import MEMBERS, PATCH_COMPARISONS, too_large
from scimulate.mock_servers.scim.links import Link, add_members, member_numbers, members_of, remove_members
from scimulate.mock_servers.scim.matching import value_predicate
from scimulate.mock_servers.scim.patch import Step
from scimulate.mock_servers.scim.path import equalities, terms
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
        self._named = 0
        self._looked_at = 0
        self.added = 0
        self.removed = 0

    @property
    def changed(self) -> bool:
        return self.added + self.removed > 0

    @functools.cached_property
    def _former(self) -> frozenset[str]:
        """Ids that are listed though who had them was deleted (AMB-23)."""
        if not self._policy.readings.deleted_members_stay:
            return frozenset()
        return frozenset(link.id for link in former_members(self._connection, self._group))

    def apply(self, step: Step) -> None:
        """Carry out a PATCH step on `members`."""
        if step.path.sub is not None:
            self._apply_to_part(step, step.path.sub.name)
        elif step.path.filter is not None:
            self._apply_selected(step, step.path.filter)
        elif step.op == "remove":
            self._apply_removal(step)
        elif step.op == "add":
            if self._policy.readings.single_value_add_refused and not isinstance(step.value, list):
                raise invalid_value("members takes a list of values")
            self.add(self._ids(step.value))
        elif self._policy.readings.null_replacement_refused and (step.value is None or step.value == []):
            raise invalid_value("replace takes a value; remove takes all members away")
        else:
            self.replace(self._ids(step.value))

    def add(self, ids: list[str]) -> None:
        """Members that are there already stay as they are (D-172); an unknown one is refused (D-173)."""
        self.added += add_members(self._connection, self._group, self._known(ids))

    def remove(self, ids: list[str]) -> None:
        """Who is no member is left alone."""
        numbers = list(self._resources.numbers_of(self._connection, ids).values())
        self.removed += remove_members(self._connection, self._group, numbers)
        if self._former:
            self.removed += forget_former(self._connection, self._group, self._former & set(ids))

    def replace(self, ids: list[str]) -> None:
        """Exactly these members from now on (D-170)."""
        wanted = set(self._known(ids))
        held = member_numbers(self._connection, self._group)
        self.removed += remove_members(self._connection, self._group, sorted(held - wanted))
        self.added += add_members(self._connection, self._group, sorted(wanted - held))
        if self._former:
            self.removed += forget_former(self._connection, self._group, self._former - set(ids))

    def _known(self, ids: list[str]) -> list[int]:
        if self._group.id in ids:
            raise invalid_value("a group cannot be a member of itself")
        numbers = self._resources.numbers_of(self._connection, ids)
        if len(numbers) < len(ids) and not numbers.keys() | self._former >= set(ids):
            raise invalid_value("a member is neither a user nor a group of this server")
        return list(numbers.values())

    def _ids(self, value: object) -> list[str]:
        ids = member_ids(value)
        self._named += len(ids)
        if self._named > MEMBERS:
            raise too_large(f"a request may name {MEMBERS} members")
        return ids

    def _apply_removal(self, step: Step) -> None:
        before = self.removed
        if not step.has_value or step.value is None:
            self.replace([])  # D-169: a bare remove takes all members
        elif self._policy.remove_with_value:
            self.remove(self._ids(step.value))
        else:
            raise invalid_syntax("remove takes a path and no value")
        self._refuse_nothing(self.removed - before)

    def _apply_selected(self, step: Step, tree: Filter) -> None:
        """`members[…]`: remove takes the members found away; replace puts others in their place."""
        if step.op == "remove":
            before = self.removed
            wanted = equalities(tree) or {}
            member = wanted.get("value")
            # The form that clients send is answered without reading the group.
            only_by_id = len(wanted) == 1 and isinstance(member, str)
            self.remove([str(member)] if only_by_id else [link.id for link in self._selected(tree)])
            self._refuse_nothing(self.removed - before)
            return
        found = [link.id for link in self._selected(tree)]
        given = self._ids(step.value)
        if not found and not self._makes_what_is_not_found(step.op):
            return
        if step.op == "replace":
            stays = set(given)
            self.remove([member for member in found if member not in stays])
        self.add(given)

    def _apply_to_part(self, step: Step, name: str) -> None:
        """RFC 7643 §4.2: the parts of a member are immutable, so they can be given the value that they have alone."""
        found = [_as_value(link) for link in self._selected(step.path.filter)]
        if any(step.op == "remove" or value.get(name) != step.value for value in found):
            raise ScimError(400, "a part of a member is immutable", "mutability")
        if found:
            return
        if step.op == "remove":
            self._refuse_nothing(0)
        elif step.op == "replace" or self._policy.readings.add_without_match != "ignored":
            raise no_target("no member matches the filter of the path")

    def _makes_what_is_not_found(self, op: str) -> bool:
        made = self._policy.value_filter_upsert if op == "replace" else self._policy.readings.add_without_match
        if made is True or made == "created":
            return True
        if made == "ignored":
            return False
        raise no_target("no member matches the filter of the path")

    def _refuse_nothing(self, removed: int) -> None:
        if removed == 0 and self._policy.readings.remove_of_nothing_refused:
            raise no_target("the group has no such member")

    def _selected(self, tree: Filter | None) -> list[Link]:
        if self._looked_at > PATCH_COMPARISONS:
            raise too_large(f"the operations of a request may look at {PATCH_COMPARISONS} members")
        holds = None if tree is None else value_predicate(tree, GROUP.attributes["members"], self._policy)
        links = members_of(self._connection, self._group)
        if self._former:
            links += former_members(self._connection, self._group)
        self._looked_at += len(links) * (1 if tree is None else terms(tree))
        return links if holds is None else [link for link in links if holds(_as_value(link))]


def _as_value(link: Link) -> dict[str, object]:
    return {"value": link.id, "type": link.kind, "display": link.display or ""}

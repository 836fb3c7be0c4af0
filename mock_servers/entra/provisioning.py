"""What is said about one object: match, create, update, disable, delete, refer, and change members.

Each function is a conversation (see `conversation.py`) that raises `ExportFailed` when the object cannot be
exported. None of them remembers anything: what was sent before is an argument, what follows is the result.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from scimulate.mock_servers.entra import answers, dialect
from scimulate.mock_servers.entra.answers import Resource
from scimulate.mock_servers.entra.conversation import Conversation, WireRequest
from scimulate.mock_servers.entra.dialect import Dialect
from scimulate.mock_servers.entra.difference import Change, Verb, differences
from scimulate.mock_servers.entra.mapping import (
    MANAGER,
    Mapped,
    group_document,
    user_document,
    value_at,
)

MEMBERS_PER_REQUEST: Final = 100


class Kind(StrEnum):
    """The two kinds of objects, by their endpoint."""

    USER = "Users"
    GROUP = "Groups"


@dataclass(frozen=True)
class Exported:
    """An object that stands in the target; `written` is what had to be changed, everything when `created`."""

    resource: Resource
    written: tuple[Change, ...] = ()
    created: bool = False
    matched: bool = False


def match_query(kind: Kind, value: str) -> WireRequest:
    """ENTRA-102, ENTRA-166; no paging parameters (ENTRA-033), no escape within the quotes (ENTRA-029)."""
    if kind is Kind.USER:
        return WireRequest("GET", "/Users", (("filter", f'userName eq "{value}"'),))
    return WireRequest("GET", "/Groups", (("excludedAttributes", "members"), ("filter", f'displayName eq "{value}"')))


def bring_in(kind: Kind, values: Mapped, linked_elsewhere: Container[str], speaks: Dialect) -> Conversation[Exported]:
    """An object without link: match, then create it or update what was found (ENTRA-087)."""
    matching = values["userName" if kind is Kind.USER else "displayName"]
    found = answers.read_match((yield match_query(kind, str(matching))), f"/{kind}")
    if found is None:
        document = user_document(values) if kind is Kind.USER else group_document(values)
        created = answers.read_created((yield WireRequest("POST", f"/{kind}", body=document)))
        return Exported(created, tuple(Change(Verb.ADD, path, value) for path, value in values.items()), created=True)
    if found.id in linked_elsewhere:
        raise answers.ExportFailed("DuplicateSourceEntries", "the matching resource is linked to another object")
    return (yield from _write(kind, found, differences(values, found.document), speaks, matched=True))


def bring_up_to_date(kind: Kind, target_id: str, values: Mapped, speaks: Dialect) -> Conversation[Exported]:
    """A linked object: read it, then send the differences (ENTRA-090). For a disable, `values` is `active` alone."""
    resource = answers.read_linked((yield _read(kind, target_id)), target_id)
    return (yield from _write(kind, resource, differences(values, resource.document), speaks))


def delete(kind: Kind, target_id: str) -> Conversation[None]:
    """A resource that is gone already counts as deleted (ENTRA-604)."""
    answer = yield WireRequest("DELETE", _path(kind, target_id))
    if answer.status != 404:
        answers.require_success(answer)


def manager_change(resource: Resource, wanted: str | None, sent_before: bool) -> Change | None:
    """How the manager differs. A removal is sent as an empty value, if the reference is ours (ENTRA-197, ENTRA-599)."""
    held = value_at(resource.document, MANAGER)
    current = held.get("value") if isinstance(held, dict) else None
    if wanted is None:
        return Change(Verb.REPLACE, MANAGER, "", current) if current and sent_before else None
    if current == wanted:
        return None
    return Change(Verb.REPLACE if current else Verb.ADD, MANAGER, wanted, current)


def refer(target_id: str, change: Change, speaks: Dialect) -> Conversation[None]:
    """A reference is an update of its own after the objects exist (ENTRA-190, ENTRA-191)."""
    body = dialect.update_body(speaks, [change])
    answers.require_success((yield WireRequest("PATCH", _path(Kind.USER, target_id), body=body)))


@dataclass(frozen=True)
class MemberChange:
    """One request's worth of members to add or to remove, by their ids in the target (ENTRA-175)."""

    target_ids: tuple[str, ...]
    added: bool


def member_changes(sent: frozenset[str], wanted: Sequence[str]) -> list[MemberChange]:
    """From the members sent before to the wanted ones, adds first, at most a hundred in a request (ENTRA-610)."""
    added = [target_id for target_id in wanted if target_id not in sent]
    removed = sorted(sent.difference(wanted))
    return [
        MemberChange(tuple(target_ids[start : start + MEMBERS_PER_REQUEST]), target_ids is added)
        for target_ids in (added, removed)
        for start in range(0, len(target_ids), MEMBERS_PER_REQUEST)
    ]


def change_members(group_target_id: str, change: MemberChange, speaks: Dialect) -> Conversation[None]:
    write = dialect.add_members_body if change.added else dialect.remove_members_body
    request = WireRequest("PATCH", _path(Kind.GROUP, group_target_id), body=write(speaks, change.target_ids))
    answers.require_success((yield request))


def _write(
    kind: Kind, resource: Resource, changes: list[Change], speaks: Dialect, *, matched: bool = False
) -> Conversation[Exported]:
    if changes:
        body = dialect.update_body(speaks, changes)
        answer = yield WireRequest("PATCH", _path(kind, resource.id), body=body)
        if answer.status == 404:
            raise answers.ExportFailed("InvalidAnchor", f"{answers.described(answer)} to the update")
        answers.require_success(answer)
    return Exported(resource, tuple(changes), matched=matched)


def _read(kind: Kind, target_id: str) -> WireRequest:
    """Every read of a group leaves the members out (ENTRA-167)."""
    query = (("excludedAttributes", "members"),) if kind is Kind.GROUP else ()
    return WireRequest("GET", _path(kind, target_id), query)


def _path(kind: Kind, target_id: str) -> str:
    return f"/{kind}/{quote(target_id, safe='')}"

"""The initial cycle, object by object: match, create, add members, read back, remove.

Each function carries one object as far as the endpoint lets it, and raises `Refused` where it does not. Nothing is
ever written to a resource that does not carry the name which this run gave it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from scimulate.load.endpoint import Endpoint
from scimulate.load.ledger import Ledger, Side
from scimulate.load.population import Population
from scimulate.load.shapes import add_members, create_group, create_user, is_member, match_group, match_user
from scimulate.mock_servers.entra.dialect import Dialect

Found = list[str]


@dataclass(frozen=True)
class Job:
    """What is synchronised, and what has become of it so far."""

    population: Population
    dialect: Dialect
    ledger: Ledger


@dataclass(frozen=True)
class Kind:
    """What users and groups have in common when they are looked up and created."""

    word: str
    path: str
    name_attribute: str
    side: Callable[[Ledger], Side]
    match: Callable[[Population, int], str]
    name: Callable[[Population, int], str]
    body: Callable[[Population, int], bytes]


USERS = Kind(
    word="user",
    path="/Users",
    name_attribute="userName",
    side=lambda ledger: ledger.users,
    match=lambda population, index: match_user(population.user(index)),
    name=lambda population, index: population.user(index).user_principal_name,
    body=lambda population, index: create_user(population.user(index)),
)
GROUPS = Kind(
    word="group",
    path="/Groups",
    name_attribute="displayName",
    side=lambda ledger: ledger.groups,
    match=lambda population, index: match_group(population.group(index)),
    name=lambda population, index: population.group(index).display_name,
    body=lambda population, index: create_group(population.group(index)),
)


def create(kind: Kind, job: Job, endpoint: Endpoint, index: int) -> None:
    """The match query, and the creation when nothing was found (ENTRA-220)."""
    side, subject = kind.side(job.ledger), f"{kind.word} {index}"
    figures = endpoint.measuring().figures
    found = find(kind, job, endpoint, index)
    side.tried.add(index)
    if found:
        side.ids[index] = found[0]
        figures.provisioned += 1
        return
    document = endpoint.send("POST", kind.path, kind.path, subject, kind.body(job.population, index), (200, 201))
    identifier = (document or {}).get("id")
    if not isinstance(identifier, str) or not identifier:
        raise endpoint.object_to(f"POST {kind.path}: answered without an id", subject)
    side.ids[index] = identifier
    figures.provisioned += 1
    figures.created += 1


def find(kind: Kind, job: Job, endpoint: Endpoint, index: int) -> Found:
    """The ids of the resources that carry this object's name. An answer with anybody else's record is refused."""
    subject = f"{kind.word} {index}"
    label = f"{kind.path}?filter"
    document = endpoint.get(kind.match(job.population, index), label, subject)
    resources = (document or {}).get("Resources", [])
    if not isinstance(resources, list):
        raise endpoint.object_to(f"GET {label}: Resources is not a list", subject)
    wanted = kind.name(job.population, index).casefold()
    if any(_name(resource, kind) != wanted for resource in resources):
        raise endpoint.object_to(f"GET {label}: answered a record that was not asked for", subject)
    ids = [resource.get("id") for resource in resources]
    return list(dict.fromkeys(identifier for identifier in ids if isinstance(identifier, str) and identifier))


def add_memberships(job: Job, endpoint: Endpoint, index: int) -> None:
    """The members of one group, a batch after the other. Who was not created cannot be a member (ENTRA-184)."""
    group_id = job.ledger.groups.ids.get(index)
    if group_id is None:
        return
    ids = [job.ledger.user_id(member) for member in job.population.members(index)]
    for body in add_members(job.dialect, [member_id for member_id in ids if member_id]):
        endpoint.send("PATCH", _resource("/Groups", group_id), "/Groups/{id}", f"group {index}", body, (200, 204))


def read_back(kind: Kind, job: Job, endpoint: Endpoint, index: int) -> None:
    """Whether the object is there, once, under the id that was given for it."""
    figures, subject, side = endpoint.measuring().figures, f"{kind.word} {index}", kind.side(job.ledger)
    found = find(kind, job, endpoint, index)
    side.read_back.add(index)
    known = side.ids.get(index)
    if not found:
        figures.note_discrepancy("missing", subject)
    elif len(found) > 1:
        figures.note_discrepancy("doubled", subject)
        side.doubles[index] = [identifier for identifier in found if identifier != known]
    elif found != [known]:
        if known is not None:
            figures.note_discrepancy("changed_id", subject)
        side.doubles[index] = found
    if found and kind is GROUPS and known in found:
        _read_members_back(job, endpoint, index, known)


def _read_members_back(job: Job, endpoint: Endpoint, index: int, group_id: str) -> None:
    figures, subject = endpoint.measuring().figures, f"group {index}"
    expected = {
        member_id: member for member in job.population.members(index) if (member_id := job.ledger.user_id(member))
    }
    document = endpoint.get(_resource("/Groups", group_id), "/Groups/{id}", subject)
    members = (document or {}).get("members")
    if not isinstance(members, list):
        members = []
    if expected and not members:
        # An endpoint need not return members (ENTRA-181); then it is asked about each (ENTRA-182).
        members = [{"value": member_id} for member_id in expected if _is_member(endpoint, group_id, member_id, subject)]
    values = {str(member.get("value")) for member in members if isinstance(member, dict)}
    for member_id, member in expected.items():
        if member_id not in values:
            figures.note_discrepancy("lost_members", f"user {member} in {subject}")
    for stranger in sorted(values - expected.keys()):
        figures.note_discrepancy("extra_members", f"{stranger} in {subject}")


def _is_member(endpoint: Endpoint, group_id: str, member_id: str, subject: str) -> bool:
    document = endpoint.get(is_member(group_id, member_id), "/Groups?filter=members", subject)
    return bool((document or {}).get("Resources"))


def remove(kind: Kind, job: Job, endpoint: Endpoint, index: int) -> bool:
    """Whatever this run made for the object, and whether there was anything.

    Each resource is read by its id first: only this run's name is deleted.
    """
    side = kind.side(job.ledger)
    ids = [identifier for identifier in (side.ids.get(index), *side.doubles.get(index, ())) if identifier]
    if index not in side.read_back:
        ids = list(dict.fromkeys([*ids, *find(kind, job, endpoint, index)]))
    wanted = kind.name(job.population, index).casefold()
    removed = False
    for identifier in ids:
        path, subject = _resource(kind.path, identifier), f"{kind.word} {index}"
        document = endpoint.get(path, f"{kind.path}/{{id}}", subject, (200, 404))
        if document is None:
            continue
        if _name(document, kind) != wanted:
            raise endpoint.object_to(f"GET {kind.path}/{{id}}: answered a record that this run did not make", subject)
        endpoint.send("DELETE", path, f"{kind.path}/{{id}}", subject, expect=(200, 204, 404))
        removed = True
    return removed


def _name(resource: Any, kind: Kind) -> str | None:
    name = resource.get(kind.name_attribute) if isinstance(resource, dict) else None
    return name.casefold() if isinstance(name, str) else None


def _resource(path: str, identifier: str) -> str:
    return f"{path}/{quote(identifier, safe='')}"

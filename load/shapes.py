"""The requests of an initial cycle, as bytes: what Entra sends for one user or one group (ENTRA-218…222).

Mapping, bodies and encoding are the mock Entra ID's own; here they are put together for an object of a population.
"""

from collections.abc import Iterator, Sequence

import orjson

from scimulate.mock_servers.entra.delivery import encode_query
from scimulate.mock_servers.entra.dialect import Dialect, add_members_body
from scimulate.mock_servers.entra.mapping import group_document, mapped_group, mapped_user, user_document
from scimulate.mock_servers.entra.principals import Group, User
from scimulate.mock_servers.entra.provisioning import MEMBERS_PER_REQUEST, Kind, match_query


def match_user(user: User) -> str:
    return _path(Kind.USER, user.user_principal_name)


def match_group(group: Group) -> str:
    return _path(Kind.GROUP, group.display_name)


def create_user(user: User) -> bytes:
    return orjson.dumps(user_document(mapped_user(user)))


def create_group(group: Group) -> bytes:
    return orjson.dumps(group_document(mapped_group(group)))


def add_members(dialect: Dialect, ids: Sequence[str]) -> Iterator[bytes]:
    """The membership PATCHes of one group, with up to a hundred values each (ENTRA-610)."""
    for start in range(0, len(ids), MEMBERS_PER_REQUEST):
        yield orjson.dumps(add_members_body(dialect, ids[start : start + MEMBERS_PER_REQUEST]))


def is_member(group_id: str, member_id: str) -> str:
    """ENTRA-182."""
    return "/Groups?" + encode_query(
        (("attributes", "id"), ("filter", f'id eq "{group_id}" and members eq "{member_id}"'))
    )


def _path(kind: Kind, value: str) -> str:
    request = match_query(kind, value)
    return f"{request.path}?{encode_query(request.query)}"

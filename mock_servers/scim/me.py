"""`/Me`: the user whom the caller's credential is bound to (RFC 7644 §3.11)."""

from collections.abc import Iterator

from scimulate.mock_servers.scim.errors import ScimError, not_found
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.messages import Request
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.schema import USER_URN


def own_id(resources: Resources, user_name: str) -> str:
    """The id of the caller's own user; refuses with 404 while there is none."""
    row = resources.database.read(lambda connection: resources.find_user_by_name(connection, user_name))
    if row is None or row.hidden:
        raise not_found()
    return row.id


def check_own_name(request: Request, user_name: str) -> None:
    """A caller creates a User, namely its own: that is this server's choice of a type for POST on `/Me`."""
    given = list(_user_names_in(parse_object(request.body)))
    own = without_case(user_name)
    # A name may be spelled twice, and which one counts is told elsewhere: none may be another's.
    if not given or not all(isinstance(name, str) and without_case(name) == own for name in given):
        raise ScimError(403, "the userName is not that of the caller")


def _user_names_in(body: dict[str, object]) -> Iterator[object]:
    """Every value that any policy may read as the userName: in any letter case, under the URN of its schema too."""
    urn = USER_URN.lower()
    for name, value in body.items():
        if name.lower().removeprefix(f"{urn}:") == "username":
            yield value
        elif name.lower() == urn and isinstance(value, dict):
            yield from _user_names_in(value)

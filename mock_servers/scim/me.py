"""`/Me`: the user whom the caller's credential is bound to (RFC 7644 §3.11)."""

from scimulate.mock_servers.scim.errors import ScimError, not_found
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.limits import parse_object
from scimulate.mock_servers.scim.messages import Request
from scimulate.mock_servers.scim.resources import Resources


def own_id(resources: Resources, user_name: str) -> str:
    """The id of the caller's own user; refuses with 404 while there is none."""
    row = resources.database.read(lambda connection: resources.find_user_by_name(connection, user_name))
    if row is None or row.hidden:
        raise not_found()
    return row.id


def check_own_name(request: Request, user_name: str) -> None:
    """A caller creates a User, namely its own: that is this server's choice of a type for POST on `/Me`."""
    given = next((value for name, value in parse_object(request.body).items() if name.lower() == "username"), None)
    if not isinstance(given, str) or without_case(given) != without_case(user_name):
        raise ScimError(403, "the userName is not that of the caller")

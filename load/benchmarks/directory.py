"""The people of a benchmark: a user is a pure function of an index, and a directory of any size fills in place."""

from pathlib import Path

from scimulate.mock_servers.clock import RealClock
from scimulate.mock_servers.scim.schema import ENTERPRISE_URN, USER_URN
from scimulate.mock_servers.scim.store import Connection
from scimulate.mock_servers.serving import open_tenants

USERS_PER_CHANGE = 10_000


def user_name(index: int) -> str:
    return f"ada.lovelace.{index}@contoso.test"


def external_id(index: int) -> str:
    return f"0f8fad5b-d9cb-469f-a165-{index:012x}"


def user(index: int) -> dict[str, object]:
    """A user as Entra ID sends one in its first cycle."""
    return {
        "schemas": [USER_URN, ENTERPRISE_URN],
        "userName": user_name(index),
        "externalId": external_id(index),
        "active": True,
        "displayName": f"Ada Lovelace {index}",
        "title": "Engineer",
        "preferredLanguage": "en-US",
        "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": f"Ada Lovelace {index}"},
        "emails": [{"type": "work", "value": user_name(index), "primary": True}],
        "phoneNumbers": [{"type": "work", "value": f"+1 555 {index:07}"}],
        "addresses": [{"type": "work", "locality": "London", "country": "GB"}],
        ENTERPRISE_URN: {"department": "Engineering", "employeeNumber": f"E{index:08}"},
    }


def fill(path: Path, users: int) -> list[str]:
    """Make a database file with so many users, through the server's own rows; their ids, in order."""
    ids: list[str] = []
    tenants = open_tenants(str(path), lambda name: RealClock(), synchronous="OFF")
    try:
        resources = tenants.default.resources
        for first in range(0, users, USERS_PER_CHANGE):

            def insert(connection: Connection, first: int = first) -> list[str]:
                return [
                    resources.insert(connection, "User", document(index), source="SCIM").id
                    for index in range(first, min(users, first + USERS_PER_CHANGE))
                ]

            ids += tenants.database.write(insert)
    finally:
        tenants.database.close()
    return ids


def document(index: int) -> dict[str, object]:
    """What the server keeps of a user."""
    return {name: value for name, value in user(index).items() if name != "schemas"}

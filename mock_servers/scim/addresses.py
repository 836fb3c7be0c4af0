"""Who has which e-mail address: Entra ID may match users by it, and a user has several.

A table of addresses without their letter case, kept with each change of a user. Callers give the document before and
after, so that a change of something else costs a comparison.
"""

import orjson

from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.store import Connection

_TABLE = """
CREATE TABLE address (
  tenant TEXT NOT NULL, value TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (tenant, value, number)) WITHOUT ROWID
"""


def create_addresses(connection: Connection) -> None:
    """The table. A file that was made without it has its addresses noted once."""
    if connection.execute("PRAGMA table_info(address)").fetchall():
        return
    connection.execute(_TABLE)
    users = connection.execute("SELECT tenant, number, document FROM resource WHERE email IS NOT NULL")
    for tenant, number, document in users:
        note_addresses(connection, tenant, number, {}, orjson.loads(document))


def note_addresses(connection: Connection, tenant: str, number: int, before: Document, after: Document) -> None:
    """What the change of a document means for its addresses."""
    former, present = before.get("emails"), after.get("emails")
    if former == present:
        return
    gone, come = _values(former), _values(present)
    for value in gone - come:
        connection.execute("DELETE FROM address WHERE tenant = ? AND value = ? AND number = ?", (tenant, value, number))
    for value in come - gone:
        connection.execute("INSERT INTO address (tenant, value, number) VALUES (?, ?, ?)", (tenant, value, number))


def forget_addresses(connection: Connection, tenant: str) -> None:
    """Of everybody in a tenant."""
    connection.execute("DELETE FROM address WHERE tenant = ?", (tenant,))


def _values(emails: object) -> set[str]:
    if not isinstance(emails, list):
        return set()
    values = (email.get("value") for email in emails if isinstance(email, dict))
    return {without_case(value) for value in values if isinstance(value, str)}

"""The passwords of users: salted hashes in a table of their own, out of reach of all that reads, lists, finds or logs.

Nobody signs in with them. They are kept so that a password can be set, set again and taken away (RFC 7643 §4.1.1).
The hash is scrypt at a cost of about half a millisecond, and only of requests that send a password: this server is set
thousands of them in a row, by one writer, and guards none that is worth more work.
"""

import hashlib
import hmac
import secrets
import unicodedata

from scimulate.mock_servers.scim.errors import invalid_value
from scimulate.mock_servers.scim.rows import Row
from scimulate.mock_servers.scim.store import Connection

_TABLE = "TABLE IF NOT EXISTS password (number INTEGER PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL)"
_TRIGGER = (
    "TRIGGER IF NOT EXISTS password_removed AFTER DELETE ON resource WHEN old.kind = 'User' BEGIN"
    " DELETE FROM password WHERE number = old.number; END"
)
_SALT_BYTES = 16


def create_passwords(connection: Connection) -> None:
    """The table, and what empties it with the users."""
    for what in (_TABLE, _TRIGGER):
        connection.execute(f"CREATE {what}")


def check_password(password: object) -> str | None:
    """A password as it was sent, None for none. The policy for passwords is that one has a character."""
    if password == "":
        raise invalid_value("a password is not empty")
    return password if isinstance(password, str) else None


def set_password(connection: Connection, user: Row, password: str | None) -> None:
    """Keep this one, or none, from now on."""
    if password is None:
        connection.execute("DELETE FROM password WHERE number = ?", (user.number,))
        return
    salt = secrets.token_bytes(_SALT_BYTES)
    connection.execute(
        "INSERT OR REPLACE INTO password (number, salt, hash) VALUES (?, ?, ?)",
        (user.number, salt, _hash(password, salt)),
    )


def has_password(connection: Connection, user: Row) -> bool:
    return connection.execute("SELECT 1 FROM password WHERE number = ?", (user.number,)).fetchone() is not None


def is_password(connection: Connection, user: Row, password: str | None) -> bool:
    """Whether this is what the user has; None asks whether she has none."""
    held = connection.execute("SELECT salt, hash FROM password WHERE number = ?", (user.number,)).fetchone()
    if held is None or password is None:
        return held is None and password is None
    salt, kept = held
    return hmac.compare_digest(_hash(password, salt), kept)


def _hash(password: str, salt: bytes) -> bytes:
    # RFC 7644 §5: a password is prepared as RFC 8265 §4 says of opaque strings, with one kind of space, and composed.
    spaced = "".join(" " if unicodedata.category(one) == "Zs" else one for one in password)
    prepared = unicodedata.normalize("NFC", spaced).encode()
    return hashlib.scrypt(prepared, salt=salt, n=256, r=8, p=1, dklen=32)

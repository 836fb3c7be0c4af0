"""The invitations that a tenant has sent by e-mail (IVANTI-075): an outbox, since no mail leaves this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.scim.store import Connection, Database


@dataclass(frozen=True)
class Invitation:
    """A mail that asks a user to register a device."""

    number: int
    sent_at: datetime
    user_name: str
    address: str


class Invitations:
    """The outbox of one tenant."""

    def __init__(self, database: Database, tenant_name: str, clock: Clock) -> None:
        self._database = database
        self._tenant = tenant_name
        self._clock = clock
        database.write(_create_table)

    def send(self, connection: Connection, user_name: str, address: str) -> str:
        """Within a change; when it was sent."""
        sent_at = self._clock.now().astimezone(UTC).isoformat()
        connection.execute(
            "INSERT INTO invitation (tenant, sent_at, user_name, address) VALUES (?, ?, ?, ?)",
            (self._tenant, sent_at, user_name, address),
        )
        return sent_at

    def all(self) -> list[Invitation]:
        """Oldest first."""
        return self._database.read(self._select)

    def _select(self, connection: Connection) -> list[Invitation]:
        found = connection.execute(
            "SELECT number, sent_at, user_name, address FROM invitation WHERE tenant = ? ORDER BY number",
            (self._tenant,),
        )
        return [Invitation(number, datetime.fromisoformat(sent_at), *rest) for number, sent_at, *rest in found]


def _create_table(connection: Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS invitation (number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL,"
        " sent_at TEXT NOT NULL, user_name TEXT NOT NULL, address TEXT NOT NULL)"
    )

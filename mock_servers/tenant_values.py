"""Single values that a tenant keeps, by name: its settings, its feature flag and the like.

They are read often and changed rarely, so they are kept in memory as well.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

import orjson

from scimulate.mock_servers.scim.store import Database

T = TypeVar("T")


class TenantValues:
    """JSON values of one tenant, in its database and in memory."""

    def __init__(self, database: Database, tenant_name: str) -> None:
        self.database = database
        self._tenant = tenant_name
        self._lock = threading.Lock()
        self._changes = 0
        database.write(_create_table)
        self._state: tuple[int, Mapping[str, object]] = (0, database.read(self._select))

    def get(self, name: str, default: object = None) -> object:
        return self._state[1].get(name, default)

    def put(self, name: str, value: object) -> None:
        """Keep `value` as a change of its own."""
        self.database.write(lambda connection: self.keep(connection, name, value))
        self.refresh()

    def keep(self, connection: sqlite3.Connection, name: str, value: object) -> None:
        """Keep `value` within a change that is being written. Call `refresh` once that change has been made."""
        connection.execute(
            "INSERT INTO tenant_value (tenant, name, value) VALUES (?, ?, ?)"
            " ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value",
            (self._tenant, name, orjson.dumps(value).decode()),
        )

    def changed(self, change: Callable[[], T]) -> T:
        """Make a change of several parts as one: all is kept, or nothing of it, in memory too."""
        try:
            return self.database.write(lambda _: change())
        except BaseException:
            self.refresh()
            raise

    def refresh(self) -> None:
        """Let memory follow the database. Of two at once the one that read later wins."""
        with self._lock:
            self._changes += 1
            change = self._changes
        values = self.database.read(self._select)
        with self._lock:
            if change > self._state[0]:
                self._state = (change, values)

    def _select(self, connection: sqlite3.Connection) -> Mapping[str, object]:
        found = connection.execute("SELECT name, value FROM tenant_value WHERE tenant = ?", (self._tenant,))
        return {name: orjson.loads(value) for name, value in found}


def _create_table(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS tenant_value (tenant TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
        " PRIMARY KEY (tenant, name)) WITHOUT ROWID"
    )

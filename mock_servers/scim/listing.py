"""The visible rows of one tenant as lists read them: by conditions, in an order, from any place on."""

from collections.abc import Iterator, Sequence
from typing import Any

from scimulate.mock_servers.scim import ranks
from scimulate.mock_servers.scim.rows import COLUMNS, Row, row_of
from scimulate.mock_servers.scim.store import Connection


class Listing:
    """What there is of a tenant, kind by kind."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def total(self, connection: Connection, kind: str) -> int:
        return ranks.total(connection, self._tenant, kind)

    def page(self, connection: Connection, kind: str, offset: int, limit: int) -> list[Row]:
        """Visible rows, oldest first, from the `offset`-th; there must be one."""
        start, skip = ranks.place_of(connection, self._tenant, kind, offset)
        found = self.select(connection, kind, "number >= ?", (start,), limit=limit, offset=skip)
        return [row for row, _ in found]

    def select(
        self,
        connection: Connection,
        kind: str,
        where: str,
        parameters: Sequence[object],
        order: str = "number",
        column: str = "NULL",
        *,
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[tuple[Row, Any]]:
        """Visible rows by a condition in which `?1` is the tenant, each with the value of a column; read on demand."""
        found = connection.execute(
            f"SELECT {COLUMNS}, {column} FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({where})"
            f" ORDER BY {order} LIMIT ? OFFSET ?",
            (self._tenant, kind, *parameters, limit, offset),
        )
        return ((row_of(values[:-1]), values[-1]) for values in found)

    def count(self, connection: Connection, kind: str, where: str, parameters: Sequence[object]) -> int:
        """How many visible rows fulfil a condition."""
        found = connection.execute(
            f"SELECT count(*) FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({where})",
            (self._tenant, kind, *parameters),
        ).fetchone()
        return int(found[0])

    def has_more_than(
        self, connection: Connection, number: int, kind: str, where: str, parameters: Sequence[object]
    ) -> bool:
        """Whether more than so many visible rows fulfil a condition; no more of them are looked at."""
        found = connection.execute(
            f"SELECT 1 FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({where}) LIMIT 1 OFFSET ?",
            (self._tenant, kind, *parameters, number),
        )
        return found.fetchone() is not None

    def value_of(self, connection: Connection, number: object, column: str) -> object:
        """What a row has in one column; None where there is no such row."""
        found = connection.execute(f"SELECT {column} FROM resource WHERE number = ?", (number,)).fetchone()
        return found[0] if found is not None else None

    def numbered(self, connection: Connection, numbers: Sequence[int]) -> list[Row]:
        """The rows with these numbers, in their order; all must be there."""
        marks = ", ".join("?" * len(numbers))
        found = connection.execute(f"SELECT {COLUMNS} FROM resource WHERE number IN ({marks})", numbers)
        rows = {values[0]: row_of(values) for values in found}
        return [rows[number] for number in numbers]

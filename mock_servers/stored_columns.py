"""Columns that a table has got since some database file was made."""

from collections.abc import Mapping

from scimulate.mock_servers.scim.store import Connection


def add_missing_columns(connection: Connection, table: str, declarations: Mapping[str, str]) -> None:
    """Give `table` each column that it lacks, by name and SQL declaration: the server goes on with the file it has."""
    present = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
    for name, declaration in declarations.items():
        if name not in present:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {declaration}")

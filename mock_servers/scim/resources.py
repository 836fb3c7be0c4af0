"""The users and groups of one tenant, kept in the database. Rows in, rows out: it judges nothing.

Methods that take a connection run inside a change; the others read. Numbers grow with time: a list in the order of
its numbers is a list in the order of creation.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import orjson

from scimulate.mock_servers.clock import Clock
from scimulate.mock_servers.scim import ranks
from scimulate.mock_servers.scim.addresses import create_addresses, forget_addresses, note_addresses
from scimulate.mock_servers.scim.document import Document
from scimulate.mock_servers.scim.former_members import create_former_members
from scimulate.mock_servers.scim.letter_case import without_case
from scimulate.mock_servers.scim.links import create_links, remove_links
from scimulate.mock_servers.scim.listing import Listing
from scimulate.mock_servers.scim.passwords import create_passwords
from scimulate.mock_servers.scim.rows import COLUMNS, TABLES, Row, keys_of, new_id, row_of, statements
from scimulate.mock_servers.scim.store import Connection, Database

T = TypeVar("T")

LOCAL_SOURCE = "Local"
FORMER_SOURCES = frozenset({LOCAL_SOURCE, "LDAP", "Entra ID"})
"""Where users and groups come from that SCIM may take over: made by hand, or brought by what SCIM replaces."""
_PROVIDER_SOURCES = {"Entra ID": "SCIM Entra ID", "Okta": "SCIM Okta"}
_REST = "source = ?, active = ?, version = ?, modified = ?, document = ?"


def source_of(provider: str) -> str:
    """What the portal shows as the origin of what came over SCIM, by the provider of the token (IVANTI-029)."""
    return _PROVIDER_SOURCES.get(provider, "SCIM")


class Resources:
    """What SCIM and the portal keep for one tenant."""

    def __init__(self, database: Database, tenant: str, clock: Clock) -> None:
        self.database = database
        self._tenant = tenant
        self._clock = clock
        self.listing = Listing(tenant)
        database.write(self._create_tables)

    def insert(self, connection: Connection, kind: str, document: Document, *, source: str) -> Row:
        """A new row; a taken user name raises `sqlite3.IntegrityError`."""
        now = self._now()
        row = Row(0, kind, new_id(), source, document.get("active") is not False, False, 1, now, now, document)
        cursor = connection.execute(
            "INSERT INTO resource (tenant, kind, id, external_id, user_name, display_name, label, email, source,"
            " active, hidden, version, created, modified, document)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1, ?, ?, ?)",
            (
                self._tenant,
                kind,
                row.id,
                *keys_of(kind, document),
                source,
                row.active,
                now,
                now,
                orjson.dumps(document),
            ),
        )
        number = cursor.lastrowid or 0
        note_addresses(connection, self._tenant, number, {}, document)
        return replace(row, number=number)

    def update(
        self, connection: Connection, row: Row, document: Document, *, source: str | None = None, hidden: bool = False
    ) -> Row:
        """The row with a new document; a taken user name raises `sqlite3.IntegrityError`."""
        changed = Row(
            row.number,
            row.kind,
            row.id,
            source if source is not None else row.source,
            document.get("active") is not False,
            hidden,
            row.version + 1,
            row.created,
            self._now(),
            document,
        )
        keys = keys_of(row.kind, document)
        rest = (changed.source, changed.active, changed.version, changed.modified, orjson.dumps(document))
        if hidden == row.hidden and keys == keys_of(row.kind, row.document):
            # SQLite renews every index of a column that is set, if only to the value that it has.
            connection.execute(f"UPDATE resource SET {_REST} WHERE number = ?", (*rest, row.number))
        else:
            connection.execute(
                "UPDATE resource SET external_id = ?, user_name = ?, display_name = ?, label = ?, email = ?,"
                f" hidden = ?, {_REST} WHERE number = ?",
                (*keys, hidden, *rest, row.number),
            )
        note_addresses(connection, self._tenant, row.number, row.document, document)
        if hidden != row.hidden or document.get("displayName") != row.document.get("displayName"):
            self._renew_groups_of(connection, row)
        return changed

    def delete(self, connection: Connection, row: Row) -> None:
        """Remove the row and every membership it has part in."""
        self._renew_groups_of(connection, row)
        remove_links(connection, row)
        note_addresses(connection, self._tenant, row.number, row.document, {})
        connection.execute("DELETE FROM resource WHERE number = ?", (row.number,))

    def clear(self, connection: Connection) -> None:
        """Remove everything of this tenant."""
        numbers = "SELECT number FROM resource WHERE tenant = ?"
        connection.execute(f"DELETE FROM membership WHERE group_number IN ({numbers})", (self._tenant,))
        forget_addresses(connection, self._tenant)
        connection.execute("DELETE FROM resource WHERE tenant = ?", (self._tenant,))

    def find(self, connection: Connection, kind: str, resource_id: str, *, hidden: bool = False) -> Row | None:
        """The row with this id; hidden rows only on request."""
        found = connection.execute(
            f"SELECT {COLUMNS} FROM resource WHERE tenant = ? AND kind = ? AND id = ? AND hidden <= ?",
            (self._tenant, kind, resource_id, hidden),
        ).fetchone()
        return row_of(found) if found is not None else None

    def find_user_by_name(self, connection: Connection, user_name: str) -> Row | None:
        """The user with this name, hidden or not, whatever the letter case."""
        found = connection.execute(
            f"SELECT {COLUMNS} FROM resource WHERE tenant = ? AND user_name = ?",
            (self._tenant, without_case(user_name)),
        ).fetchone()
        return row_of(found) if found is not None else None

    def find_equal(self, connection: Connection, kind: str, key: str, value: str, limit: int = -1) -> list[Row]:
        """Visible rows by an indexed key: id, external_id, user_name or display_name (both lowered); -1 is all.

        In the order of their numbers, which is that of their ids: asked for by id, SQLite walks the index of ids.
        """
        found = connection.execute(
            f"SELECT {COLUMNS} FROM resource WHERE tenant = ? AND kind = ? AND {key} = ? AND hidden = 0"
            " ORDER BY number LIMIT ?",
            (self._tenant, kind, value, limit),
        )
        return [row_of(values) for values in found]

    def at_one_moment(self, query: Callable[[Connection], T]) -> T:
        """What `query` reads, all of it as it was at one moment, whoever writes meanwhile."""

        def within(connection: Connection) -> T:
            if connection.in_transaction:
                return query(connection)
            connection.execute("BEGIN")
            try:
                return query(connection)
            finally:
                connection.execute("COMMIT")

        return self.database.read(within)

    def numbers_of(self, connection: Connection, ids: Sequence[str]) -> dict[str, int]:
        """The numbers of the visible users and groups among these ids."""
        numbers: dict[str, int] = {}
        for resource_id in ids:
            for kind in ("User", "Group"):
                found = connection.execute(
                    "SELECT number FROM resource WHERE tenant = ? AND kind = ? AND id = ? AND hidden = 0",
                    (self._tenant, kind, resource_id),
                ).fetchone()
                if found is not None:
                    numbers[resource_id] = found[0]
                    break
        return numbers

    def is_name_elsewhere(self, connection: Connection, user_name: str) -> bool:
        """Whether a user of another tenant has this name."""
        found = connection.execute(
            "SELECT 1 FROM resource WHERE user_name = ? AND tenant <> ? LIMIT 1",
            (without_case(user_name), self._tenant),
        )
        return found.fetchone() is not None

    def clear_extension_value(self, connection: Connection, urn: str, name: str) -> None:
        """Take one attribute of an extension away from all users, hidden ones too."""
        found = connection.execute(
            f"SELECT {COLUMNS} FROM resource WHERE tenant = ? AND kind = 'User'"
            " AND json_extract(CAST(document AS TEXT), ?) IS NOT NULL",
            (self._tenant, f'$."{urn}"."{name}"'),
        )
        for row in map(row_of, found.fetchall()):
            held = row.document[urn]
            assert isinstance(held, dict)
            rest = {key: value for key, value in held.items() if key != name}
            document = {key: value for key, value in row.document.items() if key != urn}
            self.update(connection, row, {**document, **({urn: rest} if rest else {})}, hidden=row.hidden)

    def _renew_groups_of(self, connection: Connection, member: Row) -> None:
        """A group shows who is in it and by what name: when that changes, it is another version of the group."""
        connection.execute(
            "UPDATE resource SET version = version + 1, modified = ? WHERE number IN"
            " (SELECT group_number FROM membership WHERE member_number = ?)",
            (self._now(), member.number),
        )

    def _now(self) -> str:
        moment = self._clock.now()
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"

    def _create_tables(self, connection: Connection) -> None:
        for statement in statements(TABLES):
            connection.execute(statement)
        create_links(connection)
        ranks.create_ranks(connection)
        create_passwords(connection)
        create_former_members(connection)
        create_addresses(connection)

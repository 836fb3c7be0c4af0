"""Counts and places of resources in lists: true after whatever came and went, and in files of earlier releases."""

import random
from pathlib import Path

import pytest

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.store import Connection, Database

FORMER = """
CREATE TABLE resource (
  number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, external_id TEXT,
  user_name TEXT, display_name TEXT, label TEXT, email TEXT, source TEXT NOT NULL,
  active INTEGER NOT NULL, hidden INTEGER NOT NULL, version INTEGER NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, document BLOB NOT NULL);
CREATE TABLE resource_count (tenant TEXT, kind TEXT, total INTEGER NOT NULL, removals INTEGER NOT NULL);
CREATE TRIGGER resource_added AFTER INSERT ON resource WHEN NOT new.hidden BEGIN
  UPDATE resource_count SET total = total + 1; END;
CREATE TRIGGER resource_removed AFTER DELETE ON resource WHEN NOT old.hidden BEGIN
  UPDATE resource_count SET total = total - 1; END;
CREATE TRIGGER resource_shown AFTER UPDATE OF hidden ON resource WHEN new.hidden <> old.hidden BEGIN
  UPDATE resource_count SET total = total + old.hidden - new.hidden; END
"""


def _names(resources: Resources, offset: int, limit: int) -> list[str]:
    def page(connection: Connection) -> list[str]:
        return [str(row.document["userName"]) for row in resources.listing.page(connection, "User", offset, limit)]

    return resources.database.read(page)


def _insert(resources: Resources, names: list[str]) -> None:
    def change(connection: Connection) -> None:
        for name in names:
            resources.insert(connection, "User", {"userName": name}, source="SCIM")

    resources.database.write(change)


def _total(resources: Resources) -> int:
    return resources.database.read(lambda connection: resources.listing.total(connection, "User"))


@pytest.mark.parametrize("seed", range(3))
def test_each_place_is_found_while_resources_come_go_and_are_hidden(
    database: Database, clock: VirtualClock, seed: int
) -> None:
    chance = random.Random(seed)
    resources, other = Resources(database, "acme", clock), Resources(database, "globex", clock)
    there = [f"u{number}" for number in range(1_500)]
    _insert(other, there[:150])
    _insert(resources, there)
    _insert(other, there[150:300])

    def go(connection: Connection) -> None:
        for name in chance.sample(there, 700):
            row = resources.find_user_by_name(connection, name)
            assert row is not None
            if chance.random() < 0.5:
                resources.delete(connection, row)
            else:
                row = resources.update(connection, row, row.document, hidden=True)
                if chance.random() < 0.3:
                    resources.update(connection, row, row.document, hidden=False)
                    continue
            there.remove(name)

    database.write(go)
    _insert(resources, ["late"])
    there.append("late")
    assert _total(resources) == len(there)
    assert _total(other) == 300
    assert _names(resources, 0, 2_000) == there
    for offset in chance.sample(range(len(there)), 100):
        assert _names(resources, offset, 3) == there[offset : offset + 3]


def test_an_emptied_tenant_has_no_places_left(database: Database, clock: VirtualClock) -> None:
    resources = Resources(database, "acme", clock)
    _insert(resources, ["ada", "grace"])
    database.write(resources.clear)
    assert _total(resources) == 0
    assert database.read(lambda connection: connection.execute("SELECT * FROM resource_rank").fetchall()) == []


def test_a_file_of_an_earlier_release_is_counted_once(tmp_path: Path, clock: VirtualClock) -> None:
    path = str(tmp_path / "former.db")
    database = Database(path)

    def former(connection: Connection) -> None:
        for statement in FORMER.split(";\nCREATE"):
            connection.execute(statement if statement.lstrip().startswith("CREATE") else f"CREATE{statement}")
        for number in range(1, 601):
            connection.execute(
                "INSERT INTO resource VALUES (?, 'acme', 'User', ?, NULL, ?, NULL, NULL, NULL, 'SCIM', 1, ?, 1,"
                " '', '', ?)",
                (number, f"id{number}", f"u{number}", number % 3 == 0, f'{{"userName": "u{number}"}}'.encode()),
            )

    database.write(former)
    resources = Resources(database, "acme", clock)
    assert (_total(resources), _names(resources, 299, 2)) == (400, ["u449", "u451"])
    held = database.read(lambda connection: connection.execute("SELECT name FROM sqlite_schema").fetchall())
    assert {"resource_count", "resource_added", "resource_removed", "resource_shown"}.isdisjoint(
        name for (name,) in held
    )
    _insert(resources, ["late"])
    database.close()
    database = Database(path)
    try:
        resources = Resources(database, "acme", clock)
        assert (_total(resources), _names(resources, 399, 2)) == (401, ["u599", "late"])
    finally:
        database.close()


def test_what_one_answer_reads_is_of_one_moment(tmp_path: Path, clock: VirtualClock) -> None:
    database = Database(str(tmp_path / "mdm.db"))
    try:
        resources = Resources(database, "acme", clock)
        _insert(resources, ["ada"])

        def query(connection: Connection) -> tuple[int, int]:
            before = resources.listing.total(connection, "User")
            _insert(resources, ["grace"])
            return before, resources.listing.total(connection, "User")

        assert resources.at_one_moment(query) == (1, 1)
        assert _total(resources) == 2
    finally:
        database.close()

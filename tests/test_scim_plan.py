"""Plans: what the database answers of a filter, and that it is what the evaluator says."""

import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.filter import Filter, parse
from scimulate.mock_servers.scim.limits import Limits
from scimulate.mock_servers.scim.links import add_members
from scimulate.mock_servers.scim.matching import predicate
from scimulate.mock_servers.scim.plan import Plan, plan_of
from scimulate.mock_servers.scim.policy import POLICIES
from scimulate.mock_servers.scim.projection import WHOLE
from scimulate.mock_servers.scim.readings import Readings
from scimulate.mock_servers.scim.representation import links_of, represent
from scimulate.mock_servers.scim.resources import Resources
from scimulate.mock_servers.scim.rows import COLUMNS, Row, row_of
from scimulate.mock_servers.scim.rules import Rules
from scimulate.mock_servers.scim.schema import GROUP, USER, ResourceType
from scimulate.mock_servers.scim.store import Connection, Database
from tests.generated_filters import Story, group_filters, root_filters, stories, user_filters, with_ids

BASE = "https://mdm.test/scim/v2"
_FILTERS = st.tuples(
    st.lists(user_filters, min_size=3, max_size=6),
    st.lists(group_filters, min_size=1, max_size=3),
    st.lists(root_filters, min_size=1, max_size=2),
)
_tenants = itertools.count()


class _SetClock(VirtualClock):
    """A clock that is put to any time."""

    def put_to(self, moment: datetime) -> None:
        self._now = moment


class _Directory:
    """A story that was carried out in a tenant of its own."""

    def __init__(self, database: Database, story: Story) -> None:
        self.tenant = f"tenant-{next(_tenants)}"
        self._clock = _SetClock()
        self.resources = Resources(database, self.tenant, self._clock)
        self.rules = Rules.of(story.policy, (), Limits())
        self.ids = ["nobody"]
        database.write(lambda connection: self._carry_out(connection, story))

    def _carry_out(self, connection: Connection, story: Story) -> None:
        moments = itertools.cycle(story.moments)
        rows: dict[str, list[Row]] = {"User": [], "Group": []}
        for kind, documents in (("User", story.users), ("Group", story.groups)):
            for document in documents:
                self._clock.put_to(next(moments))
                try:
                    row = self.resources.insert(connection, kind, document, source="Local")
                except sqlite3.IntegrityError:
                    continue  # Another user has the name.
                rows[kind].append(row)
                self.ids.append(row.id)
        everybody = rows["User"] + rows["Group"]
        for group, member in story.members:
            if group < len(rows["Group"]) and member < len(everybody):
                add_members(connection, rows["Group"][group], [everybody[member].number])
        for position, row in enumerate(rows["User"]):
            self._clock.put_to(next(moments))
            if position in story.changed:
                row = self.resources.update(connection, row, {**row.document, **story.changed[position]})
            if position in story.hidden:
                row = self.resources.update(connection, row, row.document, hidden=True)
            if position in story.deleted:
                self.resources.delete(connection, row)

    def shown(self, connection: Connection, row: Row) -> dict[str, object]:
        links = links_of(connection, row, WHOLE, self.rules.policy)
        return represent(row, links, BASE, self.rules)

    def selected(self, connection: Connection, resource_type: ResourceType, plan: Plan | None) -> list[Row]:
        where = f" AND ({plan.where})" if plan is not None else ""
        found = connection.execute(
            f"SELECT {COLUMNS} FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0{where} ORDER BY number",
            (self.tenant, resource_type.name, *(plan.parameters if plan is not None else ())),
        )
        return [row_of(values) for values in found.fetchall()]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database(":memory:")
    yield database
    database.close()


def _agree(directory: _Directory, connection: Connection, tree: Filter, types: tuple[ResourceType, ...]) -> None:
    holds = predicate(tree, types, directory.rules.policy)
    for resource_type in types:
        plan = plan_of(tree, resource_type, directory.rules.policy)

        def confirmed(rows: list[Row]) -> list[str]:
            return [row.id for row in rows if holds(directory.shown(connection, row))]

        everything = confirmed(directory.selected(connection, resource_type, None))
        candidates = directory.selected(connection, resource_type, plan)
        assert confirmed(candidates) == everything, plan
        if plan is not None and plan.exact:
            assert [row.id for row in candidates] == everything, plan


def _check_agreement(
    database: Database, story: Story, filters: tuple[list[Filter], list[Filter], list[Filter]]
) -> None:
    directory = _Directory(database, story)
    try:
        for trees, types in zip(filters, ((USER,), (GROUP,), (USER, GROUP)), strict=True):
            for tree in trees:
                asked = with_ids(tree, directory.ids)
                database.read(lambda connection, asked=asked, types=types: _agree(directory, connection, asked, types))  # type: ignore[misc]
    finally:
        database.write(directory.resources.clear)


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(story=stories, filters=_FILTERS)
def test_plans_and_the_evaluator_find_the_same(
    database: Database, story: Story, filters: tuple[list[Filter], list[Filter], list[Filter]]
) -> None:
    _check_agreement(database, story, filters)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(story=stories, filters=_FILTERS)
def test_plans_and_the_evaluator_find_the_same_at_length(
    database: Database, story: Story, filters: tuple[list[Filter], list[Filter], list[Filter]]
) -> None:
    _check_agreement(database, story, filters)


@pytest.mark.parametrize(
    ("text", "exact", "narrow"),
    [
        ('userName eq "Ada"', True, True),
        ('id eq "1" and title pr', False, True),
        ('userName eq "a" or externalId eq "b"', True, True),
        ('userName sw "a"', True, False),
        ('displayName co "a"', True, False),
        ('displayName ew "a"', False, False),
        ('not (userName eq "a")', True, False),
        ('meta.created gt "2026-01-05T09:00:00Z"', True, False),
        ('emails eq "a@x"', True, True),
        ('emails[value eq "a@x"]', True, True),
        ('emails[type eq "work" and value eq "a@x"]', False, True),
        ('emails[value sw "a" and value ew "x"]', False, False),
        ('emails[value eq "a" or value eq "b"]', True, True),
        ('emails[type eq "work"].value eq "a@x"', False, True),
        ('emails[value sw "a"].value eq "a@x"', False, True),
        ('groups.value eq "1"', True, False),
    ],
)
def test_a_filter_is_answered_by_columns(text: str, exact: bool, narrow: bool) -> None:
    plan = plan_of(parse(text), USER, POLICIES["strict"])
    assert plan is not None
    assert (plan.exact, plan.narrow) == (exact, narrow)


@pytest.mark.parametrize(
    "text",
    [
        "title pr",
        "active eq true",
        'userName eq "a" or title pr',
        'not (displayName ew "a")',
        'not (userName eq "a" and title pr)',
        'emails.value ne "a"',
        'emails[type eq "work"]',
        'emails[not (value eq "a")]',
        'groups.value sw "1"',
        'meta.created sw "2026"',
    ],
)
def test_no_column_tells_of(text: str) -> None:
    assert plan_of(parse(text), USER, POLICIES["strict"]) is None


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("a", ["a", "a\U0010ffff", "a\U0010ffffz"]),
        ("a\U0010ffff", ["a\U0010ffff", "a\U0010ffffz"]),
        ("\ud7ff", ["\ud7ff", "\ud7ffz"]),
        ("\U0010ffff", ["\U0010ffff", "\U0010ffffz"]),
    ],
)
def test_a_beginning_is_a_range(prefix: str, found: list[str]) -> None:
    plan = plan_of(parse(f'userName sw "{prefix}"'), USER, POLICIES["strict"])
    assert plan is not None
    names = ["", "a", "a\U0010ffff", "a\U0010ffffz", "b", "\ud7ff", "\ud7ffz", "\ue000", "\U0010ffff", "\U0010ffffz"]
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE resource (user_name TEXT)")
    connection.executemany("INSERT INTO resource VALUES (?)", [(name,) for name in names])
    assert [
        name for (name,) in connection.execute(f"SELECT * FROM resource WHERE {plan.where}", plan.parameters)
    ] == found
    connection.close()


def test_members_who_were_deleted_are_told_by_no_column() -> None:
    tree = parse('members.value eq "1"')
    plans = [
        plan_of(tree, GROUP, replace(POLICIES["strict"], readings=Readings(deleted_members_stay=stay)))
        for stay in (False, True)
    ]
    assert [plan and (plan.exact, plan.narrow) for plan in plans] == [(False, True), None]


_INDEXED = {
    'userName sw "a"': "resource_by_user_name",
    'userName gt "a" and userName lt "b"': "resource_by_user_name",
    'externalId eq "a"': "resource_external_id",
    'displayName sw "a"': "resource_display_name",
    'id eq "a"': "resource_id",
    'meta.created gt "2026-01-05T09:00:00Z"': "resource_created",
    'meta.lastModified gt "2026-01-05T09:00:00Z"': "resource_modified",
    'emails.value eq "a"': "rowid=?",
    'groups.value eq "a"': "rowid=?",
    'externalId eq "a" or displayName eq "b"': "rowid=?",
    'userName eq "a" or (emails.value eq "b" or id eq "c")': "rowid=?",
}


@pytest.mark.parametrize("text", _INDEXED)
def test_an_index_answers(database: Database, text: str) -> None:
    Resources(database, "empty", VirtualClock())
    plan = plan_of(parse(text), USER, POLICIES["strict"])
    assert plan is not None
    asked = f"SELECT {COLUMNS} FROM resource WHERE tenant = ?1 AND kind = ?2 AND hidden = 0 AND ({plan.where})"
    steps = database.read(
        lambda connection: connection.execute(
            f"EXPLAIN QUERY PLAN {asked}", ("empty", "User", *plan.parameters)
        ).fetchall()
    )
    told = " ".join(detail for *_, detail in steps)
    assert _INDEXED[text] in told
    assert "(tenant=? AND kind=?)" not in told  # That would be everybody.


def test_a_file_without_a_table_of_addresses_gets_one() -> None:
    database = Database(":memory:")
    former = Resources(database, "contoso", VirtualClock())

    def undo(connection: Connection) -> str:
        document: dict[str, object] = {
            "userName": "a",
            "emails": [{"value": "A@x"}, {"value": "ß@x"}, {"type": "work"}],
        }
        made = former.insert(connection, "User", document, source="Local")
        former.insert(connection, "User", {"userName": "b"}, source="Local")
        connection.execute("DROP TABLE address")
        return made.id

    made = database.write(undo)
    later = Resources(database, "contoso", VirtualClock())
    assert _addresses(database) == ["a@x", "ß@x"]
    row = database.read(lambda connection: later.find(connection, "User", made))
    assert row is not None
    database.write(lambda connection: later.delete(connection, row))
    assert _addresses(database) == []
    database.close()


def _addresses(database: Database) -> list[str]:
    return [
        value
        for (value,) in database.read(lambda connection: connection.execute("SELECT value FROM address").fetchall())
    ]

"""Plans: what the database answers of a filter, and that it is what the evaluator says."""

import itertools
import sqlite3
from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scimulate.mock_servers.clock import VirtualClock
from scimulate.mock_servers.scim.filter import Filter
from scimulate.mock_servers.scim.limits import Limits
from scimulate.mock_servers.scim.matching import predicate
from scimulate.mock_servers.scim.plan import Plan, plan_of
from scimulate.mock_servers.scim.projection import WHOLE
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
                self.resources.add_members(connection, rows["Group"][group], [everybody[member].number])
        for position, row in enumerate(rows["User"]):
            self._clock.put_to(next(moments))
            if position in story.changed:
                row = self.resources.update(connection, row, {**row.document, **story.changed[position]})
            if position in story.hidden:
                row = self.resources.update(connection, row, row.document, hidden=True)
            if position in story.deleted:
                self.resources.delete(connection, row)

    def shown(self, connection: Connection, row: Row) -> dict[str, object]:
        links = links_of(self.resources, connection, row, WHOLE, self.rules.policy)
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

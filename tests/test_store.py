"""The store: group commit, savepoints, readers, closing."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scimulate.mock_servers.scim import store
from scimulate.mock_servers.scim.store import Connection, Database, DatabaseClosed, DatabaseTrouble, DatabaseUnusable


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    path = ":memory:" if request.param == "memory" else str(tmp_path / "mdm.sqlite")
    database = Database(path)
    database.write(lambda connection: _run(connection, "CREATE TABLE thing (name TEXT UNIQUE)"))
    yield database
    database.close()


def _run(connection: Connection, statement: str, *values: object) -> None:
    connection.execute(statement, values)


def _add(database: Database, name: str) -> None:
    database.write(lambda connection: _run(connection, "INSERT INTO thing VALUES (?)", name))


def _names(database: Database) -> list[str]:
    return database.read(
        lambda connection: [name for (name,) in connection.execute("SELECT name FROM thing ORDER BY name")]
    )


def test_a_change_is_seen_by_readers_of_every_thread(database: Database) -> None:
    _add(database, "ada")
    with ThreadPoolExecutor(3) as threads:
        seen = list(threads.map(lambda _: _names(database), range(3)))
    assert seen == [["ada"]] * 3


def test_a_failing_change_is_undone_alone_and_raised_to_its_caller(database: Database) -> None:
    def twice(connection: Connection) -> None:
        _run(connection, "INSERT INTO thing VALUES ('grace')")
        _run(connection, "INSERT INTO thing VALUES ('ada')")

    gate = threading.Event()
    waiting = database.submit(lambda connection: gate.wait())
    first = database.submit(lambda connection: _run(connection, "INSERT INTO thing VALUES ('ada')"))
    second = database.submit(twice)
    third = database.submit(lambda connection: _run(connection, "INSERT INTO thing VALUES ('linus')"))
    gate.set()
    assert waiting.result() is True
    assert first.result() is None
    with pytest.raises(sqlite3.IntegrityError):
        second.result()
    assert third.result() is None
    assert _names(database) == ["ada", "linus"]


def test_changes_that_wait_share_one_commit(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "mdm.sqlite"))
    commits: list[str] = []
    gate = threading.Event()

    def watch(connection: Connection) -> None:
        connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        gate.wait()

    database.submit(watch)
    futures = [database.submit(lambda connection: _run(connection, "SELECT 1")) for _ in range(50)]
    gate.set()
    for future in futures:
        future.result()
    database.close()
    # The first change may have been taken alone; all that came while it ran share one commit.
    assert len(commits) <= 2


def test_when_the_whole_transaction_is_lost_nobody_is_told_otherwise(database: Database) -> None:
    gate = threading.Event()
    database.submit(lambda connection: gate.wait())
    names = ("ada", "grace")
    before = database.submit(lambda connection: _run(connection, "INSERT INTO thing VALUES (?)", names[0]))
    lost = database.submit(lambda connection: _run(connection, "ROLLBACK"))
    after = database.submit(lambda connection: _run(connection, "INSERT INTO thing VALUES (?)", names[1]))
    gate.set()
    outcomes = [future.exception() is None for future in (before, lost, after)]
    assert outcomes[1] is False
    kept = _names(database)
    assert kept == [name for name, was_kept in zip(names, (outcomes[0], outcomes[2]), strict=True) if was_kept]
    _add(database, "linus")
    assert _names(database) == [*kept, "linus"]


def test_a_write_within_a_change_is_part_of_it(database: Database) -> None:
    def outer(connection: Connection) -> None:
        _add(database, "ada")
        raise ValueError("the outer change fails")

    with pytest.raises(ValueError, match="outer change"):
        database.write(outer)
    assert _names(database) == []


def test_a_cancelled_change_does_not_happen(database: Database) -> None:
    gate = threading.Event()
    waiting = database.submit(lambda connection: gate.wait())
    cancelled = database.submit(lambda connection: _run(connection, "INSERT INTO thing VALUES ('ada')"))
    # The writer may have taken it already; then it cannot be cancelled and must have happened.
    was_cancelled = cancelled.cancel()
    gate.set()
    waiting.result()
    _add(database, "grace")
    assert _names(database) == (["grace"] if was_cancelled else ["ada", "grace"])


def test_readers_cannot_write(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "mdm.sqlite"))
    database.write(lambda connection: _run(connection, "CREATE TABLE thing (name TEXT)"))
    with pytest.raises(DatabaseTrouble, match="readonly"):
        database.read(lambda connection: _run(connection, "INSERT INTO thing VALUES ('x')"))
    database.close()


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "mdm.sqlite")
    first = Database(path)
    first.write(lambda connection: _run(connection, "CREATE TABLE thing (name TEXT)"))
    _add(first, "ada")
    first.close()
    second = Database(path)
    assert _names(second) == ["ada"]
    second.close()


def test_the_file_has_the_journal_and_pages_that_were_measured_best(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "mdm.sqlite"))
    settings = database.write(
        lambda connection: [
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "page_size", "synchronous")
        ]
    )
    database.close()
    assert settings == ["wal", 4_096, 2]


def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    database.close()
    with pytest.raises(DatabaseClosed):
        _add(database, "ada")
    with pytest.raises(DatabaseClosed):
        _names(database)


@pytest.mark.parametrize("kind", ["missing folder", "folder", "no database"])
def test_an_unusable_path_is_refused_with_its_name(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "mdm.sqlite"
    if kind == "missing folder":
        path = tmp_path / "nowhere" / "mdm.sqlite"
    elif kind == "folder":
        path = tmp_path
    else:
        path.write_text("this is a text file, long enough to be taken for a header of something" * 20)
    with pytest.raises(DatabaseUnusable, match="cannot be used") as refused:
        Database(str(path))
    assert str(path) in str(refused.value)


def test_an_event_loop_awaits_a_change_and_a_failing_one_is_undone_alone(database: Database) -> None:
    async def all_three() -> list[object]:
        outcomes: list[object] = await asyncio.gather(
            database.change(lambda connection: _run(connection, "INSERT INTO thing VALUES ('ada')")),
            database.change(lambda connection: _run(connection, "INSERT INTO thing VALUES ('grace'), ('ada')")),
            database.change(lambda connection: connection.execute("SELECT count(*) FROM thing").fetchone()[0]),
            return_exceptions=True,
        )
        return outcomes

    first, second, third = asyncio.run(all_three())
    assert (first, type(second), third) == (None, sqlite3.IntegrityError, 1)
    assert _names(database) == ["ada"]


def test_a_failing_change_that_is_alone_leaves_nothing(database: Database) -> None:
    def twice(connection: Connection) -> None:
        _add(database, "grace")
        _run(connection, "INSERT INTO thing VALUES ('ada'), ('ada')")

    with pytest.raises(sqlite3.IntegrityError):
        asyncio.run(database.change(twice))
    assert _names(database) == []
    _add(database, "ada")
    assert _names(database) == ["ada"]


def test_a_change_whose_caller_has_gone_off_the_loop_does_not_happen(database: Database) -> None:
    gate = threading.Event()
    held = database.submit(lambda connection: gate.wait())

    async def goes() -> None:
        asked = asyncio.ensure_future(
            database.change(lambda connection: _run(connection, "INSERT INTO thing VALUES ('ada')"))
        )
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    # The writer is held: what the loop asks for waits, and the loop goes on.
    asyncio.run(goes())
    gate.set()
    held.result()
    _add(database, "grace")
    assert _names(database) == ["grace"]


def test_a_closed_database_says_so_to_an_event_loop(database: Database) -> None:
    database.close()
    with pytest.raises(DatabaseClosed):
        asyncio.run(database.change(lambda connection: _run(connection, "INSERT INTO thing VALUES ('ada')")))


def test_in_memory_the_changes_of_a_turn_share_a_commit_on_the_loop_itself() -> None:
    database = Database(":memory:")
    said: list[str] = []
    database.write(lambda connection: connection.set_trace_callback(said.append))
    said.clear()

    async def many() -> list[int]:
        return await asyncio.gather(*(database.change(lambda connection: threading.get_ident()) for _ in range(50)))

    assert asyncio.run(many()) == [threading.get_ident()] * 50
    assert said.count("COMMIT") == 1
    database.close()


def test_an_event_loop_is_woken_once_for_all_that_shared_a_commit(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "mdm.sqlite"))
    gate = threading.Event()

    async def woken() -> int:
        loop, calls = asyncio.get_running_loop(), 0
        wake = loop.call_soon_threadsafe

        def counted(*arguments: Any, **named: Any) -> asyncio.Handle:
            nonlocal calls
            calls += 1
            return wake(*arguments, **named)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign, assignment]
        held = database.submit(lambda connection: gate.wait())
        asked = [asyncio.ensure_future(database.change(lambda connection: None)) for _ in range(50)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*asked)
        held.result()
        return calls

    # The first may have been taken with the one that held the gate; the rest shared one commit.
    assert asyncio.run(woken()) <= 2
    database.close()


class WatchedQueue(queue.SimpleQueue[Any]):
    """Tells when the writer waits for a change that is not there yet, and for how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.is_waited_at = threading.Event()
        self.is_patient = True

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if timeout is not None:
            self.waits.append(timeout)
            self.is_waited_at.set()
            if not self.is_patient:
                raise queue.Empty
        return super().get(block, timeout)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Database, WatchedQueue, list[str]]]:
    """A database whose commits take a hundred seconds by its own clock, the changes that wait, and the commits."""
    changes, commits = WatchedQueue(), list[str]()
    monkeypatch.setattr(store, "queue", SimpleNamespace(SimpleQueue=lambda: changes, Empty=queue.Empty))
    monkeypatch.setattr(store, "time", SimpleNamespace(monotonic=lambda: 100.0 * len(commits)))
    database = Database(str(tmp_path / "mdm.sqlite"))
    database.write(lambda connection: connection.set_trace_callback(_noting(commits)))
    yield database, changes, commits
    database.close()


def _noting(commits: list[str]) -> Callable[[str], None]:
    return lambda statement: commits.append(statement) if statement == "COMMIT" else None


def test_clients_that_come_back_at_once_share_each_commit_though_they_began_apart(
    watched: tuple[Database, WatchedQueue, list[str]],
) -> None:
    database, changes, commits = watched
    before, began, gate = len(commits), threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        began.set()
        gate.wait(10)

    one = database.submit(hold)
    assert began.wait(10)
    other = database.submit(lambda connection: None)
    gate.set()
    one.result(10)
    assert changes.is_waited_at.wait(10)
    assert changes.waits == [100.0 * store.PATIENCE]
    again = database.submit(lambda connection: None)
    other.result(10)
    again.result(10)
    assert len(commits) == before + 2


def test_one_client_waits_for_nobody(watched: tuple[Database, WatchedQueue, list[str]]) -> None:
    database, changes, commits = watched
    before, changes.is_patient = len(commits), False
    for _ in range(5):
        database.write(lambda connection: None)
    assert (changes.waits, len(commits)) == ([], before + 5)

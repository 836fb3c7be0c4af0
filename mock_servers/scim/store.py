"""The database of the reference server: one SQLite file, one writer thread with group commit, inline readers.

All changes that wait while a commit is on its way to the disk share the next commit, each in a savepoint of its
own, so durability costs one disk sync for many callers. In memory nothing waits for a disk: what an event loop awaits
is made on the loop itself, once in each of its turns. Knows nothing of SCIM, tenants or tokens: each of these creates
its own tables.

    StoreError
    ├── DatabaseUnusable    the path cannot be opened, is read-only, or is no SQLite database
    ├── DatabaseTrouble     the disk is full, the file is locked, gone or broken; the same may succeed later
    └── DatabaseClosed      a call after `close()`
"""

import asyncio
import contextlib
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from scimulate.mock_servers.scim.waiting import Waiting, in_savepoint, settle, settle_here

T = TypeVar("T")
Connection = sqlite3.Connection

PAGE_BYTES = 4_096
"""A commit writes each page that it touches whole, and one change touches a dozen."""
CHANGES_PER_COMMIT = 1_000
PATIENCE = 0.25
"""How long a commit waits for those whom the last one answered, as a part of what the last one took.

Clients that send one change after the other come back at once. Else they fall into two halves, and each half waits for
the sync of the other before its own.
"""
READER_CACHE_KIBIBYTES = 16 * 1024
"""Enough for the inner pages of a million users: SQLite's usual 2 MiB are read again and again."""
STATEMENTS_KEPT = 256
LOCK_SECONDS = 5.0
"""How long a change waits while another process holds the file."""

_TROUBLES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Results of SQLite that tell of the machine, not of what was asked."""


class StoreError(Exception):
    """The store cannot do what was asked."""


class DatabaseUnusable(StoreError):
    """The path cannot be opened, is read-only, or is no SQLite database."""


class DatabaseTrouble(StoreError):
    """The disk is full, the file is locked, gone or broken; the same may succeed later."""


class DatabaseClosed(StoreError):
    """A call after `close()`."""


class Database:
    """A SQLite database for many threads. `synchronous` is SQLite's pragma of that name."""

    def __init__(self, path: str, *, synchronous: str = "FULL") -> None:
        self.path = path
        self._in_memory = path == ":memory:"
        self._synchronous = synchronous
        self._files: dict[str, tuple[int, int]] = {}
        self._changes: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._readers: list[tuple[threading.Thread, Connection]] = []
        self._lock = threading.Lock()
        self._memory_lock = threading.RLock()
        self._changing_thread: int | None = None
        self._expected = 0
        self._sync_seconds = 0.0
        self._turns: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        self._closed = False
        self._writer = self._open_writer()
        if not self._in_memory:
            self._files = {name: _identity(name) for name in (path, f"{path}-wal")}
        self._thread = threading.Thread(target=self._write_loop, name="scimulate-store", daemon=True)
        self._thread.start()

    def write(self, change: Callable[[Connection], T]) -> T:
        """Run `change` in a transaction and return its result once that is committed.

        An exception in `change` undoes this change alone and is raised here. Called from within a change, it is
        part of that change.
        """
        if threading.get_ident() == self._changing_thread:
            return in_savepoint(self._writer, change)
        return self.submit(change).result()

    async def change(self, change: Callable[[Connection], T]) -> T:
        """As `write`, for an event loop: it is not held up by the disk."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(change, loop)
        if not self._in_memory:
            self._queue(waiting)
        else:
            if loop not in self._turns:
                self._turns[loop] = []
                loop.call_soon(self._make_turn, loop)
            self._turns[loop].append(waiting)
        result: T = await waiting.future  # type: ignore[misc]
        return result

    def submit(self, change: Callable[[Connection], T]) -> Future[T]:
        """Queue `change`; the future is done once it is committed."""
        waiting = Waiting(change)
        self._queue(waiting)
        assert isinstance(waiting.future, Future)
        return waiting.future

    def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` at once, in this thread, on the committed state."""
        if threading.get_ident() == self._changing_thread:
            return query(self._writer)
        if self._in_memory:
            with self._memory_lock:
                if self._closed:
                    raise DatabaseClosed("the database is closed")
                return query(self._writer)
        try:
            return query(self._reader())
        except sqlite3.Error as error:
            raise _told(error) from error

    def close(self) -> None:
        """Commit what waits, then close. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._changes.put(None)
        self._thread.join()
        with self._lock:
            for _, connection in self._readers:
                connection.close()
            self._readers.clear()
        with self._memory_lock:
            self._writer.close()

    def _open_writer(self) -> Connection:
        try:
            connection = self._connect(self.path)
            try:
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(f"PRAGMA synchronous = {self._synchronous}")
                connection.execute("PRAGMA temp_store = MEMORY")  # What a savepoint may have to undo is no file.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("PRAGMA user_version = 1")
                connection.execute("COMMIT")
            except sqlite3.Error:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise DatabaseUnusable(f"the database {self.path!r} cannot be used: {error}") from error
        return connection

    def _connect(self, target: str, *, is_uri: bool = False) -> Connection:
        return sqlite3.connect(
            target,
            isolation_level=None,
            check_same_thread=False,
            timeout=LOCK_SECONDS,
            cached_statements=STATEMENTS_KEPT,
            uri=is_uri,
        )

    def _reader(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._closed:
            connection = self._open_reader()
            self._local.connection = connection
        return connection

    def _open_reader(self) -> Connection:
        with self._lock:
            if self._closed:
                raise DatabaseClosed("the database is closed")
            for thread, connection in self._readers:
                if not thread.is_alive():
                    connection.close()
            self._readers = [reader for reader in self._readers if reader[0].is_alive()]
            # A file that is gone must not come back empty.
            connection = self._connect(f"{Path(self.path).absolute().as_uri()}?mode=rw", is_uri=True)
            connection.execute("PRAGMA query_only = 1")
            connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIBIBYTES}")
            self._readers.append((threading.current_thread(), connection))
            return connection

    def _queue(self, waiting: Waiting) -> None:
        with self._lock:
            if self._closed:
                raise DatabaseClosed("the database is closed")
            self._changes.put(waiting)

    def _make_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make in this thread what its event loop was asked for in this turn; where others write, after them."""
        turn = self._turns.pop(loop)
        if self._changes.empty() and self._memory_lock.acquire(blocking=False):
            try:
                if not self._closed:
                    if batch := [waiting for waiting in turn if waiting.is_wanted()]:
                        self._commit(batch)
                    settle_here(batch)
                    return
            finally:
                self._memory_lock.release()
        for waiting in turn:
            try:
                self._queue(waiting)
            except DatabaseClosed as error:
                waiting.error = error
                waiting.settle()

    def _write_loop(self) -> None:
        while True:
            batch, closing = self._next_batch()
            if batch:
                with self._memory_lock:
                    self._commit(batch)
                self._expected = len(batch) + self._changes.qsize()
                settle(batch)
            if closing:
                return

    def _next_batch(self) -> tuple[list[Waiting], bool]:
        waiting = self._changes.get()
        batch: list[Waiting] = []
        until = time.monotonic() + PATIENCE * self._sync_seconds
        while waiting is not None:
            if waiting.is_wanted():
                batch.append(waiting)
            if len(batch) == CHANGES_PER_COMMIT:
                return batch, False
            try:
                waiting = self._next_change(until if len(batch) < self._expected else 0.0)
            except queue.Empty:
                return batch, False
        return batch, True

    def _next_change(self, until: float) -> Waiting | None:
        """What waits, or comes until then; raises `queue.Empty`."""
        if self._changes.empty() and (seconds := until - time.monotonic()) > 0:
            return self._changes.get(timeout=seconds)
        return self._changes.get_nowait()

    def _commit(self, batch: list[Waiting]) -> None:
        """One transaction for the batch. When it fails as a whole, everyone in it is told."""
        self._changing_thread = threading.get_ident()
        try:
            self._check_files()
            self._writer.execute("BEGIN IMMEDIATE")
            for waiting in batch:
                waiting.run(self._writer, alone=len(batch) == 1)
                if waiting.error is not None:
                    waiting.error = _told(waiting.error)
                if not self._writer.in_transaction:
                    # A full disk makes SQLite give up the whole transaction, the changes before this one too.
                    raise DatabaseTrouble("the transaction was given up")
            # With synchronous=FULL the log is on the disk when this returns (and nobody was told before).
            if len(batch) > 1 or batch[0].error is None:
                began = time.monotonic()
                self._writer.execute("COMMIT")
                self._sync_seconds = time.monotonic() - began
        except (sqlite3.Error, StoreError) as error:
            for waiting in batch:
                waiting.error = waiting.error or _told(error)
        finally:
            self._changing_thread = None
            # What cannot be undone now is undone by the next try: nothing else may begin before.
            with contextlib.suppress(sqlite3.Error):
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")

    def _check_files(self) -> None:
        """SQLite goes on writing to a file that was moved or removed, and after a restart that would be lost."""
        for name, identity in self._files.items():
            if _identity(name) != identity:
                raise DatabaseTrouble(f"the file {name!r} is not where it was")


def _identity(path: str) -> tuple[int, int]:
    """Device and number of a file; zeros when it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _told(error: Exception) -> Exception:
    """What the caller is told of an error: of the machine's troubles in words of ours."""
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _TROUBLES:
        return DatabaseTrouble(f"the database cannot do this now: {error}")
    return error

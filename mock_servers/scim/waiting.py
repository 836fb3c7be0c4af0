"""Changes of the database that wait for their commit: whose they are, what came of them, and how that is told."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Waiting:
    """A change that waits for its commit: in a thread, or on an event loop."""

    __slots__ = ("change", "error", "future", "loop", "result")

    def __init__(
        self, change: Callable[[sqlite3.Connection], Any], loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self.change = change
        self.loop = loop
        self.future: Future[Any] | asyncio.Future[Any] = Future() if loop is None else loop.create_future()
        self.result: Any = None
        self.error: Exception | None = None

    def is_wanted(self) -> bool:
        """Whether nobody has cancelled it."""
        if isinstance(self.future, Future):
            return self.future.set_running_or_notify_cancel()
        return not self.future.done()

    def run(self, connection: sqlite3.Connection, *, alone: bool) -> None:
        """Make the change. Alone in its transaction it needs no savepoint: the transaction is undone with it."""
        try:
            self.result = self.change(connection) if alone else in_savepoint(connection, self.change)
        except Exception as error:
            self.error = error

    def settle(self) -> None:
        """Tell who waits: in the thread of the event loop, if there is one."""
        if self.future.done():
            return  # Who waited on the loop has gone.
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


def in_savepoint(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], T]) -> T:
    """The change, undone by itself when it fails."""
    connection.execute("SAVEPOINT change")
    try:
        result = change(connection)
    except BaseException:
        # A full disk has undone the savepoint with all the rest.
        if connection.in_transaction:
            connection.execute("ROLLBACK TO change")
            connection.execute("RELEASE change")
        raise
    connection.execute("RELEASE change")
    return result


def settle(batch: Iterable[Waiting]) -> None:
    """Tell everyone, from the thread of nobody's event loop; each loop is woken once."""
    on_loops: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
    for waiting in batch:
        if waiting.loop is None:
            waiting.settle()
        else:
            on_loops.setdefault(waiting.loop, []).append(waiting)
    for loop, held in on_loops.items():
        # A loop that was closed meanwhile has nobody who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle_here, held)


def settle_here(batch: Iterable[Waiting]) -> None:
    """Tell everyone, on their event loop."""
    for waiting in batch:
        waiting.settle()

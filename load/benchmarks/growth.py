"""Ours against its own smaller self: what a larger directory costs."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from scimulate.load.benchmarks.comparison import TOKEN
from scimulate.load.benchmarks.directory import fill
from scimulate.load.benchmarks.disk import syncs_per_second
from scimulate.load.benchmarks.measurement import Pace, measure
from scimulate.load.benchmarks.servers import ours
from scimulate.load.benchmarks.table import MEMORY, Line, lines_of
from scimulate.load.benchmarks.works import (
    BY_EXTERNAL_ID,
    BY_USER_NAME,
    FIRST_PAGE,
    LAST_PAGE,
    MIDDLE_PAGE,
    Directory,
    add_to_group,
)

SMALL_GROUP = 10
CONNECTIONS = 2
MEGABYTE = 1_000_000


def grow(folder: Path, sizes: Sequence[int], group: int, pace: Pace) -> Iterator[Line]:
    """All sizes side by side, each a durable server of its own; the first size is what the others are held against."""
    with ExitStack() as stack:
        directories = []
        for users in sizes:
            path = folder / f"grown-{users}.sqlite"
            ids = fill(path, users)
            directories.append(Directory(stack.enter_context(ours(f"ours, {users:,} users", path, TOKEN)), ids))
        syncs = syncs_per_second(folder)
        for work in (BY_USER_NAME, BY_EXTERNAL_ID, FIRST_PAGE, MIDDLE_PAGE, LAST_PAGE):
            first, *larger = measure(work, directories, CONNECTIONS, pace)
            for users, measured in zip(sizes[1:], larger, strict=True):
                yield from lines_of(f"{work.name}, {users:,} users", measured, first, f"{sizes[0]:,} users", syncs)
        yield from _places(directories[-1], pace, syncs)
        yield from _groups(directories, group, pace, syncs)
        yield from _memory(directories, syncs)


def _places(directory: Directory, pace: Pace, syncs: float) -> Iterator[Line]:
    """Pages further on against the first one of the same directory."""
    (first,) = measure(FIRST_PAGE, [directory], CONNECTIONS, pace)
    for work in (MIDDLE_PAGE, LAST_PAGE):
        (there,) = measure(work, [directory], CONNECTIONS, pace)
        yield from lines_of(f"{work.name}, {len(directory.users):,} users", there, first, "first page", syncs)


def _groups(directories: Sequence[Directory], group: int, pace: Pace, syncs: float) -> Iterator[Line]:
    directory = next(each for each in directories if len(each.users) > group)
    for members in (SMALL_GROUP, group):
        directory.add_group(members)
    (few,) = measure(add_to_group(SMALL_GROUP), [directory], CONNECTIONS, pace)
    (many,) = measure(add_to_group(group), [directory], CONNECTIONS, pace)
    yield from lines_of(f"add a member to a group of {group:,}", many, few, f"group of {SMALL_GROUP}", syncs)


def _memory(directories: Sequence[Directory], syncs: float) -> Iterator[Line]:
    """After all of the above: a server that has worked."""
    first, *larger = [directory.server.resident_bytes() / MEGABYTE for directory in directories]
    for directory, resident in zip(directories[1:], larger, strict=True):
        name = f"memory, {len(directory.users):,} users"
        yield Line(name, resident, first, f"{len(directories[0].users):,} users", MEMORY, syncs)

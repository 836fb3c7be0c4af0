"""Ours, durable and in memory, beside scim2-server: the same requests, in turns, in one run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from scimulate.load.benchmarks.disk import syncs_per_second
from scimulate.load.benchmarks.measurement import Pace, measure
from scimulate.load.benchmarks.servers import PEER, ours, peer
from scimulate.load.benchmarks.table import Line, lines_of
from scimulate.load.benchmarks.works import (
    BY_USER_NAME,
    CREATE,
    MIDDLE_PAGE,
    PATCH_ACTIVE,
    READ,
    Directory,
    Work,
    add_to_group,
)

TOKEN = "benchmarks-only"


@dataclass(frozen=True)
class Sizes:
    """How many users there are at first and later, and how many members the group has."""

    small: int = 1_000
    large: int = 20_000
    group: int = 10_000


def compare(folder: Path, sizes: Sizes, pace: Pace, connections: Sequence[int] = (2, 32)) -> Iterator[Line]:
    """The lines, as they are known."""
    with ExitStack() as stack:
        kept = stack.enter_context(ours("ours, durable", folder / "compared.sqlite", TOKEN))
        in_memory = stack.enter_context(ours("ours, in memory", None, TOKEN))
        directories = [Directory(kept), Directory(in_memory), Directory(stack.enter_context(peer(TOKEN)))]
        yield from _at(sizes.small, [BY_USER_NAME], directories, folder, pace, connections)
        for directory in directories:
            directory.fill(sizes.large)
            directory.add_group(sizes.group)
        works = [READ, BY_USER_NAME, PATCH_ACTIVE, MIDDLE_PAGE, add_to_group(sizes.group), CREATE]
        yield from _at(sizes.large, works, directories, folder, pace, connections)


def _at(
    users: int,
    works: Sequence[Work],
    directories: Sequence[Directory],
    folder: Path,
    pace: Pace,
    connections: Sequence[int],
) -> Iterator[Line]:
    for directory in directories:
        directory.fill(users)
    for work in works:
        for lanes in connections:
            *held, other = measure(work, directories, lanes, pace)
            syncs = syncs_per_second(folder)
            for measured, kind in zip(held, ("durable", "in memory"), strict=True):
                name = f"{work.name}, {users:,} users, {kind}, {lanes} connections"
                yield from lines_of(name, measured, other, PEER, syncs)

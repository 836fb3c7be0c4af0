"""Whether a run is alive, asked of the kernel: each of its processes holds a shared lock, and no process id is guessed.

A probe takes the exclusive lock for a moment. Probes of one folder wait for each other, so that none takes another for
a run.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def hold(path: Path) -> int:
    """A lock on `path` that says that its run lives, until the handle is closed in every process that has it."""
    handle = os.open(path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def no_other_probe(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """To be asked within `no_other_probe`."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def is_alive(path: Path) -> bool:
    """True while a process of the run lives."""
    if not path.exists():
        return False
    with no_other_probe(path.parent):
        return is_held(path)

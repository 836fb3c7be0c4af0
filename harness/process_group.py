"""Ending what is left of a process group whose leader has ended."""

import os
import signal
import time
from pathlib import Path

SECONDS_TO_UNWIND = 5.0
BETWEEN_LOOKS = 0.02


def end_group(group: int, patience: float = SECONDS_TO_UNWIND) -> None:
    """Ask every process of `group` to end, wait, and kill what has not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal(group, number):
            return
        deadline = time.monotonic() + patience
        while group_lives(group):
            if time.monotonic() > deadline:
                break
            time.sleep(BETWEEN_LOOKS)
        else:
            return


def group_lives(group: int) -> bool:
    """Whether a process of `group` still runs. A dead one that nobody has reaped is not alive."""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    processes = Path("/proc")
    if not (processes / "self" / "stat").exists():
        return True
    return any(_runs_in(entry, group) for entry in processes.iterdir() if entry.name.isdigit())


def _runs_in(process: Path, group: int) -> bool:
    try:
        fields = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return False
    state, _parent, its_group = fields[:3]
    return int(its_group) == group and state not in "ZX"


def _signal(group: int, number: int) -> bool:
    if not group_lives(group):
        return False
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True

"""How often the disk itself can keep something for good: what durable rates are read beside."""

import os
import time
from pathlib import Path

PAGE = bytes(4_096)


def syncs_per_second(folder: Path, seconds: float = 1.0) -> float:
    """Appends of a page, each one synced, in a file of this folder."""
    path = folder / "syncs"
    count, began = 0, time.monotonic()
    with path.open("wb", buffering=0) as file:
        while (elapsed := time.monotonic() - began) < seconds:
            file.write(PAGE)
            os.fsync(file.fileno())
            count += 1
    path.unlink()
    return count / elapsed

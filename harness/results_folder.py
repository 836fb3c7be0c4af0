"""The folder for the results of a run or a load."""

import tempfile
from pathlib import Path

from scimulate.harness.faults import SettingsError


def make_results_folder(out: Path) -> None:
    """Before anything is sent: results that cannot be written are no reason to send it. Raises SettingsError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            return
    except OSError as problem:
        raise SettingsError("out", f"{out} cannot be made or written to: {problem.strerror}") from None

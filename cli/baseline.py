"""The baseline: findings that somebody has accepted, until a day, for a reason."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scimulate.harness.faults import SettingsError

KEYS = ("id", "reason", "owner", "expires")


@dataclass(frozen=True)
class Accepted:
    """One line of the baseline. Without `expires` it holds for good."""

    id: str
    reason: str
    owner: str
    expires: date | None = None

    def holds(self, today: date) -> bool:
        return self.expires is None or today <= self.expires


def read_baseline(path: Path) -> tuple[Accepted, ...]:
    """A TOML file with `[[accepted]]` tables, or a JSON list of the same."""
    try:
        written = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _problem(path, "is not UTF-8 text") from None
    except OSError as problem:
        raise _problem(path, f"cannot be read: {problem.strerror}") from None
    try:
        rows = json.loads(written) if path.suffix == ".json" else tomllib.loads(written).get("accepted", [])
    except ValueError as problem:
        raise _problem(path, f"is neither TOML nor JSON: {problem}") from None
    if not isinstance(rows, list):
        raise _problem(path, "must hold a list of accepted findings")
    return tuple(_read_row(path, number, row) for number, row in enumerate(rows, start=1))


def expired(baseline: Iterable[Accepted], today: date) -> list[Accepted]:
    return [line for line in baseline if not line.holds(today)]


def _read_row(path: Path, number: int, row: object) -> Accepted:
    if not isinstance(row, dict) or not set(row) <= set(KEYS):
        raise _problem(path, f"entry {number} must hold {', '.join(KEYS)} and nothing else")
    missing = [key for key in ("id", "reason", "owner") if not (isinstance(row.get(key), str) and row[key].strip())]
    if missing:
        raise _problem(path, f"entry {number} lacks {' and '.join(missing)}")
    return Accepted(row["id"], row["reason"], row["owner"], _read_day(path, number, row.get("expires")))


def _read_day(path: Path, number: int, written: object) -> date | None:
    if written is None or type(written) is date:
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        raise _problem(path, f"entry {number}: expires must be a day such as 2027-01-31, not {written!r}") from None


def _problem(path: Path, what: str) -> SettingsError:
    return SettingsError("baseline", f"{path} {what}")

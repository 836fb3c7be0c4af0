"""`scimulate compare A B`: what became of each requirement from one result to the next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from scimulate.cli.exit_codes import CLEAN, FINDINGS
from scimulate.harness.faults import SettingsError
from scimulate.harness.verdict import Verdict

FORMAT = "scimulate-result/1"
REDDENED = ("failed", "warning", "harness_error")
UNJUDGED = ("not_tested", "not_applicable")
VERDICTS = [verdict.value for verdict in Verdict]


@dataclass(frozen=True)
class Comparison:
    """Requirement ids. `new` was not judged before, `gone` is not judged any more."""

    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    new_and_red: tuple[str, ...]


def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="a result.json, or the folder that holds it")],
    after: Annotated[Path, typer.Argument(metavar="B", help="the later one")],
) -> int:
    """Two results: what is fixed, broken, new and gone. Exit code 1 when something broke or is new and red."""
    one, other = read_verdicts(before), read_verdicts(after)
    found = compared(one, other)
    for title in ("fixed", "broken", "new", "gone"):
        ids = getattr(found, title)
        typer.echo(f"{title}: {len(ids)}")
        for requirement in ids:
            typer.echo(f"  {requirement}  {one.get(requirement, '-')} -> {other.get(requirement, '-')}")
    return FINDINGS if found.broken or found.new_and_red else CLEAN


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> Comparison:
    was = {name: verdict for name, verdict in before.items() if verdict not in UNJUDGED}
    now = {name: verdict for name, verdict in after.items() if verdict not in UNJUDGED}
    both = sorted(was.keys() & now.keys())
    new = sorted(now.keys() - was.keys())
    return Comparison(
        fixed=tuple(name for name in both if was[name] in REDDENED and now[name] not in REDDENED),
        broken=tuple(name for name in both if was[name] not in REDDENED and now[name] in REDDENED),
        new=tuple(new),
        gone=tuple(sorted(was.keys() - now.keys())),
        new_and_red=tuple(name for name in new if now[name] in REDDENED),
    )


def read_verdicts(path: Path) -> dict[str, str]:
    """The verdict of each requirement in a result file."""
    file = path / "result.json" if path.is_dir() else path
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise SettingsError(str(file), f"cannot be read: {problem.strerror}") from None
    except (ValueError, RecursionError):
        raise SettingsError(str(file), "is not JSON; a result.json of scimulate is expected") from None
    if not isinstance(result, dict) or result.get("format") != FORMAT:
        raise SettingsError(str(file), f"is not a result of scimulate; its format must be {FORMAT}")
    rows = result.get("requirements")
    if not isinstance(rows, list) or not all(map(_is_judged, rows)):
        raise SettingsError(str(file), "is not a whole result of scimulate; its requirements must have a verdict each")
    return {row["requirement"]: row["verdict"] for row in rows}


def _is_judged(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("requirement"), str) and row.get("verdict") in VERDICTS

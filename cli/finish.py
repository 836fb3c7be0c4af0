"""After the child: sum up, write the results, and search every file that was written for secrets last."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scimulate.cli.plan import Plan
from scimulate.harness.capabilities import Capabilities
from scimulate.harness.redaction import Redactor, scan
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.artifacts import StepSummaryUnwritable, append_step_summary, write_all
from scimulate.reports.result import Cleanup
from scimulate.reports.summary import summary_markdown
from scimulate.reports.summing_up import Judged, SummedUp, sum_up_run

ALLURE = "allure-results"
OURS = ".scimulate-files"
"""In the folder of Allure's results: the names of those that the last run put there."""
SAID_BY_THE_ENDPOINT = ("reason", "expected", "actual", "readings")
"""The members of a record that may quote an answer; all others are texts of ours."""


@dataclass(frozen=True)
class Written:
    """What came of the run, and the files in which a secret stood; those are gone."""

    summed_up: SummedUp
    withdrawn: tuple[str, ...] = ()


def write_results(plan: Plan, capabilities: Capabilities | None, cleanup: Cleanup) -> Written:
    """Sums up what the processes of the run wrote down, and writes all results."""
    judged = Judged(
        plan.run_id,
        plan.seed,
        plan.started,
        plan.profile,
        plan.target.url if plan.target is not None else None,
        capabilities.to_json() if capabilities is not None else {},
        cleanup,
        accepted_today(plan),
    )
    summed_up = sum_up_run(plan.folder, judged, lambda records: _without_secrets(records, Redactor(plan.secrets)))
    files = write_all(plan.out, summed_up.run, summed_up.summary, summed_up.exchanges, summed_up.catalogue)
    files += _keep_allure(plan.folder / ALLURE, plan.out / ALLURE)
    return Written(summed_up, _withdraw(files, plan))


def show_as_step_summary(plan: Plan, summed_up: SummedUp) -> str | None:
    """The summary on the page of a GitHub job, where there is one; a sentence when that could not be done."""
    text = Redactor(plan.secrets).of_ours(summary_markdown(summed_up.run, summed_up.summary))
    try:
        append_step_summary(os.environ, text)
    except StepSummaryUnwritable as problem:
        return str(problem)
    return None


def _without_secrets(records: list[ScenarioRecord], redactor: Redactor) -> list[ScenarioRecord]:
    """What an endpoint answered stands in the records as it came; an endpoint may throw our token back at us."""
    return [ScenarioRecord.from_json(_clean_row(json.loads(record.to_line()), redactor)) for record in records]


def _clean_row(row: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    def clean_of(name: str) -> Callable[[str], str]:
        return redactor.text if name in SAID_BY_THE_ENDPOINT else redactor.of_ours

    return {name: _cleaned(value, clean_of(name)) for name, value in row.items()}


def _cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(str(name)): _cleaned(inner, clean) for name, inner in value.items()}
        case list():
            return [_cleaned(inner, clean) for inner in value]
        case _:
            return value


def _keep_allure(made: Path, kept: Path) -> list[Path]:
    """The results of this run in place of those of our last one; whatever else is in the folder stays."""
    kept.mkdir(exist_ok=True)
    for old in _names_in(kept / OURS):
        with suppress(OSError):
            (kept / old).unlink()
    files = sorted(made.iterdir()) if made.is_dir() else []
    # Noted first: a run that is killed while it moves them leaves nothing that no later one would remove.
    (kept / OURS).write_text("".join(f"{file.name}\n" for file in files), encoding="utf-8")
    return [Path(shutil.move(file, kept / file.name)) for file in files]


def _names_in(note: Path) -> Iterator[str]:
    """Plain names only: nothing outside of the folder is ours, whatever the note says."""
    if note.is_file():
        names = note.read_text(encoding="utf-8", errors="replace").splitlines()
        yield from (name for name in names if name and Path(name).name == name)


def _withdraw(files: list[Path], plan: Plan) -> tuple[str, ...]:
    """The last look at everything written: a file with a secret in it does not stay."""
    found = scan(files, plan.secrets)
    for file in found:
        file.unlink(missing_ok=True)
    return tuple(str(file.relative_to(plan.out)) for file in found)


def accepted_today(plan: Plan) -> dict[str, str]:
    """What the baseline holds today: requirement -> why, and by whom."""
    return {line.id: f"{line.reason} ({line.owner})" for line in plan.accepted if line.holds(date.today())}

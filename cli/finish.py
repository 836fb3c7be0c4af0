"""After the child: remove what the run made, sum up, write the results, and search every file for secrets last."""

import json
import os
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from scimulate.cli.plan import Plan
from scimulate.harness.capabilities import Capabilities
from scimulate.harness.faults import HarnessError
from scimulate.harness.redaction import Redactor, scan
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.artifacts import append_step_summary, write_all
from scimulate.reports.result import Cleanup
from scimulate.reports.summary import summary_markdown
from scimulate.reports.summing_up import Judged, SummedUp, sum_up_run

ALLURE = "allure-results"
ALLURE_FILES = ("*-result.json", "*-container.json", "*-attachment*")


class SecretFound(HarnessError):
    """A secret stood in a file that we wrote. The file is gone."""


def write_results(plan: Plan, capabilities: Capabilities | None, cleanup: Cleanup) -> SummedUp:
    """Sums up what the processes of the run wrote down, and writes all results."""
    judged = Judged(
        plan.run_id,
        plan.seed,
        plan.started,
        plan.profile,
        plan.target.url if plan.target is not None else None,
        capabilities.to_json() if capabilities is not None else {},
        cleanup,
    )
    summed_up = sum_up_run(plan.folder, judged, lambda records: _without_secrets(records, Redactor(plan.secrets)))
    run, summary = summed_up.run, summed_up.summary
    write_all(plan.out, run, summary, summed_up.exchanges, summed_up.catalogue)
    _keep_allure(plan.folder / ALLURE, plan.out / ALLURE)
    _refuse_secrets(plan)
    append_step_summary(os.environ, summary_markdown(run, summary))
    return summed_up


def _without_secrets(records: list[ScenarioRecord], redactor: Redactor) -> list[ScenarioRecord]:
    """What an endpoint answered stands in the records as it came; an endpoint may throw our token back at us."""

    def clean(value: Any) -> Any:
        match value:
            case str():
                return redactor.text(value)
            case dict():
                return {redactor.text(str(name)): clean(inner) for name, inner in value.items()}
            case list():
                return [clean(inner) for inner in value]
            case _:
                return value

    return [ScenarioRecord.from_json(clean(json.loads(record.to_line()))) for record in records]


def _keep_allure(made: Path, kept: Path) -> None:
    """The results of this run in place of those of an earlier one; whatever else is in the folder stays."""
    kept.mkdir(exist_ok=True)
    for pattern in ALLURE_FILES:
        for old in kept.glob(pattern):
            old.unlink()
    if made.is_dir():
        for file in made.iterdir():
            shutil.move(file, kept / file.name)


def _refuse_secrets(plan: Plan) -> None:
    """The last look at everything written: a file with a secret in it does not stay."""
    found = scan(plan.out, plan.secrets) if plan.secrets else []
    for file in found:
        with suppress(FileNotFoundError):
            file.unlink()
    if found:
        names = ", ".join(str(file.relative_to(plan.out)) for file in found)
        raise SecretFound(f"a secret stood in {names}; removed, please report this")


def accepted_today(plan: Plan) -> set[str]:
    return {line.id for line in plan.accepted if line.holds(date.today())}

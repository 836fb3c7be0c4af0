"""After the child: remove what the run made, sum up, write the results, and search every file for secrets last."""

import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from scimulate.cli.plan import Plan
from scimulate.harness.capabilities import Capabilities
from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.faults import HarnessError
from scimulate.harness.findings import Summary, sum_up
from scimulate.harness.redaction import Redactor, scan
from scimulate.harness.runfolder import read_exchanges, read_records
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.artifacts import append_step_summary, write_all
from scimulate.reports.result import Cleanup, Run
from scimulate.reports.summary import summary_markdown

ALLURE = "allure-results"
ALLURE_FILES = ("*-result.json", "*-container.json", "*-attachment*")
BUNDLED_URL = "http://127.0.0.1/scim/v2"


class SecretFound(HarnessError):
    """A secret stood in a file that we wrote. The file is gone."""


@dataclass(frozen=True)
class Finished:
    run: Run
    summary: Summary


def write_results(plan: Plan, capabilities: Capabilities | None, cleanup: Cleanup) -> Finished:
    """Sums up what the processes of the run wrote down, and writes all results."""
    catalogue = load_catalogue()
    exchanges = read_exchanges(plan.folder)
    records = _without_secrets(read_records(plan.folder), Redactor(plan.secrets))
    summary = sum_up(records, catalogue, plan.profile, plan.target is None, exchanges)
    run = Run(
        version=metadata.version("scimulate"),
        catalogue_version=catalogue.version,
        profile=plan.profile.name,
        question=plan.profile.question,
        seed=plan.seed,
        run_id=plan.run_id,
        started=plan.started,
        seconds=(datetime.now(UTC) - plan.started).total_seconds(),
        requests=len(exchanges),
        url=plan.target.url if plan.target is not None else BUNDLED_URL,
        bundled=plan.target is None,
        capabilities=capabilities.to_json() if capabilities is not None else {},
        cleanup=cleanup,
    )
    write_all(plan.out, run, summary, exchanges, catalogue)
    _keep_allure(plan.folder / ALLURE, plan.out / ALLURE)
    _refuse_secrets(plan)
    append_step_summary(os.environ, summary_markdown(run, summary))
    return Finished(run, summary)


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

"""A pytest plug-in: `pytest features` ends with the one-page statement, summed up from what the scenarios observed.

In a run that `scimulate run` started it is silent: there the parent sums up.
"""

import time
from importlib.metadata import version

import pytest

from scimulate.harness.catalogue import load_catalogue
from scimulate.harness.findings import sum_up
from scimulate.harness.plugin import BUNDLED, RUN
from scimulate.harness.runfolder import read_exchanges, read_records
from scimulate.reports.result import Run
from scimulate.reports.statement import statement


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[RUN]
    records = read_records(run.folder) if run.owns_folder else []
    if not records:
        return
    catalogue = load_catalogue()
    exchanges = read_exchanges(run.folder)
    summary = sum_up(records, catalogue, run.profile, bundled=True, exchanges=exchanges)
    facts = Run(
        version=version("scimulate"),
        catalogue_version=catalogue.version,
        profile=run.profile.name,
        question=run.profile.question,
        seed=run.seed,
        run_id=run.run_id,
        started=run.started_at,
        seconds=time.time() - run.started_at.timestamp(),
        requests=len(exchanges),
        url=BUNDLED,
        bundled=True,
    )
    terminalreporter.section("statement")
    terminalreporter.write(statement(facts, summary).plain)

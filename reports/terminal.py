"""A pytest plug-in: `pytest features` ends with the one-page statement, summed up from what the scenarios observed.

In a run that `scimulate run` started it is silent: there the parent sums up.
"""

import pytest

from scimulate.harness.plugin import RUN
from scimulate.reports.statement import statement
from scimulate.reports.summing_up import Judged, sum_up_run


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash[RUN]
    if not run.owns_folder:
        return
    judged = Judged(run.run_id, run.seed, run.started_at, run.profile)
    summed_up = sum_up_run(run.folder, judged)
    if summed_up.summary.requirements:
        terminalreporter.section("statement")
        terminalreporter.write_line(statement(summed_up.run, summed_up.summary).plain.rstrip())

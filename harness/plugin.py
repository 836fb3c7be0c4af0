"""The pytest plug-in of the judge: one run, its wire, and a record of what each scenario observed.

In a run that `scimulate run` started, the settings come from its environment and the parent sums up. `pytest features`
alone is a run of its own against the bundled servers, in a run folder that goes with it.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scimulate.harness import expect
from scimulate.harness.evidence import Exchange
from scimulate.harness.faults import NotApplicable, TargetFault
from scimulate.harness.gherkin import ScenarioItem
from scimulate.harness.journal import Journal, state_folder
from scimulate.harness.observing import planned, record_of, requirement_ids
from scimulate.harness.profile import DEFAULT_PROFILE, Profile, load_profile
from scimulate.harness.run_id import new_run_id
from scimulate.harness.runfolder import ALONE, append_exchange, append_record, write_plan
from scimulate.harness.target import Target
from scimulate.harness.wire import Wire, numbers_of

FIRST_WORKER = "gw0"
"""Every worker collects all scenarios; one of them tells what is planned."""
BUNDLED = "the bundled servers"


@dataclass
class Run:
    """One process of a run. `target` is the endpoint under test; None means the bundled servers."""

    run_id: str
    seed: int
    folder: Path
    worker: str
    profile: Profile
    target: Target | None
    journal: Journal
    started_at: datetime
    owns_folder: bool = False
    exchanges: list[Exchange] = field(default_factory=list)
    """Those of the scenario that is running."""
    decided: list[str] = field(default_factory=list)
    _shown: Callable[[Any], Any] = field(default=lambda value: value)

    @property
    def bundled(self) -> bool:
        return self.target is None

    def mark(self, node: str) -> str:
        """What is in the name of everything a scenario creates; the same for the same run id, seed and scenario."""
        return f"{self.run_id}s{self.seed}x{hashlib.sha256(node.encode()).hexdigest()[:6]}"

    def wire(self, target: Target) -> Wire:
        """This process's one way out to `target`."""
        digits = self.worker.removeprefix("gw")
        wire = Wire(
            target,
            journal=self.journal,
            run_id=self.run_id,
            record=self._keep,
            next_number=numbers_of(1 + int(digits) if digits.isdigit() else 0),
            folder=self.folder,
        )
        self._shown = wire.shown
        return wire

    def make_presentable(self, fault: TargetFault) -> None:
        """Mask what a fault tells of records that this run did not create, before anybody renders it."""
        fault.action = self._shown(fault.action)
        fault.expected = self._shown(fault.expected)
        fault.actual = self._shown(fault.actual)
        fault.args = (str(fault),)

    def _keep(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)
        append_exchange(self.folder, exchange, self.worker)


RUN = pytest.StashKey[Run]()


def open_run(
    environ: Mapping[str, str], *, worker: str = ALONE, shared: Mapping[str, Any] | None = None, sends: bool = True
) -> Run:
    """Join the run that `environ` describes (`scimulate run` started it), or that `shared` does (we are a worker).

    One that sends nothing, and only lists its scenarios, leaves no journal.
    """
    judged = "SCIMULATE_RUN_FOLDER" in environ
    target = Target.from_environment(environ) if judged and environ.get("SCIMULATE_URL") else None
    own = {
        "run_id": (judged and environ.get("SCIMULATE_RUN_ID")) or new_run_id(),
        "seed": int(environ.get("SCIMULATE_SEED", "1")) if judged else 1,
        "folder": environ["SCIMULATE_RUN_FOLDER"] if judged else None,
    }
    settings = {**own, **(shared or {})}
    folder = Path(settings["folder"] or tempfile.mkdtemp(prefix="scimulate-"))
    started_at = datetime.now(UTC)
    journal = Journal.open(
        settings["run_id"],
        # What is created on the bundled servers goes with them; so does its journal.
        state_dir=state_folder(environ) if target and sends else folder,
        url=target.url if target else BUNDLED,
        seed=settings["seed"],
        started=started_at,
    )
    profile = load_profile(environ.get("SCIMULATE_PROFILE", DEFAULT_PROFILE) if judged else DEFAULT_PROFILE)
    return Run(
        settings["run_id"],
        settings["seed"],
        folder,
        worker,
        profile,
        target,
        journal,
        started_at,
        owns_folder=settings["folder"] is None,
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    shared = getattr(config, "workerinput", {}).get("scimulate_run")
    worker = getattr(config, "workerinput", {}).get("workerid", ALONE)
    sends = not config.option.collectonly
    config.stash[RUN] = open_run(os.environ, worker=worker, shared=shared, sends=sends)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist joins the run of the process that starts it."""
    run = node.config.stash[RUN]
    node.workerinput["scimulate_run"] = {"run_id": run.run_id, "seed": run.seed, "folder": str(run.folder)}


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    run = session.config.stash[RUN]
    if run.worker in (ALONE, FIRST_WORKER):
        scenarios = [item.scenario_description for item in session.items if isinstance(item, ScenarioItem)]
        write_plan(run.folder, map(planned, scenarios), run.worker)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is None:
        return
    run.journal.close()
    if run.owns_folder:
        shutil.rmtree(run.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """The run that this process takes part in."""
    return pytestconfig.stash[RUN]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A scenario that the profile leaves out is skipped, with the profile's reason."""
    if not isinstance(item, ScenarioItem):
        return
    run = item.config.stash[RUN]
    run.exchanges.clear()
    run.decided.clear()
    tags = item.scenario_description.tags
    reason = run.profile.not_applicable(tags, bundled=run.bundled)
    judged = [run.profile.judges(one, bundled=run.bundled) for one in requirement_ids(tags)]
    if reason is None and judged and not any(judged):
        reason = f"the profile {run.profile.name} judges none of its requirements"
    if reason is not None:
        raise NotApplicable(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    if not isinstance(item, ScenarioItem):
        return (yield)
    with expect.hearing(item.config.stash[RUN].decided.append):
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_step_error(request: pytest.FixtureRequest, exception: BaseException) -> None:
    if isinstance(exception, TargetFault):
        request.config.stash[RUN].make_presentable(exception)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not isinstance(item, ScenarioItem):
        return report
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, NotApplicable):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.scenario_description.line, f"not applicable: {error.reason}")
    if call.when == "call" or (call.when == "setup" and error is not None):
        _observe(item, error, call.duration)
    return report


def _observe(item: ScenarioItem, error: BaseException | None, seconds: float) -> None:
    run = item.config.stash[RUN]
    record = record_of(
        item.scenario_description,
        error,
        failed_step=item.failed_step,
        decided=run.decided,
        exchanges=tuple(exchange.number for exchange in run.exchanges),
        retried=any(exchange.attempt > 1 for exchange in run.exchanges),
        seconds=seconds,
    )
    append_record(run.folder, record, run.worker)

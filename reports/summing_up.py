"""From the folder of a run to what is reported of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scimulate.harness.catalogue import Catalogue, load_catalogue
from scimulate.harness.evidence import Exchange
from scimulate.harness.findings import Summary, sum_up
from scimulate.harness.profile import Profile
from scimulate.harness.runfolder import read_exchanges, read_records
from scimulate.harness.verdict import ScenarioRecord
from scimulate.reports.result import Cleanup, Run


@dataclass(frozen=True)
class Judged:
    """What was judged, and how; `url` is None for the bundled servers."""

    run_id: str
    seed: int
    started: datetime
    profile: Profile
    url: str | None = None
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    cleanup: Cleanup = field(default_factory=Cleanup)
    accepted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SummedUp:
    run: Run
    summary: Summary
    exchanges: Sequence[Exchange]
    catalogue: Catalogue


def sum_up_run(
    folder: Path,
    judged: Judged,
    clean: Callable[[list[ScenarioRecord]], list[ScenarioRecord]] = lambda records: records,
) -> SummedUp:
    """Sum up what the processes of the run wrote down; `clean` sees the records first."""
    catalogue = load_catalogue()
    exchanges = read_exchanges(folder)
    bundled = judged.url is None
    summary = sum_up(clean(read_records(folder)), catalogue, judged.profile, bundled, exchanges)
    run = Run(
        version=version("scimulate"),
        catalogue_version=catalogue.version,
        profile=judged.profile.name,
        question=judged.profile.question,
        seed=judged.seed,
        run_id=judged.run_id,
        started=judged.started,
        seconds=(datetime.now(UTC) - judged.started).total_seconds(),
        requests=len(exchanges),
        url=judged.url or "bundled servers",
        bundled=bundled,
        capabilities=judged.capabilities,
        cleanup=judged.cleanup,
        accepted=judged.accepted,
        described=judged.profile.described,
    )
    return SummedUp(run, summary, exchanges, catalogue)

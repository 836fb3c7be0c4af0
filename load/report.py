"""`load.json` and `load.html`: the same figures for scripts and for people. The page needs no network."""

import json
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from scimulate.harness.faults import SettingsError
from scimulate.load.plots import Plot, latency_plot, rate_plot
from scimulate.load.result import LoadResult


def write_reports(result: LoadResult, out: Path) -> None:
    files = {"load.json": json.dumps(result.to_json(), indent=2) + "\n", "load.html": page(result)}
    for name, text in files.items():
        try:
            (out / name).write_text(text, encoding="utf-8")
        except OSError as problem:
            raise SettingsError("out", f"cannot write {out / name}: {problem.strerror}") from None


def page(result: LoadResult) -> str:
    pages = Environment(loader=PackageLoader("scimulate.load", "."), autoescape=True, undefined=StrictUndefined)
    plots: list[Plot] = [rate_plot(result.timeline), latency_plot(result.timeline)]
    return pages.get_template("report.html").render(
        load=result, plots=plots, passed=result.exit_code == 0, verdict=verdict(result)
    )


def verdict(result: LoadResult) -> str:
    """The run in one sentence."""
    if result.interrupted:
        return f"Interrupted after {result.seconds:.0f} s: what was made so far was removed."
    failed = [threshold.name for threshold in result.thresholds if not threshold.passed]
    if failed:
        return f"Failed: {', '.join(failed)}."
    if result.cleanup.left:
        return f"Passed, but {len(result.cleanup.left)} objects could not be removed."
    return f"Passed: {result.users:,} users and {result.groups:,} groups, {result.users_per_second:,.0f} users/s."

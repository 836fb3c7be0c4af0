"""`load.json` and `load.html`: the same figures for scripts and for people. The page needs no network."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from scimulate.harness.faults import SettingsError
from scimulate.load.plots import Plot, latency_plot, rate_plot
from scimulate.load.result import LoadResult, Threshold

SHORTEST_CURVE = 5
"""Seconds; a curve through fewer points says nothing."""

KINDS_NAMED = 3
OTHERS = re.compile(r"and (\d+) more")
DISCREPANCIES = {"doubled": ("doubled", "changed_id")}


def write_reports(result: LoadResult, out: Path) -> None:
    files = {"load.json": json.dumps(result.to_json(), indent=2) + "\n", "load.html": page(result)}
    for name, text in files.items():
        try:
            (out / name).write_text(text, encoding="utf-8")
        except OSError as problem:
            raise SettingsError("out", f"cannot write {out / name}: {problem.strerror}") from None


def page(result: LoadResult) -> str:
    pages = Environment(loader=PackageLoader("scimulate.load", "."), autoescape=True, undefined=StrictUndefined)
    plots: list[Plot] = []
    if len(result.timeline) >= SHORTEST_CURVE:
        plots = [rate_plot(result.timeline), latency_plot(result.timeline)]
    return pages.get_template("report.html").render(
        load=result,
        plots=plots,
        passed=result.exit_code == 0,
        verdict=verdict(result),
        cleaning=what_is_left(result),
    )


def closing_words(result: LoadResult, out: Path | None) -> list[str]:
    """What the command says when it ends."""
    speed = f"{result.users_per_second:,.0f} users/s, {result.requests_per_second:,.0f} requests/s."
    files = [] if out is None else [f"Report: {out / 'load.html'} and {out / 'load.json'}"]
    return [verdict(result), speed, what_is_left(result), *files]


def verdict(result: LoadResult) -> str:
    """The run in one sentence."""
    if result.interrupted:
        return f"Interrupted after {result.seconds:.0f} s."
    failed = [_why(threshold, result) for threshold in result.thresholds if not threshold.passed]
    if failed:
        return f"Failed: {'; '.join(failed)}."
    if result.cleanup.left:
        return "Passed, but not everything could be removed."
    return f"Passed: {result.users:,} users and {result.groups:,} groups, {result.users_per_second:,.0f} users/s."


def what_is_left(result: LoadResult) -> str:
    """What was made, and what has become of it."""
    created = f"{result.created:,} objects created" if result.created else "Nothing was created"
    if result.kept:
        return f"{created}; what is there was kept, as asked for."
    if not result.cleanup.left:
        return f"{created}, {result.cleanup.removed:,} removed, 0 left."
    shown = result.cleanup.left[0]
    return (
        f"{created}, {result.cleanup.removed:,} removed; not removed: {shown}{_more(result.cleanup.left)}. "
        f"The rest goes with: scimulate cleanup --url {result.url}"
    )


def _more(left: Sequence[str]) -> str:
    """The last line of a longer list says how many it leaves out."""
    named = [line for line in left if not OTHERS.fullmatch(line)]
    others = sum(int(match[1]) for line in left if (match := OTHERS.fullmatch(line)))
    more = len(named) - 1 + others
    return f" (and {more:,} more)" if more else ""


def _why(threshold: Threshold, result: LoadResult) -> str:
    if threshold.value is None:
        return f"{threshold.name} (not measured)"
    if threshold.name == "errors":
        return f"errors ({_kinds(result.error_kinds)})"
    tallies = [result.discrepancies.get(kind) for kind in DISCREPANCIES.get(threshold.name, (threshold.name,))]
    subjects = [subject for tally in tallies if tally for subject in tally["subjects"]]
    if subjects:
        return f"{threshold.name} ({threshold.value:,.0f}, such as {subjects[0]})"
    return f"{threshold.name} ({threshold.value:,g}, limit {threshold.limit:,g})"


def _kinds(kinds: dict[str, dict[str, Any]]) -> str:
    often = sorted(kinds.items(), key=lambda item: -item[1]["count"])
    named = [f"{tally['count']:,} x {kind}, such as {tally['subjects'][0]}" for kind, tally in often[:KINDS_NAMED]]
    more = len(often) - KINDS_NAMED
    return "; ".join([*named, f"and {more} more kinds"] if more > 0 else named)

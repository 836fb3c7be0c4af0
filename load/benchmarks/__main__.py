"""`python -m scimulate.load.benchmarks`: compare, grow, print, keep."""

import platform
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

import psutil
from rich.console import Console

from scimulate.load.benchmarks.comparison import Sizes, compare
from scimulate.load.benchmarks.growth import grow
from scimulate.load.benchmarks.measurement import Pace
from scimulate.load.benchmarks.servers import PEER, peer_version
from scimulate.load.benchmarks.table import Line, keep, show

KEPT = Path(__file__).parent / "out" / "bench.json"
QUICK = (1_000, 20_000)
WHOLE = (1_000, 20_000, 100_000, 1_000_000)


def main(arguments: list[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m scimulate.load.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter rounds, and directories of up to 20,000 users")
    parser.add_argument("--only", choices=("compare", "grow"), help="one half of it")
    parser.add_argument("--folder", type=Path, help="where the databases are made; the disk that is measured")
    options = parser.parse_args(arguments)
    pace = Pace(seconds=0.5) if options.quick else Pace()
    console = Console()
    console.print(f"{platform.platform()}, {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f}")
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="scimulate-bench-", dir=options.folder) as name:
        folder = Path(name)
        if options.only != "grow":
            if (peer := peer_version()) is not None:
                console.print(f"The other is {PEER} {peer} on uvicorn.")
                lines += _told(compare(folder, Sizes(), pace), console)
            else:
                console.print(f"{PEER} is not installed: nothing to compare with.")
        if options.only != "compare":
            lines += _told(grow(folder, QUICK if options.quick else WHOLE, Sizes().group, pace), console)
    show(lines, "Ours against the other: below 1 is less", console)
    if lines:
        syncs = sorted(line.disk_syncs_per_second for line in lines)
        console.print(f"The disk syncs {syncs[0]:,.0f} to {syncs[-1]:,.0f} times a second.")
    keep(lines, KEPT)
    return 0


def _told(lines: Iterable[Line], console: Console) -> list[Line]:
    """The lines, each of them said when it is known: a whole run takes minutes."""
    held = []
    for line in lines:
        console.print(f"{line.work}: {line.ours:,.1f} {line.unit}, {line.ratio:.3f} of {line.other_name}")
        held.append(line)
    return held


if __name__ == "__main__":
    raise SystemExit(main())

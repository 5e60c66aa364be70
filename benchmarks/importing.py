"""A hundred thousand members from one workbook, beside the floor of an import."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.databases import OURS, ROOT, Tree, run_prepared

MEGABYTE = 1024  # kilobytes


@dataclass
class Import:
    """One way of importing, and what was measured of it."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    """Seconds of processor time."""
    peak: int = 0
    """Megabytes of the largest process."""

    def once(self, environment: dict[str, str]) -> None:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *self.command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        _pid, status, used = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"{self.name} failed with {status}")
        self.seconds.append(time.perf_counter() - started)
        self.work.append(used.ru_utime + used.ru_stime)
        self.peak = max(self.peak, used.ru_maxrss // MEGABYTE)


def beside_floor(tree: Tree, rows: int, rounds: int, data: Path) -> str:
    """Goal 9: with every check, duplicates and report at most twice the floor, and at most 300 MB."""
    file = data / "roster.xlsx"
    run_prepared(["-m", "benchmarks.workbook", str(file), str(rows)], tree.environment)
    floor = Import("floor", ["-m", "benchmarks.floor.importing", str(file)])
    ours = Import("import_roster", ["manage.py", "import_roster", str(file), "--json"])
    for _ in range(rounds):
        for one in (floor, ours):
            with tree.copy() as environment:
                one.once({**environment, "DJANGO_SETTINGS_MODULE": OURS})
    return f"{tree.kind}, {rows:,} rows in {tree.branches:,} branches\n\n{table(floor, ours)}\n"


def table(floor: Import, *others: Import) -> str:
    lines = [
        "| what | min s | median s | max s | × floor | × floor, processor | peak MB |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in (floor, *others):
        low, middle, high = (pick(one.seconds) for pick in (min, statistics.median, max))
        times = middle / statistics.median(floor.seconds)
        work = statistics.median(one.work) / statistics.median(floor.work)
        lines.append(f"| {one.name} | {low:.1f} | {middle:.1f} | {high:.1f} | {times:.2f} | {work:.2f} | {one.peak} |")
    return "\n".join(lines)

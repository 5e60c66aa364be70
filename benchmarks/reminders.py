"""100,000 reminders: planned beside the bare INSERT, claimed and done by two workers beside the bare UPDATE."""

import json
import statistics
import subprocess
import sys
from collections import defaultdict

from benchmarks.databases import OURS, ROOT, County, copy_of, run_prepared

SCRIPT = ["-m", "benchmarks.floor.reminders"]
WORKERS = 2
TASKS = 5_000
WAYS = (("insert", "claim"), ("plan", "dispatch"))
"""Bare, and ours: how rows come to be, and how two workers do them."""
NAMES = {
    "insert": "INSERT of ready rows, the outbox's table",
    "plan": "plan",
    "claim": "UPDATE … SKIP LOCKED, a thousand at a time",
    "dispatch": "dispatch",
}

Seconds = dict[str, list[float]]


def beside_floor(counties: list[County], rounds: int) -> str:
    """Goal 10: plan at most 3 times the bare INSERT; claim and done at least 0.4 times the rows a second of the bare
    UPDATE, and 20 times those of Celery's tasks that do nothing. Each turn begins with a fresh copy of the county."""
    [county] = counties
    run_prepared([*SCRIPT, "accounts"], county.environment)
    seconds: Seconds = defaultdict(list)
    for _ in range(rounds):
        for made, done in WAYS:
            with copy_of(county.kind, county.environment) as environment:
                found = json.loads(run_prepared([*SCRIPT, made], environment))
                seconds[made].append(found["seconds"])
                seconds[done].append(_together(done, int(found["rows"]), environment))
    rows = int(found["rows"])
    heading = f"{county.kind}, {county.size}, {rows:,} reminders; seconds"
    return f"{heading}\n\n{_table(seconds, rows)}\n{_noops(county, rows, seconds)}"


def _together(way: str, rows: int, environment: dict[str, str]) -> float:
    """Two processes that begin at the same moment; the seconds of the one that ends last."""
    workers = [
        subprocess.Popen(
            [sys.executable, *SCRIPT, way],
            cwd=ROOT,
            env={**environment, "DJANGO_SETTINGS_MODULE": OURS},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        for _ in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout and worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("\n")
        worker.stdin.flush()
    found = [json.loads(worker.communicate()[0]) for worker in workers]
    if sum(one["rows"] for one in found) != rows:
        raise RuntimeError(f"{way}: {found} of {rows}")
    return max(one["seconds"] for one in found)


def _table(seconds: Seconds, rows: int) -> str:
    lines = ["| what | min | median | max | rows a second | × bare |", "| --- | --- | --- | --- | --- | --- |"]
    for floor, ours in zip(*WAYS, strict=True):
        for way in (floor, ours):
            low, middle, high = (pick(seconds[way]) for pick in (min, statistics.median, max))
            times = middle / statistics.median(seconds[floor])
            lines.append(
                f"| {NAMES[way]} | {low:.2f} | {middle:.2f} | {high:.2f} | {rows / middle:,.0f} | {times:.2f} |"
            )
    return "\n".join(lines) + "\n"


def _noops(county: County, rows: int, seconds: Seconds) -> str:
    rate = json.loads(run_prepared(["-m", "benchmarks.noop", str(TASKS)], county.environment))
    times = rows / statistics.median(seconds["dispatch"]) / rate
    return (
        f"Celery, tasks that do nothing, two processes: {rate:,.0f} a second. Dispatched: {times:.0f} times as many.\n"
    )

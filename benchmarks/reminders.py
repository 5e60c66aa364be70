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

Times = dict[str, list[tuple[float, float]]]
"""Of each turn: by the clock, and of the processor (on PostgreSQL of our processes alone)."""


def beside_floor(counties: list[County], rounds: int) -> str:
    """Goal 10: plan at most 3 times the bare INSERT; claim and done at least 0.4 times the rows a second of the bare
    UPDATE, and 20 times those of Celery's tasks that do nothing. Each turn begins with a fresh copy of the county."""
    [county] = counties
    run_prepared([*SCRIPT, "accounts"], county.environment)
    times: Times = defaultdict(list)
    for _ in range(rounds):
        for made, done in WAYS:
            with copy_of(county.kind, county.environment) as environment:
                found = json.loads(run_prepared([*SCRIPT, made], environment))
                times[made].append((found["seconds"], found["processor"]))
                times[done].append(_together(done, int(found["rows"]), environment))
    rows = int(found["rows"])
    heading = f"{county.kind}, {county.size}, {rows:,} reminders; seconds"
    return f"{heading}\n\n{_table(times, rows)}\n{_noops(county, rows, times)}"


def _together(way: str, rows: int, environment: dict[str, str]) -> tuple[float, float]:
    """Two processes that begin at the same moment: until the one that ends last has ended."""
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
    return max(one["seconds"] for one in found), sum(one["processor"] for one in found)


def _table(times: Times, rows: int) -> str:
    lines = [
        "| what | min | median | max | rows a second | × bare | rows a second / bare, by turn | × bare, processor |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for floor, ours in zip(*WAYS, strict=True):
        for way in (floor, ours):
            low, middle, high = _spread([clock for clock, _ in times[way]])
            rates = _spread([bare[0] / one[0] for bare, one in zip(times[floor], times[way], strict=True)])
            lines.append(
                f"| {NAMES[way]} | {low:.2f} | {middle:.2f} | {high:.2f} | {rows / middle:,.0f} "
                f"| {_times(times, way, floor, 0):.2f} | {rates[0]:.2f}, {rates[1]:.2f}, {rates[2]:.2f} "
                f"| {_times(times, way, floor, 1):.2f} |"
            )
    return "\n".join(lines) + "\n"


def _spread(values: list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median(values), max(values)


def _times(times: Times, way: str, floor: str, which: int) -> float:
    """How many times the floor, by the medians of the clock or of the processor."""
    ours, bare = (statistics.median(turn[which] for turn in times[one]) for one in (way, floor))
    return ours / bare


def _noops(county: County, rows: int, times: Times) -> str:
    rate = json.loads(run_prepared(["-m", "benchmarks.noop", str(TASKS)], county.environment))
    more = rows / statistics.median(clock for clock, _ in times["dispatch"]) / rate
    return (
        f"Celery, tasks that do nothing, two processes: {rate:,.0f} a second. Dispatched: {more:.0f} times as many.\n"
    )

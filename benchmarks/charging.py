"""A month's dues for everybody, beside the raw statement; and once more, when there is nothing left to add."""

import json
import statistics
from collections import defaultdict

from benchmarks.databases import County, copy_of, run_prepared

SCRIPT = ["-m", "benchmarks.floor.charging"]
WAYS = ("bare", "ledger", "ours")
NAMES = {"bare": "statement, bare table", "ledger": "statement, the ledger's table", "ours": "charge_month"}
FLOOR = "ledger"

Figures = dict[str, float]


def beside_floor(counties: list[County], rounds: int) -> str:
    """Goal 6: at most twice the raw statement (SQLite 3 times); at most 1.5 times where nothing is left to add.

    Each turn begins with a fresh copy of the same county.
    """
    [county] = counties
    run_prepared([*SCRIPT, "bases"], county.environment)
    found: dict[str, list[list[Figures]]] = defaultdict(list)
    for _ in range(rounds):
        for way in WAYS:
            with copy_of(county.kind, county.environment) as environment:
                found[way].append(json.loads(run_prepared([*SCRIPT, way], environment)))
    return f"{county.kind}, {county.size}; seconds\n\n{_table(found)}\n"


def _table(found: dict[str, list[list[Figures]]]) -> str:
    lines = [
        "| what | charged | min | median | max | × statement | × statement, processor |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for turn, suffix in enumerate(("", ", again")):
        for way in WAYS:
            ours, floor = ([one[turn] for one in found[name]] for name in (way, FLOOR))
            seconds = [one["seconds"] for one in ours]
            low, middle, high = (pick(seconds) for pick in (min, statistics.median, max))
            lines.append(
                f"| {NAMES[way]}{suffix} | {ours[0]['rows']:,} | {low:.2f} | {middle:.2f} | {high:.2f} "
                f"| {_times(ours, floor, 'seconds'):.2f} | {_times(ours, floor, 'work'):.2f} |"
            )
    return "\n".join(lines)


def _times(ours: list[Figures], floor: list[Figures], what: str) -> float:
    return statistics.median(one[what] for one in ours) / statistics.median(one[what] for one in floor)

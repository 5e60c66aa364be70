"""All roll-ups of a county made anew, beside bare statements that do only the same sums and inserts."""

import json
import statistics
from collections import defaultdict

from benchmarks.databases import County, copy_of, run_prepared

SCRIPT = ["-m", "benchmarks.floor.rollups"]
WAYS = ("bare", "ours")
NAMES = {"bare": "bare statements", "ours": "rebuild"}
TURNS = {"bare": [""], "ours": ["", ", again, nothing to change", ", one branch", ", medians"]}

Figures = dict[str, float]


def beside_floor(counties: list[County], rounds: int) -> str:
    """Goal 8: at most twice the raw statements. Each turn begins with a fresh copy of the same county."""
    [county] = counties
    found: dict[str, list[list[Figures]]] = defaultdict(list)
    for _ in range(rounds):
        for way in WAYS:
            with copy_of(county.kind, county.environment) as environment:
                found[way].append(json.loads(run_prepared([*SCRIPT, way], environment)))
    return f"{county.kind}, {county.size}; seconds\n\n{_table(found)}\n"


def _table(found: dict[str, list[list[Figures]]]) -> str:
    lines = [
        "| what | rows | min | median | max | × bare | × bare, processor |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    floor = [one[0] for one in found["bare"]]
    for way in WAYS:
        for turn, suffix in enumerate(TURNS[way]):
            ours = [one[turn] for one in found[way]]
            seconds = [one["seconds"] for one in ours]
            low, middle, high = (pick(seconds) for pick in (min, statistics.median, max))
            lines.append(
                f"| {NAMES[way]}{suffix} | {ours[0]['rows']:,} | {low:.2f} | {middle:.2f} | {high:.2f} "
                f"| {_times(ours, floor, 'seconds'):.2f} | {_times(ours, floor, 'work'):.2f} |"
            )
    return "\n".join(lines)


def _times(ours: list[Figures], floor: list[Figures], what: str) -> float:
    return statistics.median(one[what] for one in ours) / statistics.median(one[what] for one in floor)

import argparse
import contextlib
import os
import sys
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from benchmarks import charging, dashboard, databases, desk, drill, dues, importing, lists, load, reminders, rollups
from benchmarks.databases import MEMBERS_A_BRANCH, ROOT, County, county, tree

Measure = Callable[[list[County], int], str]


def main() -> None:
    options = parsed()
    print(options.run(options))


def of_counties(measure: Measure) -> Callable[[argparse.Namespace], str]:
    """Measure something of one county, or of several beside each other."""

    def run(options: argparse.Namespace) -> str:
        with contextlib.ExitStack() as stack:
            counties = [
                stack.enter_context(county(options.database, members, options.data, options.server, months))
                for members, months in zip(options.members, cycle(options.months), strict=False)
            ]
            return measure(counties, options.rounds)

    return run


def of_import(options: argparse.Namespace) -> str:
    [rows] = options.members
    with tree(options.database, rows // MEMBERS_A_BRANCH, options.data, options.server) as branches:
        return importing.beside_floor(branches, rows, options.rounds, options.data)


def of_generated(script: str) -> Callable[[argparse.Namespace], str]:
    """Let a script look at a county with everything."""

    def run(options: argparse.Namespace) -> str:
        [members], [months] = options.members, options.months
        branches = members // MEMBERS_A_BRANCH
        return databases.of_generated(script, options.database, members, branches, months, options.data, options.server)

    return run


def of_figures(measure: Measure) -> Callable[[argparse.Namespace], str]:
    """Measure something of the roll-ups of 50,000 branches, which needn't have many members; with months of meetings
    and dues they are those of the record."""

    def run(options: argparse.Namespace) -> str:
        [members], [months] = options.members, options.months
        size = {"months": months, "branches": dashboard.BRANCHES}
        with county(options.database, members, options.data, options.server, **size) as one:
            return measure([one], options.rounds)

    return run


Command = tuple[str, Callable[[argparse.Namespace], str], list[int], list[int], int, str]
NONE, YEARS = [0], [24]
COMMANDS: tuple[Command, ...] = (
    ("list", of_counties(lists.beside_floor), [10_000], NONE, 100, "the roster beside the floor list"),
    ("flat", of_counties(lists.flat), [10_000, 1_000_000], NONE, 100, "the roster of a small county and a large one"),
    ("search", of_counties(lists.search), [1_000_000], NONE, 50, "searches beside the roster, and in the database"),
    ("filters", of_counties(lists.filters), [1_000_000], NONE, 10, "filters and orders beside the roster"),
    ("serve", of_counties(load.serve), [10_000], NONE, 5, "16 connections against gunicorn: floor list and roster"),
    ("import", of_import, [100_000], NONE, 3, "a workbook of so many members beside the floor of an import"),
    ("member", of_counties(dues.member), [2_000, 10_000], YEARS, 50, "a member's pages beside an empty view"),
    ("charge", of_counties(charging.beside_floor), [1_000_000], NONE, 2, "a month's dues beside the raw statement"),
    ("balances", of_counties(dues.balances), [10_000], YEARS, 30, "a branch's balances, and a county's arrears list"),
    ("reminders", of_counties(reminders.beside_floor), [100_000], NONE, 3, "reminders beside bare statements"),
    ("desk", of_counties(desk.branch), [500, 500, 5_000], [23, 230, 23], 20, "a branch's desk over ten times the rows"),
    ("desks", of_counties(desk.committee), [6_000], YEARS, 20, "a committee's desk of 300 branches beside the roster"),
    ("dashboard", of_figures(dashboard.dashboards), [20_000], NONE, 30, "dashboards beside the roster"),
    ("heat", of_figures(dashboard.heats), [20_000], NONE, 30, "heat tables beside the floor list"),
    ("rollups", of_counties(rollups.beside_floor), [40_000], YEARS, 3, "all roll-ups beside bare statements"),
    ("drill", of_counties(drill.way_back), [50_000], YEARS, 1, "backup, restore and verify of a whole county"),
    ("agreement", of_generated("benchmarks.agreement"), [6_000], [14], 1, "whether two pages of 300 branches disagree"),
    ("walk", of_generated("benchmarks.walk"), [6_000], [14], 1, "what every page costs that a role comes to by links"),
    ("ledger", of_counties(dues.ledger), [500, 500, 5_000], [23, 230, 23], 20, "pages over ten times the ledger"),
)  # fmt: skip


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures Branchweb beside its floors.")
    commands = parser.add_subparsers(required=True)
    for name, run, sizes, months, rounds, purpose in COMMANDS:
        command = commands.add_parser(name, help=purpose)
        command.set_defaults(run=run)
        command.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
        command.add_argument("--members", type=int, nargs="+", default=sizes)
        command.add_argument("--months", type=int, nargs="+", default=months, help="of meetings and dues, by county")
        command.add_argument("--rounds", type=int, default=rounds)
        command.add_argument("--data", type=Path, default=ROOT / "var" / "benchmarks", help="where databases are kept")
        command.add_argument(
            "--server", default=os.environ.get("BENCHMARK_POSTGRES", ""),
            help="postgresql://… of a server that keeps the databases; without it one is started and thrown away",
        )  # fmt: skip
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

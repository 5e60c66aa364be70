"""Dashboards and heat tables over the roll-ups of a county of 50,000 branches in 1,250 committees."""

import json

from benchmarks.databases import FLOOR, OURS, County, run_prepared
from benchmarks.lists import FLOOR_LIST, ROSTER, headed
from benchmarks.measure import Subject, interleave, table, worker

BRANCHES = 50_000
FIND = """
import django, json; django.setup()
from members.models import Organization
below = Organization.objects.filter(depth=2, kind="committee")[600]
branch = Organization.objects.below(below.path).filter(kind="branch")[20]
print(json.dumps({"root": Organization.objects.get(depth=1).code, "committee": below.code, "branch": branch.code}))
"""
PAGE, HEAT = "/assessment/dashboard/", "/assessment/dashboard/heat/"


def dashboards(counties: list[County], rounds: int) -> str:
    """Goal 8: at most twice the list page at any node, and the same number of queries."""
    [county] = counties
    places = filled(county)
    with worker(county.settings(FLOOR)) as floor, worker(county.settings(OURS)) as ours:
        subjects = [
            Subject("roster", ours, county.cookie, ROSTER),
            Subject("floor list", floor, county.floor_cookie, FLOOR_LIST),
            Subject("the county: 1,250 committees", ours, county.cookie, PAGE),
            Subject("… dues, of one kind of unit", ours, county.cookie, f"{PAGE}?measure=dues&unit=village"),
            Subject("… a year", ours, county.cookie, f"{PAGE}?period=2026"),
            Subject("a committee: 40 branches", ours, county.cookie, f"{PAGE}?org={places['committee']}"),
            Subject("a branch", ours, county.cookie, f"{PAGE}?org={places['branch']}"),
            Subject("who needs help, of 50,000 branches", ours, county.cookie, "/assessment/dashboard/need/"),
        ]
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[0]))


def heats(counties: list[County], rounds: int) -> str:
    """Goal 8: a page of the heat table at most five times the floor list."""
    [county] = counties
    places = filled(county)
    with worker(county.settings(FLOOR)) as floor, worker(county.settings(OURS)) as ours:
        subjects = [
            Subject("floor list", floor, county.floor_cookie, FLOOR_LIST),
            Subject("roster", ours, county.cookie, ROSTER),
            Subject("300 committees × 24 months", ours, county.cookie, HEAT),
            Subject("… last page", ours, county.cookie, f"{HEAT}?page=9999"),
            Subject("… dues", ours, county.cookie, f"{HEAT}?measure=dues"),
            Subject("40 branches × 24 months", ours, county.cookie, f"{HEAT}?org={places['committee']}"),
        ]
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[0]))


def filled(county: County) -> dict[str, str]:
    """Codes of a place of each kind; the roll-ups are made first, if there are none."""
    run_prepared(["-m", "benchmarks.figures"], county.environment)
    found: dict[str, str] = json.loads(run_prepared(["-c", FIND], county.environment))
    return found

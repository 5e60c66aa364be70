"""Pages that show dues: a member's, a branch's, a county's, over a small and a ten times larger ledger."""

import contextlib
import json
import statistics

from benchmarks.databases import FLOOR, OURS, County, run_prepared
from benchmarks.lists import ROSTER, headed
from benchmarks.measure import Subject, interleave, table, worker

OFFICER_PAGES = (
    *("/dues/", "/dues/arrears/", "/dues/bases/", "/dues/reliefs/", "/dues/charging/", "/dues/payments/"),
    *("/dues/payments/waiting/", "/dues/collect/", "/dues/bills/", "/dues/ledgers/", "/dues/ledgers/year/"),
    *("/dues/large/", "/dues/remittances/", "/dues/uses/", "/dues/disclosure/", "/dues/overview/"),
)
"""Of one branch."""


def member(counties: list[County], rounds: int) -> str:
    """Goal 4: at most 20 times an empty view, at most 12 queries, whatever the size of everything."""
    with contextlib.ExitStack() as stack:
        floor = stack.enter_context(worker(counties[0].settings(FLOOR)))
        subjects = [
            Subject("empty view", floor, counties[0].floor_cookie, "/empty/"),
            Subject("empty view behind log-in", floor, counties[0].floor_cookie, "/behind-login/"),
        ]
        for county in counties:
            ours = stack.enter_context(worker(county.settings(OURS)))
            key = county.names["member"]
            subjects += [
                Subject(f"member, {county.size}", ours, county.branch_cookie, f"/members/{key}/"),
                Subject(f"member's dues, {county.size}", ours, county.branch_cookie, f"/dues/members/{key}/"),
                Subject(f"one's own dues, {county.size}", ours, county.member_cookie, "/dues/mine/"),
            ]
        interleave(subjects, rounds)
    return headed(counties[-1], table(subjects, subjects[0]))


def balances(counties: list[County], rounds: int) -> str:
    """Goal 7: a branch's balances at most 3 times the query, a county's arrears list at most twice the list page."""
    [county] = counties
    arrears = f"/dues/arrears/?org={county.names['county']}"
    with worker(county.settings(OURS)) as ours:
        subjects = [
            Subject("roster", ours, county.officer_cookie, ROSTER),
            Subject("arrears of the county, by name", ours, county.officer_cookie, arrears),
            Subject("… last page", ours, county.officer_cookie, f"{arrears}&end=1"),
            Subject("arrears of the county, in counts", ours, county.cookie, arrears),
            Subject("arrears of a branch", ours, county.branch_cookie, "/dues/arrears/"),
            Subject("roster of the branch", ours, county.branch_cookie, ROSTER),
            Subject("the branch's year of dues", ours, county.branch_cookie, "/dues/"),
        ]
        interleave(subjects, rounds)
    pages = headed(county, table(subjects, subjects[0]))
    return f"{pages}\n{_beside_query(county, rounds)}"


def _beside_query(county: County, rounds: int) -> str:
    arguments = ["-m", "benchmarks.balances", county.names["branch"], str(rounds * 10)]
    found = json.loads(run_prepared(arguments, county.environment))
    floor = 1000 * statistics.median(found["query"]["seconds"])
    work = statistics.median(found["query"]["work"])
    lines = ["| what | min | median | max | × query | × query, processor |", "| --- | --- | --- | --- | --- | --- |"]
    for name, one in found.items():
        low, middle, high = (1000 * pick(one["seconds"]) for pick in (min, statistics.median, max))
        of_work = statistics.median(one["work"]) / work
        lines.append(f"| {name} | {low:.2f} | {middle:.2f} | {high:.2f} | {middle / floor:.2f} | {of_work:.2f} |")
    return "\n".join(lines) + "\n"


def ledger(counties: list[County], rounds: int) -> str:
    """Goal 11: ten times the rows are the same queries on every page, and at most 1.15 times its time."""
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(worker(county.settings(OURS))) for county in counties]
        pages = [_pages(county, ours) for county, ours in zip(counties, workers, strict=True)]
        interleave([subject for of_county in pages for subject in of_county], rounds)
    return headed(counties[0], side_by_side(counties, pages))


def _pages(county: County, ours: object) -> list[Subject]:
    key, branch = county.names["member"], county.names["branch"]
    own = {"/dues/mine/": county.member_cookie}
    paths = [*OFFICER_PAGES, f"/dues/members/{key}/", f"/dues/members/{key}/bases/", f"/dues/payments/new/{key}/"]
    asked = dict.fromkeys(paths, county.dues_cookie) | own
    return [
        Subject(path.replace(key, "…"), ours, cookie, path if path in own else f"{path}?org={branch}")  # type: ignore[arg-type]
        for path, cookie in asked.items()
    ]


def side_by_side(counties: list[County], pages: list[list[Subject]]) -> str:
    """Milliseconds at the first county, and how many times that at each other one: by the clock, by processor time."""
    headings = ["page", "median", "queries"]
    for county in counties[1:]:
        headings += [f"× at {county.size}", "× processor", "queries"]
    lines = [f"| {' | '.join(headings)} |", "|" + " --- |" * len(headings)]
    for first, *others in zip(*pages, strict=True):
        cells = [first.name, f"{1000 * statistics.median(first.seconds):.1f}", str(first.queries)]
        for other in others:
            times = statistics.median(other.seconds) / statistics.median(first.seconds)
            work = statistics.median(other.work) / statistics.median(first.work)
            cells += [f"{times:.2f}", f"{work:.2f}", str(other.queries)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)

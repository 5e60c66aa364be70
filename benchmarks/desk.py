"""The desk: a branch's over a small and a ten times larger ledger and attendance; a committee's of many branches."""

import contextlib

from benchmarks.databases import OURS, County, run_prepared
from benchmarks.dues import side_by_side
from benchmarks.lists import ROSTER, headed
from benchmarks.measure import Subject, interleave, table, worker

COUNT = "import django; django.setup(); from reminders.tasks import count_desks; count_desks()"
"""What the job does each hour."""


def branch(counties: list[County], rounds: int) -> str:
    """Goal 11: ten times the rows are the same queries on the desk, and at most 1.15 times its time."""
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(worker(county.settings(OURS))) for county in counties]
        pages = [
            [
                Subject("the secretary's desk", ours, county.branch_cookie, "/"),
                Subject("… of one kind", ours, county.branch_cookie, "/?kind=theme_day"),
                Subject("a member's few lines", ours, county.member_cookie, "/"),
                Subject("what we ask of a branch", ours, county.branch_cookie, "/desk/effort/"),
            ]
            for county, ours in zip(counties, workers, strict=True)
        ]
        interleave([subject for of_county in pages for subject in of_county], rounds)
    return headed(counties[0], side_by_side(counties, pages))


def committee(counties: list[County], rounds: int) -> str:
    """Goal 8's measure: the desk of a committee at most twice the list page."""
    [county] = counties
    run_prepared(["-c", COUNT], county.environment)
    with worker(county.settings(OURS)) as ours:
        subjects = [
            Subject("roster", ours, county.cookie, ROSTER),
            Subject("the committee's desk", ours, county.cookie, "/"),
            Subject("its branches", ours, county.cookie, "/desk/branches/"),
            Subject("… last page", ours, county.cookie, "/desk/branches/?page=9999"),
            Subject("one of its branches", ours, county.cookie, f"/desk/at/{county.names['branch']}/"),
            Subject("what it asks of branches", ours, county.cookie, "/desk/effort/"),
        ]
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[0]))

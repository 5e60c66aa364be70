"""The roster list: beside the floor list, small and large, searched, filtered and sorted."""

import contextlib
from urllib.parse import quote

from benchmarks.databases import FLOOR, OURS, County
from benchmarks.measure import Subject, interleave, table, worker

ROSTER, FLOOR_LIST = "/roster/", "/list/"


def beside_floor(counties: list[County], rounds: int) -> str:
    """Goal 1: at most twice the floor list, at most 8 queries; goal 2: the last page like the first."""
    [county] = counties
    with worker(county.settings(FLOOR)) as floor, worker(county.settings(OURS)) as ours:
        subjects = [
            Subject("empty view", floor, county.floor_cookie, "/empty/"),
            Subject("empty view behind log-in", floor, county.floor_cookie, "/behind-login/"),
            Subject("floor list", floor, county.floor_cookie, FLOOR_LIST),
            Subject("floor list, last page", floor, county.floor_cookie, f"{FLOOR_LIST}?end=1"),
            Subject("roster", ours, county.cookie, ROSTER),
            Subject("roster, last page", ours, county.cookie, f"{ROSTER}?end=1"),
            Subject("roster of one branch", ours, county.branch_cookie, ROSTER),
        ]
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[2]))


def flat(counties: list[County], rounds: int) -> str:
    """Goal 2: at a million members what it is at ten thousand: at most 1.15 times on PostgreSQL, 1.6 on SQLite."""
    with contextlib.ExitStack() as stack:
        subjects = []
        for county in counties:
            ours = stack.enter_context(worker(county.settings(OURS)))
            size = f"{county.members:,}"
            subjects += [
                Subject(f"{size} members", ours, county.cookie, ROSTER),
                Subject(f"{size} members, last page", ours, county.cookie, f"{ROSTER}?end=1"),
                Subject(f"{size} members, one branch", ours, county.branch_cookie, ROSTER),
            ]
        interleave(subjects, rounds)
    return headed(counties[-1], table(subjects, subjects[0]))


def search(counties: list[County], rounds: int) -> str:
    """Goal 3: at most 5 ms in the database, and a page of at most 1.5 times the list page."""
    [county] = counties
    wanted = [(what, county.names[what]) for what in ("two", "three", "initials", "digits")] + [("one", "王")]
    with worker(county.settings(OURS)) as ours:
        subjects = [Subject("roster", ours, county.cookie, ROSTER)]
        for what, text in wanted:
            path = f"{ROSTER}?q={quote(text)}"
            subjects.append(Subject(f"{what}: {text}", ours, county.cookie, path))
            subjects.append(Subject(f"{what}: {text}, in one branch", ours, county.branch_cookie, path))
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[0]))


def filters(counties: list[County], rounds: int) -> str:
    """No filter and no order may read the whole county."""
    [county] = counties
    queries = (
        *("sort=name", "sort=name&end=1", "sort=age", "sort=age&end=1", "sort=joined"),
        *("situation=retired", "situation=suspended", "situation=none", "category=employed", "category=relief"),
        *("membership=probationary_member", "voting=yes", "voting=no", "ages=80", "ages=none"),
        *("situation=suspended&category=student", "situation=retired&sort=age", f"org={county.names['branch']}"),
    )
    with worker(county.settings(OURS)) as ours:
        subjects = [Subject("roster", ours, county.cookie, ROSTER)]
        subjects += [Subject(query, ours, county.cookie, f"{ROSTER}?{query}") for query in queries]
        subjects += [
            Subject(f"{query}, in one branch", ours, county.branch_cookie, f"{ROSTER}?{query}")
            for query in queries[:-1]
        ]
        interleave(subjects, rounds)
    return headed(county, table(subjects, subjects[0]))


def headed(county: County, text: str) -> str:
    return f"{county.kind}, {county.size}; milliseconds\n\n{text}\n"

"""python -m benchmarks.walk: what the pages cost that each role comes to by links, on the county in DATABASE_URL.

Prints the worst twelve of each role beside the roster; the last line printed says how many cost more than any may.
"""

import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.prepare import user, usual_branch  # noqa: E402
from members.choices import OfficeKind, OrganizationKind  # noqa: E402
from members.models import Member, Office, Organization, User  # noqa: E402
from reminders.desk.services import count_desks  # noqa: E402
from tests.crawl import Visit, crawl  # noqa: E402

WORST = 12
MOST_TIMES, MOST_QUERIES, MOST_BYTES = 6, 25, 130_000
"""Of any page: times the roster's processor time, queries, bytes of HTML."""
THRICE = range(3)


@dataclass(frozen=True)
class Cost:
    visit: Visit
    times: float

    @property
    def is_too_much(self) -> bool:
        return self.times > MOST_TIMES or self.visit.queries > MOST_QUERIES or self.visit.size > MOST_BYTES

    def __str__(self) -> str:
        sign = "*" if self.is_too_much else " "
        return (
            f"{sign} {self.times:5.1f} × {self.visit.queries:4} q {self.visit.size // 1000:4} kB  {self.visit.address}"
        )


def main() -> None:
    members, branches, months = map(int, sys.argv[1:])
    call_command("migrate", verbosity=0)
    if not Organization.objects.exists():
        call_command("generate", members=members, branches=branches, months=months)
    count_desks(on=timezone.localdate())
    setup_test_environment()
    logging.disable(logging.CRITICAL)
    pages = too_much = 0
    for role, person in who_walks(branches):
        costs = walked_by(person)
        pages, too_much = pages + len(costs), too_much + sum(one.is_too_much for one in costs)
        p95 = costs[len(costs) // 20].times
        print(f"{role}: {len(costs)} pages, p95 {p95:.1f} × the roster", *costs[:WORST], sep="\n", file=sys.stderr)
    print(f"{too_much} of {pages} pages cost more than {MOST_TIMES} ×, {MOST_QUERIES} queries or {MOST_BYTES} bytes")


def who_walks(branches: int) -> Iterator[tuple[str, User]]:
    county, branch = Organization.objects.get(depth=1), usual_branch(branches)
    small = Organization.objects.filter(kind=OrganizationKind.COMMITTEE, depth=2).first() or county
    places = {
        OfficeKind.SECRETARY: branch, OfficeKind.ORGANIZATION_OFFICER: branch, OfficeKind.COMMITTEE_STAFF: county,
        OfficeKind.COMMITTEE_SECRETARY: county, OfficeKind.INSPECTOR: county, OfficeKind.ADMINISTRATOR: county,
    }  # fmt: skip
    for kind, place in places.items():
        yield kind, user(f"walks-as-{kind}", kind, place)
    yield "staff of a small committee", user("walks-at-a-committee", OfficeKind.COMMITTEE_STAFF, small)
    officers = Office.objects.filter(member__isnull=False).values("member")
    somebody = Member.objects.filter(roster_path=branch.path).exclude(pk__in=officers).order_by("id")[0]
    yield "member", User.objects.get_or_create(member=somebody, defaults={"username": "walks-as-a-member"})[0]


def walked_by(person: User) -> list[Cost]:
    """The dearest first."""
    client = Client(raise_request_exception=False)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    visits = [one for one in crawl(client, each=1) if one.page and one.status == 200]
    floor = of_roster()
    return sorted((Cost(one, work(client, one.address) / floor) for one in visits), key=lambda one: -one.times)


def of_roster() -> float:
    """Processor seconds of the roster of the usual branch."""
    client = Client()
    client.force_login(User.objects.get(username=f"walks-as-{OfficeKind.SECRETARY}"))
    return work(client, reverse("members:roster-list"))


def work(client: Client, address: str) -> float:
    """Processor seconds of the quickest of three answers."""
    return min(_once(client, address) for _ in THRICE)


def _once(client: Client, address: str) -> float:
    began = time.thread_time()
    client.get(address, follow=True)
    return time.thread_time() - began


if __name__ == "__main__":
    main()

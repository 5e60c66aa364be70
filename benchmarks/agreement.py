"""python -m benchmarks.agreement: whether any two pages contradict each other, on the county in DATABASE_URL.

Names each contradiction; the last line printed counts them.
"""

import sys
import time
from collections.abc import Iterator

import django
from django.conf import settings

django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.signals import request_started  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from assessment.dashboard.rules import (  # noqa: E402
    month_of,
    offered_periods,
    usual_period,
)
from members.choices import OfficeKind, OrganizationKind  # noqa: E402
from members.models import Office, Organization, User  # noqa: E402
from reminders.desk.services import count_desks  # noqa: E402
from tests.assessment.dashboard.agreement import contradictions  # noqa: E402

KIND = OrganizationKind.COMMITTEE


def main() -> None:
    members, branches, months = map(int, sys.argv[1:])
    call_command("migrate", verbosity=0)
    if not Organization.objects.exists():
        call_command("generate", members=members, branches=branches, months=months)
    on, began = timezone.localdate(), time.monotonic()
    count_desks(on=on)
    setup_test_environment()
    pages: list[object] = []
    request_started.connect(lambda **_: pages.append(None), weak=False)
    people, found = list(who_looks()), []
    with translation.override(settings.LANGUAGE_CODE):
        for user, places in people:
            print(f"{user} looks at {', '.join(places)} …", file=sys.stderr)
            found += contradictions(user, places, periods(), on=on)
    for sentence in found:
        print(sentence, file=sys.stderr)
    size = f"{len(pages):,} pages, {len(people)} people, {', '.join(periods())}"
    print(f"{len(found)} contradictions; {size}; {time.monotonic() - began:.0f} s")


def periods() -> list[str]:
    """The last month, quarter and year that are over."""
    on = timezone.localdate()
    _months, quarters, years = offered_periods(month_of(on))
    return [
        usual_period(on).code,
        *(next(one.code for one in of if not one.is_running(on)) for of in (quarters, years)),
    ]


def who_looks() -> Iterator[tuple[User, list[str]]]:
    """The county's staff at every committee, its secretary at the county, and each committee's staff at their own place
    and one branch."""
    county = Organization.objects.get(depth=1)
    committees = list(Organization.objects.filter(kind=KIND, depth=2))
    yield _holder(OfficeKind.COMMITTEE_STAFF, county), [county.code, *(one.code for one in committees)]
    yield _holder(OfficeKind.COMMITTEE_SECRETARY, county), [county.code]
    for place in committees:
        branch = Organization.objects.branches().below(place.path).first()
        yield _holder(OfficeKind.COMMITTEE_STAFF, place), [place.code, *([branch.code] if branch else [])]


def _holder(kind: OfficeKind, place: Organization) -> User:
    return Office.objects.filter(kind=kind, organization=place).select_related("user")[0].user


if __name__ == "__main__":
    main()

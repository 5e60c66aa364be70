"""Who attended a meeting of another organization: shown at the meeting, and counted in the branch they belong to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from meetings.choices import MeetingState
from meetings.models import Expected, Meeting, Observer
from members.choices import OrganizationKind
from members.models import Affiliation, Organization
from members.paths import STEP

Elsewhere = Observer | Expected
"""Attended where somebody doesn't belong: as a leader from above, or as a guest who takes part there."""


@dataclass(frozen=True, slots=True)
class Attending:
    """An observer, and the name of the branch to which a leader from above belongs; empty for a guest."""

    observer: Observer
    branch: str


def observers_of(meeting: Meeting) -> list[Attending]:
    """Those of one meeting, leaders from above first; one query, and two more where there are some."""
    rows = list(meeting.observers.order_by("-is_from_above", "name"))
    branches = branches_of([one.member_id for one in rows if one.member_id], on=meeting.day)
    return [Attending(one, branches.get(one.member_id or 0, "")) for one in rows]


def branches_of(members: Collection[int], *, on: date) -> dict[int, str]:
    """Member → name of the branch they belonged to that day, also where they were in one of its groups."""
    relations = Affiliation.objects.filter(member__in=members).holding(on).formal().select_related("organization")
    paths = {one.member_id: _branch_path(one.organization) for one in relations}
    names = dict(Organization.objects.filter(path__in=set(paths.values())).values_list("path", "name"))
    return {member: names[path] for member, path in paths.items()}


def elsewhere_of(members: Collection[int], first: date, last: date) -> dict[int, list[Elsewhere]]:
    """Member → held meetings of the period that they attended without being expected, the latest first; two queries."""
    found: dict[int, list[Elsewhere]] = defaultdict(list)
    for rows in (_elsewhere(first, last), _as_guests(first, last)):
        for one in rows.filter(member__in=members).select_related("meeting__organization").order_by("pk"):
            found[one.member_id or 0].append(one)
    for attended in found.values():
        attended.sort(key=lambda one: one.meeting.day, reverse=True)
    return found


def elsewhere_below(branches: Iterable[Organization], first: date, last: date) -> Counter[str]:
    """Path of a branch → how often its members attended elsewhere; two queries, no name."""
    paths = {one.path for one in branches}
    counts: Counter[str] = Counter()
    for rows in (_elsewhere(first, last), _as_guests(first, last)):
        for path in rows.values_list("member__roster_path", flat=True):
            counts[path if path in paths else path[:-STEP]] += 1
    return counts


def _as_guests(first: date, last: date) -> QuerySet[Expected]:
    """Who took part where he doesn't belong."""
    return Expected.objects.of_held_meetings().between(first, last).guests().took_part()


def _elsewhere(first: date, last: date) -> QuerySet[Observer]:
    """Whoever was on the meeting's own list is counted there."""
    expected = Expected.objects.filter(meeting=OuterRef("meeting"), member=OuterRef("member"))
    return Observer.objects.filter(
        ~Exists(expected),
        member__isnull=False,
        meeting__day__range=(first, last),
        meeting__state__in=[MeetingState.HELD, MeetingState.LOCKED],
    )


def _branch_path(organization: Organization) -> str:
    return organization.path[:-STEP] if organization.kind == OrganizationKind.GROUP else organization.path

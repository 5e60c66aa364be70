"""The list of those expected, counts of it, leave that was granted, and who attended elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from meetings.attendance.models import Attendance, Exclusion, LeaveRequest
from meetings.attendance.rules import not_counted
from meetings.choices import (
    NOT_EXPECTED,
    PRESENT,
    AttendanceState,
    MeetingKind,
    MeetingState,
    NotCountedBecause,
    ReasonSource,
    RequestState,
)
from meetings.meeting.models import Meeting, Observer
from meetings.meeting.queries import ABOVE, SEATS, holder_of
from members.choices import AffiliationKind
from members.fields import opened
from members.models import Affiliation, Member, Office, Organization, Situation
from members.pages.queries import called
from members.paths import STEP, subtree

COMMITTEE_POST = Q(party_post__contains="书记") | Q(party_post__contains="委员")
"""How a roster names the committee's members where no offices are recorded."""


def roll(meeting: Meeting) -> list[Attendance]:
    """Everybody who would be on the list if the meeting opened now, unsaved, in roster order, guests at the end.

    Belonging, situations and approvals are those of the meeting's day. Five queries, whatever the size.
    """
    affiliations = _affiliations(meeting)
    member_ids = [affiliation.member_id for affiliation in affiliations]
    situations = _situations(meeting, member_ids)
    excluded = {one.member_id for one in Exclusion.objects.filter(meeting=meeting) if one.is_approved}
    return [
        as_expected(
            meeting, affiliation, situations.get(affiliation.member_id, set()), affiliation.member_id in excluded
        )
        for affiliation in affiliations
    ]


def on_the_sheet(meeting: Meeting) -> tuple[list[Attendance], list[Attendance]]:
    """Who signs: those who should attend, and the guests; before the opening as the list would be now."""
    listed = list(meeting.expected.order_by("pk")) if meeting.opened_at else roll(meeting)
    expected = [one for one in listed if one.not_counted not in NOT_EXPECTED]
    return expected, [one for one in listed if one.is_guest]


def _affiliations(meeting: Meeting) -> list[Affiliation]:
    is_above = meeting.organization.kind in ABOVE
    place = Q() if is_above else subtree("organization__path", [meeting.organization.path])
    here = (
        Affiliation.objects.holding(meeting.day)
        .filter(place)
        .select_related("member", "organization")
        .order_by("organization__path", "member__name_key", "member_id")
    )
    if is_above or meeting.kind == MeetingKind.COMMITTEE_MEETING:
        here = here.filter(member__in=_committee(meeting))
    seen: dict[int, Affiliation] = {}
    for affiliation in here:
        known = seen.get(affiliation.member_id)
        if known is None or known.kind == AffiliationKind.PARTICIPATION:
            seen[affiliation.member_id] = affiliation
    return sorted(seen.values(), key=lambda one: one.kind == AffiliationKind.PARTICIPATION)


def _committee(meeting: Meeting) -> set[int]:
    """Members who hold an office of the committee; where a branch has none on record, those its roster names."""
    offices = (
        Office.objects.holding(meeting.day)
        .filter(organization=meeting.organization, kind__in=SEATS)
        .select_related("user")
    )
    holders = {holder for office in offices if (holder := holder_of(office))}
    if len(holders) > 1 or meeting.organization.kind in ABOVE:
        return holders
    named = Member.objects.below(meeting.organization.path).filter(COMMITTEE_POST)
    return holders | set(named.values_list("pk", flat=True))


def _situations(meeting: Meeting, member_ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = Situation.objects.holding(meeting.day).filter(member__in=member_ids).values_list("member_id", "kind")
    for member_id, kind in rows:
        found.setdefault(member_id, set()).add(kind)
    return found


def as_expected(
    meeting: Meeting, affiliation: Affiliation, situations: set[str], is_excluded: bool = False
) -> Attendance:
    """The line of the list for somebody who belongs there, unsaved; `situations` are those of the meeting's day."""
    member = affiliation.member
    is_formal = member.is_formal(meeting.day)
    return Attendance(
        meeting=meeting,
        member=member,
        name=member.name,
        group=affiliation.organization.name if affiliation.organization_id != meeting.organization_id else "",
        is_formal=is_formal,
        not_counted=not_counted(
            is_formal=is_formal,
            situations=situations,
            is_excluded=is_excluded,
            takes_part_only=affiliation.kind == AffiliationKind.PARTICIPATION,
        ),
    )


def heads(row: str = "pk", prefix: str = "") -> dict[str, Count]:
    """The counts of a tally over lines of lists, or over meetings with their lines as `row` and `prefix`."""

    def lines(**condition: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in condition.items()})

    entitled, present = lines(not_counted=NotCountedBecause.COUNTED), lines(state__in=PRESENT)
    expected, guests = ~lines(not_counted__in=NOT_EXPECTED), lines(not_counted=NotCountedBecause.PARTICIPANT)
    conditions = {
        "expected": expected,
        "present": expected & present,
        "entitled": entitled,
        "entitled_present": entitled & present,
        "guests": guests,
        "guests_present": guests & present,
        "corrected": lines(corrected_on__isnull=False),
        **{f"is_{state}": expected & lines(state=state) for state in AttendanceState.values},
    }
    return {name: Count(row, filter=condition) for name, condition in conditions.items()}


TALLY = heads()


@dataclass(frozen=True, slots=True)
class Tally:
    """Heads of one meeting, or attendances of one member over a period; who is `entitled` has a vote.

    Guests, who belong elsewhere, are in `guests` and in no other figure. `corrected`: of how many somebody put
    the attendance right after the minutes were locked.
    """

    expected: int = 0
    present: int = 0
    entitled: int = 0
    entitled_present: int = 0
    guests: int = 0
    guests_present: int = 0
    corrected: int = 0
    is_unknown: int = 0
    is_on_site: int = 0
    is_online: int = 0
    is_visited: int = 0
    is_made_up: int = 0
    is_leave: int = 0
    is_absent: int = 0


def tally_of(meeting: Meeting) -> Tally:
    """The live counts of one meeting, in one query."""
    return Tally(**Attendance.objects.filter(meeting=meeting).aggregate(**TALLY))


def tallies_of(meetings: Iterable[Meeting]) -> dict[object, Tally]:
    """The counts of several meetings in one query, by the meeting's key."""
    rows = Attendance.objects.filter(meeting__in=meetings).values("meeting").annotate(**TALLY)
    return {row.pop("meeting"): Tally(**row) for row in rows}


def attendance_of(members: Iterable[Member], first: date, last: date) -> dict[int, Tally]:
    """How often each member was expected and took part in held meetings of the period, in one query."""
    held = Attendance.objects.of_held_meetings().between(first, last).filter(member__in=members)
    return {row.pop("member"): Tally(**row) for row in held.values("member").annotate(**TALLY)}


def leave_fields(request: LeaveRequest) -> dict[str, Any]:
    """A granted request as it is written on the list of those expected."""
    reason = opened(request.reason)
    user = request.decided_by
    return {
        "state": AttendanceState.LEAVE.value,
        "leave_kind": request.kind,
        "leave_granted_by": called(user)[:60],
        "reason": reason,
        "reason_source": ReasonSource.MEMBER.value if reason else "",
    }


def with_granted_leave(meeting: Meeting, expected: list[Attendance]) -> list[Attendance]:
    """The unsaved list, with those on leave to whom it was granted; one query."""
    granted = LeaveRequest.objects.filter(meeting=meeting, state=RequestState.GRANTED).select_related(
        "decided_by__member"
    )
    by_member = {request.member_id: request for request in granted}
    for one in expected:
        if request := by_member.get(one.member_id):
            for name, value in leave_fields(request).items():
                setattr(one, name, value)
            one.marked_by = str(request.decided_by)
    return expected


Elsewhere = Observer | Attendance
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
    paths = {one.member_id: one.organization.branch_path for one in relations}
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


def _as_guests(first: date, last: date) -> QuerySet[Attendance]:
    """Who took part where he doesn't belong."""
    return Attendance.objects.of_held_meetings().between(first, last).guests().took_part()


def _elsewhere(first: date, last: date) -> QuerySet[Observer]:
    """Whoever was on the meeting's own list is counted there."""
    expected = Attendance.objects.filter(meeting=OuterRef("meeting"), member=OuterRef("member"))
    return Observer.objects.filter(
        ~Exists(expected),
        member__isnull=False,
        meeting__day__range=(first, last),
        meeting__state__in=[MeetingState.HELD, MeetingState.LOCKED],
    )

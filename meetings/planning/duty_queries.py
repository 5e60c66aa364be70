"""What is due and how it stands: lists, counts, and the page on which a duty is done."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q
from django.utils import timezone

from meetings.attendance.models import Attendance, LeaveRequest
from meetings.choices import AttendanceState, MeetingKind, MeetingState, RequestState
from meetings.meeting.models import Meeting, Session, Task
from meetings.meeting.queries import COMMITTEE_OFFICES
from meetings.planning.duty_rules import (
    ABSENCES,
    ASKED,
    EVERY,
    IN_THE_WINDOW,
    LEAVE,
    MINUTES,
    WINDOW,
    Called,
    Held,
    LeaveAsked,
    Limit,
    MeetingDone,
    OrganizationFacts,
    TaskGiven,
    called_for,
    has_committee,
    leave_duty,
    limit,
    month_duties,
    reasons_matter_since,
    states,
    task_duties,
)
from meetings.planning.rules import bounds, fits
from members.choices import OfficeKind, OrganizationKind
from members.models import Affiliation, Office, Organization
from members.models.member import formal_on
from members.paths import branch_path, subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty, DutyState

RULE_KEYS = {asked.rule_key for of_kind in ASKED.values() for asked in of_kind} | {WINDOW}
CARRIED = Q(kind__in=IN_THE_WINDOW) | Q(pk__in=Session.objects.filter(kind__in=IN_THE_WINDOW).values("meeting"))
"""What may be due in the year after the one it counts for."""
COMMITTEE_SEATS = tuple(kind for kind in COMMITTEE_OFFICES if kind != OfficeKind.SECRETARY)


def meeting_duties(places: PlacesBelow, *, through: date | None = None, also_planned: bool = False) -> list[Duty]:
    """The meetings due in the year of `through` in the places, in tree order.

    Periods that have begun by `through` (the day of the places when it isn't given), with their states as of that day;
    of a year that is over, as the organizations stood at its end. With `also_planned` a planned meeting counts as done.
    Four queries beside those of the places.
    """
    return [
        Duty(one.kind, place.code, None, one.period.name, one.due_on, state, one.citation)
        for place, found in meeting_states(places, through=through, also_planned=also_planned)
        for one, state in found
    ]


def meeting_states(
    places: PlacesBelow, *, through: date | None = None, also_planned: bool = False
) -> Iterator[tuple[Organization, Iterator[tuple[Called, DutyState]]]]:
    """The same for who only counts: each place with what it is asked for. What the rules ask is worked out once for
    all places that they treat alike."""
    path, on, through = places.path, places.on, through or places.on
    places = places.standing_on(min(on, through))
    held = _held(path, through.year, max(on, through), also_planned=also_planned)
    committees = branches_with_committee(subtree("organization__path", [path]), on=places.on)
    called: dict[Hashable, list[Called]] = {}
    for place in places.all:
        if place.kind not in ASKED:
            continue
        alike = (place.kind, place.path in committees, _begun(place, through.year), places.binding(place.path))
        if alike not in called:
            facts = OrganizationFacts(
                place.code, OrganizationKind(place.kind), place.path in committees, place.first_day
            )
            called[alike] = called_for(facts, on=on, through=through, local=places.local(place.path))
        yield place, states(called[alike], held.get(place.path, ()), through.year)


def _begun(place: Organization, year: int) -> date | None:
    """The first day where it matters: within the periods that are listed in a year."""
    day = place.first_day
    return day if day and day > date(year - 1, 1, 1) else None


def _held(path: str, year: int, until: date, *, also_planned: bool) -> dict[str, list[Held]]:
    """Meetings up to a day that can close a duty of the year or one that was carried into it, by place."""
    left_out = [MeetingState.CANCELLED] if also_planned else [MeetingState.PLANNED, MeetingState.CANCELLED]
    found: dict[str, list[Held]] = defaultdict(list)
    meetings = (
        Meeting.objects.within(path)
        .filter(Q(day__year=year) | Q(counts_for_year=year) | (Q(counts_for_year=year - 1) & CARRIED))
        .filter(Q(day__lte=until) | Q(state=MeetingState.PLANNED))
        .exclude(state__in=left_out)
    )
    also = Session.objects.filter(meeting__in=meetings).exclude(kind=F("meeting__kind"))
    facts = ("day", "counts_for_year", "organization__path")
    for kind, day, counts_for_year, place in meetings.order_by().values_list("kind", *facts):
        found[place].append(Held(kind, day, counts_for_year))
    for kind, day, counts_for_year, place in also.values_list("kind", *(f"meeting__{fact}" for fact in facts)):
        found[place].append(Held(kind, day, counts_for_year))
    return found


def branches_with_committee(inside: Q, *, on: date) -> set[str]:
    """Paths of the branches that have a committee, by recorded posts or by size. `inside`: a condition on the
    `organization` of offices and affiliations. Two queries."""
    formal, seats = _counts_by_branch(inside, on)
    large = {size for size in set(formal.values()) if has_committee(formal_members=size, posts_held=0, on=on)}
    return {branch for branch in {*formal, *seats} if seats[branch] or formal[branch] in large}


def _counts_by_branch(inside: Q, on: date) -> tuple[Counter[str], Counter[str]]:
    """Formal members and committee posts, by the path of the branch; a group's members count for its branch."""
    formal: Counter[str] = Counter()
    seats: Counter[str] = Counter()
    offices = Office.objects.holding(on).filter(inside, kind__in=COMMITTEE_SEATS)
    for place, posts in offices.values_list("organization__path").annotate(Count("pk")):
        seats[place] += posts
    here = Affiliation.objects.formal().holding(on).filter(inside)
    counted = here.values("organization__path", "organization__kind").annotate(
        formal=Count("pk", filter=formal_on(on, "member__")),
        posts=Count("pk", filter=Q(member__party_post__contains="委员")),
    )
    for row in counted:
        place = row["organization__path"]
        branch = branch_path(place, row["organization__kind"])
        formal[branch] += row["formal"]
        seats[branch] += row["posts"]
    return formal, seats


NOT_HELD = (MeetingState.PLANNED, MeetingState.CANCELLED)


def earlier_meetings(organization: OuterRef, before: OuterRef) -> Any:
    rows = Meeting.objects.filter(organization=organization, day__lt=before).exclude(state__in=NOT_HELD)
    return rows.order_by("day").values("day")[:1]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty, the branch or group that has it, and the meeting that is planned for it."""

    duty: Duty
    place: Organization
    planned: Meeting | None = None

    @property
    def name(self) -> str:
        return str(MeetingKind(self.duty.kind).label)


@dataclass(frozen=True, slots=True)
class BranchProgress:
    """How far a branch is, its groups included."""

    branch: Organization
    year: int
    due: int
    done: int
    overdue: int

    @property
    def open(self) -> int:
        return self.due - self.done - self.overdue


def duty_lines(path: str, *, on: date, through: date | None = None) -> list[DutyLine]:
    """The duties of a branch and its groups in the year of `through`: overdue ones first, then those due next."""
    places = {place.code: place for place in Organization.objects.below(path)}
    planned = list(
        Meeting.objects.within(path)
        .select_related("organization")
        .filter(state=MeetingState.PLANNED)
        .order_by("-day", "-key")
    )
    recorded = recorded_since(path, on=on, through=through)
    lines = [
        DutyLine(duty, places[duty.organization], _taken(planned, duty, places[duty.organization]))
        for duty in meeting_duties(PlacesBelow(path, on), through=through)
        if recorded(places[duty.organization].branch_path, duty.due_on)
    ]
    order = {DutyState.OVERDUE: 0, DutyState.OPEN: 1, DutyState.DONE: 2}
    return sorted(lines, key=lambda line: (order[line.duty.state], line.duty.due_on, line.place.path))


def left_this_month(path: str, *, on: date) -> list[DutyLine]:
    """What the branch and its groups have still to hold in the month of `on`."""
    lines = duty_lines(path, on=on)
    return [one for one in lines if one.duty.state != DutyState.DONE and one.duty.period == f"{on:%Y-%m}"]


def _taken(planned: list[Meeting], duty: Duty, place: Organization) -> Meeting | None:
    """The earliest planned meeting that will close the duty, taken off the list; a duty that is done needs none."""
    for meeting in reversed(planned):
        of_place = meeting.organization_id == place.pk and meeting.kind == duty.kind
        if of_place and duty.state != DutyState.DONE and closes(meeting, duty.kind, duty.period):
            planned.remove(meeting)
            return meeting
    return None


def closes(meeting: Meeting, kind: str, period: str) -> bool:
    """Whether it will close the duty: a yearly one by the year it counts for, which may be the one before its day."""
    for_the_year = not period.isdecimal() or meeting.counts_for_year == int(period)
    return for_the_year and fits(kind, period, meeting.day)


def branch_lines(path: str, *, on: date, through: date | None = None) -> list[BranchProgress]:
    """The branches below a committee, those that need help first. Six queries, one more for an earlier year; never a
    name."""
    recorded = recorded_since(path, on=on, through=through)
    branches: list[Organization] = []
    found: dict[str, list[DutyState]] = defaultdict(list)
    for place, asked in meeting_states(PlacesBelow(path, on), through=through):
        if place.kind == OrganizationKind.BRANCH:
            branches.append(place)
        branch = place.branch_path
        found[branch] += [state for called, state in asked if recorded(branch, called.due_on)]
    year = (through or on).year
    lines = [_counted(branch, year, found[branch.path]) for branch in branches]
    return sorted(lines, key=lambda line: (-line.overdue, line.done, line.branch.path))


def recorded_since(path: str, *, on: date, through: date | None) -> Callable[[str, date], bool]:
    """Whether it can be known of a branch if what was due on a day was held: in an earlier year only from the month of
    its first meeting on record, as on the dashboard (`records.due_meetings`)."""
    if through is None or through.year == on.year:
        return lambda _branch, _day: True
    first: dict[str, date] = {}
    held = Meeting.objects.within(path).exclude(state__in=NOT_HELD).order_by()
    for place, kind, day in held.values_list("organization__path", "organization__kind").annotate(first=Min("day")):
        branch = branch_path(place, kind)
        first[branch] = min(first.get(branch, day), day.replace(day=1))
    return lambda branch, day: branch in first and first[branch] <= day


def _counted(branch: Organization, year: int, found: list[DutyState]) -> BranchProgress:
    return BranchProgress(branch, year, len(found), found.count(DutyState.DONE), found.count(DutyState.OVERDUE))


def planned_for(place: Organization, kind: str, period: str) -> Meeting | None:
    """The next meeting that is planned or under way and will close the duty; of elections just the next one."""
    coming = Meeting.objects.filter(organization=place, state__in=(MeetingState.PLANNED, MeetingState.OPEN))
    found = coming.of_kind(kind).order_by("day", "key")
    return next((one for one in found if kind not in EVERY or closes(one, kind, period)), None)


def without_minutes(place: Organization, period: str) -> Meeting | None:
    """The earliest meeting of the period that was opened and whose minutes aren't locked."""
    held = Meeting.objects.filter(organization=place, day__range=bounds(period))
    return held.filter(state__in=(MeetingState.OPEN, MeetingState.HELD)).order_by("day", "key").first()


def unexplained(place: Organization, period: str) -> Attendance | None:
    """Somebody who missed a meeting of the period, and nobody knows why."""
    missed = Attendance.objects.of_held_meetings().should_attend().between(*bounds(period)).unexplained()
    return missed.filter(meeting__organization=place).order_by("meeting__day", "pk").first()


def waiting_for_leave(place: Organization, member: int) -> LeaveRequest | None:
    """The member's request that is to be answered first."""
    asked = LeaveRequest.objects.open().filter(meeting__organization=place, member=member)
    over = (MeetingState.LOCKED, MeetingState.CANCELLED)
    return (
        asked.exclude(meeting__state__in=over)
        .select_related("meeting__organization")
        .order_by("meeting__day", "pk")
        .first()
    )


LONGEST = timedelta(days=60)
"""What a committee may set at most: meetings of the year before may still fall due that long."""
TOOK_PLACE = (MeetingState.OPEN, MeetingState.HELD, MeetingState.LOCKED)
"""A meeting that was opened and never closed has no minutes either."""
Evenings = Mapping[str, list[MeetingDone]]


def record_duties(places: PlacesBelow) -> list[Duty]:
    """What the meetings of the year ask for beside being held, in tree order. Four queries beside the places'."""
    path, on, limits = places.path, places.on, _Limits(places)
    evenings = {MINUTES: _minutes(path, on), ABSENCES: _absences(path, on)}
    asked = _asked_for_leave(path, on)
    tasks = _tasks(path, on)
    found: list[Duty] = []
    for place, code in ((one.path, one.code) for one in places.all):
        for kind, by_place in evenings.items():
            if (held := by_place.get(place)) and (given := limits.at(kind, place)):
                found += month_duties(kind, code, held, given, on=on)
        if (waiting := asked.get(place)) and (given := limits.at(LEAVE, place)):
            found += [duty for one in waiting if (duty := leave_duty(one, code, given, on=on))]
        found += task_duties(code, tasks.get(place, ()), on=on)
    return found


class _Limits:
    """The days that are given; worked out once for all places that are treated alike."""

    def __init__(self, places: PlacesBelow) -> None:
        self.places = places
        self.known: dict[tuple[str, tuple[int, ...]], Limit | None] = {}

    def at(self, kind: str, place: str) -> Limit | None:
        binding = self.places.binding(place)
        if (kind, binding) not in self.known:
            self.known[kind, binding] = limit(kind, on=self.places.on, local=self.places.local(place))
        return self.known[kind, binding]


def _span(on: date) -> tuple[date, date]:
    return date(on.year, 1, 1) - LONGEST, on


def _minutes(path: str, on: date) -> Evenings:
    rows = Meeting.objects.within(path).filter(state__in=TOOK_PLACE, day__range=_span(on)).order_by()
    found: dict[str, list[MeetingDone]] = defaultdict(list)
    for place, day, state in rows.values_list("organization__path", "day", "state"):
        found[place].append(MeetingDone(day, state == MeetingState.LOCKED))
    return found


def _absences(path: str, on: date) -> Evenings:
    """Days of the last months' meetings that somebody missed; done where everybody's reason is on record."""
    first, last = _span(on)
    missed = (
        Attendance.objects.of_held_meetings()
        .should_attend()
        .between(max(first, reasons_matter_since(on)), last)
        .filter(subtree("meeting__organization__path", [path]), state=AttendanceState.ABSENT)
    )
    by_day = missed.order_by().values_list("meeting__organization__path", "meeting__day")
    found: dict[str, list[MeetingDone]] = defaultdict(list)
    for place, day, unexplained in by_day.annotate(unexplained=Count("pk", filter=Q(reason=""))):
        found[place].append(MeetingDone(day, unexplained == 0))
    return found


def _asked_for_leave(path: str, on: date) -> Mapping[str, list[LeaveAsked]]:
    """Requests for meetings of the year that weren't called off, and can still be answered or were."""
    asked = Q(state=RequestState.ASKED)
    rows = (
        LeaveRequest.objects.filter(subtree("meeting__organization__path", [path]), meeting__day__year=on.year)
        .exclude(meeting__state=MeetingState.CANCELLED)
        .exclude(asked, meeting__state=MeetingState.LOCKED)
        .order_by("meeting__day", "pk")
    )
    found: dict[str, list[LeaveAsked]] = defaultdict(list)
    facts = rows.values_list("meeting__organization__path", "member", "asked_at", "meeting__day", "state")
    for place, member, asked_at, day, state in facts:
        found[place].append(LeaveAsked(member, timezone.localdate(asked_at), day, state != RequestState.ASKED))
    return found


def _tasks(path: str, on: date) -> Mapping[str, list[TaskGiven]]:
    """Tasks with a day that are open, and those that ended this year."""
    this_year = Q(done_on__range=(date(on.year, 1, 1), on))
    given = Task.objects.filter(
        this_year | Q(done_on__isnull=True), subtree("item__meeting__organization__path", [path]),
        item__meeting__state__in=TOOK_PLACE, due_on__isnull=False,
    )  # fmt: skip
    found: dict[str, list[TaskGiven]] = defaultdict(list)
    facts = given.order_by().values_list("item__meeting__organization__path", "owner", "due_on", "done_on")
    for place, owner, due_on, done_on in facts:
        found[place] += [TaskGiven(owner, due_on, done_on)] if due_on else []
    return found

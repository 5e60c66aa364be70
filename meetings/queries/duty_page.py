"""The page of duties: every duty of a branch, or of a committee's branches how many are done."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from meetings.choices import MeetingKind, MeetingState
from meetings.models import Meeting
from meetings.queries.duties import meeting_duties, meeting_states
from meetings.queries.first_day import NOT_HELD
from meetings.rules.planning import fits
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP
from rulebook.values import Duty, DutyState


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
class BranchLine:
    """How far a branch is, its groups included."""

    branch: Organization
    due: int
    done: int
    overdue: int

    @property
    def open(self) -> int:
        return self.due - self.done - self.overdue


def duty_lines(path: str, *, on: date, through: date | None = None) -> list[DutyLine]:
    """The duties of a branch and its groups in the year of `through`: overdue ones first, then those due next."""
    places = {place.code: place for place in Organization.objects.below(path)}
    planned = list(Meeting.objects.within(path).filter(state=MeetingState.PLANNED).order_by("-day", "-key"))
    recorded = recorded_since(path, on=on, through=through)
    lines = [
        DutyLine(duty, places[duty.organization], _taken(planned, duty, places[duty.organization]))
        for duty in meeting_duties(path, on=on, through=through)
        if recorded(_branch_path(places[duty.organization]), duty.due_on)
    ]
    order = {DutyState.OVERDUE: 0, DutyState.OPEN: 1, DutyState.DONE: 2}
    return sorted(lines, key=lambda line: (order[line.duty.state], line.duty.due_on, line.place.path))


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


def branch_lines(path: str, *, on: date, through: date | None = None) -> list[BranchLine]:
    """The branches below a committee, those that need help first. Six queries, one more for an earlier year; never a
    name."""
    recorded = recorded_since(path, on=on, through=through)
    branches: list[Organization] = []
    found: dict[str, list[DutyState]] = defaultdict(list)
    for place, asked in meeting_states(path, on=on, through=through):
        if place.kind == OrganizationKind.BRANCH:
            branches.append(place)
        branch = _branch_path(place)
        found[branch] += [state for called, state in asked if recorded(branch, called.due_on)]
    lines = [_counted(branch, found[branch.path]) for branch in branches]
    return sorted(lines, key=lambda line: (-line.overdue, line.done, line.branch.path))


def recorded_since(path: str, *, on: date, through: date | None) -> Callable[[str, date], bool]:
    """Whether it can be known of a branch if what was due on a day was held: in an earlier year only from the month of
    its first meeting on record, as on the dashboard (`records.due_meetings`)."""
    if through is None or through.year == on.year:
        return lambda _branch, _day: True
    first: dict[str, date] = {}
    held = Meeting.objects.within(path).exclude(state__in=NOT_HELD).order_by()
    for place, kind, day in held.values_list("organization__path", "organization__kind").annotate(first=Min("day")):
        branch = place[:-STEP] if kind == OrganizationKind.GROUP else place
        first[branch] = min(first.get(branch, day), day.replace(day=1))
    return lambda branch, day: branch in first and first[branch] <= day


def _branch_path(place: Organization) -> str:
    return place.path[:-STEP] if place.kind == OrganizationKind.GROUP else place.path


def _counted(branch: Organization, found: list[DutyState]) -> BranchLine:
    return BranchLine(branch, len(found), found.count(DutyState.DONE), found.count(DutyState.OVERDUE))

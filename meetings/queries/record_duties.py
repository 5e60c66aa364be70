"""Minutes, absences and leave: the facts that `rules.record_duties` needs, in a few queries for a whole subtree."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from meetings.choices import AttendanceState, MeetingState, RequestState
from meetings.models import Expected, LeaveRequest, Meeting, Task
from meetings.rules.record_duties import (
    ABSENCES,
    LEAVE,
    LIMIT_KEYS,
    MINUTES,
    Evening,
    LeaveAsked,
    Limit,
    TaskGiven,
    leave_duty,
    limit,
    month_duties,
    reasons_matter_since,
    task_duties,
)
from members.models import Organization
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty

LONGEST = timedelta(days=60)
"""What a committee may set at most: meetings of the year before may still fall due that long."""
TOOK_PLACE = (MeetingState.OPEN, MeetingState.HELD, MeetingState.LOCKED)
"""A meeting that was opened and never closed has no minutes either."""
Evenings = Mapping[str, list[Evening]]


def record_duties(path: str, *, on: date) -> list[Duty]:
    """What the meetings of the year ask for beside being held, at the path and below it, in tree order.

    Six queries, whatever the tree.
    """
    places = list(Organization.objects.below(path).standing_on(on).in_tree_order().values_list("path", "code"))
    limits = _Limits(path, on)
    evenings = {MINUTES: _minutes(path, on), ABSENCES: _absences(path, on)}
    asked = _asked_for_leave(path, on)
    tasks = _tasks(path, on)
    found: list[Duty] = []
    for place, code in places:
        for kind, by_place in evenings.items():
            if (held := by_place.get(place)) and (given := limits.at(kind, place)):
                found += month_duties(kind, code, held, given, on=on)
        if (waiting := asked.get(place)) and (given := limits.at(LEAVE, place)):
            found += [duty for one in waiting if (duty := leave_duty(one, code, given, on=on))]
        found += task_duties(code, tasks.get(place, ()), on=on)
    return found


class _Limits:
    """The days that are given below a path; worked out once for all places that are treated alike. One query."""

    def __init__(self, path: str, on: date) -> None:
        self.rules = binding_below(path, LIMIT_KEYS.values())
        self.on = on
        self.known: dict[tuple[str, tuple[int, ...]], Limit | None] = {}

    def at(self, kind: str, place: str) -> Limit | None:
        binding = tuple(number for number, (above, _rule) in enumerate(self.rules) if contains(above, place))
        if (kind, binding) not in self.known:
            local = [self.rules[number][1] for number in binding]
            self.known[kind, binding] = limit(kind, on=self.on, local=local)
        return self.known[kind, binding]


def _span(on: date) -> tuple[date, date]:
    return date(on.year, 1, 1) - LONGEST, on


def _minutes(path: str, on: date) -> Evenings:
    rows = Meeting.objects.within(path).filter(state__in=TOOK_PLACE, day__range=_span(on)).order_by()
    found: dict[str, list[Evening]] = defaultdict(list)
    for place, day, state in rows.values_list("organization__path", "day", "state"):
        found[place].append(Evening(day, state == MeetingState.LOCKED))
    return found


def _absences(path: str, on: date) -> Evenings:
    """Days of the last months' meetings that somebody missed; done where everybody's reason is on record."""
    first, last = _span(on)
    missed = (
        Expected.objects.of_held_meetings()
        .should_attend()
        .between(max(first, reasons_matter_since(on)), last)
        .filter(subtree("meeting__organization__path", [path]), state=AttendanceState.ABSENT)
    )
    by_day = missed.order_by().values_list("meeting__organization__path", "meeting__day")
    found: dict[str, list[Evening]] = defaultdict(list)
    for place, day, unexplained in by_day.annotate(unexplained=Count("pk", filter=Q(reason=""))):
        found[place].append(Evening(day, unexplained == 0))
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

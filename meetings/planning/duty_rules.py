"""Which meetings are due, what closes them, and what a meeting asks for besides."""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from members.choices import OrganizationKind
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rules.branches import needs_committee
from rulebook.values import NO_ARTICLE, Citation, Duty, DutyState, Level, Mark, duty_state

WINDOW = "meet.org_life_meeting.window"
IN_THE_WINDOW = ("org_life_meeting", "democratic_evaluation")
"""The appraisal may be joined to the meeting (article 18), and the notices of a year set one time for both."""
SPANS = {
    "fourth_quarter": ((0, 10, 1), (0, 12, 31)),
    "next_first_quarter": ((1, 1, 1), (1, 3, 31)),
    "fourth_or_next_first_quarter": ((0, 10, 1), (1, 3, 31)),
}
"""The rule's words → first and last day, as years after the year that counts, month and day."""


@dataclass(frozen=True, slots=True)
class Window:
    first: date
    last: date


def window(year: int, local: Iterable[LocalRule] = ()) -> Window:
    """In which days the organizational life of that year is due, by the rule in force on the year's last day.

    A notice is data: a local rule that holds on 31 December of the year it is about.
    """
    rule = rule_if_held(WINDOW, date(year, 12, 31), local)
    span = SPANS.get(str(rule.value)) if rule else None
    first, last = span or SPANS["fourth_quarter"]
    return Window(_day(year, *first), _day(year, *last))


def _day(year: int, later: int, month: int, day: int) -> date:
    return date(year + later, month, day)


@dataclass(frozen=True, slots=True)
class Period:
    """A month, a quarter or a year: `name` is 2026-07, 2026-Q3 or 2026."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """What has to be known of an organization to say which meetings it is asked for."""

    code: str
    kind: OrganizationKind
    has_committee: bool = False
    first_day: date | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting that took place: one of the kinds it was, its day, and the year it counts for."""

    kind: str
    day: date
    counts_for_year: int


@dataclass(frozen=True, slots=True)
class RequiredMeeting:
    """A kind of meeting, the rule that asks for it, and how often."""

    kind: str
    rule_key: str
    every: str


ASKED = {
    OrganizationKind.BRANCH: (
        RequiredMeeting("general_meeting", "meet.general_meeting.per_quarter", "quarter"),
        RequiredMeeting("committee_meeting", "meet.committee_meeting.per_month", "month"),
        RequiredMeeting("theme_day", "meet.theme_day.per_month", "month"),
        RequiredMeeting("party_lecture", "meet.party_lecture.per_year", "year"),
        RequiredMeeting("org_life_meeting", "meet.org_life_meeting.per_year", "year"),
        RequiredMeeting("democratic_evaluation", "meet.democratic_evaluation.per_year", "year"),
    ),
    OrganizationKind.GROUP: (RequiredMeeting("group_meeting", "meet.group_meeting.per_month", "month"),),
}
"""In the order of the articles. Where the rulebook holds no number (lectures), only a local rule asks."""


EVERY = {asked.kind: asked.every for of_kind in ASKED.values() for asked in of_kind}


@dataclass(frozen=True, slots=True)
class Called:
    """What the rules ask for in a period: `times` meetings of a kind, `undone` as long as they aren't held."""

    kind: str
    period: Period
    times: int
    due_on: date
    undone: DutyState
    citation: Citation


def duties(
    place: OrganizationFacts,
    held: Iterable[Held],
    *,
    on: date,
    through: date | None = None,
    local: Iterable[LocalRule] = (),
) -> list[Duty]:
    """Every meeting due in the year of `through` whose period has begun by then, done or not as of `on`.

    `through` is `on` when it isn't given. What a committee's notice moved out of the year before is due here too,
    unless it was done in that year.
    """
    through = through or on
    called = called_for(place, on=on, through=through, local=local)
    return [
        Duty(one.kind, place.code, None, one.period.name, one.due_on, state, one.citation)
        for one, state in states(called, held, through.year)
    ]


def called_for(place: OrganizationFacts, *, on: date, through: date, local: Iterable[LocalRule] = ()) -> list[Called]:
    """What is asked of a place, whatever it did: the same for all of one kind under the same rules."""
    local = list(local)
    found = [
        _called(asked, period, on, local)
        for asked in ASKED.get(place.kind, ())
        if asked.kind != "committee_meeting" or place.has_committee
        for period in _listed(asked, through.year, local)
        if period.first <= through and _begun(place, period)
    ]
    return [one for one in found if one]


def states(called: Iterable[Called], held: Iterable[Held], year: int) -> Iterator[tuple[Called, DutyState]]:
    """Each meeting that is due in the year with its state; those of last year's that were done then are no news."""
    closing = _closing(held)
    for one in called:
        news = [
            day.year >= year or one.period.first.year == year for day in closing.get((one.kind, one.period.name), ())
        ]
        for number in range(one.times):
            if number >= len(news):
                yield one, one.undone
            elif news[number]:
                yield one, DutyState.DONE


def has_committee(*, formal_members: int, posts_held: int, on: date) -> bool:
    """Whether a branch has a committee to call: posts are recorded, or it is large enough that it must have one."""
    return posts_held > 0 or bool(needs_committee(formal_members, on))


def periods(year: int, every: str) -> Iterator[Period]:
    """The months, quarters or the one year of a calendar year."""
    length = {"month": 1, "quarter": 3, "year": 12}[every]
    for first_month in range(1, 13, length):
        last_month = first_month + length - 1
        last = date(year, last_month, calendar.monthrange(year, last_month)[1])
        yield Period(_period_name(year, first_month, every), date(year, first_month, 1), last)


def _period_name(year: int, first_month: int, every: str) -> str:
    if every == "year":
        return str(year)
    return f"{year}-{first_month:02}" if every == "month" else f"{year}-Q{(first_month + 2) // 3}"


def _begun(place: OrganizationFacts, period: Period) -> bool:
    """Nothing is due for the period in which the first day lies, nor for earlier ones."""
    return place.first_day is None or place.first_day <= period.first


def _listed(asked: RequiredMeeting, year: int, local: list[LocalRule]) -> Iterator[Period]:
    """The periods that fall due in the year: its own, and last year's where its window reaches into this one."""
    if asked.kind in IN_THE_WINDOW and window(year - 1, local).last.year == year:
        yield from periods(year - 1, asked.every)
    yield from periods(year, asked.every)


def _called(asked: RequiredMeeting, period: Period, on: date, local: list[LocalRule]) -> Called | None:
    rule = rule_if_held(asked.rule_key, period.last, local)
    if rule is None or rule.value is None:
        return None
    due_on = window(period.first.year, local).last if asked.kind in IN_THE_WINDOW else period.last
    undone = duty_state(due_on=due_on, done=False, on=on)
    return Called(asked.kind, period, rule.whole, due_on, undone, rule.citation)


def closes(one: Held) -> str:
    """The name of the period whose duty a meeting closes: of yearly ones by what it counts for, else by the day. Empty
    for a kind that is never asked for."""
    every = EVERY.get(one.kind)
    if every == "year":
        return str(one.counts_for_year)
    first_month = one.day.month if every == "month" else (one.day.month - 1) // 3 * 3 + 1
    return _period_name(one.day.year, first_month, every) if every else ""


def _closing(held: Iterable[Held]) -> dict[tuple[str, str], list[date]]:
    """Kind and period → the days that close it, in order."""
    found: dict[tuple[str, str], list[date]] = defaultdict(list)
    for one in sorted(held, key=lambda one: one.day):
        if period := closes(one):
            found[one.kind, period].append(one.day)
    return found


MINUTES, ABSENCES, LEAVE, TASK = "minutes", "absences", "leave_request", "task"
LIMIT_KEYS = {MINUTES: "meet.minutes.days", ABSENCES: "meet.absence.days", LEAVE: "meet.leave.days"}


WITHOUT_LIFE = "withdrawal.months"
REMINDED = timedelta(days=7)
"""So long before its day somebody is reminded of a task."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many days are given, and by what: the same for all places under the same committees."""

    days: timedelta
    citation: Citation


@dataclass(frozen=True, slots=True)
class MeetingDone:
    """The day of a meeting, and whether what is asked of it is done."""

    day: date
    done: bool


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """A request for leave: the member's primary key, the day it was asked, the day of the meeting."""

    pk: int
    asked_on: date
    day: date
    done: bool


@dataclass(frozen=True, slots=True)
class TaskGiven:
    """A task of a decision: its owner's primary key (None: only a name is on record), its day, and when it ended."""

    owner: int | None
    due_on: date
    done_on: date | None


def limit(kind: str, *, on: date, local: Iterable[LocalRule] = ()) -> Limit | None:
    """No article sets any of these days: they are the program's own, and a committee's if it sets others."""
    held = rule_if_held(LIMIT_KEYS[kind], on, local)
    return Limit(timedelta(days=held.whole), held.citations[-1]) if held else None


def reasons_matter_since(on: date) -> date:
    """Why somebody was absent is asked as long as it may count: the rules look at so many whole months in a row without
    organizational life and without a reason (`rules.expected.unexplained_months`)."""
    months = rule_if_held(WITHOUT_LIFE, on)
    return add_months(on.replace(day=1), -months.whole) if months else date(on.year, 1, 1)


def month_duties(kind: str, place: str, evenings: Iterable[MeetingDone], given: Limit, *, on: date) -> Iterator[Duty]:
    """One duty a month with meetings, of the organization with that code: due with its earliest meeting that is
    undone, done when none is. Last year's meetings count as long as they fall due in this one."""
    months: dict[str, list[MeetingDone]] = defaultdict(list)
    for one in evenings:
        if one.day <= on and on.year in (one.day.year, (one.day + given.days).year):
            months[one.day.isoformat()[:7]].append(one)
    for period, found in sorted(months.items()):
        undone = [one.day for one in found if not one.done]
        due_on = (min(undone) if undone else max(one.day for one in found)) + given.days
        yield Duty(kind, place, None, period, due_on, duty_state(due_on=due_on, done=not undone, on=on), given.citation)


def leave_duty(asked: LeaveAsked, place: str, given: Limit, *, on: date) -> Duty | None:
    """A request wants its answer before the meeting. None before it was asked; its period is the month of that day."""
    if asked.asked_on > on:
        return None
    due_on = max(asked.day - given.days, asked.asked_on)
    state = duty_state(due_on=due_on, done=asked.done, on=on)
    return Duty(LEAVE, place, str(asked.pk), f"{asked.asked_on:%Y-%m}", due_on, state, given.citation)


def task_duties(place: str, tasks: Iterable[TaskGiven], *, on: date) -> Iterator[Duty]:
    """One duty an owner and month: due with the earliest open task, done when none is. Open from a week before.

    What ended in another year is no news.
    """
    months: dict[tuple[str, int | None], list[TaskGiven]] = defaultdict(list)
    for one in tasks:
        if one.done_on is None or (one.done_on <= on and one.done_on.year == on.year):
            months[one.due_on.isoformat()[:7], one.owner].append(one)
    for (period, owner), found in sorted(months.items(), key=lambda month: (month[0][0], month[0][1] or 0)):
        open_days = [one.due_on for one in found if one.done_on is None]
        due_on = min(open_days) if open_days else max(one.due_on for one in found)
        if not open_days or due_on - REMINDED <= on:
            state = duty_state(due_on=due_on, done=not open_days, on=on)
            yield Duty(TASK, place, str(owner) if owner else None, period, due_on, state, _decision())


def _decision() -> Citation:
    """No article stands behind a task: the meeting has decided it."""
    return Citation(_("decision of the meeting"), "", NO_ARTICLE, Level.LOCAL, Mark.UNVERIFIED)

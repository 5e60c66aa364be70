"""Facts that a scheme of assessment counts by name; `settings.METRICS` names this tuple."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.attendance.models import Attendance
from meetings.choices import NOT_EXPECTED, TOOK_PART, AttendanceState, MeetingKind, MeetingState
from meetings.meeting.models import Meeting
from meetings.planning.duty_queries import TOOK_PLACE, meeting_states
from meetings.planning.duty_rules import ASKED, EVERY, LIMIT_KEYS, MINUTES, Called, Held, closes, limit
from members.metrics import least, month_start, quarter_start, year_start
from members.models import Organization
from members.paths import contains, subtree
from members.regulations.queries import PlacesBelow, binding_below
from rulebook.local import LocalRule
from rulebook.metric import Fact, Facts, Metric
from rulebook.values import DutyState

WITHOUT_NUMBER = (MeetingKind.PARTY_LECTURE,)
"""The rulebook holds no number of these; a scheme may ask for one of its own."""
Undone = tuple[Organization, Called]


@dataclass(frozen=True, slots=True)
class MeetingHeld:
    """A meeting that took place, and where."""

    key: object
    path: str
    place: str
    held: Held

    def fact(self, path: str, done: int, of: int, unknown: int = 0, on: date | None = None) -> Fact:
        """`path`: of whom facts are asked; only places below are named."""
        label = f"{MeetingKind(self.held.kind).label} {self.held.day}"
        label = label if self.path == path else f"{label} · {self.place}"
        url = reverse("meetings:meeting-detail", args=[self.key])
        return Fact(f"meeting:{self.key}", label, on or self.held.day, done, of, unknown, url)


# Meetings of a kind


def of_kind(kind: MeetingKind) -> Facts:
    """Those that were held, and those that were due and weren't."""
    return partial(kind_facts, kind)


def kind_facts(kind: MeetingKind, path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """A meeting beyond what was due is one more that was done, of one more. Eight queries a year.

    Where the rules hold no number and nothing was held, a fact of nothing says that there could have been one.
    """
    found = [
        fact for year in range(first.year, last.year + 1) for fact in _year_facts(kind, path, first, last, year, on)
    ]
    if not found and kind in WITHOUT_NUMBER and _could_hold(path, first, last):
        found = [Fact(f"none:{kind}:{last.year}", str(kind.label), last, 0, 0)]
    if any(not fact.done for fact in found) and not _keeps_record(path, last):
        return None
    return sorted(found, key=lambda fact: (fact.on, fact.record))


def _year_facts(kind: MeetingKind, path: str, first: date, last: date, year: int, on: date) -> Iterator[Fact]:
    through = min(on, last, date(year, 12, 31))
    asked = [
        (place, called, state)
        for place, found in meeting_states(PlacesBelow(path, on), through=through)
        for called, state in found
        if called.kind == kind
    ]
    due_on = {(place.path, called.period.name): called.due_on for place, called, _state in asked}
    for evening in _evenings(kind, path, year, on):
        if day := _counted_on(evening, due_on, year, first, last):
            yield evening.fact(path, 1, 1, on=day)
    undone = [(place, called) for place, called, state in asked if state != DutyState.DONE]
    for (place, called), same in groupby(one for one in undone if first <= one[1].due_on <= last):
        yield _missing(path, place, called, len(list(same)))


def _evenings(kind: MeetingKind, path: str, year: int, on: date) -> list[MeetingHeld]:
    """Meetings that were of the kind, alone or together with another, and belong to the year or were held in it."""
    rows = (
        Meeting.objects.within(path)
        .of_kind(kind)
        .filter(Q(day__year=year) | Q(counts_for_year=year), state__in=TOOK_PLACE, day__lte=on)
        .order_by("day", "key")
    )
    facts = rows.values_list("key", "organization__path", "organization__name", "day", "counts_for_year")
    return [MeetingHeld(key, place, name, Held(kind, day, counts)) for key, place, name, day, counts in facts]


def _counted_on(
    evening: MeetingHeld, due_on: Mapping[tuple[str, str], date], year: int, first: date, last: date
) -> date | None:
    """Its day; of a yearly one that was held outside of these days the day in them on which it was due. None: it
    belongs elsewhere."""
    due, is_yearly = due_on.get((evening.path, closes(evening.held))), EVERY[evening.held.kind] == "year"
    if first <= evening.held.day <= last:
        elsewhere = is_yearly and due is None and evening.held.counts_for_year != year
        return None if elsewhere else evening.held.day
    return due if is_yearly and due and first <= due <= last else None


def _missing(path: str, place: Organization, called: Called, count: int) -> Fact:
    record, label = f"duty:{called.kind}:{called.period.name}", f"{MeetingKind(called.kind).label} {called.period.name}"
    if place.path != path:
        record, label = f"{record}:{place.code}", f"{label} · {place.name}"
    return Fact(record, label, called.due_on, 0, count)


def _could_hold(path: str, first: date, last: date) -> bool:
    """A branch stood there all the time."""
    branches = Organization.objects.below(path).branches().standing_on(last).with_first_day()
    return last >= first and branches.filter(Q(first_day=None) | Q(first_day__lte=first)).exists()


def _keeps_record(path: str, last: date) -> bool:
    """Whether any meeting was ever put on record there: else nobody knows what was held."""
    return Meeting.objects.within(path).filter(day__lte=last).exists()


# What stands in the record of a meeting


def attendance_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each meeting who took part of those who should. None: nobody's attendance is on record. One query."""
    counts = {
        "whole": Count("pk"),
        "took_part": Count("pk", filter=Q(state__in=TOOK_PART)),
        "unknown": Count("pk", filter=Q(state=AttendanceState.UNKNOWN)),
    }
    rows = list(_attended(path, first, last, on).annotate(**counts).values_list(*EVENING, *counts))
    found = [_evening(*row[:6]).fact(path, took_part, of, unknown) for *row, of, took_part, unknown in rows]
    return None if found and all(fact.unknown == fact.of for fact in found) else found


def explained_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each meeting that somebody missed, absences with a reason. None: nobody's attendance is on record."""
    absent = Q(state=AttendanceState.ABSENT)
    counts = {
        "absent": Count("pk", filter=absent),
        "explained": Count("pk", filter=absent & ~Q(reason="")),
        "known": Count("pk", filter=~Q(state=AttendanceState.UNKNOWN)),
    }
    rows = list(_attended(path, first, last, on).annotate(**counts).values_list(*EVENING, *counts))
    if rows and not any(row[-1] for row in rows):
        return None
    return [
        _evening(*row[:6]).fact(path, explained, absences) for *row, absences, explained, _known in rows if absences
    ]


EVENING = (
    "meeting",
    "meeting__organization__path",
    "meeting__organization__name",
    "meeting__kind",
    "meeting__day",
    "meeting__counts_for_year",
)


def _evening(key: object, path: str, place: str, kind: str, day: date, counts_for_year: int) -> MeetingHeld:
    return MeetingHeld(key, path, place, Held(kind, day, counts_for_year))


def _attended(path: str, first: date, last: date, on: date) -> QuerySet[Attendance, Any]:
    """A row a meeting."""
    here = Attendance.objects.of_held_meetings().should_attend().between(first, min(last, on))
    here = here.filter(subtree("meeting__organization__path", [path]))
    return here.order_by("meeting__day", "meeting").values(*EVENING)


def minutes_facts(path: str, first: date, last: date, *, on: date) -> list[Fact] | None:
    """Of each meeting whose minutes are due by the day, or locked already. None: no meeting was ever put on record."""
    rules = binding_below(path, [LIMIT_KEYS[MINUTES]])
    rows = Meeting.objects.within(path).filter(state__in=TOOK_PLACE, day__range=(first, min(last, on)))
    facts = ("key", "organization__path", "organization__name", "kind", "day", "counts_for_year", "state")
    found = []
    for *row, state in rows.order_by("day", "key").values_list(*facts):
        evening, is_locked = _evening(*row), state == MeetingState.LOCKED
        local = [rule for above, rule in rules if contains(above, evening.path)]
        if is_locked or _minutes_due(evening.held.day, local, on):
            found.append(evening.fact(path, int(is_locked), 1))
    return found if found or _keeps_record(path, last) else None


def _minutes_due(day: date, local: list[LocalRule], on: date) -> bool:
    given = limit(MINUTES, on=on, local=local)
    return given is not None and day + given.days <= on


MEETINGS = _("Meetings, from the plan to the minutes")
NEVER = _("when the branch has never put a meeting on record")


def _of_kind(kind: str, rule_key: str) -> Metric:
    return Metric(
        name=f"meetings.{kind}",
        title=MeetingKind(kind).label,
        definition=_(
            "Meetings of this kind that were held, alone or together with another, and those that were due and weren't"
        ),
        numerator=_("meetings held in these days"),
        denominator=_("meetings held, and those due in these days that weren't held"),
        unit=_("meetings"),
        source=MEETINGS,
        not_recorded=NEVER,
        facts=of_kind(MeetingKind(kind)),
        rule_key=rule_key,
    )


# Month by month, in the words of SQL that both databases take: parts of a statement with a row a branch and month, over
# the tables `rollup_place` and `rollup_span` of whoever adds them up (assessment/dashboard/rollup_queries.py).


MONTHLY, QUARTERLY, YEARLY = (
    ", ".join(f"'{kind}'" for kind, every in EVERY.items() if every == length)
    for length in ("month", "quarter", "year")
)


def attendance_by_month() -> str:
    """Attendances of the meetings of a month that were held, of whoever should attend: neither left out nor a guest."""
    left_aside = ", ".join(f"'{reason.value}'" for reason in NOT_EXPECTED)
    states = {"on_site": "on_site", "online": "online", "visited": "visited", "made_up": "made_up", "on_leave": "leave"}
    counts = ", ".join(f"COUNT(CASE WHEN one.state = '{state}' THEN 1 END) AS {name}" for name, state in states.items())
    return f"""
held AS MATERIALIZED (
    SELECT place.branch, {month_start("meeting.day")} AS month, meeting.key
    FROM rollup_place place CROSS JOIN meetings_meeting meeting
    WHERE meeting.organization_id = place.place AND meeting.day BETWEEN %(first)s AND %(last)s
        AND meeting.state IN ('held', 'locked')
), attended AS MATERIALIZED (
    SELECT held.branch, held.month, COUNT(*) AS expected, {counts},
        COUNT(CASE WHEN one.state = 'absent' AND one.reason <> '' THEN 1 END) AS explained,
        COUNT(CASE WHEN one.state = 'absent' AND one.reason = '' THEN 1 END) AS unexplained,
        COUNT(CASE WHEN one.state = 'unknown' THEN 1 END) AS unrecorded
    FROM held CROSS JOIN meetings_expected one
    WHERE one.meeting_id = held.key AND one.not_counted NOT IN ({left_aside})
    GROUP BY held.branch, held.month
)"""  # noqa: S608 - columns of ours


def due_meetings_by_month() -> str:
    """What `meetings.planning.duty_queries.meeting_duties` says; see `rollup_meetings`. Nothing of the months before
    the first meeting on record: whether any were held then nobody knows."""
    kinds = ", ".join(f"'{kind}'" for kind in EVERY)
    year = year_start("occurred.counts_for_year")
    first = (
        f"CASE WHEN occurred.kind IN ({MONTHLY}) THEN {month_start('occurred.day')} "
        f"WHEN occurred.kind IN ({QUARTERLY}) THEN {quarter_start('occurred.day')} ELSE {year} END"
    )
    done, old = least("asked.times", "COALESCE(done.times, 0)"), least("asked.times", "COALESCE(done.before, 0)")
    old = f"CASE WHEN asked.carried = 1 THEN {old} ELSE 0 END"
    return f"""
took_place AS MATERIALIZED (
    SELECT place.place, meeting.key, meeting.kind, meeting.day, meeting.counts_for_year
    FROM rollup_place place CROSS JOIN meetings_meeting meeting
    WHERE meeting.organization_id = place.place AND meeting.day <= %(on)s
        AND meeting.state NOT IN ('planned', 'cancelled')
        AND (meeting.day >= %(earliest)s OR meeting.counts_for_year >= %(earliest_year)s)
), occurred AS (
    SELECT place, kind, day, counts_for_year FROM took_place
    UNION ALL
    SELECT took_place.place, session.kind, took_place.day, took_place.counts_for_year
    FROM took_place JOIN meetings_session session ON session.meeting_id = took_place.key
    WHERE session.kind <> took_place.kind
), done AS MATERIALIZED (
    SELECT occurred.place, occurred.kind, {first} AS first, COUNT(*) AS times,
        COUNT(CASE WHEN occurred.day < {year_start("(occurred.counts_for_year + 1)")} THEN 1 END) AS before
    FROM occurred WHERE occurred.kind IN ({kinds})
    GROUP BY occurred.place, occurred.kind, {first}
), begun AS MATERIALIZED (
    SELECT one.branch, {month_start("MIN(one.day)")} AS month FROM (
        SELECT place.branch, (
            SELECT meeting.day FROM meetings_meeting meeting
            WHERE meeting.organization_id = place.place AND meeting.state NOT IN ('planned', 'cancelled')
            ORDER BY meeting.day LIMIT 1
        ) AS day FROM rollup_place place
    ) one WHERE one.day IS NOT NULL GROUP BY one.branch
), called AS MATERIALIZED (
    SELECT place.branch, asked.month, SUM(asked.times - {old}) AS meetings_due, SUM({done} - {old}) AS meetings_held
    FROM rollup_called place
    JOIN rollup_asked asked ON asked.class = place.class
        AND (place.first_day IS NULL OR place.first_day <= asked.first)
    JOIN begun ON begun.branch = place.branch AND begun.month <= asked.month
    LEFT JOIN done ON done.place = place.place AND done.kind = asked.kind AND done.first = asked.first
    GROUP BY place.branch, asked.month
)"""  # noqa: S608 - columns of ours


METRICS: tuple[Metric, ...] = (
    *(_of_kind(asked.kind, asked.rule_key) for of_place in ASKED.values() for asked in of_place),
    Metric(
        name="meetings.attendance",
        title=_("Took part in meetings"),
        definition=_("Meeting by meeting: on site, online, visited at home or made up later, of all who should attend"),
        numerator=_("members who took part"),
        denominator=_(
            "members on the list of the meeting, without guests and those left out; leave counts as not taking part"
        ),
        unit=_("attendances"),
        source=_("The attendance of each meeting"),
        not_recorded=_("when nobody's attendance is on record"),
        facts=attendance_facts,
    ),
    Metric(
        name="meetings.explained",
        title=_("Absences with a reason"),
        definition=_("Meeting by meeting: absences of which somebody has said why"),
        numerator=_("absences with a reason"),
        denominator=_("absences; who was on leave or not marked isn't among them"),
        unit=_("absences"),
        source=_("The attendance of each meeting"),
        not_recorded=_("when nobody's attendance is on record"),
        facts=explained_facts,
        rule_key="meet.absence.days",
    ),
    Metric(
        name="meetings.minutes",
        title=_("Minutes locked"),
        definition=_("Meetings that were held and whose minutes are locked, or should be by now"),
        numerator=_("meetings with locked minutes"),
        denominator=_("meetings whose minutes are locked or due"),
        unit=_("meetings"),
        source=MEETINGS,
        not_recorded=NEVER,
        facts=minutes_facts,
        rule_key="meet.minutes.days",
    ),
)

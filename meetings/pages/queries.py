"""What the pages of a meeting show, a member's own side, and attendance over a period."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from meetings.attendance.models import Attendance, AttendanceChange, LeaveRequest
from meetings.attendance.queries import (
    TALLY,
    Elsewhere,
    Tally,
    attendance_of,
    elsewhere_below,
    elsewhere_of,
    observers_of,
    on_the_sheet,
    tally_of,
)
from meetings.attendance.rules import unexplained_months
from meetings.choices import TOOK_PART, AttendanceState, MeetingKind, MeetingState, NotCountedBecause
from meetings.meeting.models import AgendaItem, Meeting, MeetingQuerySet, Task
from meetings.meeting.queries import agenda_is_open
from meetings.minutes.models import Minutes
from meetings.minutes.queries import missing_in, role_of
from meetings.planning.duty_queries import meeting_duties
from meetings.planning.duty_rules import Held, closes
from meetings.planning.queries import theme_day_of
from meetings.votes.correction_queries import correction_sentences, own_corrections, waiting_at
from meetings.votes.queries import by_hands, quorums_of
from meetings.votes.rules import Quorum
from members.choices import Capability
from members.fields import opened
from members.models import Affiliation, Member, Organization, User
from members.pages.links import Link
from members.paths import branch_path, subtree
from members.regulations.queries import PlacesBelow
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.rule import Rule
from rulebook.values import Duty, DutyState

MISSED = (AttendanceState.UNKNOWN, AttendanceState.LEAVE, AttendanceState.ABSENT)
"""Whoever attended like this can make up for the meeting."""


USUAL = ("starts_at", "ends_at", "place", "chair", "recorder")
NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE, AttendanceState.MADE_UP, AttendanceState.VISITED)
"""Of these the meeting's page says why, and how they made up for it."""


def meeting_page(meeting: Meeting, *, may_record: bool) -> dict[str, Any]:
    """The officer's page; a fixed number of queries."""
    return {
        "meeting": meeting,
        "sessions": list(meeting.sessions.all()),
        "tally": tally_of(meeting) if meeting.opened_at else None,
        "quorums": quorums_of(meeting),
        "may_record": may_record,
        "may_change_agenda": may_record and agenda_is_open(meeting),
        "agenda": list(agenda_of(meeting)),
        "materials": list(meeting.materials.order_by("title", "key")),
        "observers": observers_of(meeting),
        "requests": asked_for_leave(meeting) if may_record else [],
        "corrected": correction_sentences(meeting),
        "corrections_waiting": waiting_at(meeting),
        "missing": missing(meeting) if may_record and _is_over(meeting) else [],
        "gaps": missing_in(meeting) if may_record and meeting.is_running else [],
    }


def usual(organization: Organization, kind: str) -> dict[str, Any]:
    """What the next meeting of a place most likely has: of the latest of its kind, else of the latest there, hours,
    place, chair and recorder; the items of its kind, a line each; of a theme day what the branch has fixed for it.
    """
    known: dict[str, Any] = {}
    there = organization.meetings.exclude(state=MeetingState.CANCELLED).select_related("chair", "recorder").in_order()
    held = there.exclude(state=MeetingState.PLANNED)
    latest = held.filter(kind=kind).first()
    for one in (latest, held.first(), there.first()):
        known = {name: getattr(one, name) for name in USUAL if getattr(one, name, None)} | known
    if latest:
        known["items"] = "\n".join(latest.agenda.values_list("title", flat=True))
    fixed = theme_day_of(organization) if kind == MeetingKind.THEME_DAY else None
    return known | {name: getattr(fixed, name) for name in ("starts_at", "place") if getattr(fixed, name, None)}


def usual_day(organization: Organization, kind: str, *, today: date) -> date:
    """Of a theme day the branch's fixed day where this month still has it, else today."""
    fixed = theme_day_of(organization) if kind == MeetingKind.THEME_DAY else None
    return max(today, today.replace(day=fixed.day_of_month)) if fixed else today


def hands_of(meeting: Meeting) -> Quorum | None:
    """The quorum of a show of hands now; None where none can be put on record."""
    subject = by_hands(meeting) if meeting.state == MeetingState.OPEN else None
    return next(iter(quorums_of(meeting, [subject])), None) if subject else None


def agenda_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    return meeting.agenda.prefetch_related("speeches", "tasks", "votes")


def asked_for_leave(meeting: Meeting) -> list[dict[str, Any]]:
    """Who asks not to come, the open ones first, with the reason they gave."""
    rows = LeaveRequest.objects.filter(meeting=meeting).select_related("member", "decided_by__member")
    return [
        {"request": one, "reason": opened(one.reason), "is_open": one.decided_by_id is None}
        for one in sorted(rows, key=lambda one: (one.decided_by_id is not None, one.asked_at))
    ]


def missing(meeting: Meeting) -> list[dict[str, Any]]:
    """Who wasn't there, by name, with the reason that was given and who gave it. Health may stand in it."""
    rows = Attendance.objects.filter(meeting=meeting, state__in=NOT_THERE).should_attend().order_by("name", "pk")
    return [{"expected": one, "reason": opened(one.reason)} for one in rows]


def member_page(meeting: Meeting, user: User, *, on: date) -> dict[str, Any]:
    """What a member who is asked may read: material, their own row, and decisions once the minutes are locked."""
    own = Attendance.objects.filter(meeting=meeting, member=user.member_id).first()
    asked = LeaveRequest.objects.filter(meeting=meeting, member=user.member_id).first()
    is_coming = meeting.state in (MeetingState.PLANNED, MeetingState.OPEN)
    is_recorded = own is not None and own.state != AttendanceState.UNKNOWN
    return {
        "meeting": meeting,
        "own": own,
        "own_reason": opened(own.reason) if own else "",
        "own_corrections": own_corrections(meeting, user) if own and own.corrected_on else [],
        "asked": asked,
        "agenda": list(meeting.agenda.all()),
        "materials": list(meeting.materials.filter(is_open_to_members=True).order_by("title", "key")),
        "decisions": list(decisions_of(meeting)),
        "may_ask": is_coming and not is_recorded and meeting.day >= on and not (asked and asked.decided_by_id),
        "signs": role_of(meeting, user) is not None and Minutes.objects.filter(pk=meeting.pk).exists(),
        "may_say_why": own is not None and _is_unexplained(own) and _is_over(meeting),
        "may_make_up": own is not None and own.state in MISSED and _is_over(meeting),
    }


def _is_unexplained(own: Attendance) -> bool:
    return own.state == AttendanceState.ABSENT and not own.reason


def decisions_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    """Decisions that members may read, once nobody can change them."""
    if meeting.state != MeetingState.LOCKED:
        return meeting.agenda.none()
    return meeting.agenda.filter(is_open_to_members=True).exclude(decision="")


def _is_over(meeting: Meeting) -> bool:
    return meeting.state in (MeetingState.HELD, MeetingState.LOCKED)


def sign_in_page(meeting: Meeting, user: User, *, group: str | None = None) -> dict[str, Any]:
    """The whole page; `group` is a group's name, empty for those directly in the branch, None for everybody."""
    people, guests = on_the_sheet(meeting)
    groups = list(dict.fromkeys(one.group for one in people))
    shown = people if group is None else [one for one in people if one.group == group]
    guests = guests if group is None else []
    return {
        **counts(meeting, user),
        "people": shown,
        "there": [one for one in shown if one.is_present and meeting.state != MeetingState.OPEN],
        "guests": guests,
        "waiting": [one for one in [*shown, *guests] if one.state == "unknown"],
        "groups": groups if len(groups) > 1 else [],
        "group": group,
        "quorums": quorums_of(meeting),
    }


def counts(meeting: Meeting, user: User) -> dict[str, Any]:
    """The counts above the list, and the viewer's last tap; two queries."""
    return {"meeting": meeting, "tally": tally_of(meeting), "last": last_tap(meeting, user)}


def last_tap(meeting: Meeting, user: User) -> AttendanceChange | None:
    """The viewer's last tap, if nobody has changed that person since."""
    taps = AttendanceChange.objects.filter(attendance__meeting=meeting)
    mine = taps.filter(by=str(user)).select_related("attendance").order_by("-at").first()
    if mine is None or taps.filter(attendance=mine.attendance_id, at__gt=mine.at).exists():
        return None
    return mine


def my_meetings(user: User, *, on: date) -> dict[str, Any]:
    """What comes next, and the year so far, with unknown, leave and absent apart. A fixed number of queries."""
    member_id = user.access.member_id
    if member_id is None:
        return {"coming": [], "attended": [], "tally": None, "elsewhere": []}
    first, last = date(on.year, 1, 1), date(on.year, 12, 31)
    return {
        "coming": coming_for(user, on=on),
        "attended": own_attendance(member_id, on=on)[::-1],
        "tally": attendance_of(Member.objects.filter(pk=member_id), first, last).get(member_id, Tally()),
        "elsewhere": elsewhere_of([member_id], first, last).get(member_id, []),
    }


def own_attendance(member: int, *, on: date) -> list[Attendance]:
    """How one attended what was held this year, the oldest first. One query."""
    own = Attendance.objects.of_held_meetings().between(date(on.year, 1, 1), on).filter(member=member)
    return list(own.select_related("meeting__organization").order_by("meeting__day", "pk"))


def coming_for(user: User, *, on: date) -> list[dict[str, Any]]:
    """The planned and open meetings that the member is asked to, the next one first, each with their request."""
    asked = {
        one.meeting_id: one for one in LeaveRequest.objects.filter(member=user.access.member_id, meeting__day__gte=on)
    }
    meetings = Meeting.objects.asking(user).coming(on).select_related("organization").order_by("day", "starts_at")
    return [{"meeting": meeting, "asked": asked.get(meeting.pk)} for meeting in meetings[:20]]


NOT_HELD = (MeetingState.PLANNED, MeetingState.CANCELLED)
UNEXPLAINED = Count("pk", filter=Q(state=AttendanceState.ABSENT, reason=""))
Closing = dict[tuple[str, str, str], list[Meeting]]
"""Code of the place, kind and period → the meetings that close such a duty, in order."""


@dataclass(frozen=True, slots=True)
class DueMeeting:
    """A meeting that the rules ask for, and the one by which that was done."""

    duty: Duty
    place: Organization
    meeting: Meeting | None

    @property
    def is_held(self) -> bool:
        return self.duty.state == DutyState.DONE


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting that was held, with its attendances. `unexplained`: absent, and nobody has said why."""

    meeting: Meeting
    tally: Tally
    unexplained: int


def due_meetings(path: str, first: date, last: date, *, on: date) -> list[DueMeeting]:
    """What a branch and its groups were asked for by a day of the period that is over; nothing before the month of its
    first meeting on record, because whether any were held then nobody knows."""
    begun = Meeting.objects.within(path).exclude(state__in=NOT_HELD).aggregate(first=Min("day"))["first"]
    if begun is None:
        return []
    since, places = max(first, begun.replace(day=1)), {one.code: one for one in Organization.objects.below(path)}
    duties = [one for one in _duties(path, first.year, last.year, on) if since <= one.due_on <= last]
    closing = _closing(path, date(first.year - 1, 1, 1), on)
    return [DueMeeting(duty, places[duty.organization], meeting) for duty, meeting in _with_meetings(duties, closing)]


def meeting_lines(path: str, first: date, last: date) -> list[MeetingLine]:
    """Held in the period, the latest first. Two queries."""
    here = subtree("meeting__organization__path", [path])
    rows = Attendance.objects.of_held_meetings().should_attend().between(first, last).filter(here).values("meeting")
    counted = {row.pop("meeting"): row for row in rows.annotate(**TALLY, unexplained=UNEXPLAINED)}
    unexplained = {key: row.pop("unexplained") for key, row in counted.items()}
    meetings = Meeting.objects.filter(pk__in=list(counted)).select_related("organization", "local_kind").in_order()
    return [MeetingLine(one, Tally(**counted[one.pk]), unexplained[one.pk]) for one in meetings]


def lectures_held(path: str, first: date, last: date) -> MeetingQuerySet:
    """Party lectures that took place in the period, those within another meeting included. No rule says how many."""
    took_place = Meeting.objects.within(path).exclude(state__in=NOT_HELD).filter(day__range=(first, last))
    return took_place.of_kind(MeetingKind.PARTY_LECTURE).select_related("organization").in_order()


def _duties(path: str, first: int, last: int, on: date) -> Iterator[Duty]:
    """Those of each year whose day lies in it and is over."""
    for year in range(first, min(last, on.year) + 1):
        for duty in meeting_duties(PlacesBelow(path, on), through=min(on, date(year, 12, 31))):
            if duty.due_on.year == year and duty.due_on < on:
                yield duty


def _closing(path: str, since: date, on: date) -> Closing:
    found: Closing = defaultdict(list)
    held = Meeting.objects.within(path).filter(day__range=(since, on)).exclude(state__in=NOT_HELD)
    for meeting in held.select_related("organization", "local_kind").prefetch_related("sessions").order_by("day"):
        for kind in {meeting.kind, *(session.kind for session in meeting.sessions.all())}:
            if period := closes(Held(kind, meeting.day, meeting.counts_for_year)):
                found[meeting.organization.code, kind, period].append(meeting)
    return found


def _with_meetings(duties: list[Duty], closing: Closing) -> Iterator[tuple[Duty, Meeting | None]]:
    """Of several that a period asks for the first is done by the first meeting, and so on. What was carried into a year
    and done before it began is asked for no more."""
    waiting: dict[tuple[str, str, str], Iterator[Meeting]] = {}
    for duty in sorted(duties, key=lambda duty: (duty.due_on, duty.organization, duty.kind)):
        key, year = (duty.organization, duty.kind, duty.period), duty.due_on.year
        news = (one for one in closing.get(key, ()) if one.day.year >= year or duty.period.startswith(str(year)))
        done = waiting.setdefault(key, news) if duty.state == DutyState.DONE else iter(())
        yield duty, next(islice(done, 1), None)


MONTHS_BACK = 24
"""How far back a row of months is looked for; the flag needs six."""
WITHDRAWAL = "withdrawal.months"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A member of the roster, attendances of the period, and how many months in a row are missing without a reason.

    What was attended `elsewhere`, as a leader from above or as a guest, stands beside these figures and is in none.
    """

    member: Member
    tally: Tally
    months: int
    is_flagged: bool
    elsewhere: list[Elsewhere] = field(default_factory=list)

    @property
    def took_part(self) -> int:
        return took_part(self.tally)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A branch with its groups, and beside it how often its members attended elsewhere."""

    branch: Organization
    tally: Tally
    elsewhere: int = 0

    @property
    def took_part(self) -> int:
        return took_part(self.tally)


def took_part(tally: Tally) -> int:
    """On site, online, visited or made up later."""
    return tally.is_on_site + tally.is_online + tally.is_visited + tally.is_made_up


def flag_rule(on: date) -> Rule | None:
    """After how many months people have to look at it; None on a day without such a rule."""
    return rule_if_held(WITHDRAWAL, on)


def counted_on(last: date, today: date) -> date:
    """On which day the months in a row are told for a period: the first day after it, or today if that is earlier."""
    return min(last + timedelta(days=1), today) if last < date.max else today


def person_lines(path: str, first: date, last: date, *, on: date) -> list[PersonLine]:
    """Everybody on the roster at the path and below, in roster order, the months in a row as of `on`; five queries.

    The flag decides nothing.
    """
    members = list(Member.objects.below(path).in_roster_order())
    keys = [one.pk for one in members]
    tallies, months = attendance_of(members, first, last), months_of(keys, on=on)
    elsewhere, rule = elsewhere_of(keys, first, last), flag_rule(on)
    long = rule.whole if rule else MONTHS_BACK + 1
    return [
        PersonLine(
            one, tallies.get(one.pk, Tally()), months.get(one.pk, 0), months.get(one.pk, 0) >= long,
            elsewhere.get(one.pk, []),
        )
        for one in members
    ]  # fmt: skip


def months_of(members: Iterable[int], *, on: date) -> dict[int, int]:
    """Member → whole months in a row, over by that day, with nothing but absences without a reason; two queries.

    What isn't recorded is neither an absence nor a presence, and who was left out with both approvals isn't absent.
    Taking part as a guest ends the row; a guest who doesn't come isn't absent.
    """
    keys = list(members)
    rows = (
        Attendance.objects.of_held_meetings()
        .between(add_months(on.replace(day=1), -MONTHS_BACK), on)
        .filter(member__in=keys)
        .exclude(not_counted=NotCountedBecause.EXCLUDED)
        .exclude(~Q(state__in=TOOK_PART), not_counted=NotCountedBecause.PARTICIPANT)
        .exclude(state=AttendanceState.UNKNOWN)
        .annotate(unexplained=_condition(Q(state=AttendanceState.ABSENT, reason="")))
    )
    absences: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for member, day, unexplained in rows.values_list("member_id", "meeting__day", "unexplained"):
        absences[member].append((day, bool(unexplained)))
    since = _joined(absences)
    return {member: unexplained_months(days, on=on, since=since.get(member)) for member, days in absences.items()}


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """What a member missed in twelve months, and open tasks, for who may read them. At most four queries."""
    if not user.access.may(Capability.VIEW_MEETINGS, member.roster_path):
        return
    first = add_months(on, -12)
    address = f"{reverse('meetings:figure-member', args=[member.key])}?first={first}"
    held = Attendance.objects.of_held_meetings().should_attend().between(first, on).filter(member=member)
    heads = held.aggregate(expected=TALLY["expected"], absent=TALLY["is_absent"], unexplained=UNEXPLAINED)
    text = _missed(**heads, months=months_of([member.pk], on=on).get(member.pk, 0))
    yield Link("calendar-event", gettext("Meetings"), text, address, bool(heads["unexplained"]))
    days = list(Task.objects.visible_to(user).open().filter(owner=member).in_order().values_list("due_on", flat=True))
    if days:
        text = ngettext("%(count)s task of decisions is open.", "%(count)s tasks of decisions are open.", len(days))
        address = f"{reverse('meetings:task-list')}?owner={member.key}"
        is_late = any(day and day < on for day in days)
        yield Link("list-check", gettext("Tasks"), text % {"count": len(days)}, address, is_late)


def _missed(expected: int, absent: int, unexplained: int, months: int) -> str:
    if not expected:
        return gettext("No meeting of twelve months is on record.")
    said = gettext("Absent %(absent)s of %(expected)s times in twelve months, %(unexplained)s without a reason.")
    if not unexplained:
        said = gettext("Absent %(absent)s of %(expected)s times in twelve months, each time with a reason.")
    if not absent:
        said = gettext("Not once absent of %(expected)s times in twelve months.")
    sentence = said % {"absent": absent, "expected": expected, "unexplained": unexplained}
    row = ngettext("%(count)s month in a row.", "%(count)s months in a row.", months) % {"count": months}
    return f"{sentence} {row}" if months else sentence


def _joined(members: Iterable[int]) -> dict[int, date | None]:
    """Member → the first day on which he belonged anywhere; None where a beginning isn't known."""
    relations = Affiliation.objects.filter(member__in=list(members)).formal().order_by()
    begun = relations.values_list("member").annotate(
        first=Min("valid_from"), known=Count("valid_from"), all=Count("pk")
    )
    return {member: first if known == every else None for member, first, known, every in begun}


def place_lines(path: str, first: date, last: date) -> list[PlaceLine]:
    """Each branch at the path and below with the attendances of its own and its groups' meetings; three queries."""
    branches = list(Organization.objects.below(path).branches().standing_on(last).in_tree_order())
    held = Attendance.objects.of_held_meetings().between(first, last)
    rows = held.filter(subtree("meeting__organization__path", [path])).values(
        "meeting__organization__path", "meeting__organization__kind"
    )
    sums: dict[str, Tally] = {}
    for row in rows.annotate(**TALLY):
        place, kind = row.pop("meeting__organization__path"), row.pop("meeting__organization__kind")
        branch = branch_path(place, kind)
        sums[branch] = _sum(sums.get(branch, Tally()), Tally(**row))
    elsewhere = elsewhere_below(branches, first, last)
    return [PlaceLine(one, sums.get(one.path, Tally()), elsewhere[one.path]) for one in branches]


def _condition(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _sum(one: Tally, other: Tally) -> Tally:
    return Tally(*(getattr(one, field.name) + getattr(other, field.name) for field in fields(Tally)))

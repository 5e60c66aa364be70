"""Every app's duties, what was said of them, the desk made of both, and whose it is."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from assessment.duties import assessment_duties
from dues.arrears.queries import oneself, own_months
from dues.choices import MonthState
from dues.duties import dues_duties
from dues.units import months_between
from meetings.attendance.models import Attendance
from meetings.choices import LATER, PRESENT, AttendanceState
from meetings.pages.queries import coming_for, own_attendance
from meetings.planning.duty_queries import meeting_duties, record_duties
from members.access.queries import PLACE, NamedOffice, holders, in_words, named_offices
from members.choices import Capability, OfficeKind
from members.duties import member_duties
from members.models import Member, Office, Organization, User
from members.offices import CAPABILITIES, Access, HeldOffice
from members.pages.links import DutyDisplay, DutyLink, duty_display
from members.paths import common, subtree
from members.regulations.queries import PlacesBelow
from reminders.desk.models import NotApplicable
from reminders.desk.rules import DutyKey, Pile, Section, When, key_of, piles, sections, since_first_days
from rulebook.values import Duty, DutyState
from supervision.appraisals.queries import appraisal_duties
from supervision.matters.queries import matter_duties
from supervision.problems.queries import problem_duties
from supervision.reports.queries import report_duties
from supervision.suggestions.queries import suggestions_due
from supervision.talks.queries import talk_duties

DUTIES: Sequence[Callable[[PlacesBelow], Iterable[Duty]]] = (
    member_duties,
    meeting_duties,
    record_duties,
    dues_duties,
    suggestions_due,
    report_duties,
    talk_duties,
    appraisal_duties,
    matter_duties,
    problem_duties,
    assessment_duties,
)
"""What each app says is due in some places on their day."""


def duties_below(path: str, *, on: date) -> list[Duty]:
    """Every duty of the year of `on` whose period has begun, at the organization with that path and below it; none of a
    period that began before the organization's first day, whatever its app says."""
    places = PlacesBelow(path, on)
    found = [duty for due in DUTIES for duty in due(places)]
    begun = {one.code: one.first_day for one in places.all if one.first_day and one.first_day.year >= on.year - 1}
    return since_first_days(found, begun, on=on)


def said_below(paths: Iterable[str]) -> dict[DutyKey, NotApplicable]:
    """Which duty → what was said of it and not taken back, at the organizations with those paths and below them."""
    rows = NotApplicable.objects.in_force().filter(subtree("organization__path", paths))
    return {duty_key(row): row for row in rows.select_related("organization", "said_by")}


def keys_below(path: str) -> set[DutyKey]:
    """The same for who only counts: which duties."""
    rows = NotApplicable.objects.within(path).in_force().values_list("kind", "organization__code", "period", "member")
    return {(kind, code, period, str(member) if member else None) for kind, code, period, member in rows}


def duty_key(row: NotApplicable) -> DutyKey:
    """`organization` must have been read with the row."""
    return row.kind, row.organization.code, row.period, str(row.member_id) if row.member_id else None


MOST_BRANCHES = 6
"""Whose office covers more of them starts from their counts, like a committee."""
OF_MEMBERS = (Capability.VIEW_CONTACTS, Capability.VIEW_DUES)
"""What it takes to be told of a duty about a member whose kind has no words that say so."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A duty as the desk shows it. `where` is empty when it goes without saying, `url` for who can't do it: then
    `whose` has the names with their offices. `said` is set when it was said not to apply."""

    duty: Duty
    place: Organization
    member: Member | None
    words: DutyDisplay
    where: str
    url: str
    said: NotApplicable | None = None
    whose: str = ""

    @property
    def is_left_out(self) -> bool:
        """What is done is done, whatever was said of it."""
        return self.said is not None and self.duty.state != DutyState.DONE


@dataclass(frozen=True, slots=True)
class Desk:
    """What is asked, by time; what was said not to apply; and each kind with its name and how many lines it has."""

    sections: list[Section[DeskLine]]
    left_out: list[DeskLine]
    kinds: list[tuple[str, Any, int]]


FIRST = 3
"""Things that a desk asks to do first."""
SOON = timedelta(days=10)
LATER_ON = (When.LATER, When.DONE)


@dataclass(frozen=True, slots=True)
class Today:
    """A desk on one screen, one pile a kind: what to do first, what else is due by the end of the month, and what
    others do, by their names. `later`: lines of the rest of the year."""

    first: Sequence[Pile[DeskLine]]
    rest: Sequence[Pile[DeskLine]]
    not_yet: Sequence[Pile[DeskLine]]
    """Of the rest what is due only in a while (`SOON`)."""
    others: Mapping[str, Sequence[Pile[DeskLine]]]
    later: int


def today_of(desk: Desk, *, on: date) -> Today:
    """Late things first and among them the quickest, those with the fewest lines; then what is due soonest."""
    now = [section for section in desk.sections if section.when not in LATER_ON]
    lines = [line for section in now for pile in section.piles for line in pile.lines]
    mine = sorted(piles([line for line in lines if line.url]), key=lambda pile: _urgency(pile, on))
    others: dict[str, list[DeskLine]] = defaultdict(list)
    for line in lines:
        if not line.url:
            others[line.whose].append(line)
    soon = on + SOON
    later = sum(section.size for section in desk.sections if section.when == When.LATER)
    rest, not_yet = [
        [pile for pile in mine[FIRST:] if (pile.lines[0].duty.due_on <= soon) is now] for now in (True, False)
    ]
    return Today(mine[:FIRST], rest, not_yet, {whose: piles(theirs) for whose, theirs in others.items()}, later)


def _urgency(pile: Pile[DeskLine], on: date) -> tuple[bool, int, date]:
    first = pile.lines[0].duty
    is_late = first.state == DutyState.OVERDUE
    return not is_late, len(pile.lines) if is_late else (first.due_on - on).days, first.due_on


def words_of(kind: str) -> DutyDisplay:
    """Its own words, or its code and the page of the organization."""
    return duty_display().get(kind) or DutyDisplay(kind.replace("_", " "), _("Go there"), _page_of)


def _page_of(place: DutyLink) -> str:
    return place.organization.get_absolute_url()


def sees_kind(user: User, kind: str, *, about_member: bool, path: str) -> bool:
    """Whether duties of a kind at an organization with that path are on the user's desk."""
    wanted = duty_display()[kind].seen_with if kind in duty_display() else None
    if wanted:
        return user.access.may(wanted, path)
    return not about_member or all(user.access.may(one, path) for one in OF_MEMBERS)


def branches_settled(user: User, *, on: date) -> int:
    """In how many branches the user settles duties one by one, counted up to one more than a desk shows."""
    rows = Organization.objects.visible_to(user, Capability.SETTLE_DUTIES).branches().standing_on(on)
    return len(rows.order_by().values_list("pk")[: MOST_BRANCHES + 1])


def desk_of(user: User, paths: Iterable[str], *, on: date, kind: str = "") -> Desk:
    """The desk of some branches or groups; `kind`: only of that kind. At most four queries beside the apps' own."""
    paths = list(paths)
    duties = [duty for path in paths for duty in duties_below(path, on=on)]
    said = said_below(paths) if paths else {}
    lines = _whose(_lines(user, duties, said, at=paths[0] if len(paths) == 1 else ""), on)
    asked = [line for line in lines if not line.is_left_out]
    return Desk(
        sections=sections([line for line in asked if kind in ("", line.duty.kind)], on=on),
        left_out=[line for line in lines if line.is_left_out and kind in ("", line.duty.kind)],
        kinds=_kinds(asked, on),
    )


def _lines(user: User, duties: list[Duty], said: Mapping[Any, NotApplicable], *, at: str) -> list[DeskLine]:
    """Those that the user sees, with the rows they name: two queries. `at`: the path of the desk's only place."""
    places = {one.code: one for one in Organization.objects.filter(code__in={duty.organization for duty in duties})}
    seen = [
        duty
        for duty in duties
        if sees_kind(user, duty.kind, about_member=bool(duty.member), path=places[duty.organization].path)
    ]
    members = Member.objects.in_bulk([int(duty.member) for duty in seen if duty.member])
    return [_line(user, duty, places[duty.organization], members, said.get(key_of(duty)), at) for duty in seen]


def _line(
    user: User, duty: Duty, place: Organization, members: Mapping[int, Member], said: NotApplicable | None, at: str
) -> DeskLine:
    words, member = words_of(duty.kind), members.get(int(duty.member or 0))
    does = words.done_with or words.seen_with
    url = words.url(DutyLink(duty, place, member)) if not does or user.access.may(does, place.path) else ""
    return DeskLine(duty, place, member, words, "" if place.path == at else place.name, url, said)


def _whose(lines: list[DeskLine], on: date) -> list[DeskLine]:
    """With names where somebody else does it: one query, none where the user does everything."""
    others = {line.place.path for line in lines if not line.url and line.duty.state != DutyState.DONE}
    offices = named_offices(others, on=on) if others else []
    return [line if line.url else replace(line, whose=_does(line, offices)) for line in lines]


def _does(line: DeskLine, offices: list[NamedOffice]) -> str:
    wanted = line.words.done_with or line.words.seen_with
    return in_words(holders(offices, wanted, line.place.path)) if wanted else ""


def _kinds(lines: list[DeskLine], on: date) -> list[tuple[str, Any, int]]:
    """In the order in which they first fall due."""
    found: dict[str, tuple[str, Any, int]] = {}
    for section in sections(lines, on=on):
        for pile in section.piles:
            before = found.get(pile.kind, ("", "", 0))[2]
            found[pile.kind] = (pile.kind, pile.lines[0].words.title, before + len(pile.lines))
    return list(found.values())


SETTLES = [kind for kind, capabilities in CAPABILITIES.items() if Capability.SETTLE_DUTIES in capabilities]
ABOVE_ALL = "~"
"""Sorts behind every path."""


@dataclass(frozen=True, slots=True)
class OpenDuties:
    """What is open of the officers' duties; `titles` of places by their codes."""

    of: Mapping[int, list[Duty]]
    places: Mapping[str, str]


def duty_officers(path: str, *, on: date) -> list[User]:
    """Accounts that can log in and settle duties at the path or below it, each with all offices held there as its
    standing, and nothing else. Two queries."""
    able = Office.objects.holding(on).filter(subtree("organization__path", [path]), kind__in=SETTLES)
    settling = {own or members for own, members in able.values_list("user", "member__user")}
    held: dict[int, list[HeldOffice]] = defaultdict(list)
    offices = Office.objects.holding(on).filter(subtree("organization__path", [path])).with_stand_ins(on)
    rows = offices.order_by("organization__path").values_list("user", "member__user", "kind", *PLACE)
    for own, members, kind, *place in rows:
        if (user := own or members) in settling and user:
            held[user].append(HeldOffice(OfficeKind(kind), *place))
    active = User.objects.filter(pk__in=held, is_active=True).values_list("pk", flat=True)
    return [_standing(user, Access(on, tuple(held[user]))) for user in sorted(active)]


def duties_of(officers: Sequence[User], *, on: date) -> OpenDuties:
    """Open duties by officer: where they settle them, of kinds that they see, and not said not to apply.

    Computed once for the nearest organization above all of them: as many queries for one officer as for all.
    """
    if not officers:
        return OpenDuties({}, {})
    root = common(path for one in officers for path in settled_paths(one))
    said = keys_below(root)
    rows = Organization.objects.below(root).values_list("code", "path", "name")
    places = {code: (path, name) for code, path, name in rows}
    by_path: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties_below(root, on=on):
        if duty.state != DutyState.DONE and key_of(duty) not in said:
            by_path[places[duty.organization][0]].append(duty)
    ordered = sorted(by_path)
    return OpenDuties(
        of={one.pk: _seen(one, by_path, ordered) for one in officers},
        places={code: name for code, (_path, name) in places.items()},
    )


def settled_paths(officer: User) -> list[str]:
    return officer.access.paths(Capability.SETTLE_DUTIES)


def _seen(officer: User, by_path: Mapping[str, list[Duty]], ordered: Sequence[str]) -> list[Duty]:
    return [
        duty
        for root in settled_paths(officer)
        for path in ordered[bisect_left(ordered, root) : bisect_left(ordered, root + ABOVE_ALL)]
        for duty in by_path[path]
        if sees_kind(officer, duty.kind, about_member=bool(duty.member), path=path)
    ]


def _standing(pk: int, access: Access) -> User:
    officer = User(pk=pk)
    officer.access = access
    return officer


WORST_FIRST = (AttendanceState.ABSENT, AttendanceState.LEAVE, *LATER, *PRESENT)


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """A month of a member's year; None: nothing was charged, or no meeting was recorded."""

    month: date
    dues: MonthState | None
    attendance: AttendanceState | None


@dataclass(frozen=True, slots=True)
class OwnYear:
    """What a member without an office begins with: twelve months, and what was missed and comes next."""

    months: list[OwnMonth]
    attended: Counter[str]
    """How often each state stands in the year's lists."""
    missed: Attendance | None
    """The last absence that nobody made up for."""
    coming: dict[str, Any] | None

    @property
    def expected(self) -> int:
        return self.attended.total()

    @property
    def present(self) -> int:
        return sum(self.attended[state] for state in PRESENT)

    @property
    def later(self) -> int:
        return sum(self.attended[state] for state in LATER)

    @property
    def key(self) -> list[MonthState | AttendanceState]:
        """The states that the twelve months show, each once."""
        shown = [one.dues for one in self.months] + [one.attendance for one in self.months]
        return [state for state in dict.fromkeys(shown) if state]


def own_year(user: User, *, on: date) -> OwnYear | None:
    """Seven queries; None where no member is on record for the account."""
    member = oneself(user)
    if member is None:
        return None
    dues, rows = own_months(member, on=on), own_attendance(member.pk, on=on)
    states = {number: [row.state for row in rows if row.meeting.day.month == number] for number in range(1, 13)}
    months = [
        OwnMonth(month, dues.get(month), next((one for one in WORST_FIRST if one in states[month.month]), None))
        for month in months_between(date(on.year, 1, 1), date(on.year, 12, 1))
    ]
    absent = [row for row in rows if row.state == AttendanceState.ABSENT]
    coming = next(iter(coming_for(user, on=on)), None)
    return OwnYear(months, Counter(row.state for row in rows), absent[-1] if absent else None, coming)

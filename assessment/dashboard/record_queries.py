"""The records behind a figure of the dashboard: of a committee place by place, of a branch one by one.

Part and whole of the records add up to those of the figure. What a viewer may not read stands in one line that says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q, Sum
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _, pgettext

from assessment.assessments.models import Assessment
from assessment.dashboard.below_queries import on_step
from assessment.dashboard.models import RollUp
from assessment.dashboard.rules import BAND_MEASURES, SNAPSHOTS, Measure, Period, last_day
from dues.metrics import MemberMonth, member_months
from meetings.attendance.queries import Tally
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from meetings.pages.queries import due_meetings, meeting_lines
from members.choices import Capability, OrganizationKind
from members.contacts.rules import ContactUrgency
from members.metrics import help_due, reached, term_on
from members.models import HelpRequest, Member, Organization, User
from members.paths import STEP
from rulebook.dates import add_months
from supervision.problems.models import Problem
from supervision.problems.queries import problems_due
from supervision.suggestions.models import Suggestion
from supervision.suggestions.queries import suggestions_to_answer

SOON = 6
"""Months before its end in which a term is said to be ending."""


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """`part` of `whole`: what it adds to the figure; amounts in fen. `url`: "" where it may not be opened."""

    title: str
    part: int
    whole: int
    day: date | None = None
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """`ends`: why the viewer gets no further from here; empty where every record opens."""

    rows: list[FigureRecord]
    ends: str = ""

    @property
    def part(self) -> int:
        return sum(row.part for row in self.rows)

    @property
    def whole(self) -> int:
        return sum(row.whole for row in self.rows)

    @property
    def sums(self) -> tuple[int, int]:
        return self.part, self.whole


@dataclass(frozen=True, slots=True)
class BranchPeriod:
    """A branch, the days of the period on which it stood, and who looks. `stands`: at the end of the last month."""

    branch: Organization
    measure: Measure
    first: date
    last: date
    on: date
    user: User

    @property
    def as_of(self) -> date:
        return min(self.last, self.on)

    @property
    def stands(self) -> bool:
        founded, dissolved = self.branch.founded_on, self.branch.dissolved_on
        return (founded is None or founded <= self.as_of) and (dissolved is None or dissolved > self.as_of)

    def may(self, capability: Capability) -> bool:
        return self.user.access.may(capability, self.branch.path)


def records_of(place: Organization, unit: str, measure: Measure, period: Period, *, on: date, user: User) -> Records:
    if place.kind != OrganizationKind.BRANCH:
        return Records([_of_place(row, unit, measure, period) for row in _below(place, unit, measure, period)])
    wanted = _wanted(place, measure, period, on, user)
    return BRANCH[OF.get(measure.code, measure.code)](wanted) if wanted else Records([])


# Above branches: the same months, added up for each organization directly below


def _below(place: Organization, unit: str, measure: Measure, period: Period) -> Iterable[dict[str, Any]]:
    """In the order of the tree; also who is dissolved by now, if it has something in the period. Two queries."""
    rows = RollUp.objects.filter(_kinds(unit), month__range=(period.first, period.last)).filter(
        organization__path__range=(place.path, place.path + "Z" * STEP), organization__depth=place.depth + 1
    )
    if set(measure.whole) & set(SNAPSHOTS):
        rows = rows.filter(month=rows.aggregate(last=Max("month"))["last"])
    names = dict.fromkeys((*measure.part, *measure.whole))
    found = rows.order_by("organization__path").values("organization__code", "organization__name")
    sums = found.annotate(**{f"sum_{name}": Sum(name) for name in names})
    return sums.filter(**{f"sum_{measure.code}__gt": 0}) if measure in BAND_MEASURES else sums


def records_on_step(
    place: Organization, unit: str, measure: Measure, period: Period, step: int, *, branches: int, on: date
) -> Records:
    """Who stands on a step of the spread that the dashboard shows for the place and period."""
    months = (period.first, period.last_begun(on))
    found = on_step(place, unit, measure, months, branches, step, on=on)
    return Records([
        FigureRecord(one.name, one.part, one.whole, url=records_address(one.code, measure.code, period.code, unit))
        for one in found
    ])  # fmt: skip


def _of_place(row: dict[str, Any], unit: str, measure: Measure, period: Period) -> FigureRecord:
    part, whole = measure.fraction({name.removeprefix("sum_"): value for name, value in row.items()})
    code = row["organization__code"]
    return FigureRecord(
        row["organization__name"], part, whole, url=records_address(code, measure.code, period.code, unit)
    )


def records_address(org: str, measure: str, period: str, unit: str) -> str:
    """Whose records, of which figure and when: all of it, so that it says tomorrow what it says today."""
    said = {"org": org, "measure": measure, "period": period, "unit": unit}
    return f"{reverse('assessment:figure-records')}?{urlencode({name: value for name, value in said.items() if value})}"


def _kinds(unit: str) -> Q:
    """Branches have one row a month whatever their kind of unit, what stands above them one for each."""
    branch = Q(organization__kind=OrganizationKind.BRANCH, unit_kind="")
    if unit:
        branch &= Q(organization__unit_kind=unit)
    return branch | (Q(unit_kind=unit) & ~Q(organization__kind=OrganizationKind.BRANCH))


# A branch: its own records


def _wanted(branch: Organization, measure: Measure, period: Period, on: date, user: User) -> BranchPeriod | None:
    """None where the branch stood on no day of the period."""
    founded, dissolved = branch.founded_on, branch.dissolved_on
    first = max(period.first, founded.replace(day=1)) if founded else period.first
    last = min(last_day(period.last), last_day(on.replace(day=1)))
    if dissolved:
        last = min(last, last_day((dissolved - timedelta(days=1)).replace(day=1)))
    begun = founded is None or founded <= min(last, on)
    return BranchPeriod(branch, measure, first, last, on, user) if begun and first <= last else None


def _meetings(wanted: BranchPeriod) -> Records:
    may = wanted.may(Capability.VIEW_MEETINGS)
    rows = [
        FigureRecord(
            f"{MeetingKind(one.duty.kind).label} {one.duty.period}", int(one.is_held), 1, one.duty.due_on,
            _held_words(one.meeting) if one.is_held else _("Not held"),
            one.meeting.get_absolute_url() if may and one.meeting else "",
        )
        for one in due_meetings(wanted.branch.path, wanted.first, wanted.last, on=wanted.on)
    ]  # fmt: skip
    return Records(
        rows,
        ""
        if may
        else _("What was said and who was there stays in the branch: a meeting's own page is opened by its offices."),
    )


def _held_words(meeting: Meeting | None) -> str:
    return _("Held on %(day)s") % {"day": meeting.day} if meeting else pgettext("a meeting", "Held")


def _attendance(wanted: BranchPeriod) -> Records:
    may, rows = wanted.may(Capability.VIEW_MEETINGS), []
    for line in meeting_lines(wanted.branch.path, wanted.first, wanted.last):
        part, whole = wanted.measure.fraction(_attended(line.tally, line.unexplained))
        meeting = line.meeting
        url = meeting.get_absolute_url() if may else ""
        rows.append(FigureRecord(_kind_of(meeting), part, whole, meeting.day, meeting.organization.name, url))
    return Records(
        rows,
        ""
        if may
        else _("Who was there and who wasn't stays in the branch: a meeting's own page is opened by its offices."),
    )


def _kind_of(meeting: Meeting) -> str:
    """A title may name somebody."""
    return meeting.local_kind.name if meeting.local_kind else str(meeting.get_kind_display())


def _attended(tally: Tally, unexplained: int) -> dict[str, int]:
    return {
        "expected": tally.expected, "on_site": tally.is_on_site, "online": tally.is_online,
        "visited": tally.is_visited, "made_up": tally.is_made_up, "unexplained": unexplained,
        "on_leave": tally.is_leave, "explained": tally.is_absent - unexplained, "unrecorded": tally.is_unknown,
    }  # fmt: skip


def _dues(wanted: BranchPeriod) -> Records:
    found = member_months(wanted.branch, wanted.first, wanted.last)
    if wanted.may(Capability.VIEW_DUES):
        return Records(_by_member(found))
    months = [
        FigureRecord(date_format(rows[0].month, "YEAR_MONTH_FORMAT"), *_sums(rows)) for rows in _grouped(found, "month")
    ]
    return Records(months, _("Who owes and who paid what stays in the branch."))


def _by_member(found: list[MemberMonth]) -> list[FigureRecord]:
    members = Member.objects.in_bulk([one.member_id for one in found])
    rows = [_of_member(members[months[0].member_id], months) for months in _grouped(found, "member_id")]
    return sorted(rows, key=lambda row: (row.part - row.whole, row.title))


def _of_member(member: Member, months: list[MemberMonth]) -> FigureRecord:
    return FigureRecord(member.name, *_sums(months), url=reverse("dues:member-detail", args=[member.key]))


def _grouped(found: Iterable[MemberMonth], by: str) -> Iterable[list[MemberMonth]]:
    groups: dict[object, list[MemberMonth]] = {}
    for one in found:
        groups.setdefault(getattr(one, by), []).append(one)
    return groups.values()


def _sums(months: list[MemberMonth]) -> tuple[int, int]:
    return sum(one.paid_fen for one in months), sum(one.charged_fen for one in months)


def _contact(wanted: BranchPeriod) -> Records:
    found = reached(wanted.branch.path, on=wanted.as_of)
    rows = [
        FigureRecord(
            one.member.name, int(not one.is_overdue), 1, one.next.due_on,
            _("Never recorded: nobody knows") if one.next.state == ContactUrgency.NEVER else "",
            one.member.get_absolute_url(),
        )
        for one in found
    ]  # fmt: skip
    return Records(rows) if wanted.may(Capability.VIEW_CONTACTS) else _kept(rows)


def _problems(wanted: BranchPeriod) -> Records:
    """Those above read the findings of their own inspections."""
    rows = problems_due(wanted.branch.path, wanted.first, wanted.last, on=wanted.on)
    keys = [one.pk for one in rows]
    open_to = set(Problem.objects.visible_to(wanted.user).filter(pk__in=keys).values_list("pk", flat=True))
    return _partly_kept([(one.pk in open_to, _problem(one)) for one in rows])


def _problem(one: Any) -> FigureRecord:
    """A row of `problems_due`."""
    note = f"{one.problem_list.origin} · {one.get_state_display()}"
    return FigureRecord(one.text, int(one.is_on_time), 1, one.due_on, note, one.get_absolute_url())


def _help(wanted: BranchPeriod) -> Records:
    days = (wanted.branch.path, wanted.first, wanted.last)
    contacts, texts = wanted.may(Capability.VIEW_CONTACTS), wanted.may(Capability.VIEW_SUPERVISION)
    shown = [(contacts, _request(one)) for one in help_due(*days, on=wanted.on)]
    shown += [(texts, _suggestion(one)) for one in suggestions_to_answer(*days, on=wanted.on)]
    return _partly_kept(shown)


def _request(one: HelpRequest) -> FigureRecord:
    url = reverse("members:help-answer", args=[one.key])
    return FigureRecord(one.member.name, int(_in_time(one)), 1, one.due_on, _("Request for help"), url)


def _suggestion(one: Suggestion) -> FigureRecord:
    kind = str(one.get_kind_display())
    return FigureRecord(kind, int(_in_time(one)), 1, one.due_on, _("Suggestion"), one.get_absolute_url())


def _in_time(one: HelpRequest | Suggestion) -> bool:
    return one.answered_on is not None and one.answered_on <= one.due_on


def _terms(wanted: BranchPeriod) -> Records:
    term = term_on(wanted.branch, wanted.as_of) if wanted.stands else None
    if term is None:
        return Records([])
    over, soon = term.ends_on < wanted.as_of, term.ends_on < add_months(wanted.as_of, SOON)
    note = pgettext("a term", "Over") if over else _("Less than six months to go") if soon else _("Running")
    url = reverse("members:organization-detail", args=[wanted.branch.code])
    title = _("Elected on %(day)s") % {"day": term.elected_on}
    return Records([FigureRecord(title, int(soon), 1, term.ends_on, note, url)])


def _bands(wanted: BranchPeriod) -> Records:
    if not wanted.stands:
        return Records([])
    newest = newest_published(wanted.branch, wanted.as_of)
    if wanted.measure in BAND_MEASURES and not (
        newest and newest.grade_or_band and _piece(newest) == wanted.measure.code
    ):
        return Records([])
    if newest is None:
        return Records([FigureRecord(_("No assessment is published"), 0, 1)])
    title = f"{newest.scheme.title} · {newest.scheme.year}"
    grade = newest.grade_or_band.name if newest.grade_or_band else _("Not complete: no band")
    url = newest.get_absolute_url() if wanted.may(Capability.VIEW_ASSESSMENT) else ""
    return Records([FigureRecord(title, int(newest.grade_or_band is not None), 1, newest.published_on, grade, url)])


def _piece(published: Assessment) -> str:
    return f"band_{published.grade_or_band.rank}" if published.grade_or_band else ""


def newest_published(branch: Organization, day: date) -> Assessment | None:
    """Whose grade a branch has on a day."""
    rows = Assessment.objects.settled().filter(organization=branch, published_on__lte=day)
    rows = rows.select_related("scheme", "band", "decided_band")
    return rows.order_by("published_on", "scheme__year", "key").last()


def _kept(rows: list[FigureRecord]) -> Records:
    return _partly_kept([(False, row) for row in rows])


def _partly_kept(rows: list[tuple[bool, FigureRecord]]) -> Records:
    """What the viewer may read, and in one line what stays in the branch."""
    shown, kept = [row for may, row in rows if may], [row for may, row in rows if not may]
    if not kept:
        return Records(shown)
    line = FigureRecord(_("Kept in the branch"), sum(row.part for row in kept), sum(row.whole for row in kept))
    return Records([*shown, line], _("Names and texts stay in the branch: above it they are counted, not read."))


OF = {
    **dict.fromkeys(("on_site", "online", "made_up", "unexplained", "explained", "unrecorded"), "attendance"),
    **dict.fromkeys((measure.code for measure in BAND_MEASURES), "bands"),
}
"""Measures with the same records."""
BRANCH: dict[str, Callable[[BranchPeriod], Records]] = {
    "meetings": _meetings, "attendance": _attendance, "dues": _dues, "contact": _contact, "problems": _problems,
    "help": _help, "terms": _terms, "bands": _bands,
}  # fmt: skip

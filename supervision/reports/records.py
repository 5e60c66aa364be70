"""The records behind each figure of a report."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from dues.ledger.models import Charge
from dues.ledger.payment_models import Payment
from dues.upwards.models import Disclosure
from meetings.attendance.models import Attendance
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from meetings.pages.queries import lectures_held
from members.choices import Capability
from members.metrics import help_of
from members.models import HelpRequest, Member, Organization
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty, DutyState
from supervision.appraisals.models import AppraisalRound, Appraisee
from supervision.choices import Grade, InspectionState, ProblemSource, SuggestionOutcome
from supervision.matters.models import Matter
from supervision.problems.models import Inspection, Problem
from supervision.problems.queries import condition as problem_condition
from supervision.reports.figures import (
    ATTENDANCE,
    LECTURES_HELD,
    STATES,
    attendances,
    charges,
    disclosures,
    meetings_due,
    payments,
)
from supervision.reports.rules import MEETING_KINDS
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk
from supervision.talks.queries import BranchYear, branch_years

Rows = Callable[[str, date, date, date], "QuerySet[Any] | Sequence[Any]"]
"""Path of the subtree, first day, last day, today → the rows."""


@dataclass(frozen=True, slots=True)
class ReportRecord:
    """One row of such a page. `fen` only where the figure is a sum."""

    title: str
    place: str
    day: date | None = None
    note: str = ""
    url: str = ""
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure's records are; reading them one by one asks for `capability` at the place."""

    capability: Capability
    rows: Rows
    show: Callable[[Any], ReportRecord]
    place: str = "organization"
    """The way from a row to its organization."""
    fen: Any = None
    """What is added up, where the figure is no count."""


Who = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AskedPair:
    """Two of the committee, or a member who should talk with the committee or with another member."""

    organization: str
    place: str
    names: str


def pairs_asked(path: str, on: date, *, done: bool = False) -> list[AskedPair]:
    """What article 19 asks for in the year up to the day; with `done` only what has happened."""
    years = branch_years(PlacesBelow(path, on))
    people = {one for year in years for one in (*year.members, *year.committee)}
    names = dict(Member.objects.filter(pk__in=people).values_list("pk", "name"))
    return [
        AskedPair(year.branch.code, year.branch.name, words % {name: names.get(pk, "") for name, pk in who.items()})
        for year in years
        for words, who in _asked(year, done=done)
    ]


def _asked(year: BranchYear, *, done: bool) -> Iterator[tuple[str, dict[str, int]]]:
    """In the order of the article: the committee among each other, with the members, the members among each other."""
    if year.year.times is None:
        return
    others = [one for one in year.members if one not in year.committee]
    for first, second in combinations(sorted(year.committee), 2):
        if not done or (first, second) not in year.year.committee_pairs:
            yield _("%(first)s with %(second)s"), {"first": first, "second": second}
    for one in others if year.committee else ():
        if not done or one not in year.year.without_committee:
            yield _("%(first)s with the committee"), {"first": one}
    for one in others if len(others) > 1 else ():
        if not done or one not in year.year.without_member:
            yield _("%(first)s with another member"), {"first": one}


Condition = Callable[[date, date], Q]
"""First and last day → which rows."""
ON_TIME = Q(answered_on__lte=F("due_on"))


def within(day: str, also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    """Rows whose `day` lies in the period."""
    return lambda first, last: Q(**{f"{day}__range": (first, last)}) & also


VIEW = Capability.VIEW_SUPERVISION


def _of(source: Any, condition: Condition, *related: str, place: str = "organization") -> Rows:
    """Rows of a model, or of a queryset, in the subtree, with what their line shows."""

    def rows(path: str, first: date, last: date, on: date) -> QuerySet[Any]:
        every = source.all() if isinstance(source, QuerySet) else source.objects.all()
        found = every.filter(subtree(f"{place}__path", [path])).filter(condition(first, last))
        return found.select_related(place, *related).order_by("pk")

    return rows


def _help(condition: Condition) -> Rows:
    def rows(path: str, first: date, last: date, on: date) -> QuerySet[HelpRequest]:
        found = help_of(path, "asked_on").filter(condition(first, last))
        return found.select_related("member").order_by("asked_on", "pk")

    return rows


def _unanswered(first: date, last: date) -> Q:
    """As of the last day: what was answered later counts too."""
    return Q(asked_on__lte=last, due_on__lt=last) & (Q(answered_on__isnull=True) | Q(answered_on__gt=last))


def _graded(condition: Q) -> Condition:
    return within("round__closed_on", condition)


def _answered(also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    """Asked in the period, and answered by its end."""
    return lambda first, last: Q(asked_on__range=(first, last), answered_on__lte=last) & also


SUGGESTIONS: dict[str, Condition] = {
    "asked": within("asked_on"),
    "answered": _answered(),
    "answered_on_time": _answered(ON_TIME),
    "solved": _answered(Q(outcome=SuggestionOutcome.SOLVED)),
    "overdue": _unanswered,
}
HELP: dict[str, Condition] = {"asked": within("asked_on"), "answered": _answered()}


def _problem(name: str, also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    return lambda first, last: problem_condition(name, first, last) & also


PROBLEMS: dict[str, Condition] = {
    **{name: _problem(name) for name in ("found", "accepted", "dropped", "unsettled", "overdue")},
    **{f"from_{source}": _problem("found", Q(problem_list__source=source)) for source in ProblemSource.values},
}
MATTERS: dict[str, Condition] = {
    "proposed": within("proposed_on"),
    "decided": within("decided_on"),
    "without_opinion": within("decided_on", Q(opinion_on__isnull=True) | Q(opinion_on__gt=F("decided_on"))),
    "executed": within("executed_on"),
    "reviewed": within("reviewed_on"),
}
GRADES: dict[str, Condition] = {
    **{grade: _graded(Q(grade=grade)) for grade in Grade.values},
    "ungraded": _graded(Q(grade="")),
}


def _show_suggestion(one: Suggestion) -> ReportRecord:
    note = one.get_outcome_display() if one.outcome else ""
    return ReportRecord(one.get_kind_display(), one.organization.name, one.asked_on, note, one.get_absolute_url())


def _show_help(one: HelpRequest) -> ReportRecord:
    return ReportRecord(one.member.name, "", one.asked_on, "", reverse("members:help-answer", args=[one.key]))


def _show_talk(one: Talk) -> ReportRecord:
    title = f"{one.first.name} · {one.second.name}"
    return ReportRecord(title, one.organization.name, one.held_on, one.get_occasion_display(), one.get_absolute_url())


def _show_problem(one: Problem) -> ReportRecord:
    return ReportRecord(one.text, one.organization.name, one.found_on, one.get_state_display(), one.get_absolute_url())


def _show_inspection(one: Inspection) -> ReportRecord:
    """While the findings are being written, the branch has no page of it to open."""
    url = "" if one.state == InspectionState.VISITED else one.get_absolute_url()
    return ReportRecord(one.subject, one.organization.name, one.visit_on, one.get_state_display(), url)


def _show_matter(one: Matter) -> ReportRecord:
    return ReportRecord(
        one.title, one.organization.name, one.proposed_on, one.get_kind_display(), one.get_absolute_url()
    )


def _show_round(one: AppraisalRound) -> ReportRecord:
    return ReportRecord(
        str(one.year), one.organization.name, one.closed_on, one.get_state_display(), one.get_absolute_url()
    )


def _show_appraisee(one: Appraisee) -> ReportRecord:
    place = one.round.organization.name
    return ReportRecord(
        one.member.name, place, one.round.closed_on, one.get_grade_display(), one.round.get_absolute_url()
    )


def _show_pair(one: AskedPair) -> ReportRecord:
    return ReportRecord(one.names, one.place, None, "", reverse("supervision:talk-list"))


PART_SOURCES: dict[str, Source] = {
    **{
        f"suggestions.{name}": Source(VIEW, _of(Suggestion, which), _show_suggestion)
        for name, which in SUGGESTIONS.items()
    },
    **{f"help.{name}": Source(Capability.VIEW_CONTACTS, _help(which), _show_help, "") for name, which in HELP.items()},
    "talks.talks": Source(VIEW, _of(Talk, within("held_on"), "first", "second"), _show_talk),
    "talks.pairs_due": Source(VIEW, lambda path, _first, last, _on: pairs_asked(path, last), _show_pair),
    "talks.pairs_done": Source(VIEW, lambda path, _first, last, _on: pairs_asked(path, last, done=True), _show_pair),
    **{
        f"problems.{name}": Source(VIEW, _of(Problem.objects.handed_over(), which), _show_problem)
        for name, which in PROBLEMS.items()
    },
    "inspections.inspections": Source(
        VIEW, _of(Inspection, within("visit_on", ~Q(state=InspectionState.PLANNED))), _show_inspection
    ),
    **{f"matters.{name}": Source(VIEW, _of(Matter, which), _show_matter) for name, which in MATTERS.items()},
    "appraisals.rounds_closed": Source(VIEW, _of(AppraisalRound, within("closed_on")), _show_round),
    **{
        f"appraisals.{name}": Source(
            VIEW, _of(Appraisee, which, "member", place="round__organization"), _show_appraisee, "round__organization"
        )
        for name, which in GRADES.items()
    },
}


NET = F("amount_fen") - F("waived_fen")


def records(
    key: str, organization: Organization, first: date, last: date, *, on: date
) -> QuerySet[Any] | Sequence[Any]:
    """The rows themselves, in order: to be counted and paged, then `shown`."""
    return SOURCES[key].rows(organization.path, first, last, on)


def own_records(
    key: str, organization: Organization, first: date, last: date, *, on: date
) -> QuerySet[Any] | Sequence[Any]:
    """Those of the organization itself, without what lies below it."""
    rows = records(key, organization, first, last, on=on)
    if isinstance(rows, QuerySet):
        place = SOURCES[key].place
        return rows.filter(**{f"{place}__path": organization.path}) if place else rows.none()
    return [row for row in rows if row.organization == organization.code]


def shown(key: str, rows: Iterable[Any]) -> list[ReportRecord]:
    return [SOURCES[key].show(row) for row in rows]


def by_place(key: str, organization: Organization, first: date, last: date, *, on: date) -> list[tuple[str, int]]:
    """For who only counts: each organization with how many of the records are its own, in tree order. Never a text."""
    source, rows = SOURCES[key], records(key, organization, first, last, on=on)
    if not isinstance(rows, QuerySet):
        return _counted(organization, rows)
    if not source.place:
        return [(organization.name, rows.count())]
    how = Count("pk", distinct=True) if source.fen is None else Sum(source.fen)
    name, path = f"{source.place}__name", f"{source.place}__path"
    counted = rows.order_by().values_list(path, name).annotate(sum=how).order_by(path)
    return [(name, count or 0) for _path, name, count in counted]


def _counted(organization: Organization, rows: Sequence[Any]) -> list[tuple[str, int]]:
    found = Counter(row.organization for row in rows)
    places = Organization.objects.below(organization.path).filter(code__in=found).in_tree_order()
    return [(place.name, found[place.code]) for place in places]


def _duties(kind: str, column: str) -> Rows:
    return lambda path, first, last, on: meetings_due(path, first, last, on=on, kind=kind, column=column)


def _attended(condition: Q) -> Rows:
    def rows(path: str, first: date, last: date, on: date) -> QuerySet[Attendance]:
        found = attendances(path, first, last).filter(condition).select_related("meeting__organization")
        return found.order_by("meeting__day", "meeting", "pk")

    return rows


def _charges(path: str, first: date, last: date, on: date) -> QuerySet[Charge]:
    return charges(path, first, last).select_related("organization", "member").order_by("month", "pk")


def _payments(path: str, first: date, last: date, on: date) -> QuerySet[Payment]:
    return payments(path, first, last).select_related("organization", "member").in_order()


def _disclosures(path: str, first: date, last: date, on: date) -> QuerySet[Disclosure]:
    return disclosures(path, first, last).select_related("organization").order_by("disclosed_on", "key")


def _show_duty(duty: Duty) -> ReportRecord:
    words = {DutyState.DONE: _("Done"), DutyState.OPEN: _("Still open"), DutyState.OVERDUE: _("Overdue")}
    title = f"{MeetingKind(duty.kind).label} {duty.period}"
    url = f"{reverse('meetings:duty-list')}?org={duty.organization}&year={duty.due_on.year}&kind={duty.kind}"
    return ReportRecord(title, str(duty.citation), duty.due_on, words[duty.state], url)


def _show_lecture(one: Meeting) -> ReportRecord:
    return ReportRecord(one.name, one.organization.name, one.day, str(one.get_kind_display()), one.get_absolute_url())


def _show_attendance(one: Attendance) -> ReportRecord:
    meeting = one.meeting
    title = f"{one.name} · {meeting.name}"
    return ReportRecord(
        title, meeting.organization.name, meeting.day, one.get_state_display(), meeting.get_absolute_url()
    )


def _show_charge(line: Charge) -> ReportRecord:
    url = reverse("dues:member-detail", args=[line.member.key])
    fen = line.amount_fen - line.waived_fen
    return ReportRecord(line.member.name, line.organization.name, line.month, line.get_kind_display(), url, fen)


def _show_payment(one: Payment) -> ReportRecord:
    day, place = one.paid_on, one.organization.name
    return ReportRecord(one.member.name, place, day, one.get_kind_display(), one.get_absolute_url(), one.amount_fen)


def _show_disclosure(one: Disclosure) -> ReportRecord:
    url = reverse("dues:disclosure-detail", args=[one.pk])
    return ReportRecord(str(one.year), one.organization.name, one.disclosed_on, one.get_way_display(), url)


SOURCES: dict[str, Source] = {
    **{
        f"meetings.{kind}_{column}": Source(Capability.COUNT_MEETINGS, _duties(kind, column), _show_duty)
        for kind in MEETING_KINDS
        for column in STATES
    },
    f"meetings.{LECTURES_HELD}": Source(
        Capability.VIEW_MEETINGS, lambda path, first, last, _on: lectures_held(path, first, last), _show_lecture
    ),
    **{
        f"attendance.{name}": Source(
            Capability.VIEW_MEETINGS, _attended(condition), _show_attendance, "meeting__organization"
        )
        for name, condition in {"expected": Q(), **ATTENDANCE}.items()
    },
    "dues.charged": Source(Capability.VIEW_DUES, _charges, _show_charge, fen=NET),
    "dues.paid": Source(Capability.VIEW_DUES, _payments, _show_payment, fen=F("amount_fen")),
    "dues.disclosures": Source(Capability.VIEW_SUPERVISION, _disclosures, _show_disclosure),
    **PART_SOURCES,
}

"""Reports: lists, one page, who may do what, and what is due."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q

from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting, MeetingQuerySet
from meetings.planning.duty_queries import meeting_states
from meetings.planning.duty_rules import Period
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import STEP, common, contains, subtree
from members.regulations.queries import PlacesBelow, binding_below
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Duty
from supervision.choices import ReportState, report_words
from supervision.reports.figures import ABOVE, Stands, composed, first_records, period_of
from supervision.reports.models import Report
from supervision.reports.rules import (
    DAYS_KEY,
    REPORTS_KEY,
    Act,
    Reporting,
    Side,
    acts,
    due_on,
    is_asked,
    is_late,
    is_told,
    reading_duty,
    report_duties_of,
)

WRITE, READ = Capability.RECORD_SUPERVISION, Capability.RECEIVE_REPORTS


def may_write(user: User, organization: Organization) -> bool:
    """A branch's offices with supervision; of a committee, whoever holds an office in it that receives reports. Groups
    report nothing: their meetings are in the branch's figures."""
    if organization.kind in ABOVE:
        return organization.path in own_places(user)
    return organization.kind == OrganizationKind.BRANCH and user.access.may(WRITE, organization.path)


def may_receive(user: User, organization: Organization) -> bool:
    """An office above the one that reports, held by somebody who doesn't write the report."""
    above = any(contains(path, organization.path) and path != organization.path for path in own_places(user))
    return above and not may_write(user, organization)


def side_of(user: User, organization: Organization) -> Side | None:
    if may_write(user, organization):
        return Side.WRITER
    return Side.READER if may_receive(user, organization) else None


def own_places(user: User) -> set[str]:
    """Paths of the organizations in which the user holds an office that receives reports."""
    return {office.path for office in user.access.held if READ in office.capabilities}


MISSING = "missing"
KINDS = (OrganizationKind.BRANCH, *ABOVE)
FEW = 3


@dataclass(frozen=True, slots=True)
class ReportLine:
    """An organization and a period with its report, if one is there for whoever looks."""

    organization: Organization
    period: Period
    report: Report | None
    due_on: date
    is_late: bool
    may_begin: bool

    @property
    def state(self) -> str:
        return self.report.state if self.report else MISSING

    @property
    def state_words(self) -> str:
        return report_words(self.report.state, self.organization.kind) if self.report else ""


def places_of(user: User, *, on: date) -> OrganizationQuerySet:
    """Whose reports one may look for: the own branches', and all below the committees in which one receives them."""
    view, receive = (user.access.paths(one) for one in (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS))
    branches = subtree("path", view) & Q(kind=OrganizationKind.BRANCH)
    below = subtree("path", receive) & Q(kind__in=KINDS)
    return Organization.objects.filter(branches | below).standing_on(on).with_first_day().in_tree_order()


def report_lines(
    user: User, places: Iterable[Organization], periods: Iterable[Period], *, on: date
) -> list[ReportLine]:
    """The latest period first, in each the organizations in tree order; without those of which nothing is on record
    and no report is there. Three queries beside the places' own."""
    places, periods = list(places), list(periods)
    names = [period.name for period in periods]
    rows = Report.objects.visible_to(user).filter(period__in=names).defer("figures", "judgement")
    found = {(one.organization_id, one.period): one for one in rows}
    rules = binding_below(common(place.path for place in places), [DAYS_KEY]) if places else []
    recorded = first_records(places, on=on)
    return [
        _line(user, place, period, found.get((place.pk, period.name)), on, _binding(rules, place))
        for period in periods
        for place in places
        if is_asked(place.first_day, period)
        and ((place.pk, period.name) in found or is_told(recorded.get(place.path), period))
    ]


def to_begin(lines: Iterable[ReportLine]) -> ReportLine | None:
    """The latest period that is over and not reported; of several organizations the first in the list."""
    return max((one for one in lines if one.may_begin), key=lambda one: one.period.last, default=None)


def _binding(rules: list[tuple[str, LocalRule]], place: Organization) -> list[LocalRule]:
    return [rule for path, rule in rules if contains(path, place.path)]


def _line(
    user: User, place: Organization, period: Period, report: Report | None, on: date, local: list[LocalRule]
) -> ReportLine:
    submitted_on = report.submitted_on if report else None
    return ReportLine(
        organization=place,
        period=period,
        report=report,
        due_on=due_on(period, local),
        is_late=is_late(period, submitted_on, on=on, local=local),
        may_begin=report is None and may_write(user, place),
    )


def report_page(report: Report, user: User, *, on: date) -> dict[str, Any]:
    """Figures are links for who may look at the records behind them; everybody else reads the numbers."""
    steps = list(report.steps.select_related("by__member"))
    side = side_of(user, report.organization)
    returned = any(step.state == ReportState.RETURNED for step in steps)
    told = composed(report, on=on)
    is_summary = report.organization.kind in ABOVE
    return {
        "report": report,
        "period": period_of(report),
        "told": told,
        "is_summary": is_summary,
        "stand": _counts(told.branches),
        "branches": sorted(told.branches, key=lambda one: ORDER[one["stands"]]),
        "links": user.access.may(Capability.VIEW_SUPERVISION, report.scope_path) or is_summary,
        "steps": steps,
        "acts": acts(report.state, side, returned_before=returned) if side else [],
        "may_word": side == "writer" and report.state == ReportState.DRAFT,
        "rule": rule(REPORTS_KEY, period_of(report).last),
        "adopt": Act.ADOPT,
    }


ORDER = {Stands.MISSING: 0, Stands.LATE: 1, Stands.OPEN: 2, Stands.SUBMITTED: 3}


def _counts(branches: list[dict[str, Any]]) -> dict[str, int]:
    found = Counter(one["stands"] for one in branches)
    return {stands.value: found[stands.value] for stands in Stands}


def meetings_for(report: Report, *, on: date) -> MeetingQuerySet:
    """Held after the period's end by the organization itself: of its committee, or, where it has none, of all."""
    held = Meeting.objects.held().of_kind(adopting_kind(report.organization, on=on))
    return (
        held.filter(organization=report.organization, day__range=(period_of(report).last, on))
        .select_related("organization")
        .in_order()
    )


def adopting_kind(organization: Organization, *, on: date) -> MeetingKind:
    """The committee's meeting; the general meeting of a branch that is asked for no committee meetings."""
    if organization.kind in ABOVE or _has_committee(organization, on):
        return MeetingKind.COMMITTEE_MEETING
    return MeetingKind.GENERAL_MEETING


def _has_committee(branch: Organization, on: date) -> bool:
    asked = meeting_states(PlacesBelow(branch.path, on))
    return any(one.kind == MeetingKind.COMMITTEE_MEETING for _place, called in asked for one, _state in called)


Waiting = dict[tuple[str, str], date]
"""Path of who reads and period → since when the first report waits."""


def report_duties(places: PlacesBelow) -> list[Duty]:
    """What the year's reports ask of the branches and of the committees, in tree order. Two queries beside those of the
    places."""
    on = places.on
    submitted, waiting = _submitted(places.path, on), _waiting(places.path)
    found: list[Duty] = []
    for place in places.all:
        local = places.local(place.path)
        if place.kind in ABOVE:
            found += _to_read(place, waiting, local, on)
        elif place.kind == "branch":
            facts = Reporting(place.code, place.first_day, frozenset(submitted.get(place.pk, ())))
            found += report_duties_of(facts, on=on, local=local)
    return found


def _submitted(path: str, on: date) -> dict[int, set[str]]:
    """Branch → periods of this year and the last for which a report was submitted."""
    rows = Report.objects.submitted().filter(subtree("organization__path", [path]))
    found: dict[int, set[str]] = defaultdict(set)
    for place, period in rows.filter(period__gte=str(on.year - 1)).values_list("organization", "period"):
        found[place].add(period)
    return found


def _waiting(path: str) -> Waiting:
    """Submitted and not read, by the organization right above the one that reports."""
    rows = Report.objects.filter(subtree("organization__path", [path]), state=ReportState.SUBMITTED).order_by()
    found: Waiting = {}
    for below, period, since in rows.values_list("organization__path", "period").annotate(Min("submitted_on")):
        reader = below[:-STEP], period
        found[reader] = min(since, found.get(reader, since))
    return found


def _to_read(place: Organization, waiting: Waiting, local: Iterable[LocalRule], on: date) -> Iterator[Duty]:
    for (reader, period), since in sorted(waiting.items()):
        if reader == place.path:
            yield reading_duty(place.code, period, since, on=on, local=local)

"""The list of reports: those that are there, and those that are missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from meetings.rules.duties import Period
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import common, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.local import LocalRule
from supervision.choices import report_words
from supervision.models import Report
from supervision.queries.first_records import first_records
from supervision.queries.report_access import may_write
from supervision.queries.report_figures import ABOVE
from supervision.rules.report_periods import DAYS_KEY, due_on, is_asked, is_late, is_told

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
    view, receive = (user.standing.paths(one) for one in (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS))
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

"""What the start page and a place's page say of assessment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy, ngettext

from assessment.assessments.models import Assessment, ManualValue, Objection
from assessment.choices import AssessmentState
from assessment.dashboard.models import RollUp
from assessment.dashboard.rules import usual_period
from members.choices import Capability, OfficeKind, OrganizationKind
from members.models import Organization, User
from members.pages.links import Link
from supervision.scope import held_at

VIEW = Capability.VIEW_DASHBOARD
OFFICES = (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF)


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """For the offices of a committee: one line each place, in one query; none for everybody else."""
    held = {one.path: one for one in user.access.held if one.kind in OFFICES}
    if not held:
        return
    last = usual_period(on).first
    rows = RollUp.objects.filter(organization__path__in=held, month=last, unit_kind="").order_by()
    figures = {path: row for path, *row in rows.values_list("organization__path", "in_need", "incomplete", "branches")}
    for path, office in held.items():
        title = (
            gettext("Dashboard") if len(held) == 1 else gettext("%(place)s: dashboard") % {"place": office.organization}
        )
        yield Link("bar-chart", title, _words(figures.get(path)), _address(office.code))


def organization_figures(organization: Organization, user: User, *, on: date) -> Iterator[Link]:
    """How many branches need help there, or whether this one does, for who may see it. One query."""
    if not user.access.may(VIEW, organization.path) or organization.kind == OrganizationKind.GROUP:
        return
    rows = RollUp.objects.filter(organization=organization, month=usual_period(on).first, unit_kind="")
    row = rows.values_list("in_need", "incomplete", "branches").first()
    yield Link("bar-chart", gettext("Dashboard"), _words(row), _address(organization.code))


def _words(row: tuple[int, ...] | list[int] | None) -> str:
    if row is None:
        return gettext("Last month beside the month before it, and what was asked of the branches.")
    needing, incomplete, branches = row
    said = {"count": needing, "branches": branches, "incomplete": incomplete}
    if incomplete:
        return (
            gettext("Last month: %(count)s of %(branches)s branches need help, %(incomplete)s not recorded enough.")
            % said
        )
    return gettext("Last month: %(count)s of %(branches)s branches need help.") % said


def _address(code: str) -> str:
    return f"{reverse('assessment:dashboard')}?{urlencode({'org': code})}"


RECORD = Capability.RECORD_ASSESSMENT
AT_MOST = 5


def objection_links(user: User, *, on: date) -> Iterator[Link]:
    """One line for each while an objection is possible and none was raised. One query; none without the office."""
    if not user.access.may_any([RECORD]):
        return
    rows = Assessment.objects.filter(held_at(user, RECORD), state=AssessmentState.SHOWN, objections_until__gte=on)
    rows = rows.filter(objections__isnull=True).order_by("objections_until", "key")
    names = ("pk", "organization__name", "scheme__year", "objections_until")
    for key, branch, year, until in rows.values_list(*names)[:AT_MOST]:
        title = gettext("Assessment of %(year)s: look at the points") % {"year": year}
        text = gettext("%(branch)s may object until %(day)s.") % {"branch": branch, "day": until.isoformat()}
        yield Link("clipboard-check", title, text, reverse("assessment:assessment-detail", args=[key]))


ASSESS = Capability.ASSESS


@dataclass(frozen=True, slots=True)
class AssessmentKind:
    """`only`: how the list of assessments is asked for those of a kind."""

    only: str
    icon: str
    title: Promise


OBJECTIONS = AssessmentKind("objections", "chat-dots", gettext_lazy("Objections to answer"))
VALUES = AssessmentKind("values", "person-check", gettext_lazy("Values that wait for a second person"))
STALE = AssessmentKind(
    "stale", "arrow-counterclockwise", gettext_lazy("Published points that the record has overtaken")
)


def waiting_links(user: User, *, on: date) -> Iterator[Link]:
    """One line for each kind that somebody waits for, in the newest scheme that has it. Three queries; none without
    the office. Whoever entered a value isn't its second person."""
    if not user.access.may_any([ASSESS]):
        return
    mine = held_at(user, ASSESS, "assessment__")
    values = ManualValue.objects.waiting().filter(mine).exclude(entered_by=user)
    yield from _line(OBJECTIONS, Objection.objects.unanswered().filter(mine), "assessment__")
    yield from _line(VALUES, values, "assessment__")
    yield from _line(STALE, Assessment.objects.settled().stale().filter(held_at(user, ASSESS)), "")


def _line(
    kind: AssessmentKind, rows: "QuerySet[Objection] | QuerySet[ManualValue] | QuerySet[Assessment]", to: str
) -> Iterator[Link]:
    """`to`: the way from a row to its assessment."""
    branches = Count(f"{to}organization", distinct=True)
    found = rows.order_by(f"-{to}scheme__year", f"{to}scheme__code").values_list(f"{to}scheme", f"{to}scheme__title")
    row = found.annotate(branches=branches).first()
    if row:
        scheme, title, count = row
        query = urlencode({"scheme": str(scheme), "only": kind.only})
        url = f"{reverse('assessment:assessment-list')}?{query}"
        yield Link(kind.icon, str(kind.title), _text(title, count), url)


def _text(scheme: str, branches: int) -> str:
    sentence = ngettext("%(scheme)s: %(count)s branch.", "%(scheme)s: %(count)s branches.", branches)
    return sentence % {"scheme": scheme, "count": branches}


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """Without a query: the hours stand on the page itself."""
    if user.access.member_id is not None:
        text = gettext("Your courses and class hours of the year.")
        yield Link("mortarboard", gettext("My training"), text, reverse("assessment:training-mine"))

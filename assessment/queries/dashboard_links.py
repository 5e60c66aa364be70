"""What the start page and an organization's page say of the figures."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assessment.models import RollUp
from assessment.rules.dashboard_periods import usual_period
from members.choices import Capability, OfficeKind, OrganizationKind
from members.links import Link
from members.models import Organization, User

VIEW = Capability.VIEW_DASHBOARD
OFFICES = (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF)


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """For the offices of a committee: one line each place, in one query; none for everybody else."""
    held = {one.path: one for one in user.standing.held if one.kind in OFFICES}
    if not held:
        return
    last = usual_period(on).first
    rows = RollUp.objects.filter(organization__path__in=held, month=last, unit_kind="").order_by()
    figures = {path: row for path, *row in rows.values_list("organization__path", "in_need", "incomplete", "branches")}
    for path, office in held.items():
        title = _("Dashboard") if len(held) == 1 else _("%(place)s: dashboard") % {"place": office.organization}
        yield Link("bar-chart", title, _words(figures.get(path)), _address(office.code))


def organization_figures(organization: Organization, user: User, *, on: date) -> Iterator[Link]:
    """How many branches need help there, or whether this one does, for who may see it. One query."""
    if not user.standing.may(VIEW, organization.path) or organization.kind == OrganizationKind.GROUP:
        return
    rows = RollUp.objects.filter(organization=organization, month=usual_period(on).first, unit_kind="")
    row = rows.values_list("in_need", "incomplete", "branches").first()
    yield Link("bar-chart", _("Dashboard"), _words(row), _address(organization.code))


def _words(row: tuple[int, ...] | list[int] | None) -> str:
    if row is None:
        return _("Last month beside the month before it, and what was asked of the branches.")
    needing, incomplete, branches = row
    said = {"count": needing, "branches": branches, "incomplete": incomplete}
    if incomplete:
        return _("Last month: %(count)s of %(branches)s branches need help, %(incomplete)s not recorded enough.") % said
    return _("Last month: %(count)s of %(branches)s branches need help.") % said


def _address(code: str) -> str:
    return f"{reverse('assessment:dashboard')}?{urlencode({'org': code})}"

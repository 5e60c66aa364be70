"""What committees see of major matters: counts of each branch, no text."""

from typing import NamedTuple

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.choices import Capability
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.matter_counts import CountFilterForm
from supervision.queries.matter_figures import FIGURES, matter_figures_by_place
from supervision.queries.matters import branches_counted
from supervision.services.matters import put_counts_export_on_record
from supervision.views.matters import COUNT

ON_A_PAGE = 50


class Counted(NamedTuple):
    branch: Organization
    figures: dict[str, int]


@requires(COUNT)
@require_safe
def matter_counts(request: PageRequest) -> HttpResponse:
    """One line for each branch of the year."""
    place, form, year, rows = _asked(request)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": {name: sum(one.figures[name] for one in rows) for name in FIGURES},
        "query": request.GET.urlencode(),
        "reads": request.user.standing.may_any([Capability.VIEW_SUPERVISION]),
    }
    return render(request, "supervision/matter_counts.html", context)


@requires(COUNT)
@require_safe
def matter_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year, rows = _asked(request)
    put_counts_export_on_record(place=place, year=year, rows=len(rows), by=request.user)
    headings = [
        _("Branch"), _("Proposed"), _("Decided"), _("Without an opinion"), _("Carried out"), _("Looked back on"),
    ]  # fmt: skip
    cells = ([one.branch.name, *(one.figures[name] for name in FIGURES)] for one in rows)
    name = _("Major matters counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}
    return workbook(name, Sheet(_("Major matters"), headings, cells))


def _asked(request: PageRequest) -> tuple[Organization, forms.Form, int, list[Counted]]:
    """The branches below the place that was asked for; where something was decided without an opinion, first."""
    place = place_asked_for(request, COUNT)
    form = CountFilterForm(request.GET, today=request.today)
    first, last = form.period()
    figures = matter_figures_by_place(place.path, first, last)
    branches = form.narrow(branches_counted(place.path, on=request.today))
    nothing = dict.fromkeys(FIGURES, 0)
    rows = [Counted(branch, figures.get(branch.code, nothing)) for branch in branches]
    return place, form, first.year, form.kept(rows)

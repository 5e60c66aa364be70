"""Appraisals above the branch: where each stands and how many of each grade. No name, no count of one or two."""

from collections.abc import Iterable, Iterator

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
from supervision.choices import Grade
from supervision.forms.appraisals import YearForm
from supervision.queries.appraisal_figures import BranchLine, branch_lines

COUNT = Capability.COUNT_SUPERVISION
ON_A_PAGE = 30


@requires(COUNT)
@require_safe
def round_below(request: PageRequest) -> HttpResponse:
    """Every branch's appraisal of a year."""
    place, form, year = _asked(request)
    lines = branch_lines(place.path, year, on=request.today)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "grades": Grade.choices,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "closed": sum(line.state == "closed" for line in lines),
        "missing": sum(not line.state for line in lines),
        "query": request.GET.urlencode(),
    }
    return render(request, "supervision/appraisal_below.html", context)


@requires(COUNT)
@require_safe
def round_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year = _asked(request)
    sheet = Sheet(_("Appraisals"), _headings(), _cells(branch_lines(place.path, year, on=request.today)))
    return workbook(_("Appraisals %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}, sheet)


def _asked(request: PageRequest) -> tuple[Organization, YearForm, int]:
    """The committee of one's office, and the year: this one unless another is asked for."""
    form = YearForm(request.GET, today=request.today)
    return place_asked_for(request, COUNT), form, form.cleaned_data.get("year") or request.today.year


def _headings() -> list[str]:
    return [_("Branch"), _("State"), *(str(grade.label) for grade in Grade)]


def _cells(lines: Iterable[BranchLine]) -> Iterator[list[object]]:
    for line in lines:
        grades = [line.grades.get(grade) for grade in Grade]
        shown = [_("fewer than 3, or left out") if grade is None else grade for grade in grades]
        yield [line.branch.name, line.state_text or _("Not opened"), *(shown if line.state == "closed" else [""] * 4)]

"""Problems above the branch: counts of each branch, no text, no name."""

from collections.abc import Iterator
from datetime import date

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.problem_counts import CountForm
from supervision.queries.problem_figures import SHOWN, ProblemLine, problem_lines
from supervision.services.problems import put_problems_export_on_record
from supervision.views.problem_pages import COUNT, INSPECT, ON_A_PAGE, VIEW


@requires(COUNT)
@require_safe
def problem_counts(request: PageRequest) -> HttpResponse:
    """Found, put right on time, overdue: by branch."""
    place, form, days, lines = _asked(request)
    context = {
        "place": place,
        "form": form,
        "first": days[0],
        "last": days[1],
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": {name: sum(getattr(line, name) for line in lines) for name in SHOWN},
        "query": request.GET.urlencode(),
        "reads": request.user.standing.may_any([VIEW, INSPECT]),
    }
    return render(request, "supervision/problem_counts.html", context)


@requires(COUNT)
@require_safe
def problem_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, _form, days, lines = _asked(request)
    put_problems_export_on_record(rows=len(lines), by=request.user, place=place)
    name = _("Problems by branch %(first)s to %(last)s.xlsx") % {"first": days[0], "last": days[1]}
    return workbook(name, Sheet(_("Problems by branch"), _headings(), _cells(lines)))


def _asked(request: PageRequest) -> tuple[Organization, CountForm, tuple[date, date], list[ProblemLine]]:
    place = place_asked_for(request, COUNT)
    places = list(Organization.objects.visible_to(request.user, COUNT).standing_on(request.today).in_tree_order())
    form = CountForm(request.GET, places=places)
    days, text = form.period(request.today), form.cleaned_data.get("q") or ""
    return place, form, days, [one for one in problem_lines(place.path, *days) if text in one.branch.name]


def _headings() -> list[str]:
    return [
        _("Branch"), _("Found"), _("Accepted"), _("Put right on time"), _("Dropped"), _("Not settled yet"),
        _("Overdue"),
    ]  # fmt: skip


def _cells(lines: list[ProblemLine]) -> Iterator[list[object]]:
    for one in lines:
        yield [one.branch.name, *(getattr(one, name) for name in SHOWN)]

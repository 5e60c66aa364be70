"""What committees see of joint goals at a glance: a line of counts for each branch."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.forms.goals import GoalCountForm
from assessment.queries.goal_counts import FIGURES, Counted, goal_counts, total_of
from assessment.services.goals import put_goals_export_on_record
from assessment.views.goals import VIEW
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

ON_A_PAGE = 50


@requires(VIEW)
@require_safe
def goal_counts_page(request: PageRequest) -> HttpResponse:
    """Every standing branch below the place, also those without a goal."""
    place, form, rows = _asked(request)
    context = {
        "place": place,
        "form": form,
        "year": form.of_year,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total_of(rows),
        "without": sum(not one.figures["planned"] for one in rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/goal_counts.html", context)


@requires(VIEW)
@require_safe
def goal_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, rows = _asked(request)
    put_goals_export_on_record(place=place, rows=len(rows), by=request.user)
    headings = [
        _("Branch"), _("Joint goals"), _("Checked at mid-year"), _("Checked: behind"), _("Reached"),
        _("Partly reached"), _("Missed"), _("Given up"), _("Without a result yet"),
    ]  # fmt: skip
    cells = ([one.branch.name, *(one.figures[name] for name in FIGURES)] for one in rows)
    name = _("Joint goals counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Joint goals"), headings, cells))


def _asked(request: PageRequest) -> tuple[Organization, GoalCountForm, list[Counted]]:
    place = place_asked_for(request, VIEW)
    form = GoalCountForm(request.GET, today=request.today)
    branches = Organization.objects.below(place.path).branches().standing_on(request.today).in_tree_order()
    rows = goal_counts(place.path, form.of_year, form.narrow(branches))
    return place, form, form.kept(rows)

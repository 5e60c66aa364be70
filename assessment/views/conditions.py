"""What a place has for party work in a year; and all places below a committee in counts and sums."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.cadres import CadreCountForm, ConditionsForm
from assessment.models import Conditions
from assessment.queries.cadre_counts import Line, cadre_lines, total_of
from assessment.queries.cadres import asked_of, percent_of
from assessment.rules.training import OFFICER_KEY
from assessment.services.cadres import put_cadres_export_on_record, put_down_conditions
from assessment.views.cadres import KEEP, ON_A_PAGE, list_url
from dues.rules.payment import yuan
from members.choices import Capability, OrganizationKind
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.workbooks.writing import Sheet

COUNT = (KEEP, Capability.VIEW_DASHBOARD)


@requires(KEEP)
@require_http_methods(FORM_METHODS)
def conditions_edit(request: PageRequest) -> HttpResponse:
    """Posts, rooms and funds of a year; what is left empty isn't known."""
    place, year = place_asked_for(request, KEEP), _year(request)
    kept = Conditions.objects.filter(organization=place, year=year).first()
    form = ConditionsForm(request.POST or None, kept=kept)
    if form.is_valid():
        given: dict[str, Any] = {"place": place, "year": year, "values": form.cleaned_data}
        if carried_out(form, lambda: put_down_conditions(on=request.today, by=request.user, **given)):
            messages.success(request, _("Put down."))
            return redirect(list_url(place, year))
    context = {"form": form, "place": place, "year": year, "list_url": list_url(place, year)}
    return render(request, "assessment/conditions_edit.html", context)


@requires(*COUNT)
@require_safe
def cadre_counts(request: PageRequest) -> HttpResponse:
    """A line for each organization below the place; sums of what is known."""
    place, form, lines = _asked(request)
    year, total = form.of_year, total_of(lines)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "spent_percent": percent_of(total["spent"], total["budget"]),
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total,
        "asked": asked_of(OFFICER_KEY, place, year, on=request.today),
        "may_list": request.user.standing.may(KEEP, place.path),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/cadre_counts.html", context)


@requires(*COUNT)
@require_safe
def cadre_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, lines = _asked(request)
    put_cadres_export_on_record(place=place, rows=len(lines), by=request.user)
    headings = [
        _("Organization"), _("Posts planned"), _("Posts held"), _("Posts unfilled"), _("Full-time"), _("Part-time"),
        _("Cadres"), _("With the hours of the year"), _("Rooms"), _("Funds planned, in yuan"),
        _("Funds spent, in yuan"), _("Spent of planned, per cent"),
    ]  # fmt: skip
    name = _("Cadres and conditions counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Cadres and conditions"), headings, _cells(lines)))


def _asked(request: PageRequest) -> tuple[Organization, CadreCountForm, list[Line]]:
    place = place_asked_for(request, *COUNT)
    form = CadreCountForm(request.GET, today=request.today)
    below = Organization.objects.below(place.path).exclude(kind=OrganizationKind.GROUP)
    places = form.narrow(below.standing_on(request.today).in_tree_order())
    lines = cadre_lines(place.path, form.of_year, places, on=request.today)
    return place, form, form.kept(lines)


def _year(request: PageRequest) -> int:
    """This year, the next or one of the last five."""
    written, today = request.GET.get("year", ""), request.today.year
    year = int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else today
    return min(max(year, today - 5), today + 1)


def _cells(lines: Iterable[Line]) -> Iterator[list[object]]:
    for line in lines:
        one = line.counts
        yield [
            line.place.name, one.planned, one.posts, one.unfilled, len(one.full_time), one.part_time, len(one.people),
            len(one.kept), one.rooms, None if one.budget is None else yuan(one.budget),
            None if one.spent is None else yuan(one.spent), one.spent_percent,
        ]  # fmt: skip

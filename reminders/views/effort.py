"""What we ask of a branch: a year of it, for the branch itself and for those who ask."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.choices import Capability, OrganizationKind
from members.downloads import workbook
from members.forms.filters import PlaceForm
from members.models import Organization
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from reminders.queries.effort import Asked, AskedBelow, asked_below, asked_by_month, asked_of, counted_since
from reminders.views.places import places_asked_for, places_offered

ON_A_PAGE = 30


@requires(Capability.VIEW_DUTIES)
@require_safe
def effort(request: PageRequest) -> HttpResponse:
    """Twelve months of a branch; of a committee each branch, and the median."""
    place, paths = _asked_for(request)
    if place and place.kind == OrganizationKind.BRANCH:
        since = counted_since()
        months = asked_by_month(place.path, on=request.today, since=since)
        asked = asked_of(place, on=request.today)
        context = {"place": place, "months": months, "since": since, "as_of": asked.as_of, **_year(asked, months)}
        return render(request, "reminders/effort.html", context)
    form = PlaceForm(request.GET, places=places_offered(request), at=place)
    below = asked_below(paths, on=request.today)
    shown = [row for row in below.rows if form.text().casefold() in row.branch.name.casefold()]
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "place": place, "below": below, "page": page, "query": request.GET.urlencode()}
    return render(request, "reminders/effort_below.html", context | {"since": counted_since()})


@requires(Capability.VIEW_DUTIES)
@require_safe
def effort_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, paths = _asked_for(request)
    if place and place.kind == OrganizationKind.BRANCH:
        first, rows = _("Month"), _month_cells(asked_by_month(place.path, on=request.today, since=counted_since()))
    else:
        first, rows = _("Branch"), _branch_cells(asked_below(paths, on=request.today))
    title = _("What we ask of a branch")
    return workbook(f"{title} {request.today}.xlsx", Sheet(title, [first, *_headings()], rows))


def _asked_for(request: PageRequest) -> tuple[Organization | None, list[str]]:
    """The place of the address, else the branch in which one works when it is the only one."""
    place, paths = places_asked_for(request)
    if place is None:
        branches = Organization.objects.visible_to(request.user, Capability.VIEW_DUTIES).branches()
        only = list(branches.standing_on(request.today)[:2])
        place = only[0] if len(only) == 1 else None
    return place, paths


def _year(found: AskedBelow, months: list[tuple[date, Asked]]) -> dict[str, Any]:
    """The figures that those above see, and how many of the year's duties belong to none of its months so far."""
    sums = found.rows[0].asked if found.rows else Asked()
    begun = sum(asked.duties or 0 for month, asked in months if month.year == months[0][0].year)
    return {"sums": sums, "begun": begun, "earlier": max((sums.duties or 0) - begun, 0)}


def _headings() -> list[str]:
    return [_("Duties"), _("Messages to officers"), _("Forms sent"), _("Fields filled")]


def _numbers(asked: Asked) -> list[object]:
    return [asked.duties, asked.questions, asked.forms, asked.fields]


def _month_cells(months: list[tuple[date, Asked]]) -> Iterator[list[object]]:
    for month, asked in months:
        yield [date_format(month, "YEAR_MONTH_FORMAT"), *_numbers(asked)]


def _branch_cells(below: AskedBelow) -> Iterator[list[object]]:
    for row in below.rows:
        yield [row.branch.name, *_numbers(row.asked)]
    yield [_("Median"), *_numbers(below.median)]

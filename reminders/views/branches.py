"""What is due in the branches below, in counts: a list with search and paging, and the same as a workbook."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.choices import Capability
from members.downloads import workbook
from members.forms.filters import PlaceForm
from members.models import Organization
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from reminders.queries.desk import words_of
from reminders.queries.desk_counts import Below, counts_below
from reminders.views.places import places_asked_for, places_offered

ON_A_PAGE = 30


@requires(Capability.VIEW_DUTIES)
@require_safe
def branch_list(request: PageRequest) -> HttpResponse:
    """Those that need help first."""
    place, below = _asked_for(request)
    context = {
        "form": PlaceForm(request.GET, places=places_offered(request), at=place),
        "place": place,
        "below": below,
        "page": Paginator(below.rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "reminders/branches.html", context)


@requires(Capability.VIEW_DUTIES)
@require_safe
def branch_export(request: PageRequest) -> FileResponse:
    """The same rows; no member's name is in them."""
    _place, below = _asked_for(request)
    title = _("Duties of branches")
    return workbook(f"{title} {request.today}.xlsx", Sheet(title, _headings(), _cells(below)))


def _asked_for(request: PageRequest) -> tuple[Organization | None, Below]:
    place, paths = places_asked_for(request)
    form = PlaceForm(request.GET, places=places_offered(request).none())
    return place, counts_below(paths, on=request.today, text=form.text())


def _headings() -> list[str]:
    return [
        _("Branch"), _("Overdue"), _("This week"), _("Later this month"), _("Later this year"), _("Done"),
        _("Said not to apply"), _("What is overdue"), _("As of"),
    ]  # fmt: skip


def _cells(below: Below) -> Iterator[list[object]]:
    for row in below.rows:
        late = ", ".join(f"{words_of(kind).title} {count}" for kind, count in row.overdue_kinds.items())
        numbers = [row.overdue, row.this_week, row.this_month, row.later, row.done, row.not_applicable]
        yield [row.organization.name, *numbers, late, row.counted_on]

"""What a committee sees of the dues below it: sums per branch, those that need help first."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dues.forms.upwards import PeriodForm
from dues.queries.upwards import BranchSums, branch_sums
from dues.rules.payment import yuan
from dues.views.large import GIVERS_SEEN_BY
from dues.views.upwards_sheets import upwards_sheets
from members.choices import Capability
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

ON_A_PAGE = 30
SUMS = (
    "charged_fen", "waived_fen", "settled_fen", "carried_fen", "carried_settled_fen", "due_fen", "earlier_fen",
    "this_month_fen", "remitted_fen",
)  # fmt: skip


@requires(Capability.COUNT_DUES)
@require_safe
def overview(request: PageRequest) -> HttpResponse:
    """Charged, paid, open and handed up, a line a branch; no amount of anybody."""
    place, form, lines = _asked(request)
    first, last = form.period(request.today)
    context = {
        "place": place,
        "form": form,
        "first": first,
        "last": last,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": _total(lines),
        "query": request.GET.urlencode(),
        "may_see_large": request.user.standing.may_any(GIVERS_SEEN_BY),
    }
    return render(request, "dues/overview.html", context)


@requires(Capability.COUNT_DUES)
@require_safe
def overview_export(request: PageRequest) -> FileResponse:
    """The same as a workbook, with each batch and each use on sheets of their own."""
    place, form, lines = _asked(request)
    headings = [
        _("Branch"), _("Charged"), _("Waived or reduced"), _("Paid"), _("Carried over"),
        _("Collected of what was carried over"), _("Due and unpaid"), _("Open from earlier"), _("This month, unpaid"),
        _("Handed up"),
    ]  # fmt: skip
    sums = Sheet(_("Dues"), headings, _cells(lines))
    more = upwards_sheets(place, *form.period(request.today), _named(request))
    return workbook(_("Dues %(place)s.xlsx") % {"place": place.name}, sums, *more)


def _asked(request: PageRequest) -> tuple[Organization, PeriodForm, list[BranchSums]]:
    place = place_asked_for(request, Capability.COUNT_DUES)
    form = PeriodForm(request.GET or None)
    first, last = form.period(request.today)
    wanted = _named(request)
    lines = branch_sums(place.path, first, last, on=request.today)
    return place, form, [line for line in lines if wanted in line.branch.name]


def _named(request: PageRequest) -> str:
    return request.GET.get("q", "").strip()


def _total(lines: list[BranchSums]) -> dict[str, int]:
    return {name: sum(getattr(line, name) for line in lines) for name in SUMS}


def _cells(lines: list[BranchSums]) -> Iterator[list[Any]]:
    for line in lines:
        yield [line.branch.name, *(yuan(getattr(line, name)) for name in SUMS)]

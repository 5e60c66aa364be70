"""Suggestions above the branch: counts of each branch, who needs help first. No text, no name."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.choices import Capability, OrganizationKind
from members.downloads import workbook
from members.models import Organization
from members.places import place_asked_for
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.suggestions import BelowFilterForm
from supervision.queries.suggestion_figures import BranchLine, branch_lines
from supervision.rules.suggestions import share

COUNT = Capability.COUNT_SUPERVISION
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
ON_A_PAGE = 30


@requires(COUNT)
@require_safe
def suggestion_below(request: PageRequest) -> HttpResponse:
    """Asked, answered, in time, solved, overdue: by branch."""
    place, form = _asked(request)
    first, last = form.period(request.today)
    lines = _lines(form, place, first, last)
    answered, solved = sum(line.answered for line in lines), sum(line.solved for line in lines)
    context = {
        "place": place,
        "form": form,
        "first": first,
        "last": last,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "asked": sum(line.asked for line in lines),
        "answered": answered,
        "solved": solved,
        "solved_share": share(solved, answered),
        "late": sum(line.overdue > 0 for line in lines),
        "query": request.GET.urlencode(),
    }
    return render(request, "supervision/suggestion_below.html", context)


@requires(COUNT)
@require_safe
def suggestion_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, form = _asked(request)
    first, last = form.period(request.today)
    sheet = Sheet(_("Suggestions"), _headings(), _cells(_lines(form, place, first, last)))
    words = {"place": place.name, "first": first.isoformat(), "last": last.isoformat()}
    return workbook(_("Suggestions %(place)s %(first)s to %(last)s.xlsx") % words, sheet)


def _asked(request: PageRequest) -> tuple[Organization, BelowFilterForm]:
    place = place_asked_for(request, COUNT)
    above = Organization.objects.visible_to(request.user, COUNT).standing_on(request.today).filter(kind__in=ABOVE)
    return place, BelowFilterForm(request.GET, places=above, today=request.today)


def _lines(form: BelowFilterForm, place: Organization, first: date, last: date) -> list[BranchLine]:
    text = form.cleaned_data.get("q") or ""
    return [line for line in branch_lines(place.path, first, last) if text in line.branch.name]


def _headings() -> list[str]:
    return [
        _("Branch"), _("Asked"), _("Answered"), _("Answered in time"), _("Solved"),
        _("Solved, per cent of the answers"), _("Overdue"),
    ]  # fmt: skip


def _cells(lines: Iterable[BranchLine]) -> Iterator[list[object]]:
    for line in lines:
        yield [
            line.branch.name, line.asked, line.answered, line.answered_on_time, line.solved, line.solved_share,
            line.overdue,
        ]  # fmt: skip

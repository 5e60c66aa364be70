"""The whole list of branches that need help below a place."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.forms.need import NeedForm
from assessment.queries.need_list import NeedRows
from assessment.views.dashboard_places import VIEW, Asked, above, asked_for
from members.downloads import workbook
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

ON_A_PAGE = 50
MOST_ROWS = 60_000
"""Rows of one workbook: more branches than a county has."""


@requires(VIEW)
@require_safe
def need_list(request: PageRequest) -> HttpResponse:
    """Those with most reasons first; who has not recorded enough stands apart, in no order."""
    asked, form, rows = _asked(request)
    context = {
        "asked": asked,
        "place": asked.place,
        "above": [(asked.query(org=one.code), one.name) for one in above(request, asked.place)],
        "form": form,
        "month": rows.month,
        "incomplete": rows.state == "incomplete",
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),  # type: ignore[arg-type]
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/need_list.html", context)


@requires(VIEW)
@require_safe
def need_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    asked, _form, rows = _asked(request)
    sheet = Sheet(
        _("Who needs help"), [_("Branch"), _("Code of the organization"), _("Reasons")], _cells(rows), {_("Branch"): 30}
    )
    name = _("Who needs help %(place)s %(month)s.xlsx") % {"place": asked.place.name, "month": f"{rows.month:%Y-%m}"}
    return workbook(name, sheet)


def _asked(request: PageRequest) -> tuple[Asked, NeedForm, NeedRows]:
    asked, form = asked_for(request), NeedForm(request.GET)
    said = form.asked()
    month = asked.period.last_begun(request.today)
    text = said["q"].replace("\0", "")
    state = said["state"] or "need"
    return asked, form, NeedRows(asked.place, asked.unit, month, request.today, state, said["reason"], text)


def _cells(rows: NeedRows) -> Iterator[list[object]]:
    for line in rows[:MOST_ROWS]:
        yield [line.name, line.code, "; ".join(str(reason.words) for reason in line.reasons)]

"""What a figure of the dashboard is made of: the records themselves, or how many there are where they are kept."""

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.queries.dashboard import band_names, months_of
from assessment.queries.figure_records import Records, records_of, records_on_step
from assessment.rules.dashboard_periods import month_of
from assessment.rules.measures import BAND_MEASURES, BY_CODE, OPENED, PIECES
from assessment.rules.shares import NOT_RECORDED, NOTHING_DUE, STEPS, step_words
from assessment.views.dashboard_places import VIEW, Asked, above, asked_for, period_options, period_words
from members.choices import OrganizationKind, UnitKind
from members.downloads import workbook
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

ON_A_PAGE = 100
STEPS_NAMED = {str(code): code for code in (*STEPS, NOTHING_DUE, NOT_RECORDED)}


@requires(VIEW)
@require_safe
def figure_records(request: PageRequest) -> HttpResponse:
    """Same place, same period, same count as the figure that leads here."""
    asked, step, found = _asked(request)
    context = _frame(request, asked) | {
        "found": found,
        "figure": _figure(asked) if step is None else None,
        "step": step,
        "whole": asked.query(measure=asked.measure.code),
        "step_words": None if step is None else step_words(asked.measure)[step],
        "page": Paginator(found.rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/figure_records.html", context)


@requires(VIEW)
@require_safe
def figure_records_export(request: PageRequest) -> FileResponse:
    """The same as a workbook, with what the viewer may read and nothing more."""
    asked, _step, found = _asked(request)
    headings = [_("What"), _("Day"), _("Remark"), _("Of these done"), _("All of these")]
    figure = _title(asked)
    title = f"{asked.place.name} · {figure} · {period_words(asked.period)}"
    sheet = Sheet(figure, headings, _cells(asked, found), title=title)
    words = {"place": asked.place.name, "measure": figure, "period": asked.period.code}
    return workbook(_("Records %(place)s %(measure)s %(period)s.xlsx") % words, sheet)


def _asked(request: PageRequest) -> tuple[Asked, int | None, Records]:
    """With the step of the spread that was asked for: then who stands on it, else all."""
    asked, step = asked_for(request, opens=True), STEPS_NAMED.get(request.GET.get("step", ""))
    where = (asked.place, asked.unit, asked.measure, asked.period)
    now = months_of(asked.place, asked.unit, asked.period.first, asked.period.last).added(asked.period)
    if step is None or now is None or asked.measure.code not in BY_CODE or asked.place.kind == OrganizationKind.BRANCH:
        return asked, None, records_of(*where, on=request.today, user=request.user)
    return asked, step, records_on_step(*where, step, branches=now["branches"], on=request.today)


def _title(asked: Asked) -> str:
    """The measure's; of a band the name that the schemes give it, where they name it alike."""
    if asked.measure not in BAND_MEASURES:
        return str(asked.measure.title)
    names = band_names(asked.place, asked.unit, asked.period.last.year)
    name = names.get(BAND_MEASURES.index(asked.measure) + 1)
    return _("Assessment band: %(name)s") % {"name": name} if name else str(asked.measure.title)


def _frame(request: PageRequest, asked: Asked) -> dict[str, Any]:
    title = _title(asked)
    return {
        "asked": asked,
        "title": title,
        "place": asked.place,
        "above": [(one.code, one.name) for one in above(request, asked.place)],
        "period": period_words(asked.period),
        "periods": period_options(month_of(request.today), asked.period.code, get_language() or ""),
        "measures": [
            (one.code, title if one == asked.measure else one.title, one == asked.measure)
            for one in OPENED.values()
            if one not in PIECES or one == asked.measure
        ],
        "unit": UnitKind(asked.unit).label if asked.unit else "",
        "is_branch": asked.place.kind == OrganizationKind.BRANCH,
    }


def _figure(asked: Asked) -> tuple[int, int] | None:
    """What the dashboard says: another where something was recorded since it was added up. None: nothing yet."""
    months = months_of(asked.place, asked.unit, asked.period.first, asked.period.last)
    figures = months.added(asked.period)
    return asked.measure.fraction(figures) if figures else None


def _cells(asked: Asked, found: Records) -> Iterator[list[object]]:
    size = 100 if asked.measure.is_money else 1
    for row in found.rows:
        yield [row.title, row.day, row.note, row.part / size, row.whole / size]
    yield [_("Together"), None, found.ends, found.part / size, found.whole / size]

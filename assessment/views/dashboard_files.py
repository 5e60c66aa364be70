"""The dashboard and the heat table as workbooks: numbers to go on counting with, and nobody's name."""

from collections.abc import Iterator
from datetime import date

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessment.queries.dashboard import Figures, Medians, Months, medians_of, months_of
from assessment.queries.dashboard_children import below
from assessment.queries.heat import children_of, months_below
from assessment.rules.dashboard_periods import first_kept, month_of, period_before, trend_months
from assessment.rules.measures import MEASURES
from assessment.rules.shares import NOT_THERE, OTHER_WORDS, share_of
from assessment.views.dashboard_places import VIEW, Asked, asked_for, period_words
from members.downloads import workbook
from members.policy import requires
from members.requests import PageRequest
from members.workbooks.writing import Sheet

MOST_ROWS = 5_000
"""Organizations of one workbook of the heat table."""


@requires(VIEW)
@require_safe
def dashboard_export(request: PageRequest) -> FileResponse:
    """The measures of the period, each of them over 24 months, and who needs help."""
    asked, on = asked_for(request), request.today
    months = months_of(asked.place, asked.unit, first_kept(on), month_of(on))
    medians = medians_of(asked.place.kind, asked.unit, asked.period.code, [], "")
    earlier = period_before(asked.period, on)
    now, before = months.added(asked.period), months.added(earlier) if earlier else None
    sheets = [
        Sheet(_("Figures"), _figure_headings(), _figure_cells(asked, now, before, medians), title=_title(asked)),
        Sheet(_("24 months"), [_("Which figure"), *_months(on)], _trend_cells(months, on)),
        Sheet(_("Who needs help"), _need_headings(), _need_cells(asked, on)),
    ]
    name = _("Dashboard %(place)s %(period)s.xlsx") % {"place": asked.place.name, "period": asked.period.code}
    return workbook(name, *sheets)


@requires(VIEW)
@require_safe
def heat_export(request: PageRequest) -> FileResponse:
    """The heat table of everything directly below."""
    asked, on = asked_for(request), request.today
    headings = [_("Organization"), _("Code of the organization"), *_months(on)]
    sheet = Sheet(
        str(asked.measure.title), headings, _heat_cells(asked, on),
        title=f"{asked.place.name} · {asked.measure.title} (%)",
    )  # fmt: skip
    words = {"place": asked.place.name, "measure": asked.measure.title, "day": on.isoformat()}
    return workbook(_("24 months %(place)s %(measure)s %(day)s.xlsx") % words, sheet)


def _title(asked: Asked) -> str:
    return f"{asked.place.name} · {period_words(asked.period)}"


def _months(on: date) -> list[str]:
    return [f"{month:%Y-%m}" for month in trend_months(on)]


def _figure_headings() -> list[str]:
    return [
        _("Which figure"), _("Of these done"), _("All of these"), _("Per cent"), _("Per cent in the period before"),
        _("Middle of the level, per cent"), _("Definition"),
    ]  # fmt: skip


def _figure_cells(
    asked: Asked, now: Figures | None, before: Figures | None, medians: Medians
) -> Iterator[list[object]]:
    for measure in MEASURES if now else ():
        assert now
        part, whole = (number / 100 if measure.is_money else number for number in measure.fraction(now))
        shares = (share_of(measure, now), share_of(measure, before) if before else None)
        median = medians.of(asked.period.code, measure.code)
        yield [str(measure.title), part, whole, *map(_cell, (*shares, median)), str(measure.definition)]
    if now:
        for title, name in ((_("Branches"), "branches"), (_("Members"), "members"), (_("Who needs help"), "in_need"),
                            (_("Not recorded enough to be compared"), "incomplete")):  # fmt: skip
            yield [title, now[name]]


def _trend_cells(months: Months, on: date) -> Iterator[list[object]]:
    for measure in MEASURES:
        rows = [months.of(month) for month in trend_months(on)]
        yield [str(measure.title), *(_cell(share_of(measure, row)) for row in rows)]


def _need_headings() -> list[str]:
    return [_("Organization"), _("Code of the organization"), _("Branches"), _("Who needs help"), _("Reasons")]


def _need_cells(asked: Asked, on: date) -> Iterator[list[object]]:
    for line in below(asked.place, asked.unit, asked.measure, asked.period.last_begun(on), on=on).needing:
        why = "; ".join(str(reason.words) for reason in line.reasons)
        yield [line.name, line.code, line.branches, line.in_need, why]


def _heat_cells(asked: Asked, on: date) -> Iterator[list[object]]:
    children = list(children_of(asked.place, asked.unit, on=on).values_list("pk", "path", "name", "code")[:MOST_ROWS])
    found = months_below([child[:2] for child in children], asked.unit, asked.measure, on=on)
    for number, _path, name, code in children:
        yield [name, code, *(_cell(found.get(number, {}).get(str(month), NOT_THERE)) for month in trend_months(on))]


def _cell(share: int | None) -> object:
    """Per cent; words for what is no share."""
    if share is None:
        return None
    return share / 10 if share >= 0 else str(OTHER_WORDS[share])

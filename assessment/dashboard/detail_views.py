"""What lies behind the dashboard: the records of a figure, the heat table, and workbooks of both."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from assessment.dashboard.below_queries import below, children_of, months_below
from assessment.dashboard.queries import Figures, Medians, Months, band_names, medians_of, months_of
from assessment.dashboard.record_queries import Records, records_of, records_on_step
from assessment.dashboard.rules import (
    BAND_MEASURES,
    BY_CODE,
    MEASURES,
    NOT_RECORDED,
    NOT_THERE,
    NOTHING_DUE,
    OPENED,
    OTHER_WORDS,
    PIECES,
    SIGNS,
    STEPS,
    Measure,
    digits,
    first_kept,
    month_of,
    period_before,
    share_of,
    step,
    step_words,
    trend_months,
)
from assessment.dashboard.views import VIEW, DashboardQuery, above, asked_for, frame_of, period_options, period_words
from members.access.policy import requires
from members.choices import OrganizationKind, UnitKind
from members.pages.requests import PageRequest, workbook
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
    return render(request, "assessment/dashboard/figure_records.html", context)


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


def _asked(request: PageRequest) -> tuple[DashboardQuery, int | None, Records]:
    """With the step of the spread that was asked for: then who stands on it, else all."""
    asked, step = asked_for(request, opens=True), STEPS_NAMED.get(request.GET.get("step", ""))
    where = (asked.place, asked.unit, asked.measure, asked.period)
    now = months_of(asked.place, asked.unit, asked.period.first, asked.period.last).added(asked.period)
    if step is None or now is None or asked.measure.code not in BY_CODE or asked.place.kind == OrganizationKind.BRANCH:
        return asked, None, records_of(*where, on=request.today, user=request.user)
    return asked, step, records_on_step(*where, step, branches=now["branches"], on=request.today)


def _title(asked: DashboardQuery) -> str:
    """The measure's; of a band the name that the schemes give it, where they name it alike."""
    if asked.measure not in BAND_MEASURES:
        return str(asked.measure.title)
    names = band_names(asked.place, asked.unit, asked.period.last.year)
    name = names.get(BAND_MEASURES.index(asked.measure) + 1)
    return _("Assessment band: %(name)s") % {"name": name} if name else str(asked.measure.title)


def _frame(request: PageRequest, asked: DashboardQuery) -> dict[str, Any]:
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


def _figure(asked: DashboardQuery) -> tuple[int, int] | None:
    """What the dashboard says: another where something was recorded since it was added up. None: nothing yet."""
    months = months_of(asked.place, asked.unit, asked.period.first, asked.period.last)
    figures = months.added(asked.period)
    return asked.measure.fraction(figures) if figures else None


def _cells(asked: DashboardQuery, found: Records) -> Iterator[list[object]]:
    size = 100 if asked.measure.is_money else 1
    for row in found.rows:
        yield [row.title, row.day, row.note, row.part / size, row.whole / size]
    yield [_("Together"), None, found.ends, found.part / size, found.whole / size]


PLACES_ON_A_PAGE = 300


@requires(VIEW)
@require_safe
def heat(request: PageRequest) -> HttpResponse:
    """In the order of the tree: nobody is first or last. htmx gets the table alone."""
    asked = asked_for(request)
    children = children_of(asked.place, asked.unit, on=request.today).values_list("pk", "code", "name", "kind", "path")
    page = Paginator(children, PLACES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = frame_of(request, asked) | {
        "page": page,
        "months": _headings(trend_months(request.today)),
        "rows": _rows(asked, page, request.today),
        "legend": _legend(asked.measure),
        "measures": [(one.code, one.title, one == asked.measure) for one in MEASURES],
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(
        request, "assessment/dashboard/heat.html#board" if patches else "assessment/dashboard/heat.html", context
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _rows(asked: DashboardQuery, page: "Page[Any]", on: date) -> SafeString:
    """Ready strings, joined: a template would take ten times as long over seven thousand cells."""
    children = list(page.object_list)
    shares = months_below([(one[0], one[4]) for one in children], asked.unit, asked.measure, on=on)
    months = [str(month) for month in trend_months(on)]
    cells = cells_of(asked.measure.code, get_language() or "")
    empty, rest = cells[NOT_THERE], _rest(asked)
    lines: list[str] = []
    for number, code, name, kind, _path in children:
        found = shares.get(number, {})
        lines.append(f'<tr><th scope="row"><a href="{_address(code, kind, rest)}">{escape(name)}</a></th>')
        lines.extend([cells.get(found.get(month, NOT_THERE), empty) for month in months])
        lines.append("</tr>\n")
    return mark_safe("".join(lines))  # noqa: S308 - names are escaped, the rest is numbers


def _rest(asked: DashboardQuery) -> str:
    """What each row's address says beside its organization."""
    said = {"unit": asked.unit, "measure": asked.measure.code}
    return escape("&" + urlencode({name: value for name, value in said.items() if value}))


def _address(code: str, kind: str, rest: str) -> str:
    """A branch's dashboard; one table further down for everything else."""
    return f"{'../' if kind == OrganizationKind.BRANCH else ''}?org={quote(code, safe='')}{rest}"


@lru_cache(maxsize=64)
def cells_of(code: str, _language: str) -> dict[int, str]:
    """The cell of each share that there can be."""
    measure = BY_CODE[code]
    words = step_words(measure)
    cells = {share: str(_cell(measure, share)) for share in range(1001)}
    signs = {share: format_html('<td class="s0"><abbr title="{}">{}</abbr></td>', words[share], sign)
             for share, sign in SIGNS.items()}  # fmt: skip
    return cells | {share: str(cell) for share, cell in signs.items()}


def _cell(measure: Measure, share: int) -> SafeString:
    return format_html(
        '<td class="{}{}">{}</td>', "e" if measure.more_is_better is None else "s", step(measure, share), digits(share)
    )


def _headings(months: list[date]) -> SafeString:
    """The year above its first month, the month as a number; the whole for who listens."""
    return format_html_join(
        "", '<th scope="col"><span class="visually-hidden">{}</span><span aria-hidden="true">{}<br>{}</span></th>',
        (
            (f"{month:%Y-%m}", month.strftime("%y") if month.month == 1 or month == months[0] else "", month.month)
            for month in months
        ),
    )  # fmt: skip


def _legend(measure: Measure) -> Iterator[tuple[str, str, str]]:
    """Class, sign and words of each step."""
    words = step_words(measure)
    letter = "e" if measure.more_is_better is None else "s"
    for code in STEPS:
        yield f"{letter}{code}", "", str(words[code])
    for code, sign in SIGNS.items():
        yield "s0", sign, str(OTHER_WORDS[code])


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
        Sheet(
            _("Figures"), _figure_headings(), _figure_cells(asked, now, before, medians), title=_workbook_title(asked)
        ),
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


def _workbook_title(asked: DashboardQuery) -> str:
    return f"{asked.place.name} · {period_words(asked.period)}"


def _months(on: date) -> list[str]:
    return [f"{month:%Y-%m}" for month in trend_months(on)]


def _figure_headings() -> list[str]:
    return [
        _("Which figure"), _("Of these done"), _("All of these"), _("Per cent"), _("Per cent in the period before"),
        _("Middle of the level, per cent"), _("Definition"),
    ]  # fmt: skip


def _figure_cells(
    asked: DashboardQuery, now: Figures | None, before: Figures | None, medians: Medians
) -> Iterator[list[object]]:
    for measure in MEASURES if now else ():
        assert now
        part, whole = (number / 100 if measure.is_money else number for number in measure.fraction(now))
        shares = (share_of(measure, now), share_of(measure, before) if before else None)
        median = medians.of(asked.period.code, measure.code)
        yield [str(measure.title), part, whole, *map(_share_cell, (*shares, median)), str(measure.definition)]
    if now:
        for title, name in ((_("Branches"), "branches"), (_("Members"), "members"), (_("Who needs help"), "in_need"),
                            (_("Not recorded enough to be compared"), "incomplete")):  # fmt: skip
            yield [title, now[name]]


def _trend_cells(months: Months, on: date) -> Iterator[list[object]]:
    for measure in MEASURES:
        rows = [months.of(month) for month in trend_months(on)]
        yield [str(measure.title), *(_share_cell(share_of(measure, row)) for row in rows)]


def _need_headings() -> list[str]:
    return [_("Organization"), _("Code of the organization"), _("Branches"), _("Who needs help"), _("Reasons")]


def _need_cells(asked: DashboardQuery, on: date) -> Iterator[list[object]]:
    for line in below(asked.place, asked.unit, asked.measure, asked.period.last_begun(on), on=on).needing:
        why = "; ".join(str(reason.words) for reason in line.reasons)
        yield [line.name, line.code, line.branches, line.in_need, why]


def _heat_cells(asked: DashboardQuery, on: date) -> Iterator[list[object]]:
    children = list(children_of(asked.place, asked.unit, on=on).values_list("pk", "path", "name", "code")[:MOST_ROWS])
    found = months_below([child[:2] for child in children], asked.unit, asked.measure, on=on)
    for number, _path, name, code in children:
        yield [
            name,
            code,
            *(_share_cell(found.get(number, {}).get(str(month), NOT_THERE)) for month in trend_months(on)),
        ]


def _share_cell(share: int | None) -> object:
    """Per cent; words for what is no share."""
    if share is None:
        return None
    return share / 10 if share >= 0 else str(OTHER_WORDS[share])

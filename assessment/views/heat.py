"""The heat table: everything directly below a place × 24 months of one measure."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessment.queries.heat import children_of, months_below
from assessment.rules.dashboard_periods import trend_months
from assessment.rules.measures import BY_CODE, MEASURES, Measure
from assessment.rules.shares import NOT_THERE, OTHER_WORDS, SIGNS, STEPS, digits, step, step_words
from assessment.views.dashboard import frame_of
from assessment.views.dashboard_places import VIEW, Asked, asked_for
from members.choices import OrganizationKind
from members.policy import requires
from members.requests import PageRequest

ON_A_PAGE = 300


@requires(VIEW)
@require_safe
def heat(request: PageRequest) -> HttpResponse:
    """In the order of the tree: nobody is first or last. htmx gets the table alone."""
    asked = asked_for(request)
    children = children_of(asked.place, asked.unit, on=request.today).values_list("pk", "code", "name", "kind", "path")
    page = Paginator(children, ON_A_PAGE).get_page(request.GET.get("page"))
    context = frame_of(request, asked) | {
        "page": page,
        "months": _headings(trend_months(request.today)),
        "rows": _rows(asked, page, request.today),
        "legend": _legend(asked.measure),
        "measures": [(one.code, one.title, one == asked.measure) for one in MEASURES],
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "assessment/heat.html#board" if patches else "assessment/heat.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _rows(asked: Asked, page: "Page[Any]", on: date) -> SafeString:
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


def _rest(asked: Asked) -> str:
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

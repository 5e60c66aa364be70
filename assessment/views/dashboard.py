"""The committee's dashboard: one place in figures, beside the period before it and the middle of its level."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from assessment.queries.burden import burden_below
from assessment.queries.dashboard import (
    Figures,
    Medians,
    Months,
    band_names,
    band_years,
    followed_at,
    medians_of,
    months_of,
)
from assessment.queries.dashboard_cards import bands_card, cards_of
from assessment.queries.dashboard_charts import spread_rows, trend_rows
from assessment.queries.dashboard_children import SHOWN, Spread, below, spread
from assessment.queries.drill import desk_page
from assessment.queries.figure_records import records_address
from assessment.rules.dashboard_periods import first_kept, month_of, period_before, trend_months
from assessment.rules.months import last_day
from assessment.rules.need import reasons
from assessment.rules.shares import is_compared
from assessment.views.dashboard_places import (
    VIEW,
    Asked,
    above,
    asked_for,
    other_places,
    period_options,
    period_words,
)
from members.choices import OrganizationKind, UnitKind
from members.policy import requires
from members.requests import PageRequest

WIDE = ("attendance", "bands")
"""Cards with a bar."""
STALE = timedelta(minutes=15)
"""Roll-ups that are older than this are said to be old: the job follows the record each minute."""


@requires(VIEW)
@require_safe
def dashboard(request: PageRequest) -> HttpResponse:
    """Cards, a trend, a spread, and who needs help. htmx gets the board alone."""
    asked = asked_for(request)
    context = frame_of(request, asked) | board_of(request, asked)
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "assessment/dashboard.html#board" if patches else "assessment/dashboard.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def frame_of(request: PageRequest, asked: Asked) -> dict[str, Any]:
    """What stands on every page of figures. Two queries."""
    as_of = followed_at()
    return {
        "asked": asked,
        "place": asked.place,
        "above": [(asked.query(org=one.code), one.name) for one in above(request, asked.place)],
        "others": other_places(request, asked.place),
        "period": period_words(asked.period),
        "periods": period_options(month_of(request.today), asked.period.code, get_language() or ""),
        "running": asked.period.is_running(request.today),
        "unit": UnitKind(asked.unit).label if asked.unit else "",
        "units": [(code, label, code == asked.unit) for code, label in UnitKind.choices],
        "as_of": as_of,
        "stale": as_of is not None and timezone.now() - as_of > STALE,
        "is_branch": asked.place.kind == OrganizationKind.BRANCH,
    }


def board_of(request: PageRequest, asked: Asked) -> dict[str, Any]:
    """The figures themselves; `now` is None as long as the job hasn't come to the place."""
    on, place = request.today, asked.place
    months = months_of(place, asked.unit, first_kept(on), month_of(on))
    now, before = months.added(asked.period), period_before(asked.period, on)
    if now is None:
        return {"now": None, "burden": burden_below(place.path, on=on), "desk": desk_page(place, request.user)}
    trend = [f"{month:%Y-%m}" for month in trend_months(on)]
    medians = medians_of(place.kind, asked.unit, asked.period.code, trend, asked.measure.code)
    earlier = months.added(before) if before else None
    return {
        "now": now,
        "compared": is_compared(now),
        "before": period_words(before) if before and earlier else "",
        "cards": _linked(asked, now, earlier, medians, on=on),
        "trend": trend_rows(asked.measure, months, medians, on=on),
        "burden": burden_below(place.path, on=on),
        "desk": desk_page(place, request.user),
        **(_of_branch(months, asked, on) if place.kind == OrganizationKind.BRANCH else _below(request, asked, now)),
    }


def _linked(asked: Asked, now: Figures, before: Figures | None, medians: Medians, *, on: date) -> list[dict[str, Any]]:
    """Each card with the way to its chart and to the record behind it."""
    cards = cards_of(now, before, medians, asked.period.code)
    if asked.place.kind != OrganizationKind.BRANCH:
        names = band_names(asked.place, asked.unit, asked.period.last.year)
        day = min(last_day(asked.period.last_begun(on)), on)
        cards.append(bands_card(now, before, names, band_years(asked.place, asked.unit, day)))
    return [
        {
            "card": card,
            "chosen": card.code == asked.measure.code,
            "wide": card.code in WIDE,
            "parts": [(part, _records(asked, part.measure) if part.measure else "") for part in card.parts],
            "chart": "" if card.code == "bands" else asked.at(measure=card.code),
            "record": _records(asked, card.code),
        }
        for card in cards
    ]


def _records(asked: Asked, measure: str) -> str:
    return records_address(asked.place.code, measure, asked.period.code, asked.unit)


def _of_branch(months: Months, asked: Asked, on: Any) -> dict[str, Any]:
    """Why the branch may need help in the last month of the period."""
    figures = months.of(asked.period.last_begun(on)) or {}
    incomplete = bool(figures and figures["incomplete"])
    return {"incomplete": incomplete, "why": [] if incomplete or not figures else list(reasons(figures))}


def _below(request: PageRequest, asked: Asked, now: Figures) -> dict[str, Any]:
    on = request.today
    last = asked.period.last_begun(on)
    found = below(asked.place, asked.unit, asked.measure, last, on=on)
    months = (asked.period.first, last)
    shown = spread(asked.place, asked.unit, asked.measure, months, now["branches"], on=on)
    shown = shown or Spread(False, last, found.steps)
    return {
        "needing": [(line, asked.query(org=line.code)) for line in found.needing[:SHOWN]],
        "uncompared": [(line, asked.query(org=line.code)) for line in found.uncompared[:SHOWN]],
        "more_uncompared": len(found.uncompared) > SHOWN,
        "need_month": last,
        "spread": shown,
        "steps": spread_rows(asked.measure, shown, _records(asked, asked.measure.code)),
    }

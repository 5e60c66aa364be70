"""The dashboard: its place and period, cards and charts, and who needs help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy as _
from django.views.decorators.http import require_safe

from assessment.dashboard.below_queries import SHOWN, NeedRows, Spread, below, spread, spread_rows, trend_rows
from assessment.dashboard.queries import (
    CURVE,
    Figures,
    Medians,
    Months,
    band_names,
    band_years,
    bands_card,
    burden_below,
    cards_of,
    curve,
    desk_page,
    followed_at,
    medians_of,
    months_of,
)
from assessment.dashboard.record_queries import records_address
from assessment.dashboard.rules import (
    BY_CODE,
    OPENED,
    REASONS,
    Measure,
    Period,
    first_kept,
    is_compared,
    last_day,
    month_of,
    offered_periods,
    period_before,
    read_period,
    reasons,
    trend_months,
    usual_period,
)
from members.access.policy import get_in_scope, requires
from members.choices import Capability, OrganizationKind, UnitKind
from members.models import Organization
from members.pages.links import start_links
from members.pages.listing import Listing, Nothing, excel, linked, text
from members.pages.navigation import first_page
from members.pages.requests import PageRequest, address, code_asked_for

VIEW = Capability.VIEW_DASHBOARD
PLACES = Organization.objects.exclude(kind=OrganizationKind.GROUP)
USUAL_MEASURE = "meetings"


@dataclass(frozen=True, slots=True)
class DashboardQuery:
    """`usual` is the period that needn't be said in an address."""

    place: Organization
    period: Period
    usual: Period
    unit: str
    measure: Measure

    def query(self, **others: str) -> str:
        """The same in an address, with some of it changed; what is usual isn't said."""
        said = {
            "org": self.place.code,
            "period": "" if self.period == self.usual else self.period.code,
            "unit": self.unit,
            "measure": "" if self.measure.code == USUAL_MEASURE else self.measure.code,
        } | others
        return urlencode({name: value for name, value in said.items() if value})

    def at(self, **others: str) -> str:
        return f"?{self.query(**others)}"


def asked_for(request: PageRequest, *, opens: bool = False) -> DashboardQuery:
    """What isn't understood is as if it weren't said; a place outside one's own is missing. `opens`: a page of records,
    which there are of more measures than are charted."""
    usual = usual_period(request.today)
    unit = request.GET.get("unit", "")
    return DashboardQuery(
        place_asked_for(request),
        read_period(request.GET.get("period", ""), request.today) or usual,
        usual,
        unit if unit in UnitKind.values else "",
        (OPENED if opens else BY_CODE).get(request.GET.get("measure", ""), BY_CODE[USUAL_MEASURE]),
    )


def place_asked_for(request: PageRequest) -> Organization:
    """The organization of the address, else the first of one's offices."""
    if code := code_asked_for(request):
        return get_in_scope(request, PLACES.all(), code=code)
    paths = request.user.access.paths(VIEW)
    first = PLACES.filter(path__in=paths).order_by("path").first()
    if first is None:
        raise Http404
    return first


def above(request: PageRequest, place: Organization) -> list[Organization]:
    """The organizations above the place whose dashboard the viewer may open, the highest first. One query."""
    steps = range(Organization.steplen, len(place.path), Organization.steplen)
    paths = [place.path[:end] for end in steps if request.user.access.may(VIEW, place.path[:end])]
    return list(Organization.objects.filter(path__in=paths)) if paths else []


def other_places(request: PageRequest, place: Organization) -> list[tuple[str, str]]:
    """Code and name of the other organizations in which one holds such an office. No query."""
    held = {one.code: one.organization for one in request.user.access.held if VIEW in one.capabilities}
    return [(code, name) for code, name in held.items() if code != place.code]


def period_words(period: Period) -> str:
    if period.months == 1:
        return date_format(period.first, "YEAR_MONTH_FORMAT")
    year = period.first.year
    if period.months == 12:
        return _("the year %(year)s") % {"year": year}
    return _("quarter %(quarter)s of %(year)s") % {"quarter": period.code[-1], "year": year}


@lru_cache(maxsize=256)
def period_options(month: date, chosen: str, _language: str) -> SafeString:
    """The options of the choice of a period in that month, written once."""
    months, quarters, years = offered_periods(month)
    groups = ((_("Months"), months), (_("Quarters"), quarters), (_("Years"), years))
    return format_html_join(
        "", '<optgroup label="{}">{}</optgroup>', ((name, _options(of, chosen)) for name, of in groups)
    )


def _options(periods: Iterable[Period], chosen: str) -> SafeString:
    rows = ((one.code, " selected" if one.code == chosen else "", period_words(one)) for one in periods)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


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
    if not patches and first_page(request.user.access).url_name == "assessment:dashboard":
        links = start_links(request.user, on=request.today)
        context["waiting"] = [link for link in links if link.url.partition("?")[0] != request.path]
    response = render(
        request,
        "assessment/dashboard/dashboard.html#board" if patches else "assessment/dashboard/dashboard.html",
        context,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def frame_of(request: PageRequest, asked: DashboardQuery) -> dict[str, Any]:
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


def board_of(request: PageRequest, asked: DashboardQuery) -> dict[str, Any]:
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
        "cards": _linked(
            asked, now, earlier, medians, [months.of(month) for month in trend_months(on)[-CURVE:]], on=on
        ),
        "trend": trend_rows(asked.measure, months, medians, on=on),
        "burden": burden_below(place.path, on=on),
        "desk": desk_page(place, request.user),
        **(_of_branch(months, asked, on) if place.kind == OrganizationKind.BRANCH else _below(request, asked, now)),
    }


def _linked(
    asked: DashboardQuery, now: Figures, before: Figures | None, medians: Medians,
    lately: Sequence[Figures | None], *, on: date,
) -> list[dict[str, Any]]:  # fmt: skip
    """Each card with its line over the last months, the way to its chart and to the record behind it."""
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
            "curve": curve(BY_CODE[card.code], lately) if card.code in BY_CODE else [],
            "chart": "" if card.code == "bands" else asked.at(measure=card.code),
            "record": _records(asked, card.code),
        }
        for card in cards
    ]


def _records(asked: DashboardQuery, measure: str) -> str:
    return records_address(asked.place.code, measure, asked.period.code, asked.unit)


def _of_branch(months: Months, asked: DashboardQuery, on: Any) -> dict[str, Any]:
    """Why the branch may need help in the last month of the period."""
    figures = months.of(asked.period.last_begun(on)) or {}
    incomplete = bool(figures and figures["incomplete"])
    return {"incomplete": incomplete, "why": [] if incomplete or not figures else list(reasons(figures))}


def _below(request: PageRequest, asked: DashboardQuery, now: Figures) -> dict[str, Any]:
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


class NeedForm(forms.Form):
    """What isn't understood is as if it weren't said."""

    q = forms.CharField(label=_("Name of the branch"), required=False, max_length=60)
    reason = forms.ChoiceField(
        label=_("Reasons"), required=False,
        choices=[("", _("Any reason")), *((reason.code, reason.words) for reason in REASONS)],
    )  # fmt: skip
    unit = forms.ChoiceField(label=_("Kind of unit"), required=False, choices=[("", _("All")), *UnitKind.choices])
    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Who needs help")),
            ("incomplete", _("Not recorded enough to be compared")),
        ],
    )
    org = forms.CharField(required=False, widget=forms.HiddenInput)
    period = forms.CharField(required=False, widget=forms.HiddenInput)

    def asked(self) -> dict[str, Any]:
        """What was understood, by field."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in ("q", "reason", "unit", "state")}


MOST_ROWS = 60_000
"""Rows of one workbook: more branches than a county has."""
REASONS_SAID = text("reasons", _("Reasons"), lambda line: "; ".join(str(reason.words) for reason in line.reasons))
NEEDS = Listing(
    columns=[
        linked("name", _("Branch"), url=lambda line: address("assessment:dashboard", org=line.code)),
        REASONS_SAID,
    ],
    phone=["name", "reasons"],
    workbook=[text("name", _("Branch")), text("code", _("Code of the organization")), REASONS_SAID],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
    size=50,
)


@requires(VIEW)
@require_safe
def need_list(request: PageRequest) -> HttpResponse:
    """Those with most reasons first; who has not recorded enough stands apart, in no order."""
    asked, form, rows = _asked(request)
    record = _("By the record of %(month)s. The bounds are this program's own, not a regulation's.")
    apart = _("What these branches haven't recorded isn't counted against them: they are in no order.")
    month, home = {"month": date_format(rows.month, "YEAR_MONTH_FORMAT")}, reverse("assessment:dashboard")
    lines: Any = rows  # a Paginator needs no more than it has
    return NEEDS.shown(request, lines, form=form).answer(
        title=_("Who needs help"),
        crumbs=[
            *((one.name, f"{home}?{asked.query(org=one.code)}") for one in above(request, asked.place)),
            (asked.place.name, f"{home}?{asked.query()}"),
        ],
        lead=f"{asked.place.name} · {record % month}",
        notes=[apart] if rows.state == "incomplete" else [],
        buttons=[excel(request, reverse("assessment:need-export"))],
    )


@requires(VIEW)
@require_safe
def need_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    asked, _form, rows = _asked(request)
    name = _("Who needs help %(place)s %(month)s.xlsx") % {"place": asked.place.name, "month": f"{rows.month:%Y-%m}"}
    return NEEDS.exported(request, rows[:MOST_ROWS], file=name, sheet=_("Who needs help"))


def _asked(request: PageRequest) -> tuple[DashboardQuery, NeedForm, NeedRows]:
    asked, form = asked_for(request), NeedForm(request.GET)
    said = form.asked()
    month = asked.period.last_begun(request.today)
    text = said["q"].replace("\0", "")
    state = said["state"] or "need"
    return asked, form, NeedRows(asked.place, asked.unit, month, request.today, state, said["reason"], text)

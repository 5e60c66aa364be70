"""A branch's months: what charging would do before it does it, and closing for good."""

from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.bases import YEARS, YearForm
from dues.forms.charging import ChargeForm, CloseForm
from dues.models import ClosedMonth
from dues.queries.charging_page import MonthLine, month_lines
from dues.queries.first_day import offered_months
from dues.queries.grid import people_of
from dues.rules.months import months_between
from dues.rules.payment import yuan
from dues.services.charging import charge_month
from dues.services.closing import close_month
from dues.views.previews import unseen
from members.choices import Capability
from members.models import Organization
from members.places import branch_asked_for, branches_offered
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.refused import Refused


@requires(Capability.FIX_BASES)
@require_safe
def charging(request: PageRequest) -> HttpResponse:
    """The year's months with what a run would do."""
    branch = branch_asked_for(request, Capability.FIX_BASES)
    year = YearForm(request.GET).chosen(request.today)
    lines = month_lines(branch, year, on=request.today)
    context = {
        "branch": branch,
        "branches": branches_offered(request, Capability.FIX_BASES),
        "lines": lines,
        "begins": _begins(lines),
        "is_before": year <= request.today.year,
        "to_do": sum(line.to_do for line in lines),
        "without_base": lines[0].survey.without_base if lines else 0,
    }
    years = {"year": year, "before": year - 1, "after": year + 1 if year < request.today.year else None}
    return render(request, "dues/charging.html", context | years)


@requires(Capability.FIX_BASES)
@require_POST
def charge(request: PageRequest, code: str, year: int) -> HttpResponse:
    """Charge one month or all that are offered; what is closed stays."""
    branch, form = _branch(request, code, year), ChargeForm(request.POST)
    if not form.is_valid():
        raise Http404
    run = partial(_charge, branch, form.months(offered_months(branch, year, on=request.today)), request)
    members = list(people_of(branch, year).values_list("pk", flat=True))
    if touched := unseen(request, run, members=members, branch=branch):
        context = {"branch": branch, "year": year, "touched": touched, "month": form.cleaned_data["month"]}
        return render(request, "dues/charging_touches.html", context)
    try:
        messages.success(request, _said(*run()))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_page_of(branch, year))


@transaction.atomic
def _charge(branch: Organization, months: list[date], request: PageRequest) -> tuple[int, int, int]:
    """How many were charged, how much in all, and how many put right."""
    closed = set(ClosedMonth.objects.filter(organization=branch).values_list("month", flat=True))
    runs = [charge_month(branch, one, by=request.user, on=request.today) for one in months if one not in closed]
    return sum(one.charged for one in runs), sum(one.amount_fen for one in runs), sum(one.corrected for one in runs)


@requires(Capability.FIX_BASES)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: PageRequest, code: str, year: int, month: int) -> HttpResponse:
    """Close a month, after saying what that means."""
    branch = _branch(request, code, year)
    first = next((one for one in months_between(date(year, 1, 1), date(year, 12, 1)) if one.month == month), None)
    if first is None:
        raise Http404
    form = CloseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        confirmed, by, on = form.cleaned_data["confirmed"], request.user, request.today
        if carried_out(form, lambda: close_month(branch, first, confirmed=confirmed, by=by, on=on)):
            messages.success(request, _("%(month)s is closed.") % {"month": f"{first:%Y-%m}"})
            return redirect(_page_of(branch, year))
    line = next((one for one in month_lines(branch, year, on=request.today) if one.month == first), None)
    context = {"form": form, "branch": branch, "year": year, "month": first, "line": line}
    return render(request, "dues/charging_close.html", context)


def _branch(request: PageRequest, code: str, year: int) -> Organization:
    if year not in YEARS:
        raise Http404
    return fetch(request, Organization.objects.branches(), code=code)


def _begins(lines: list[MonthLine]) -> date | None:
    """The first month that is offered; None: January."""
    first = min((line.month for line in lines if line.is_offered), default=None)
    return first if first and first.month > 1 else None


def _said(charged: int, fen: int, corrected: int) -> str:
    if not charged and not corrected:
        return _("Everything was charged already: nothing changed.")
    facts = {"charged": charged, "yuan": yuan(fen), "corrected": corrected}
    first = ngettext(
        "%(charged)s charge made, %(yuan)s yuan.", "%(charged)s charges made, %(yuan)s yuan in all.", charged
    )
    return (first if not corrected else first + " " + _("%(corrected)s put right by reversal.")) % facts


def _page_of(branch: Organization, year: int) -> str:
    return f"{reverse('dues:charging')}?{urlencode({'org': branch.code, 'year': year})}"

"""The officer's page: a branch's year of dues at a glance."""

from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from dues.choices import MonthState
from dues.forms.grid import DUE, UNRECORDED, GridForm
from dues.queries.balance import Beyond
from dues.queries.grid import UNSETTLED, GridRow, grid_rows, people_of, sums_of
from dues.rules.months import month_of
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.places import branch_asked_for, branches_offered
from members.policy import requires
from members.queries.standing import holders, in_words, named_offices
from members.requests import PageRequest

ON_A_PAGE = 60
ADDRESS = ("org", "year", "month", "state", "behind", "category", "group", "q", "sort")
STATES: dict[str, tuple[MonthState, ...]] = {
    "unsettled": UNSETTLED,
    "unknown": (MonthState.UNKNOWN,),
    "ahead": (MonthState.AHEAD,),
}
ORDERS: dict[str, Callable[[GridRow], Any]] = {
    "name": lambda row: (row.member.name_key, row.member.pk),
    "behind": lambda row: (-row.behind, -row.due_fen, row.member.name_key),
    "open": lambda row: (-row.due_fen, row.member.name_key),
}


@requires(Capability.VIEW_DUES)
@require_safe
def grid(request: PageRequest) -> HttpResponse:
    """Members × months with their states, and the sums of one month. htmx gets the rows alone."""
    branch = branch_asked_for(request, Capability.VIEW_DUES)
    form = _form(request, branch)
    context = {
        "branch": branch,
        "form": form,
        "year": form.chosen_year,
        "month": form.chosen_month,
        "unsorted": _address(request, but="sort"),
        **_figures(request, branch, form),
        **_powers(request, branch),
    }
    patches = request.htmx and not request.htmx.history_restore_request
    response = render(request, "dues/grid.html#rows" if patches else "dues/grid.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _form(request: PageRequest, branch: Organization) -> GridForm:
    groups = Organization.objects.below(branch.path).filter(kind=OrganizationKind.GROUP).standing_on(request.today)
    branches = branches_offered(request, Capability.VIEW_DUES)
    return GridForm(request.GET, branches=branches, groups=groups, on=request.today)


def _figures(request: PageRequest, branch: Organization, form: GridForm) -> dict[str, Any]:
    rows = grid_rows(branch, people_of(branch, form.chosen_year), form.chosen_year, on=request.today)
    shown = narrowed(rows, form, form.chosen_month)
    return {
        "sums": sums_of(rows, form.chosen_month),
        "behind": sum(_is_behind(row, DUE) for row in rows),
        "due_fen": sum(row.due_fen for row in rows),
        "beyond": reduce(Beyond.plus, (row.beyond for row in rows), Beyond()),
        "is_this_month": form.chosen_month == month_of(form.on),
        "people": len(rows),
        "found": len(shown),
        "page": Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page")),
    }


def narrowed(rows: list[GridRow], form: GridForm, month: date) -> list[GridRow]:
    """Those whom the form asks for, in its order."""
    wanted = [row for row in rows if _fits(row, form, month)]
    order = ORDERS.get(form.asked("sort"))
    return sorted(wanted, key=order) if order else wanted


def _fits(row: GridRow, form: GridForm, month: date) -> bool:
    category, group, text = form.asked("category"), form.asked("group"), form.asked("q") or ""
    states = STATES.get(form.asked("state"))
    return (
        _is_behind(row, form.asked("behind") or 0)
        and (not category or row.member.dues_category == ("" if category == UNRECORDED else category))
        and (not group or row.group == dict(form.fields["group"].choices).get(group))  # type: ignore[attr-defined]
        and (text in row.member.name or row.member.name_key.startswith(text.lower() or "\0"))
        and (states is None or row.cells[month.month - 1].state in states)
    )


def _is_behind(row: GridRow, months: int) -> bool:
    """So many months; for `DUE` the exact `in_arrears`, so that the list has as many lines as the head counts."""
    return row.due_fen > 0 if months == DUE else row.behind >= months


def _address(request: PageRequest, but: str) -> str:
    """What the address says of the list, without one field, as the beginning of a link."""
    kept = [(name, request.GET[name]) for name in ADDRESS if name != but and request.GET.get(name)]
    return f"{urlencode(kept)}&" if kept else ""


def _powers(request: PageRequest, branch: Organization) -> dict[str, Any]:
    may = request.user.standing.may
    may_fix = may(Capability.FIX_BASES, branch.path)
    others = [] if may_fix else named_offices([branch.path], on=request.today)
    return {
        "may_record": may(Capability.RECORD_DUES, branch.path),
        "may_fix": may_fix,
        "fixed_by": in_words(holders(others, Capability.FIX_BASES, branch.path)),
    }

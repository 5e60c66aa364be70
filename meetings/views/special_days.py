"""Days off and workdays: a year's list, recording more of them, taking one off the record."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.special_days import AHEAD, BACK, SpecialDaysForm
from meetings.models import SpecialDay
from meetings.queries.special_days import days_of_year, workdays_on_record
from meetings.rules.workdays import LAST_OF_THE_PROGRAM
from meetings.services.special_days import record_special_days, remove_special_day
from members.choices import Capability
from members.policy import demand_everywhere, requires
from members.requests import PageRequest


@requires(Capability.MANAGE_CALENDAR, Capability.RECORD_MEETINGS)
@require_safe
def special_day_list(request: PageRequest) -> HttpResponse:
    """What the planner takes for days off and workdays in a year, and where that comes from."""
    year = _year_asked_for(request)
    context = {
        "year": year,
        "years": _years(request.today),
        "days": days_of_year(year),
        "last_of_the_program": LAST_OF_THE_PROGRAM,
        "is_known": workdays_on_record().is_known(year),
        "may_record": request.user.standing.may_everywhere(Capability.MANAGE_CALENDAR),
    }
    return render(request, "meetings/special_days.html", context)


@requires(Capability.MANAGE_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
def special_day_add(request: PageRequest) -> HttpResponse:
    """Record a day, or paste a year's list: for everybody, so only from the top of the tree."""
    demand_everywhere(request)
    year = _year_asked_for(request)
    form = SpecialDaysForm(request.POST or None, year=year, today=request.today)
    if form.is_valid():
        new, changed = record_special_days(days=form.cleaned_data["days"], by=request.user)
        messages.success(request, _told(new, changed))
        return redirect(_list_of(form.cleaned_data["days"][0].day.year))
    return render(request, "meetings/special_days_add.html", {"form": form, "year": year, "back": _list_of(year)})


@requires(Capability.MANAGE_CALENDAR)
@require_POST
def special_day_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take a day off the record."""
    demand_everywhere(request)
    row = get_object_or_404(SpecialDay, pk=key)
    remove_special_day(day=row, by=request.user)
    messages.success(request, _("%(day)s is taken off the list.") % {"day": row})
    return redirect(_list_of(row.day.year))


def _year_asked_for(request: PageRequest) -> int:
    """The year of the address if days of it can be recorded, else this one."""
    asked = request.GET.get("year", "")
    offered = {str(year): year for year in _years(request.today)}
    return offered.get(asked, request.today.year)


def _years(today: date) -> range:
    return range(today.year - BACK, today.year + AHEAD + 1)


def _list_of(year: int) -> str:
    return f"{reverse('meetings:special-day-list')}?year={year}"


def _told(new: int, changed: int) -> str:
    if not new + changed:
        return _("All of these days were recorded already.")
    sentence = ngettext("%(count)s day is recorded.", "%(count)s days are recorded.", new + changed)
    return sentence % {"count": new + changed}

"""The planner of a year, the fixed theme day, special days and local kinds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.choices import DayKind, MeetingState
from meetings.meeting.models import Meeting
from meetings.meeting.queries import ABOVE
from meetings.planning.duty_rules import ASKED, Window
from meetings.planning.forms import (
    AHEAD,
    BACK,
    LineForm,
    LineFormSet,
    LocalKindForm,
    PlanYearForm,
    SpecialDaysForm,
    ThemeDayForm,
    initial_lines,
    kept_lines,
)
from meetings.planning.models import SpecialDay, ThemeDay
from meetings.planning.queries import (
    days_of_year,
    managed_by,
    meetings_of_year,
    proposed_meetings,
    theme_day_of,
    workdays_on_record,
)
from meetings.planning.rules import (
    LAST_OF_THE_PROGRAM,
    Chip,
    Workdays,
    bounds,
    kinds_in,
    latest_day,
    may_be_planned,
    shift_span,
    year_grid,
)
from meetings.planning.services import (
    PlannedMeeting,
    add_local_kind,
    keep_theme_day,
    plan_year,
    record_special_days,
    remove_special_day,
    retire_local_kind,
)
from members.access.policy import get_in_scope, require_everywhere, requires
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.pages.listing import Listing, Nothing, badges, drawn, text
from members.pages.requests import FORM_METHODS, PageRequest, address
from members.pages.steps import Button, Step, Words, form_page


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A meeting of the year; `span` is None when it can't be shifted any more."""

    meeting: Meeting
    span: Window | None

    @property
    def field(self) -> str:
        """The id of the field that holds its day."""
        return f"day-{self.meeting.pk}"

    @property
    def is_over(self) -> bool:
        return self.span is None


def grid_context(
    lines: Iterable[LineForm], meetings: Iterable[Meeting], *, year: int, today: date, workdays: Workdays
) -> dict[str, Any]:
    """`grid`, its `legend` and the rows `on_record`, those that can be shifted first."""
    rows = [OnRecord(meeting, _span(meeting, today)) for meeting in meetings]
    on_record = sorted(rows, key=attrgetter("is_over"))
    chips = [*filter(None, (_proposed(line, today) for line in lines)), *map(_recorded, on_record)]
    grid = year_grid(year, chips, workdays=workdays, today=today)
    return {"grid": grid, "legend": kinds_in(chips), "on_record": on_record}


def _span(meeting: Meeting, today: date) -> Window | None:
    planned = meeting.state == MeetingState.PLANNED
    return shift_span(meeting.kind, meeting.day, meeting.counts_for_year, today=today) if planned else None


def _proposed(line: LineForm, today: date) -> Chip | None:
    """A line of the form; none while what it says can't be read."""
    facts = line.shown()
    if facts is None:
        return None
    kind, period, day = facts
    field = line["day"].id_for_label
    name = f"{line.name} {line.organization or ''}"
    first, last = max(bounds(period)[0], today), latest_day(kind, period)
    return Chip(kind, name, day, "proposed", f"#{field}", field, first, last)


def _recorded(row: OnRecord) -> Chip:
    meeting, span = row.meeting, row.span
    name = f"{meeting.name} {meeting.organization}"
    if span is None:
        return Chip(meeting.kind, name, meeting.day, "past", meeting.get_absolute_url())
    return Chip(
        meeting.kind, name, meeting.day, "planned", meeting.get_absolute_url(), row.field, span.first, span.last
    )


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(FORM_METHODS)
def year_plan(request: PageRequest, code: str, year: int) -> HttpResponse:
    """Propose a day for everything that is due and not planned; shift, leave out, confirm once."""
    place = get_in_scope(request, Organization.objects.filter(kind__in=list(ASKED)), code=code)
    if not may_be_planned(year, today=request.today):
        raise Http404
    workdays = workdays_on_record()
    form, lines = PlanYearForm(request.POST or None), _lines(request, place, year, workdays)
    if form.is_valid() and lines.is_valid():
        return _planned(request, place, form.cleaned_data["key"], kept_lines(lines))
    meetings = meetings_of_year(place, year)
    context = {
        **grid_context(lines, meetings, year=year, today=request.today, workdays=workdays),
        **_about(request, place, year),
        "form": form,
        "lines": lines,
        "holidays_known": workdays.is_known(year),
    }
    return render(request, "meetings/planning/year_plan.html", context)


FIXED = _(
    "A branch keeps a fairly fixed day of the month for its theme day. The planner proposes it, and the general "
    "meeting with it."
)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(FORM_METHODS)
def theme_day(request: PageRequest, code: str) -> HttpResponse:
    """The day of the month that the branch keeps for its theme day."""
    branch = get_in_scope(request, Organization.objects.branches(), code=code)
    known = ThemeDay.objects.filter(organization=branch).first()
    form = ThemeDayForm(request.POST or None, instance=known)
    plan = reverse("meetings:year-plan", args=[branch.code, request.today.year])
    act = partial(keep_theme_day, organization=branch, by=request.user)
    step = Step(_("Fixed theme day"), _("Store"), _("The fixed day is stored."))
    crumbs = [(_("Plan the year"), plan)]
    return form_page(
        request, form, lambda typed: act(**typed), step, plan, crumbs=crumbs, lead=f"{branch.name} · {FIXED}"
    )


def _about(request: PageRequest, place: Organization, year: int) -> dict[str, Any]:
    return {
        "place": place,
        "year": year,
        "years": (request.today.year, request.today.year + 1),
        "theme_day": theme_day_of(place),
        "may_keep_day": place.kind == OrganizationKind.BRANCH,
    }


def _lines(request: PageRequest, place: Organization, year: int, workdays: Workdays) -> Any:
    places = {one.code: one for one in Organization.objects.below(place.path).standing_on(request.today)}
    given = {"places": places, "today": request.today, "year": year}
    if request.method == "POST":
        return LineFormSet(request.POST, form_kwargs=given)
    found = proposed_meetings(place, year, today=request.today, workdays=workdays)
    return LineFormSet(initial=initial_lines(found, theme_day_of(place)), form_kwargs=given)


def _planned(request: PageRequest, place: Organization, key: UUID, lines: list[PlannedMeeting]) -> HttpResponse:
    count = len(plan_year(form=key, lines=lines, by=request.user))
    sentence = ngettext("%(count)s meeting is planned.", "%(count)s meetings are planned.", count)
    messages.success(request, sentence % {"count": count})
    return redirect(f"{reverse('meetings:meeting-list')}?org={place.code}")


LOOKS = {DayKind.OFF: "good", DayKind.WORKED: "warn"}
DAYS = Listing(
    columns=[
        text("day", _("Day"), lambda line: line.day.isoformat(), style="nowrap"),
        text("weekday", _("Weekday"), lambda line: date_format(line.day, "l")),
        badges(
            "kind", _("Kind"), lambda line, _on: [(line.kind.label, "good" if line.kind == DayKind.OFF else "warn")]
        ),
        text("name", _("Holiday")),
        text("source", _("From where"), lambda line: _("Recorded here") if line.row else _("Comes with the program")),
        replace(drawn("acts", _("Actions"), "meetings/planning/special_days.html#acts"), is_untitled=True),
    ],
    phone=["day", "kind", "name", "weekday", "source"],
    nothing=Nothing(_("No day is known yet."), "calendar-x"),
    size=400,
)
UNKNOWN_YEAR = _(
    "The days off of %(year)s aren't known yet: Monday to Friday are taken for workdays. The State Council announces "
    "them late in the year before."
)
CALENDARS = _(
    "The year planner proposes only workdays. The calendars that come with the program end with %(last)s; what is "
    "recorded here goes before them."
)


@requires(Capability.MANAGE_CALENDAR, Capability.RECORD_MEETINGS)
@require_safe
def special_day_list(request: PageRequest) -> HttpResponse:
    """What the planner takes for days off and workdays in a year, and where that comes from."""
    year = _year_asked_for(request)
    is_known = workdays_on_record().is_known(year)
    may_record = request.user.access.may_everywhere(Capability.MANAGE_CALENDAR)
    nothing = replace(DAYS.nothing, sentence=UNKNOWN_YEAR % {"year": year})
    record = Button(_("Record days"), address("meetings:special-day-add", year=year), "plus-lg", primary=True)
    return DAYS.shown(
        request, days_of_year(year), nothing=nothing, without=set() if may_record else {"acts"}
    ).answer(
        title=_("Days off and workdays"), lead=CALENDARS % {"last": LAST_OF_THE_PROGRAM},
        buttons=[may_record and record], prints=False, template="meetings/planning/special_days.html",
        more={"year": year, "years": _years(request.today), "is_known": is_known},
    )  # fmt: skip


@requires(Capability.MANAGE_CALENDAR)
@require_http_methods(FORM_METHODS)
def special_day_add(request: PageRequest) -> HttpResponse:
    """Record a day, or paste a year's list: for everybody, so only from the top of the tree."""
    require_everywhere(request)
    year = _year_asked_for(request)
    form = SpecialDaysForm(request.POST or None, year=year, today=request.today)
    step = Step(_("Record days off and workdays"), _("Record these days"), lambda stored: _told(*stored))
    lead = _(
        "Days without a year are taken for days of %(year)s. A day that is recorded already is replaced; every other "
        "one stays."
    )
    return form_page(
        request, form, lambda typed: record_special_days(days=typed["days"], by=request.user), step,
        lambda _stored: _list_of(form.cleaned_data["days"][0].day.year),
        crumbs=[(_("Days off and workdays"), _list_of(year))], lead=lead % {"year": year},
    )  # fmt: skip


@requires(Capability.MANAGE_CALENDAR)
@require_POST
def special_day_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take a day off the record."""
    require_everywhere(request)
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


def _told(new: int, changed: int) -> Words:
    if not new + changed:
        return _("All of these days were recorded already.")
    sentence = ngettext("%(count)s day is recorded.", "%(count)s days are recorded.", new + changed)
    return sentence % {"count": new + changed}


KINDS = Listing(
    columns=[
        text("name", pgettext_lazy("of a kind", "Name")),
        text("organization", _("Added by"), "organization.name"),
        badges(
            "state", _("State"),
            lambda kind, _on: [(_("In use"), "good") if kind.is_used else (_("No longer used"), "quiet")],
        ),
        replace(drawn("acts", _("Actions"), "meetings/planning/local_kinds.html#acts"), is_untitled=True),
    ],
    phone=["name", "state", "organization"],
    nothing=Nothing(_("None yet."), "tags"),
    size=200,
)  # fmt: skip


@requires(Capability.MANAGE_LOCAL_RULES)
@require_http_methods(FORM_METHODS)
def local_kind_list(request: PageRequest) -> HttpResponse:
    """The kinds of one's committees, and one more."""
    places = Organization.objects.visible_to(request.user, Capability.MANAGE_LOCAL_RULES).filter(kind__in=ABOVE)
    form = LocalKindForm(request.POST or None, places=places.standing_on(request.today).in_tree_order())
    lead = _(
        "Besides the kinds of the regulations, a committee can add its own for the branches below it. They are planned "
        "and recorded like the others; no duty follows from them."
    )
    step = Step(_("Local kinds of meetings"), _("Add"), _("The kind can be planned from now on."))
    return form_page(
        request, form, lambda typed: add_local_kind(by=request.user, **typed), step, "meetings:local-kind-list",
        crumbs=[(_("Meetings due"), reverse("meetings:duty-list"))], lead=lead,
        template="meetings/planning/local_kinds.html",
        more={"listing": KINDS.shown(request, list(managed_by(request.user)))},
    )  # fmt: skip


@requires(Capability.MANAGE_LOCAL_RULES)
@require_POST
def local_kind_retire(request: PageRequest, key: UUID) -> HttpResponse:
    """Plan no new meetings of this kind."""
    retire_local_kind(kind=get_object_or_404(managed_by(request.user), pk=key), by=request.user)
    messages.success(request, _("No new meetings of this kind are planned."))
    return redirect("meetings:local-kind-list")

"""Attendance over a period: a branch's members by name, a committee's branches in counts, and one's own."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from meetings.attendance.models import Attendance
from meetings.attendance.queries import Tally, attendance_of, elsewhere_of
from meetings.choices import AttendanceState
from meetings.pages.lists import OWN, PEOPLE, PLACES, THEIRS
from meetings.pages.queries import MISSED, PersonLine, counted_on, flag_rule, months_of, person_lines, place_lines
from meetings.planning.duty_rules import ASKED
from meetings.planning.places import places_offered
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Member, Organization
from members.pages.about_member import member_crumbs
from members.pages.forms import FilterForm, LookedUpField, day_field
from members.pages.listing import Listing, excel
from members.pages.requests import PageRequest, address, place_asked_for


class PeriodForm(FilterForm):
    """From one day to another; without them the year up to today."""

    first = day_field(label=_("From"), required=False)
    last = day_field(label=_("To"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["last"] < typed["first"]:
            self.add_error("last", _("The end lies before the beginning."))
        return typed

    def period(self, today: date) -> tuple[date, date]:
        """First and last day; what can't be read is as if it weren't there."""
        typed = self.cleaned_data if self.is_valid() else {}
        last = typed.get("last") or today
        return typed.get("first") or date(last.year, 1, 1), last


class FiguresForm(PeriodForm):
    """The same for an organization, and only those who were missing for long."""

    q = forms.CharField(label=_("Name"), required=False)
    org = LookedUpField(label=_("Organization"), required=False)
    flagged = forms.BooleanField(label=_("Only those missing for months without a reason"), required=False)
    field_order = ("q", "first", "last", "org", "flagged")

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization, with_names: bool) -> None:
        super().__init__(data)
        self.offer_places(places, at=at)
        if not with_names:
            del self.fields["flagged"]

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")


@requires(Capability.COUNT_MEETINGS)
@require_safe
def figure_list(request: PageRequest) -> HttpResponse:
    """Unknown, leave and absent apart; who is missing for months without a reason is flagged, nothing more."""
    place, form, names = _asked(request)
    first, last = form.period(request.today)
    lines, as_of = _lines(request, form, place, names=names), counted_on(last, request.today)
    flagged = sum(line.is_flagged for line in lines if isinstance(line, PersonLine))
    return (
        (PEOPLE if names else PLACES)
        .shown(request, lines, form=form)
        .answer(
            title=_("Attendance"),
            lead=f"{place.name} · {_period(first, last)}",
            crumbs=[(_("Meetings due"), address("meetings:duty-list", org=place.code))],
            buttons=[excel(request, reverse("meetings:figure-export"))],
            template="meetings/pages/figures.html",
            more={"first": first, "last": last, "rule": flag_rule(as_of), "as_of": as_of, "flagged": flagged},
        )
    )


@requires(Capability.COUNT_MEETINGS)
@require_safe
def figure_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place, form, names = _asked(request)
    first, last = form.period(request.today)
    lines = _lines(request, form, place, names=names)
    record_export(
        action="export_attendance",
        place=place,
        rows=len(lines),
        by=request.user,
        details={"first": first.isoformat(), "last": last.isoformat()},
    )
    name = _("Attendance %(place)s %(first)s to %(last)s.xlsx") % {"place": place.name, "first": first, "last": last}
    return (PEOPLE if names else PLACES).exported(request, lines, file=name, sheet=_("Attendance"))


@signed_in
@require_safe
def figure_mine(request: PageRequest) -> HttpResponse:
    """One's own attendance over any period."""
    if request.user.access.member_id is None:
        raise Http404
    member = get_object_or_404(Member, pk=request.user.access.member_id)
    words: dict[str, Any] = {"title": _("My attendance"), "crumbs": [(_("My meetings"), reverse("meetings:mine"))]}
    return _of_one(request, member, OWN, {"acts"}, **words)


@requires(Capability.VIEW_MEETINGS)
@require_safe
def figure_member(request: PageRequest, key: UUID) -> HttpResponse:
    """The same of a member, for the officers of the branch: which meetings were missed, and why."""
    member = get_in_scope(request, Member.objects.all(), key=key)
    words: dict[str, Any] = {
        "title": _("Attendance of %(name)s") % {"name": member.name},
        "crumbs": member_crumbs(member),
    }
    may_record = request.user.access.may(Capability.RECORD_MEETINGS, member.roster_path)
    return _of_one(request, member, THEIRS, set() if may_record else {"acts"}, **words)


def _of_one(request: PageRequest, member: Member, listing: Listing, without: set[str], **words: Any) -> HttpResponse:
    """What was missed stands first."""
    form = PeriodForm(request.GET)
    first, last = form.period(request.today)
    as_of = counted_on(last, request.today)
    own = Attendance.objects.of_held_meetings().between(first, last).filter(member=member)
    rows = list(own.select_related("meeting__organization").order_by("-meeting__day", "pk"))
    more = {
        "own": member.pk == request.user.access.member_id,
        "tally": attendance_of([member], first, last).get(member.pk, Tally()),
        "months": months_of([member.pk], on=as_of).get(member.pk, 0),
        "rule": flag_rule(as_of),
        "as_of": as_of,
        "elsewhere": elsewhere_of([member.pk], first, last).get(member.pk, []),
    }
    rows.sort(key=lambda one: (one.state != AttendanceState.ABSENT, one.state not in MISSED))
    return listing.shown(request, rows, form=form, without=without).answer(
        **words,
        lead=_period(first, last),
        prints=False,
        template="meetings/pages/figures_mine.html",
        more=more,
    )


def _period(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def _asked(request: PageRequest) -> tuple[Organization, FiguresForm, bool]:
    place = place_asked_for(request, Capability.COUNT_MEETINGS)
    names = place.kind in ASKED and request.user.access.may(Capability.VIEW_MEETINGS, place.path)
    return place, FiguresForm(request.GET, places=places_offered(request), at=place, with_names=names), names


def _lines(request: PageRequest, form: FiguresForm, place: Organization, *, names: bool) -> list[Any]:
    first, last = form.period(request.today)
    text = form.text()
    if not names:
        return [line for line in place_lines(place.path, first, last) if text in line.branch.name]
    only = form.cleaned_data.get("flagged")
    people = person_lines(place.path, first, last, on=counted_on(last, request.today))
    return [line for line in people if text in line.member.name and (line.is_flagged or not only)]

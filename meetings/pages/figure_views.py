"""Attendance over a period: a branch's members by name, a committee's branches in counts, and one's own."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from meetings.attendance.models import Expected
from meetings.attendance.queries import Elsewhere, Tally, attendance_of, elsewhere_of
from meetings.pages.queries import PersonLine, PlaceLine, counted_on, flag_rule, months_of, person_lines, place_lines
from meetings.planning.duty_rules import ASKED
from meetings.planning.places import place_asked_for, places_offered
from members.access.policy import requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Member, Organization
from members.pages.forms import FilterForm, day_field
from members.pages.requests import PageRequest, workbook
from members.workbooks.writing import Sheet


class PeriodForm(FilterForm):
    """From one day to another; without them the year up to today."""

    first = day_field(label=gettext_lazy("From"), required=False)
    last = day_field(label=gettext_lazy("To"), required=False)

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

    q = forms.CharField(label=gettext_lazy("Name"), required=False)
    org = forms.ChoiceField(label=gettext_lazy("Organization"), required=False)
    flagged = forms.BooleanField(label=gettext_lazy("Only those missing for months without a reason"), required=False)
    field_order = ("q", "first", "last", "org", "flagged")

    def __init__(self, data: Any, *, places: QuerySet[Organization], at: Organization, with_names: bool) -> None:
        super().__init__(data)
        self.offer_places(places, at=at)
        if not with_names:
            del self.fields["flagged"]

    def text(self) -> str:
        return str(self.cleaned_data.get("q") or "")


ON_A_PAGE = 30
Line = PersonLine | PlaceLine


@requires(Capability.COUNT_MEETINGS)
@require_safe
def figure_list(request: PageRequest) -> HttpResponse:
    """Unknown, leave and absent apart; who is missing for months without a reason is flagged, nothing more."""
    place, form, names = _asked(request)
    first, last = form.period(request.today)
    lines, as_of = _lines(request, form, place, names=names), counted_on(last, request.today)
    context = {
        "place": place,
        "form": form,
        "first": first,
        "last": last,
        "names": names,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "rule": flag_rule(as_of),
        "as_of": as_of,
        "flagged": sum(line.is_flagged for line in lines if isinstance(line, PersonLine)),
        "query": request.GET.urlencode(),
    }
    return render(request, "meetings/pages/figures.html", context)


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
    return workbook(name, Sheet(_("Attendance"), _headings(names), _cells(lines)))


@signed_in
@require_safe
def figure_mine(request: PageRequest) -> HttpResponse:
    """One's own attendance over any period."""
    if request.user.access.member_id is None:
        raise Http404
    member = get_object_or_404(Member, pk=request.user.access.member_id)
    form = PeriodForm(request.GET)
    first, last = form.period(request.today)
    as_of = counted_on(last, request.today)
    own = Expected.objects.of_held_meetings().between(first, last).filter(member=member)
    context = {
        "form": form,
        "first": first,
        "last": last,
        "tally": attendance_of([member], first, last).get(member.pk, Tally()),
        "months": months_of([member.pk], on=as_of).get(member.pk, 0),
        "rule": flag_rule(as_of),
        "as_of": as_of,
        "elsewhere": elsewhere_of([member.pk], first, last).get(member.pk, []),
        "rows": own.select_related("meeting__organization").order_by("-meeting__day", "pk"),
    }
    return render(request, "meetings/pages/figures_mine.html", context)


def _asked(request: PageRequest) -> tuple[Organization, FiguresForm, bool]:
    place = place_asked_for(request)
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


def _headings(names: bool) -> list[str]:
    figures = [
        _("Expected"), _("On site"), _("Online"), _("Visited"), _("Made up"), _("On leave"), _("Absent"),
        _("Not recorded"),
    ]  # fmt: skip
    if names:
        months = _("Months in a row without a reason")
        return [_("Name"), *figures, months, _("Attended elsewhere"), _("When and where")]
    return [_("Branch"), *figures, _("Attended elsewhere")]


def _cells(lines: Iterable[Line]) -> Iterator[list[object]]:
    for line in lines:
        tally = line.tally
        figures = [
            tally.expected, tally.is_on_site, tally.is_online, tally.is_visited, tally.is_made_up, tally.is_leave,
            tally.is_absent, tally.is_unknown,
        ]  # fmt: skip
        if isinstance(line, PersonLine):
            yield [line.member.name, *figures, line.months, len(line.elsewhere), _in_words(line.elsewhere)]
        else:
            yield [line.branch.name, *figures, line.elsewhere]


def _in_words(elsewhere: Iterable[Elsewhere]) -> str:
    meetings = [one.meeting for one in elsewhere]
    return "\n".join(f"{one.day:%Y-%m-%d} {one.get_kind_display()} {one.organization.name}" for one in meetings)

"""The branch's side of an appraisal: the list, the workbook of grades, opening a round and leading it on."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.models import Meeting
from members.choices import Capability
from members.downloads import workbook
from members.models import Organization
from members.places import branch_asked_for, place_asked_for
from members.policy import fetch, requires
from members.refusals import carried_out, told
from members.requests import FORM_METHODS, PageRequest
from members.workbooks.writing import Sheet
from supervision.choices import RoundState
from supervision.forms.appraisals import OpenForm, RoundFilterForm, StepForm
from supervision.models import AppraisalRound, Appraisee
from supervision.models.appraisal import AppraisalRoundQuerySet
from supervision.queries.appraisals import (
    GIVES_OPINION,
    HOLDS_BALLOT,
    graded_in,
    lines_of,
    meetings_for,
    names_of,
    progress_of,
    rounds_at,
    warning_of,
    without_account,
)
from supervision.rules.appraisals import next_step, step_before
from supervision.services.appraisals import go_back, go_on, open_round, put_export_on_record
from supervision.services.ballots import differing

VIEW, COUNT, RECORD = Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION, Capability.RECORD_SUPERVISION
ON_A_PAGE = 30
MOST_ROWS = 20_000
ROUNDS = AppraisalRound.objects.select_related("organization", "meeting", "opinion_meeting")


@requires(COUNT)
@require_safe
def round_list(request: PageRequest) -> HttpResponse:
    """The appraisals of a branch by year. A committee goes on to the counts."""
    place = place_asked_for(request, COUNT)
    if not request.user.standing.may(VIEW, place.path):
        return redirect(f"{reverse('supervision:round-below')}?{request.GET.urlencode()}")
    form, rows = _asked(request, place)
    context = {
        "place": place,
        "form": form,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "may_record": request.user.standing.may(RECORD, place.path) and place.kind == "branch",
    }
    return render(request, "supervision/appraisal_list.html", context)


@requires(VIEW)
@require_safe
def round_export(request: PageRequest) -> FileResponse:
    """The grades as a workbook, without anybody's text; that it was taken is on record."""
    place = place_asked_for(request, VIEW)
    _form, rows = _asked(request, place)
    found = list(graded_in(rows)[:MOST_ROWS])
    put_export_on_record(place=place, rows=len(found), by=request.user)
    name = _("Grades %(place)s %(day)s.xlsx") % {"place": place.name, "day": request.today.isoformat()}
    return workbook(name, Sheet(_("Grades"), _headings(), _cells(found)))


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def round_open(request: PageRequest) -> HttpResponse:
    """Begin this year's appraisal with the roster of today."""
    branch = branch_asked_for(request, RECORD)
    form = OpenForm(request.POST or None, today=request.today)
    if form.is_valid():
        given = form.cleaned_data
        if carried_out(form, lambda: open_round(organization=branch, on=request.today, by=request.user, **given)):
            messages.success(request, _("The appraisal is open. Members write their self-appraisals."))
            return redirect("supervision:round-detail", given["key"])
    return render(request, "supervision/appraisal_open.html", {"form": form, "place": branch})


@requires(VIEW)
@never_cache
@require_safe
def round_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """Where it stands, and who is in it."""
    held = fetch(request, ROUNDS.all(), pk=key)
    lines = lines_of(held)
    context = {
        "round": held,
        "lines": lines,
        "progress": progress_of(held),
        "steps": RoundState.choices,
        "next": next_step(held.state),
        "before": step_before(held.state),
        "warning": warning_of(held),
        "differs": names_of(differing(held), lines) if held.state == RoundState.BALLOT else None,
        "may_record": request.user.standing.may(RECORD, held.scope_path),
    }
    return render(request, "supervision/appraisal_round.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def round_on(request: PageRequest, key: UUID) -> HttpResponse:
    """Go on to the next step, with what it needs."""
    held = fetch(request, ROUNDS.all(), pk=key)
    if (after := next_step(held.state)) is None:
        return redirect(held)
    form = StepForm(request.POST or None, round=held, meetings=_meetings(held))
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "state"}
        expected = form.cleaned_data["state"]
        if carried_out(form, lambda: go_on(round=held, expected=expected, on=request.today, by=request.user, **given)):
            return redirect(held)
    context = {"form": form, "round": held, "after": RoundState(after).label, "progress": progress_of(held)}
    context |= {"without_account": without_account(held), "warning": warning_of(held)}
    return render(request, "supervision/appraisal_step.html", context)


@requires(RECORD)
@require_POST
def round_back(request: PageRequest, key: UUID) -> HttpResponse:
    """One step back."""
    held = fetch(request, ROUNDS.all(), pk=key)
    told(request, lambda: go_back(round=held, expected=request.POST.get("state", ""), by=request.user))
    return redirect(held)


def _meetings(held: AppraisalRound) -> QuerySet[Meeting]:
    return meetings_for(held, GIVES_OPINION if held.state == RoundState.OPINION else HOLDS_BALLOT)


def _asked(request: PageRequest, place: Organization) -> tuple[RoundFilterForm, AppraisalRoundQuerySet]:
    places = Organization.objects.visible_to(request.user, VIEW).branches().standing_on(request.today)
    form = RoundFilterForm(request.GET, places=places, today=request.today)
    return form, form.narrow(rounds_at(place, request.user))


def _headings() -> list[str]:
    return [
        _("Year"), _("Branch"), _("Name"), _("Grade"), _("Told on"), _("What is done to help"),
        _("To be done by"), _("Done on"),
    ]  # fmt: skip


def _cells(rows: Iterable[Appraisee]) -> Iterator[list[object]]:
    for one in rows:
        yield [
            one.round.year, one.round.organization.name, one.member.name,
            one.get_grade_display() or _("Without a grade"), one.told_on, one.follow_up, one.follow_up_due_on,
            one.followed_up_on,
        ]  # fmt: skip

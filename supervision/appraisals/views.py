"""Rounds of appraisal for officers: lists, steps, the count of ballots, and counts of the branches below."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.meeting.models import Meeting
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    branch_asked_for,
    place_asked_for,
    try_on_form,
    try_with_message,
    workbook,
)
from members.workbooks.writing import Sheet
from supervision.appraisals.ballot_services import begin_on_paper, count_anew, differing, type_count
from supervision.appraisals.forms import OpenForm, PaperForm, RoundFilterForm, StepForm, YearForm
from supervision.appraisals.models import AppraisalRound, AppraisalRoundQuerySet, Appraisee
from supervision.appraisals.queries import (
    GIVES_OPINION,
    HOLDS_BALLOT,
    BranchLine,
    branch_lines,
    graded_in,
    lines_of,
    meetings_for,
    names_of,
    progress_of,
    rounds_at,
    warning_of,
    without_account,
)
from supervision.appraisals.rules import next_step, step_before
from supervision.appraisals.services import go_back, go_on, open_round, put_export_on_record
from supervision.choices import Grade, Mark, RoundState

VIEW, COUNT, RECORD = Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION, Capability.RECORD_SUPERVISION
ON_A_PAGE = 30
MOST_ROWS = 20_000
ROUNDS = AppraisalRound.objects.select_related("organization", "meeting", "opinion_meeting")


@requires(COUNT)
@require_safe
def round_list(request: PageRequest) -> HttpResponse:
    """The appraisals of a branch by year. A committee goes on to the counts."""
    place = place_asked_for(request, COUNT)
    if not request.user.access.may(VIEW, place.path):
        return redirect(f"{reverse('supervision:round-below')}?{request.GET.urlencode()}")
    form, rows = _asked(request, place)
    context = {
        "place": place,
        "form": form,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "query": request.GET.urlencode(),
        "may_record": request.user.access.may(RECORD, place.path) and place.kind == "branch",
    }
    return render(request, "supervision/appraisals/list.html", context)


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
        if try_on_form(form, lambda: open_round(organization=branch, on=request.today, by=request.user, **given)):
            messages.success(request, _("The appraisal is open. Members write their self-appraisals."))
            return redirect("supervision:round-detail", given["key"])
    return render(request, "supervision/appraisals/open.html", {"form": form, "place": branch})


@requires(VIEW)
@never_cache
@require_safe
def round_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """Where it stands, and who is in it."""
    held = get_in_scope(request, ROUNDS.all(), pk=key)
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
        "may_record": request.user.access.may(RECORD, held.scope_path),
    }
    return render(request, "supervision/appraisals/round.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def round_on(request: PageRequest, key: UUID) -> HttpResponse:
    """Go on to the next step, with what it needs."""
    held = get_in_scope(request, ROUNDS.all(), pk=key)
    if (after := next_step(held.state)) is None:
        return redirect(held)
    form = StepForm(request.POST or None, round=held, meetings=_meetings(held))
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "state"}
        expected = form.cleaned_data["state"]
        if try_on_form(form, lambda: go_on(round=held, expected=expected, on=request.today, by=request.user, **given)):
            return redirect(held)
    context = {"form": form, "round": held, "after": RoundState(after).label, "progress": progress_of(held)}
    context |= {"without_account": without_account(held), "warning": warning_of(held)}
    return render(request, "supervision/appraisals/step.html", context)


@requires(RECORD)
@require_POST
def round_back(request: PageRequest, key: UUID) -> HttpResponse:
    """One step back."""
    held = get_in_scope(request, ROUNDS.all(), pk=key)
    try_with_message(request, lambda: go_back(round=held, expected=request.POST.get("state", ""), by=request.user))
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


COUNTING = Capability.COUNT_SUPERVISION


@requires(COUNTING)
@require_safe
def round_below(request: PageRequest) -> HttpResponse:
    """Every branch's appraisal of a year."""
    place, form, year = _asked_counts(request)
    lines = branch_lines(place.path, year, on=request.today)
    context = {
        "place": place,
        "form": form,
        "year": year,
        "grades": Grade.choices,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "closed": sum(line.state == "closed" for line in lines),
        "missing": sum(not line.state for line in lines),
        "query": request.GET.urlencode(),
    }
    return render(request, "supervision/appraisals/below.html", context)


@requires(COUNTING)
@require_safe
def round_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year = _asked_counts(request)
    sheet = Sheet(_("Appraisals"), _headings_counts(), _cells_counts(branch_lines(place.path, year, on=request.today)))
    return workbook(_("Appraisals %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}, sheet)


def _asked_counts(request: PageRequest) -> tuple[Organization, YearForm, int]:
    """The committee of one's office, and the year: this one unless another is asked for."""
    form = YearForm(request.GET, today=request.today)
    return place_asked_for(request, COUNTING), form, form.cleaned_data.get("year") or request.today.year


def _headings_counts() -> list[str]:
    return [_("Branch"), _("State"), *(str(grade.label) for grade in Grade)]


def _cells_counts(lines: Iterable[BranchLine]) -> Iterator[list[object]]:
    for line in lines:
        grades = [line.grades.get(grade) for grade in Grade]
        shown = [_("fewer than 3, or left out") if grade is None else grade for grade in grades]
        yield [line.branch.name, line.state_text or _("Not opened"), *(shown if line.state == "closed" else [""] * 4)]


RECORDING = Capability.RECORD_SUPERVISION
BALLOTS = AppraisalRound.objects.select_related("organization")


@requires(RECORDING)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def round_count(request: PageRequest, key: UUID) -> HttpResponse:
    """Type what was counted off the papers, without seeing what the other one typed."""
    held = get_in_scope(request, BALLOTS.all(), pk=key)
    form = PaperForm(request.POST or None, people=_people(held))
    if form.is_valid() and try_on_form(form, lambda: _type(request, held, form)):
        return redirect(held)
    context = {"form": form, "round": held, "marks": Mark.choices, "progress": progress_of(held)}
    return render(request, "supervision/appraisals/count.html", context)


@requires(RECORDING)
@require_POST
def round_count_anew(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw away what was typed so far."""
    held = get_in_scope(request, BALLOTS.all(), pk=key)
    done = _("The counts are thrown away. Two people type them again.")
    return _acted(request, held, lambda: count_anew(round=held, by=request.user), done)


@requires(RECORDING)
@require_POST
def round_on_paper(request: PageRequest, key: UUID) -> HttpResponse:
    """Begin the ballot anew, on paper."""
    held = get_in_scope(request, BALLOTS.all(), pk=key)
    done = _("The ballot begins anew on paper. Print the ballot papers.")
    return _acted(request, held, lambda: begin_on_paper(round=held, by=request.user), done)


@requires(RECORDING)
@require_safe
def round_ballot_paper(request: PageRequest, key: UUID) -> HttpResponse:
    """A ballot paper to print, the same for everybody."""
    held = get_in_scope(request, BALLOTS.all(), pk=key)
    context = {"round": held, "people": _people(held), "marks": Mark.choices}
    return render(request, "supervision/appraisals/ballot_paper.html", context)


def _people(held: AppraisalRound) -> list[Appraisee]:
    rows = Appraisee.objects.filter(round=held, is_graded=True).select_related("member")
    return list(rows.order_by("member__name_key", "pk"))


def _type(request: PageRequest, held: AppraisalRound, form: PaperForm) -> None:
    ballots = form.cleaned_data["ballots"]
    if type_count(round=held, ballots=ballots, figures=form.figures(), by=request.user):
        messages.success(request, _("Both counts agree: the sums stand."))
    else:
        messages.success(request, _("Your count is kept. A second person types theirs."))


def _acted(request: PageRequest, held: AppraisalRound, act: Callable[[], Any], done: str) -> HttpResponse:
    try_with_message(request, act, done)
    return redirect(held)

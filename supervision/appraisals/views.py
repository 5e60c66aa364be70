"""Rounds of appraisal for officers: lists, steps, the count of ballots, and counts of the branches below."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.meeting.models import Meeting
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Nothing, excel
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branch_asked_for,
    place_asked_for,
    try_on_form,
    try_with_message,
)
from members.pages.steps import Button, Crumb, Step, Words, form_page
from supervision.appraisals.ballot_services import begin_on_paper, count_anew, differing, type_count
from supervision.appraisals.forms import OpenForm, PaperForm, RoundFilterForm, StepForm, YearForm
from supervision.appraisals.lists import BRANCHES, GRADES, LISTING, PEOPLE
from supervision.appraisals.models import AppraisalRound, AppraisalRoundQuerySet, Appraisee
from supervision.appraisals.queries import (
    GIVES_OPINION,
    HOLDS_BALLOT,
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
from supervision.appraisals.services import go_back, go_on, open_round
from supervision.choices import AppraisalMark, RoundState

VIEW, COUNT, RECORD = Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION, Capability.RECORD_SUPERVISION
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
    may_record = request.user.access.may(RECORD, place.path) and place.kind == "branch"
    begin, words = address("supervision:round-open", org=place.code), LISTING.nothing
    nothing = Nothing(words.sentence, words.icon, _("Open an appraisal"), begin) if may_record else None
    return LISTING.shown(request, LISTING.ordered(request, rows), form=form, nothing=nothing).answer(
        title=_("Democratic appraisal"),
        lead=place.name,
        buttons=[
            may_record and Button(_("Open an appraisal"), begin, "plus-lg", primary=True),
            excel(request, reverse("supervision:round-export")),
        ],
    )


@requires(VIEW)
@require_safe
def round_export(request: PageRequest) -> FileResponse:
    """The grades as a workbook, without anybody's text; that it was taken is on record."""
    place = place_asked_for(request, VIEW)
    _form, rows = _asked(request, place)
    found = list(graded_in(rows)[:MOST_ROWS])
    record_export(action="export_appraisals", place=place, rows=len(found), by=request.user)
    name = _("Grades %(place)s %(day)s.xlsx") % {"place": place.name, "day": request.today.isoformat()}
    return GRADES.exported(request, found, file=name, sheet=_("Grades"))


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def round_open(request: PageRequest) -> HttpResponse:
    """Begin this year's appraisal with the roster of today."""
    branch = branch_asked_for(request, RECORD)
    done = _("The appraisal is open. Members write their self-appraisals.")
    words = _(
        "Everybody on today's roster takes part. Formal members get a grade; probationary members take part without "
        "one; who has no vote fills in no ballot."
    )
    return form_page(
        request,
        OpenForm(request.POST or None, today=request.today),
        lambda typed: open_round(organization=branch, on=request.today, by=request.user, **typed),
        Step(_("Open an appraisal"), _("Open it"), done),
        lambda opened: opened,
        crumbs=[_all(branch)],
        lead=branch.name,
        notes=[words],
    )


def _all(place: Organization) -> Crumb:
    return _("Democratic appraisal"), address("supervision:round-list", org=place.code)


def crumbs_of(held: AppraisalRound) -> list[Crumb]:
    """The pages between Home and a page below a round."""
    return [_all(held.organization), (str(held), held.get_absolute_url())]


def _left_out(held: AppraisalRound, may_record: bool) -> set[str]:
    """What a round has nothing to say of yet."""
    is_open = held.state not in (RoundState.OPINION, RoundState.CLOSED)
    left_out = {"ballot"} if is_open else set()
    left_out |= set() if held.state == RoundState.CLOSED else {"told_on", "help"}
    return left_out | (set() if held.state == RoundState.OPINION and may_record else {"acts"})


@requires(VIEW)
@never_cache
@require_safe
def round_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """Where it stands, and who is in it."""
    held = get_in_scope(request, ROUNDS.all(), pk=key)
    lines, may_record = lines_of(held), request.user.access.may(RECORD, held.scope_path)
    context = {
        "round": held,
        "people": PEOPLE.shown(request, lines, without=_left_out(held, may_record)),
        "progress": progress_of(held),
        "steps": RoundState.choices,
        "next": next_step(held.state),
        "before": step_before(held.state),
        "warning": warning_of(held),
        "differs": names_of(differing(held), lines) if held.state == RoundState.BALLOT else None,
        "may_record": may_record,
    }
    return render(request, "supervision/appraisals/round.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def round_on(request: PageRequest, key: UUID) -> HttpResponse:
    """Go on to the next step, with what it needs."""
    held = get_in_scope(request, ROUNDS.all(), pk=key)
    if (after := next_step(held.state)) is None:
        return redirect(held)
    act = partial(go_on, round=held, on=request.today, by=request.user)
    more = {"round": held, "progress": progress_of(held)}
    more |= {"without_account": without_account(held), "warning": warning_of(held)}
    return form_page(
        request,
        StepForm(request.POST or None, round=held, meetings=_meetings(held)),
        lambda typed: act(expected=typed["state"], **{name: typed[name] for name in typed.keys() - {"state"}}),
        Step(_("Go on: %(step)s") % {"step": RoundState(after).label}, _("Go on")),
        held,
        crumbs=crumbs_of(held),
        template="supervision/appraisals/step.html",
        more=more,
    )


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


@requires(COUNT)
@require_safe
def round_below(request: PageRequest) -> HttpResponse:
    """Every branch's appraisal of a year."""
    place, form, year = _asked_counts(request)
    lines = branch_lines(place.path, year, on=request.today)
    counted = _("%(closed)s of %(all)s branches have closed theirs; %(missing)s haven't opened one.") % {
        "closed": sum(line.state == "closed" for line in lines),
        "all": len(lines),
        "missing": sum(not line.state for line in lines),
    }
    return BRANCHES.shown(request, lines, form=form).answer(
        title=_("Democratic appraisal %(year)s") % {"year": year},
        lead=place.name,
        notes=[counted],
        buttons=[excel(request, reverse("supervision:round-below-export"))],
    )


@requires(COUNT)
@require_safe
def round_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, _form, year = _asked_counts(request)
    lines = branch_lines(place.path, year, on=request.today)
    file = _("Appraisals %(place)s %(year)s.xlsx") % {"place": place.name, "year": year}
    return BRANCHES.exported(request, lines, file=file, sheet=_("Appraisals"))


def _asked_counts(request: PageRequest) -> tuple[Organization, YearForm, int]:
    """The committee of one's office, and the year: this one unless another is asked for."""
    form = YearForm(request.GET, today=request.today)
    return place_asked_for(request, COUNT), form, form.cleaned_data.get("year") or request.today.year


RECORDING = Capability.RECORD_SUPERVISION
BALLOTS = AppraisalRound.objects.select_related("organization")


@requires(RECORDING)
@never_cache
@sensitive_post_parameters()
@require_http_methods(FORM_METHODS)
def round_count(request: PageRequest, key: UUID) -> HttpResponse:
    """Type what was counted off the papers, without seeing what the other one typed."""
    held = get_in_scope(request, BALLOTS.all(), pk=key)
    form = PaperForm(request.POST or None, people=_people(held))
    if form.is_valid() and try_on_form(form, lambda: _type(request, held, form)):
        return redirect(held)
    context = {"form": form, "round": held, "crumbs": crumbs_of(held), "progress": progress_of(held)}
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
    context = {"round": held, "people": _people(held), "marks": AppraisalMark.choices, "crumbs": crumbs_of(held)}
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


def _acted(request: PageRequest, held: AppraisalRound, act: Callable[[], Any], done: Words) -> HttpResponse:
    try_with_message(request, act, str(done))
    return redirect(held)

"""Problems: lists, where they come from, their steps, and counts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meetings.files import send_file
from meetings.meeting.models import Meeting
from members.access.policy import get_in_scope, require_at, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Badge, Listing, Nothing, badges, day, excel, linked, number, text
from members.pages.requests import FORM_METHODS, PageRequest, address, branch_asked_for, place_asked_for
from members.pages.steps import Button, Crumb, Step, form_page
from supervision.appraisals.models import AppraisalRound
from supervision.choices import ProblemSource
from supervision.navigation import source_of
from supervision.problems.forms import (
    AssignForm,
    CountForm,
    OccasionForm,
    ProblemFilterForm,
    StepForm,
    rows_form,
    rows_of,
)
from supervision.problems.models import Problem, ProblemList, ProblemQuerySet
from supervision.problems.queries import SHOWN, ProblemLine, parts_of, people_of, possible_steps, problem_lines
from supervision.problems.rules import STEPS
from supervision.problems.services import assign, make_list, take_step
from supervision.suggestions.models import Suggestion

VIEW, RECORD, COUNT = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION, Capability.COUNT_SUPERVISION
INSPECT = Capability.INSPECT
ON_PAPER, MOST_ROWS = 500, 20_000


def places_read(request: PageRequest) -> list[Organization]:
    """The places whose problems one reads, in tree order; one's own branch is reached without a filter. One query."""
    rows = Organization.objects.visible_to(request.user, VIEW) | Organization.objects.visible_to(request.user, INSPECT)
    return list(rows.standing_on(request.today).in_tree_order())


PROBLEMS = Problem.objects.select_related(
    "organization", "problem_list__inspection", "problem_list__meeting", "responsible"
)


KINDS = {"accepted": "good", "dropped": "quiet", "done": "info"}


def state_badges(problem: Problem, on: date) -> Iterator[Badge]:
    if problem.state in KINDS:
        yield problem.get_state_display(), KINDS[problem.state]
    else:
        yield (_("Overdue"), "bad") if problem.due_on < on else (problem.get_state_display(), "warn")
    if problem.is_internal:
        yield _("Only for officers"), "quiet"


def _responsible(problem: Problem) -> str:
    return problem.responsible.name if problem.responsible else problem.responsible_name


DUE_ON = day("due_on", _("Put right by"))
LISTING = Listing(
    columns=[
        linked("text", _("Problem"), below="organization.name"),
        text("measure", _("Measure"), lambda one: one.measure or None),
        text("responsible", _("Who puts it right"), lambda one: _responsible(one) or None, style="nowrap"),
        DUE_ON,
        linked("list", _("Comes from"), "problem_list.title", url=lambda one: f"?list={one.problem_list_id}"),
        badges("state", _("State"), state_badges),
    ],
    phone=["text", "state", "responsible", "due_on"],
    workbook=[
        text("branch", _("Branch"), "organization.name"),
        text("origin", _("Comes from"), "problem_list.origin"),
        text("occasion", _("Occasion"), "problem_list.title"),
        text("text", _("Problem")),
        text("measure", _("Measure")),
        text("responsible", _("Who puts it right"), _responsible),
        day("found_on", _("Found on")),
        DUE_ON,
        text("state", _("State"), "get_state_display"),
        day("settled_on", _("Settled on")),
        text("internal", _("Only for the branch's officers"), lambda one: _("Yes") if one.is_internal else ""),
    ],
    orders={
        "due": (_("By their day"), ("due_on", "key")),
        "newest": (_("Newest first"), ("-found_on", "key")),
        "who": (
            _("By who puts it right"),
            (F("responsible__name_key").asc(nulls_last=True), "responsible_name", "due_on", "key"),
        ),
        "branch": (_("By branch"), ("organization__path", "due_on", "key")),
    },
    counted=ngettext_lazy("%(counter)s problem", "%(counter)s problems", "counter"),
    nothing=Nothing(_("No problem is on record. Ask the secretary if you miss one."), "list-check"),
    no_match=_("No problem fits. Take away a filter."),
    paper=ON_PAPER,
)


@signed_in
@never_cache
@require_safe
def problem_list(request: PageRequest) -> HttpResponse:
    """By their day. Officers read their branch's, members those of their branch that aren't marked.

    Committees, who read no text, are led to the counts, unless their own branch has something for them to read.
    """
    access = request.user.access
    form, rows = _asked(request)
    reads = access.may_any([VIEW, INSPECT]) or Problem.objects.visible_to(request.user).exists()
    if access.may_any([COUNT]) and not reads:
        return redirect("supervision:problem-counts")
    add, may_export = access.may_any([RECORD]) and reverse("supervision:problem-add"), access.may_any([VIEW, INSPECT])
    sentence = _(
        "No problem is on record. Write down what came up in the organizational-life meeting, who puts it right, and "
        "by when."
    )
    nothing = Nothing(sentence, "list-check", _("Write down problems"), add) if add else None
    return LISTING.shown(request, rows, form=form, nothing=nothing).answer(
        title=_("Problems and rectification"),
        buttons=[
            add and Button(_("Write down problems"), add, "plus-lg", primary=True),
            access.may_any([COUNT]) and Button(_("Counts by branch"), reverse("supervision:problem-counts"), "table"),
            may_export and Button(_("Inspections"), reverse("supervision:inspection-list"), "search"),
            may_export and excel(request, reverse("supervision:problem-export")),
        ],
    )


@requires(VIEW, INSPECT)
@require_safe
def problem_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    _form, rows = _asked(request)
    found = list(rows[:MOST_ROWS])
    record_export(action="export_problems", rows=len(found), by=request.user)
    name = _("Problems %(day)s.xlsx") % {"day": request.today.isoformat()}
    return LISTING.exported(request, found, file=name, sheet=_("Problems"))


@signed_in
@never_cache
@require_safe
def problem_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The problem with everything that happened to it."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    steps = problem.steps.select_related("by__member")
    context = {
        "problem": problem,
        "steps": steps,
        "possible": possible_steps(problem, request.user),
        "badges": state_badges(problem, request.today),
        "may_assign": problem.state == "open" and request.user.access.may(RECORD, problem.organization.path),
    }
    return render(request, "supervision/problems/detail.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def problem_add(request: PageRequest) -> HttpResponse:
    """Several problems of one occasion on one page."""
    found = origin(request)
    form = OccasionForm(request.POST or None, initial=found.initial, fixed=found.is_fixed)
    rows = rows_form(request.POST or None, people_of(found.place))

    def act(typed: dict[str, Any]) -> ProblemList:
        facts = {name: typed[name] for name in ("key", "title", "source", "made_on")}
        new = ProblemList(organization=found.place, **facts, **found.links)
        return make_list(problem_list=new, rows=rows_of(rows), on=request.today, by=request.user)

    return form_page(
        request,
        form,
        act,
        Step(_("Write down problems"), _("Record"), _("The problems are on the list.")),
        lambda made: address("supervision:problem-list", list=made.pk),
        crumbs=[_all()],
        lead=found.place.name,
        also=[rows],
        within="supervision/problems/rows.html",
        more={"rows": rows},
    )


def _asked(request: PageRequest) -> tuple[ProblemFilterForm, ProblemQuerySet]:
    form = ProblemFilterForm(request.GET, places=places_read(request))
    rows = Problem.objects.visible_to(request.user).select_related(
        "organization", "problem_list__meeting", "responsible"
    )
    return form, LISTING.ordered(request, form.narrow(rows, on=request.today))


def _all() -> Crumb:
    return _("Problems and rectification"), reverse("supervision:problem-list")


def _about(problem: Problem) -> dict[str, Any]:
    """What stands on the steps of a problem."""
    here = (Truncator(problem.text).chars(30), problem.get_absolute_url())
    return {"crumbs": [_all(), here], "lead": problem.text}


ORIGINS: dict[str, tuple[QuerySet[Any], ProblemSource]] = {
    "meeting": (Meeting.objects.select_related("organization"), ProblemSource.MEETING),
    "suggestion": (Suggestion.objects.select_related("organization"), ProblemSource.SUGGESTION),
    "round": (AppraisalRound.objects.select_related("organization"), ProblemSource.APPRAISAL),
}


@dataclass(frozen=True, slots=True)
class Origin:
    place: Organization
    initial: dict[str, Any]
    links: dict[str, Any] = field(default_factory=dict)
    """What the list is tied to."""

    @property
    def is_fixed(self) -> bool:
        """A list that comes from something says so."""
        return bool(self.links)


def origin(request: PageRequest) -> Origin:
    """404 for what one doesn't see, 403 where one doesn't record."""
    for name, (rows, source) in ORIGINS.items():
        if key := request.GET.get(name):
            row = get_in_scope(request, rows, pk=_key(key))
            require_at(request, row.organization.path)
            source = source_of(row) if isinstance(row, Meeting) else source
            return Origin(row.organization, _initial(row, source, request), {name: row})
    asked = request.GET.get("source", "")
    known = asked in ProblemSource.values and asked != ProblemSource.INSPECTION
    initial: dict[str, Any] = {"source": asked if known else ProblemSource.OTHER, "made_on": request.today}
    return Origin(branch_asked_for(request, RECORD), initial)


def _initial(row: Any, source: ProblemSource, request: PageRequest) -> dict[str, Any]:
    """A suggestion's words are the member's: they aren't copied."""
    if isinstance(row, Meeting):
        day = min(row.day, request.today)
        return {"source": source, "made_on": day, "title": row.name[:160]}
    return {"source": source, "made_on": request.today, "title": str(source.label)}


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


WORDS = {
    "done": (_("Report as done"), _("Say what was done, and show it if you can.")),
    "note": (_("Add a note"), _("Say how far it has come.")),
    "accepted": (_("Accept"), _("Say what you looked at.")),
    "sent_back": (_("Send back"), _("Say what is still missing.")),
    "moved": (_("Give another day"), _("Say why it takes longer.")),
    "dropped": (_("Drop"), _("Say why nothing more is done about it.")),
}


@signed_in
@require_http_methods(FORM_METHODS)
def problem_step(request: PageRequest, key: UUID, kind: str) -> HttpResponse:
    """One step, with a form of its own. Who puts it right is told why they don't decide about it."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    if not STEPS[kind][1] & parts_of(problem, request.user):
        raise PermissionDenied(_("Your office doesn't cover this. Findings are accepted by those who inspect."))
    form = StepForm(request.POST or None, request.FILES or None, kind=kind)
    heading, note = WORDS[kind]
    act = partial(take_step, problem=problem, kind=kind, on=request.today, by=request.user)
    step = Step(heading, heading, _("It is on record."))
    return form_page(request, form, lambda _typed: act(**form.facts()), step, problem, notes=[note], **_about(problem))


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def problem_assign(request: PageRequest, key: UUID) -> HttpResponse:
    """Measure, who, and who may read it: for findings the branch says so itself."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    form = AssignForm(request.POST or None, problem=problem, people=people_of(problem.organization))
    act = partial(assign, problem=problem, on=request.today, by=request.user)
    step = Step(_("Measure and who"), _("Record"), _("It is on record."))
    return form_page(
        request, form, lambda typed: act(values=form.facts(), key=typed["key"]), step, problem, **_about(problem)
    )


@signed_in
@require_safe
def problem_evidence(request: PageRequest, key: UUID, step: UUID) -> HttpResponseBase:
    """The file, as what its content says it is."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    found = get_object_or_404(problem.steps.all(), pk=step)
    if not found.file:
        raise Http404
    return send_file(found.file, str(_("Evidence")))


BRANCHES = Listing(
    columns=[
        text("branch", _("Branch"), "branch.name"),
        number("found", _("Found")),
        number("accepted", _("Accepted")),
        number("on_time", _("Put right on time")),
        number("dropped", _("Dropped")),
        number("unsettled", _("Not settled yet")),
        number("overdue", _("Overdue"), is_bad=True),
    ],
    phone=["branch", "overdue", "found", "accepted"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "table"),
)


@requires(COUNT)
@require_safe
def problem_counts(request: PageRequest) -> HttpResponse:
    """Found, put right on time, overdue: by branch."""
    place, form, (first, last), lines = _counts_asked_for(request)
    totals = {name: sum(getattr(line, name) for line in lines) for name in SHOWN}
    return BRANCHES.shown(request, lines, form=form, totals={"branch": _("All branches"), **totals}).answer(
        title=_("Problems by branch"),
        lead=f"{place.name}, {first} – {last}",
        crumbs=[_all()] if request.user.access.may_any([VIEW, INSPECT]) else [],
        buttons=[excel(request, reverse("supervision:problem-counts-export"))],
    )


@requires(COUNT)
@require_safe
def problem_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, _form, days, lines = _counts_asked_for(request)
    record_export(action="export_problems", rows=len(lines), by=request.user, place=place)
    name = _("Problems by branch %(first)s to %(last)s.xlsx") % {"first": days[0], "last": days[1]}
    return BRANCHES.exported(request, lines, file=name, sheet=_("Problems by branch"))


def _counts_asked_for(request: PageRequest) -> tuple[Organization, CountForm, tuple[date, date], list[ProblemLine]]:
    place = place_asked_for(request, COUNT)
    places = list(Organization.objects.visible_to(request.user, COUNT).standing_on(request.today).in_tree_order())
    form = CountForm(request.GET, places=places)
    days, text = form.period(request.today), form.cleaned_data.get("q") or ""
    return place, form, days, [one for one in problem_lines(place.path, *days) if text in one.branch.name]

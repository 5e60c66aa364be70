"""Problems: lists, where they come from, their steps, and counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meetings.files import send_file
from meetings.meeting.models import Meeting
from members.access.policy import get_in_scope, require_at, requires, signed_in
from members.choices import Capability
from members.models import Organization
from members.pages.requests import FORM_METHODS, PageRequest, branch_asked_for, place_asked_for, try_on_form, workbook
from members.workbooks.writing import Sheet
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
from supervision.problems.services import assign, make_list, put_problems_export_on_record, take_step
from supervision.suggestions.models import Suggestion

VIEW, RECORD, COUNT = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION, Capability.COUNT_SUPERVISION
INSPECT = Capability.INSPECT
ON_A_PAGE, ON_PAPER, MOST_ROWS = 30, 500, 20_000


def places_read(request: PageRequest) -> list[Organization]:
    """The places whose problems one reads, in tree order; one's own branch is reached without a filter. One query."""
    rows = Organization.objects.visible_to(request.user, VIEW) | Organization.objects.visible_to(request.user, INSPECT)
    return list(rows.standing_on(request.today).in_tree_order())


def page_size(request: PageRequest) -> int:
    return ON_PAPER if request.GET.get("paper") else ON_A_PAGE


PROBLEMS = Problem.objects.select_related(
    "organization", "problem_list__inspection", "problem_list__meeting", "responsible"
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
    size = page_size(request)
    context = {
        "form": form,
        "page": Paginator(rows, size).get_page(request.GET.get("page")),
        "today": request.today,
        "on_paper": size == ON_PAPER,
        "query": request.GET.urlencode(),
        "may_record": access.may_any([RECORD]),
        "may_export": access.may_any([VIEW, INSPECT]),
        "may_count": access.may_any([COUNT]),
    }
    return render(request, "supervision/problems/list.html", context)


@requires(VIEW, INSPECT)
@require_safe
def problem_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    _form, rows = _asked(request)
    found = list(rows[:MOST_ROWS])
    put_problems_export_on_record(rows=len(found), by=request.user)
    name = _("Problems %(day)s.xlsx") % {"day": request.today.isoformat()}
    return workbook(name, Sheet(_("Problems"), _headings(), _cells(found)))


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
        "today": request.today,
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
    if form.is_valid() and rows.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("key", "title", "source", "made_on")}
        new = ProblemList(organization=found.place, **facts, **found.links)
        given: dict[str, Any] = {"rows": rows_of(rows), "on": request.today, "by": request.user}
        if try_on_form(form, lambda: make_list(problem_list=new, **given)):
            messages.success(request, _("The problems are on the list."))
            return redirect(f"{reverse('supervision:problem-list')}?list={new.pk}")
    return render(request, "supervision/problems/add.html", {"form": form, "rows": rows, "place": found.place})


def _asked(request: PageRequest) -> tuple[ProblemFilterForm, ProblemQuerySet]:
    form = ProblemFilterForm(request.GET, places=places_read(request))
    rows = Problem.objects.visible_to(request.user).select_related(
        "organization", "problem_list__meeting", "responsible"
    )
    return form, form.narrow(rows, on=request.today)


def _headings() -> list[str]:
    return [
        _("Branch"), _("Comes from"), _("Occasion"), _("Problem"), _("Measure"),
        _("Who puts it right"), _("Found on"), _("Put right by"),
        _("State"), _("Settled on"), _("Only for the branch's officers"),
    ]  # fmt: skip


def _cells(rows: Iterable[Problem]) -> Iterator[list[object]]:
    for one in rows:
        yield [
            one.organization.name, one.problem_list.origin, one.problem_list.title, one.text,
            one.measure, one.responsible.name if one.responsible else one.responsible_name, one.found_on, one.due_on,
            one.get_state_display(), one.settled_on, _("Yes") if one.is_internal else "",
        ]  # fmt: skip


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
    "done": (gettext_lazy("Report as done"), gettext_lazy("Say what was done, and show it if you can.")),
    "note": (gettext_lazy("Add a note"), gettext_lazy("Say how far it has come.")),
    "accepted": (gettext_lazy("Accept"), gettext_lazy("Say what you looked at.")),
    "sent_back": (gettext_lazy("Send back"), gettext_lazy("Say what is still missing.")),
    "moved": (gettext_lazy("Give another day"), gettext_lazy("Say why it takes longer.")),
    "dropped": (gettext_lazy("Drop"), gettext_lazy("Say why nothing more is done about it.")),
}


@signed_in
@require_http_methods(FORM_METHODS)
def problem_step(request: PageRequest, key: UUID, kind: str) -> HttpResponse:
    """One step, with a form of its own. Who puts it right is told why they don't decide about it."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    if not STEPS[kind][1] & parts_of(problem, request.user):
        raise PermissionDenied(_("Your office doesn't cover this. Findings are accepted by those who inspect."))
    form = StepForm(request.POST or None, request.FILES or None, kind=kind)
    given: dict[str, Any] = {"problem": problem, "kind": kind, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: take_step(**form.facts(), **given)):
        messages.success(request, _("It is on record."))
        return redirect(problem)
    heading, lead = WORDS[kind]
    context = {"form": form, "problem": problem, "heading": heading, "lead": lead, "kind": kind}
    return render(request, "supervision/problems/step.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def problem_assign(request: PageRequest, key: UUID) -> HttpResponse:
    """Measure, who, and who may read it: for findings the branch says so itself."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    form = AssignForm(request.POST or None, problem=problem, people=people_of(problem.organization))
    if form.is_valid():
        given = {"values": form.facts(), "key": form.cleaned_data["key"], "on": request.today, "by": request.user}
        if try_on_form(form, lambda: assign(problem=problem, **given)):
            messages.success(request, _("It is on record."))
            return redirect(problem)
    return render(request, "supervision/problems/assign.html", {"form": form, "problem": problem})


@signed_in
@require_safe
def problem_evidence(request: PageRequest, key: UUID, step: UUID) -> HttpResponseBase:
    """The file, as what its content says it is."""
    problem = get_in_scope(request, PROBLEMS, pk=key)
    found = get_object_or_404(problem.steps.all(), pk=step)
    if not found.file:
        raise Http404
    return send_file(found.file, _("Evidence"))


@requires(COUNT)
@require_safe
def problem_counts(request: PageRequest) -> HttpResponse:
    """Found, put right on time, overdue: by branch."""
    place, form, days, lines = _asked_counts(request)
    context = {
        "place": place,
        "form": form,
        "first": days[0],
        "last": days[1],
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": {name: sum(getattr(line, name) for line in lines) for name in SHOWN},
        "query": request.GET.urlencode(),
        "reads": request.user.access.may_any([VIEW, INSPECT]),
    }
    return render(request, "supervision/problems/counts.html", context)


@requires(COUNT)
@require_safe
def problem_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, _form, days, lines = _asked_counts(request)
    put_problems_export_on_record(rows=len(lines), by=request.user, place=place)
    name = _("Problems by branch %(first)s to %(last)s.xlsx") % {"first": days[0], "last": days[1]}
    return workbook(name, Sheet(_("Problems by branch"), _headings_counts(), _cells_counts(lines)))


def _asked_counts(request: PageRequest) -> tuple[Organization, CountForm, tuple[date, date], list[ProblemLine]]:
    place = place_asked_for(request, COUNT)
    places = list(Organization.objects.visible_to(request.user, COUNT).standing_on(request.today).in_tree_order())
    form = CountForm(request.GET, places=places)
    days, text = form.period(request.today), form.cleaned_data.get("q") or ""
    return place, form, days, [one for one in problem_lines(place.path, *days) if text in one.branch.name]


def _headings_counts() -> list[str]:
    return [
        _("Branch"), _("Found"), _("Accepted"), _("Put right on time"), _("Dropped"), _("Not settled yet"),
        _("Overdue"),
    ]  # fmt: skip


def _cells_counts(lines: list[ProblemLine]) -> Iterator[list[object]]:
    for one in lines:
        yield [one.branch.name, *(getattr(one, name) for name in SHOWN)]

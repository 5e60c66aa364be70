"""Problems: the list, one with what became of it, and a new list of one occasion."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.downloads import workbook
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.problems import OccasionForm, ProblemFilterForm, rows_form, rows_of
from supervision.models import Problem, ProblemList
from supervision.models.problem import ProblemQuerySet
from supervision.queries.problems import people_of, possible_steps
from supervision.services.problems import make_list, put_problems_export_on_record
from supervision.views.problem_origin import origin
from supervision.views.problem_pages import (
    COUNT,
    INSPECT,
    MOST_ROWS,
    ON_PAPER,
    RECORD,
    VIEW,
    page_size,
    places_read,
)

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
    standing = request.user.standing
    form, rows = _asked(request)
    reads = standing.may_any([VIEW, INSPECT]) or Problem.objects.visible_to(request.user).exists()
    if standing.may_any([COUNT]) and not reads:
        return redirect("supervision:problem-counts")
    size = page_size(request)
    context = {
        "form": form,
        "page": Paginator(rows, size).get_page(request.GET.get("page")),
        "today": request.today,
        "on_paper": size == ON_PAPER,
        "query": request.GET.urlencode(),
        "may_record": standing.may_any([RECORD]),
        "may_export": standing.may_any([VIEW, INSPECT]),
        "may_count": standing.may_any([COUNT]),
    }
    return render(request, "supervision/problem_list.html", context)


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
    problem = fetch(request, PROBLEMS, pk=key)
    steps = problem.steps.select_related("by__member")
    context = {
        "problem": problem,
        "steps": steps,
        "possible": possible_steps(problem, request.user),
        "today": request.today,
        "may_assign": problem.state == "open" and request.user.standing.may(RECORD, problem.organization.path),
    }
    return render(request, "supervision/problem_detail.html", context)


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
        if carried_out(form, lambda: make_list(problem_list=new, **given)):
            messages.success(request, _("The problems are on the list."))
            return redirect(f"{reverse('supervision:problem-list')}?list={new.pk}")
    return render(request, "supervision/problem_add.html", {"form": form, "rows": rows, "place": found.place})


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

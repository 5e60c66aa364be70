"""Joint goals: lists, steps and counts."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.goals.forms import (
    CheckForm,
    CopyForm,
    GoalCountForm,
    GoalEditForm,
    GoalFilterForm,
    GoalForm,
    ResultForm,
    StepForm,
)
from assessment.goals.models import Goal, GoalQuerySet
from assessment.goals.queries import (
    FIGURES,
    NAMES,
    Counted,
    Shown,
    goal_counts,
    named_to,
    people_of,
    sees_names,
    show,
    total_of,
    way_of,
)
from assessment.goals.services import (
    RUNNING,
    add_goal_step,
    check_goal,
    copy_goals,
    edit_goal,
    end_goal,
    plan_goal,
    still_open,
)
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    branch_asked_for,
    branches_offered,
    place_asked_for,
    try_on_form,
    workbook,
)
from members.workbooks.writing import Sheet

ON_A_PAGE, ON_PAPER, MOST_ROWS = 30, 500, 20_000
VIEW, RECORD = Capability.VIEW_ASSESSMENT, Capability.RECORD_ASSESSMENT
GOALS = Goal.objects.select_related("organization", "responsible")


@requires(VIEW)
@never_cache
@require_safe
def goal_list(request: PageRequest) -> HttpResponse:
    """Of a branch and a year; committees read all of their branches, without a name."""
    form, rows, branches = _asked(request)
    size = ON_PAPER if request.GET.get("paper") else ON_A_PAGE
    page = Paginator(rows, size).get_page(request.GET.get("page"))
    access = request.user.access
    context = {
        "form": form,
        "page": page,
        "rows": [show(goal, request.user, on=request.today) for goal in page],
        "many": len(branches) > 1,
        "names": form.names is not None,
        "query": request.GET.urlencode(),
        "on_paper": size == ON_PAPER,
        "may_record": access.may_any([RECORD]),
        "last_year": request.today.year - 1,
    }
    return render(request, "assessment/goals/list.html", context)


@requires(VIEW)
@require_safe
def goal_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    form, asked, _branches = _asked(request)
    rows = [show(goal, request.user, on=request.today) for goal in asked[:MOST_ROWS]]
    code = form.cleaned_data.get("org")
    place = Organization.objects.filter(code=code).first() if code else None
    record_export(action="export_goals", place=place, rows=len(rows), by=request.user)
    named = form.names is not None
    sheet = Sheet(_("Joint goals"), _headings(named=named), _cells(rows, named=named))
    return workbook(_("Joint goals %(day)s.xlsx") % {"day": request.today.isoformat()}, sheet)


@requires(VIEW)
@never_cache
@require_safe
def goal_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The unit's target and the party work side by side, and the way from the plan to the result."""
    goal = get_in_scope(request, GOALS, pk=key)
    with_names = sees_names(goal, request.user)
    steps = list(goal.steps.select_related("by"))
    context = {
        "goal": goal,
        "one": show(goal, request.user, on=request.today),
        "with_names": with_names,
        "events": way_of(goal, steps, with_names=with_names),
        "is_running": goal.state in RUNNING,
        "may_record": request.user.access.may(RECORD, goal.organization.path),
    }
    return render(request, "assessment/goals/detail.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_new(request: PageRequest) -> HttpResponse:
    """Target and party work on one form, so that they are thought of together."""
    branch = branch_asked_for(request, RECORD)
    form = GoalForm(request.POST or None, people=people_of(branch), today=request.today)
    if form.is_valid():
        goal = Goal(key=form.cleaned_data["key"], organization=branch, **form.facts())
        if try_on_form(form, lambda: plan_goal(goal, on=request.today, by=request.user)):
            messages.success(request, _("The joint goal is planned."))
            return redirect("assessment:goal-detail", goal.key)
    return render(request, "assessment/goals/new.html", {"form": form, "branch": branch})


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """While it is planned; once it was checked, only who answers for it."""
    goal = get_in_scope(request, GOALS, pk=key)
    form = GoalEditForm(request.POST or None, goal=goal, people=people_of(goal.organization), today=request.today)
    given: dict[str, Any] = {"goal": goal, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: edit_goal(values=form.facts(), **given)):
        messages.success(request, _("Changed."))
        return redirect(goal)
    return render(request, "assessment/goals/edit.html", {"form": form, "goal": goal})


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_copy(request: PageRequest) -> HttpResponse:
    """Last year's open goals into this year."""
    branch, year = branch_asked_for(request, RECORD), request.today.year - 1
    goals = still_open(branch, year)
    form = CopyForm(request.POST or None, goals=goals)
    given: dict[str, Any] = {"branch": branch, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: copy_goals(goals=form.cleaned_data["goals"], **given)):
        count = len(form.cleaned_data["goals"])
        messages.success(
            request, ngettext("%(count)s goal goes on.", "%(count)s goals go on.", count) % {"count": count}
        )
        return redirect(f"{reverse('assessment:goal-list')}?org={branch.code}")
    context = {"form": form, "goals": goals, "branch": branch, "year": year}
    return render(request, "assessment/goals/copy.html", context)


def _asked(request: PageRequest) -> tuple[GoalFilterForm, GoalQuerySet, list[Organization]]:
    branches = list(branches_offered(request, VIEW))
    names = named_to(request.user) if request.user.access.may_any([NAMES]) else None
    form = GoalFilterForm(request.GET, branches=branches, today=request.today, names=names)
    rows = Goal.objects.visible_to(request.user).select_related("organization", "responsible")
    return form, form.narrow(rows), branches


def _headings(*, named: bool) -> list[str]:
    return [
        _("Branch"), _("Year"), _("Joint goal"), _("The unit's target"), _("Party work behind it"),
        *([_("Who answers for it")] if named else []), _("State"), _("Planned on"), _("Looked at on"),
        _("Where it stands"), _("Result on"), _("Result"),
    ]  # fmt: skip


def _cells(rows: Iterable[Shown], *, named: bool) -> Iterator[list[object]]:
    for one in rows:
        it = one.goal
        yield [
            it.organization.name, it.year, it.title, it.target, it.party_work, *([one.who] if named else []),
            str(one.words), it.planned_on, it.checked_on, it.check_words, it.ended_on, it.result_words,
        ]  # fmt: skip


HEADINGS = {
    "step": gettext_lazy("What was done for the goal"),
    "check": gettext_lazy("Look at it in the middle of the year"),
    "result": gettext_lazy("What came of the goal"),
}


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_step(request: PageRequest, key: UUID) -> HttpResponse:
    """Something was done, in a sentence."""
    goal = get_in_scope(request, GOALS, pk=key)
    return _act(request, goal, "step", StepForm(request.POST or None, today=request.today), add_goal_step)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_check(request: PageRequest, key: UUID) -> HttpResponse:
    """On the way or behind, with words."""
    goal = get_in_scope(request, GOALS, pk=key)
    return _act(request, goal, "check", CheckForm(request.POST or None, goal=goal, today=request.today), check_goal)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_result(request: PageRequest, key: UUID) -> HttpResponse:
    """Reached, partly, not, or dropped with the reason."""
    goal = get_in_scope(request, GOALS, pk=key)
    return _act(request, goal, "result", ResultForm(request.POST or None, goal=goal, today=request.today), end_goal)


def _act(request: PageRequest, goal: Goal, step: str, form: Any, service: Callable[..., object]) -> HttpResponse:
    given = {"goal": goal, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: service(**form.facts(), **given)):
        messages.success(request, _("It is on record."))
        return redirect(goal)
    context = {"form": form, "goal": goal, "heading": HEADINGS[step]}
    return render(request, "assessment/goals/step.html", context)


COUNTS_ON_A_PAGE = 50


@requires(VIEW)
@require_safe
def goal_counts_page(request: PageRequest) -> HttpResponse:
    """Every standing branch below the place, also those without a goal."""
    place, form, rows = _counts_asked_for(request)
    context = {
        "place": place,
        "form": form,
        "year": form.of_year,
        "page": Paginator(rows, COUNTS_ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total_of(rows),
        "without": sum(not one.figures["planned"] for one in rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "assessment/goals/counts.html", context)


@requires(VIEW)
@require_safe
def goal_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, rows = _counts_asked_for(request)
    record_export(action="export_goals", place=place, rows=len(rows), by=request.user)
    headings = [
        _("Branch"), _("Joint goals"), _("Checked at mid-year"), _("Checked: behind"), _("Reached"),
        _("Partly reached"), _("Missed"), _("Given up"), _("Without a result yet"),
    ]  # fmt: skip
    cells = ([one.branch.name, *(one.figures[name] for name in FIGURES)] for one in rows)
    name = _("Joint goals counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return workbook(name, Sheet(_("Joint goals"), headings, cells))


def _counts_asked_for(request: PageRequest) -> tuple[Organization, GoalCountForm, list[Counted]]:
    place = place_asked_for(request, VIEW)
    form = GoalCountForm(request.GET, today=request.today)
    branches = Organization.objects.below(place.path).branches().standing_on(request.today).in_tree_order()
    rows = goal_counts(place.path, form.of_year, form.narrow(branches))
    return place, form, form.kept(rows)

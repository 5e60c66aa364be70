"""Joint goals: lists, steps and counts."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _, ngettext_lazy
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
    NAMES,
    GoalCounts,
    NamedGoal,
    goal_counts,
    named_to,
    people_of,
    sees_names,
    state_badges,
    total_of,
    way_of,
    who_of,
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
from members.pages.listing import Listing, Nothing, badges, day, excel, linked, number, text
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branch_asked_for,
    branches_offered,
    place_asked_for,
    workbook,
)
from members.pages.steps import Button, Crumb, Step, Words, form_page

MOST_ROWS = 20_000
VIEW, RECORD = Capability.VIEW_ASSESSMENT, Capability.RECORD_ASSESSMENT
GOALS = Goal.objects.select_related("organization", "responsible")
BRANCH, TARGET, PARTY_WORK = (
    text("branch", _("Branch"), "goal.organization.name"),
    text("target", _("The unit's target"), "goal.target"),
    text("party_work", _("Party work behind it"), "goal.party_work"),
)
WHO = text("who", _("Who answers for it"), lambda one: one.who or None, style="nowrap")
STATE = badges("state", _("State"), lambda one, on: state_badges(one.goal, on))
LISTING = Listing(
    columns=[
        linked(
            "title", _("Joint goal"), "goal.title", url="goal.get_absolute_url",
            below=lambda one: f"{one.goal.organization.name} · {one.goal.year}",
        ),
        TARGET, PARTY_WORK, WHO, STATE,
    ],
    phone=["title", "state", "target", "who"],
    workbook=[
        BRANCH, number("year", _("Year"), "goal.year"), text("title", _("Joint goal"), "goal.title"), TARGET,
        PARTY_WORK, WHO, STATE, day("planned_on", _("Planned on"), "goal.planned_on"),
        day("checked_on", _("Looked at on"), "goal.checked_on"),
        text("check_words", _("Where it stands"), "goal.check_words"), day("ended_on", _("Result on"), "goal.ended_on"),
        text("result_words", _("Result"), "goal.result_words"),
    ],
    orders={
        "branch": (_("By branch"), ("organization__path", "-year", "planned_on", "key")),
        "newest": (_("Newest first"), ("-planned_on", "key")),
        "state": (_("By state"), ("state", "organization__path", "planned_on", "key")),
    },
    counted=ngettext_lazy("%(counter)s goal", "%(counter)s goals", "counter"),
    nothing=Nothing(
        _("No joint goal is planned for this year. The secretary of the branch plans them."), "flag"
    ),
    no_match=_("No goal fits. Take away a filter, or look at all years."),
    paper=500,
)  # fmt: skip


@requires(VIEW)
@never_cache
@require_safe
def goal_list(request: PageRequest) -> HttpResponse:
    """Of a branch and a year; committees read all of their branches, without a name."""
    form, rows, branches = _asked(request)
    new = reverse("assessment:goal-new") if request.user.access.may_any([RECORD]) else ""
    copy_label = _("Take along from %(year)s") % {"year": request.today.year - 1}
    sentence = _(
        "No joint goal is planned for this year. Begin with one target of the unit that everybody knows, and write "
        "down what the branch does for it."
    )
    return LISTING.shown(
        request,
        rows,
        form=form,
        without=_unnamed(form),
        lines=lambda goals: _named(request, goals),
        nothing=Nothing(sentence, "flag", _("Plan a goal"), new) if new else None,
    ).answer(
        title=_("Joint goals"),
        lead=_(
            "What the unit wants to reach this year, and the party work behind it: planned, checked at mid-year and "
            "settled together."
        ),
        buttons=[
            new and Button(_("Plan a goal"), new, "plus-lg", primary=True),
            new and Button(copy_label, reverse("assessment:goal-copy"), "arrow-repeat"),
            len(branches) > 1 and Button(_("Counts by branch"), reverse("assessment:goal-counts"), "table"),
            excel(request, reverse("assessment:goal-export")),
        ],
    )


@requires(VIEW)
@require_safe
def goal_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    form, asked, _branches = _asked(request)
    rows = _named(request, asked[:MOST_ROWS])
    code = form.cleaned_data.get("org")
    place = Organization.objects.filter(code=code).first() if code else None
    record_export(action="export_goals", place=place, rows=len(rows), by=request.user)
    sheet = LISTING.sheet(_("Joint goals"), rows, on=request.today, without=_unnamed(form))
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
        "badges": state_badges(goal, request.today),
        "who": who_of(goal) if with_names else "",
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

    def act(typed: dict[str, Any]) -> Goal:
        goal = Goal(key=typed["key"], organization=branch, **form.facts())
        plan_goal(goal, on=request.today, by=request.user)
        return goal

    step = Step(_("Plan a joint goal"), _("Plan a goal"), _("The joint goal is planned."))
    lead = _(
        "Both on one form: what the unit wants to reach, and what the branch does for it. One to three goals a year "
        "are enough."
    )
    return form_page(request, form, act, step, lambda goal: goal, crumbs=[_all()], lead=f"{branch.name} · {lead}")


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """While it is planned; once it was checked, only who answers for it."""
    goal = get_in_scope(request, GOALS, pk=key)
    form = GoalEditForm(request.POST or None, goal=goal, people=people_of(goal.organization), today=request.today)
    act = partial(edit_goal, goal=goal, on=request.today, by=request.user)
    fixed = _("The goal was checked and isn't moved any more. Only who answers for it can change.")
    return form_page(
        request,
        form,
        lambda _typed: act(values=form.facts()),
        Step(_("Change the goal"), _("Save"), _("Changed.")),
        goal,
        crumbs=_above(goal),
        notice="" if goal.state == "planned" else fixed,
    )


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_copy(request: PageRequest) -> HttpResponse:
    """Last year's open goals into this year."""
    branch, year = branch_asked_for(request, RECORD), request.today.year - 1
    goals, title = still_open(branch, year), _("Goals of %(year)s that go on") % {"year": year}
    if not goals:
        nothing = Nothing(NOTHING_LEFT, "check-circle", _("Back to the goals"), reverse("assessment:goal-list"))
        return render(request, "members/pages/page.html", {"title": title, "crumbs": [_all()], "nothing": nothing})
    form = CopyForm(request.POST or None, goals=goals)
    act = partial(copy_goals, branch=branch, on=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(goals=typed["goals"]),
        Step(title, _("Take along"), lambda _none: GO_ON % {"count": len(form.cleaned_data["goals"])}),
        _list_url(branch, request.today.year),
        crumbs=[_all()],
        lead=f"{branch.name} · {ANEW}",
    )


NOTHING_LEFT = _("Nothing is left to take along: every goal of that year was reached or given up, or goes on already.")
GO_ON = ngettext_lazy("%(count)s goal goes on.", "%(count)s goals go on.", "count")
ANEW = _(
    "What wasn't reached and goes on: it is planned anew for this year, with the same words, and can be changed there."
)


def _asked(request: PageRequest) -> tuple[GoalFilterForm, GoalQuerySet, list[Organization]]:
    branches = list(branches_offered(request, VIEW))
    names = named_to(request.user) if request.user.access.may_any([NAMES]) else None
    form = GoalFilterForm(request.GET, branches=branches, today=request.today, names=names)
    rows = Goal.objects.visible_to(request.user).select_related("organization", "responsible")
    return form, LISTING.ordered(request, form.narrow(rows)), branches


def _named(request: PageRequest, goals: Iterable[Goal]) -> list[NamedGoal]:
    return [NamedGoal(goal, who_of(goal) if sees_names(goal, request.user) else "") for goal in goals]


def _unnamed(form: GoalFilterForm) -> set[str]:
    return {"who"} if form.names is None else set()


def _list_url(branch: Organization, year: int) -> str:
    return address("assessment:goal-list", org=branch.code, year=year)


def _all() -> Crumb:
    return _("Joint goals"), reverse("assessment:goal-list")


def _above(goal: Goal) -> list[Crumb]:
    return [_all(), (Truncator(goal.title).chars(30), goal.get_absolute_url())]


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_step(request: PageRequest, key: UUID) -> HttpResponse:
    """Something was done, in a sentence."""
    goal = get_in_scope(request, GOALS, pk=key)
    form = StepForm(request.POST or None, today=request.today)
    return _act(request, goal, _("What was done for the goal"), form, add_goal_step)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_check(request: PageRequest, key: UUID) -> HttpResponse:
    """On the way or behind, with words."""
    goal = get_in_scope(request, GOALS, pk=key)
    form = CheckForm(request.POST or None, goal=goal, today=request.today)
    return _act(request, goal, _("Look at it in the middle of the year"), form, check_goal)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_result(request: PageRequest, key: UUID) -> HttpResponse:
    """Reached, partly, not, or dropped with the reason."""
    goal = get_in_scope(request, GOALS, pk=key)
    form = ResultForm(request.POST or None, goal=goal, today=request.today)
    return _act(request, goal, _("What came of the goal"), form, end_goal)


def _act(request: PageRequest, goal: Goal, title: Words, form: Any, service: Callable[..., object]) -> HttpResponse:
    act = partial(service, goal=goal, on=request.today, by=request.user)
    facts = [(TARGET.label, goal.target), (PARTY_WORK.label, goal.party_work)]
    step = Step(title, _("Record"), _("It is on record."))
    return form_page(request, form, lambda _typed: act(**form.facts()), step, goal, crumbs=_above(goal), facts=facts)


WITHOUT = ngettext_lazy(
    "%(counter)s branch, %(without)s without a joint goal",
    "%(counter)s branches, %(without)s without a joint goal",
    "counter",
)
BRANCHES = Listing(
    columns=[
        linked("branch", _("Branch"), "branch.name", url=lambda one: _list_url(one.branch, one.year)),
        number("planned", _("Joint goals"), "figures.planned"),
        number("checked", _("Checked at mid-year"), "figures.checked"),
        number("behind", _("Checked: behind"), "figures.behind"),
        number("reached", _("Reached"), "figures.reached"),
        number("partly", _("Partly reached"), "figures.partly"),
        number("missed", _("Missed"), "figures.missed"),
        number("dropped", _("Given up"), "figures.dropped"),
        number("open", _("Without a result yet"), "figures.open"),
    ],
    phone=["branch", "planned", "reached", "behind", "open"],
    nothing=Nothing(_("No branch fits. Take away a filter."), "table"),
    size=50,
)


@requires(VIEW)
@require_safe
def goal_counts_page(request: PageRequest) -> HttpResponse:
    """Every standing branch below the place, also those without a goal."""
    place, form, rows = _counts_asked_for(request)
    without = sum(not one.figures["planned"] for one in rows)
    return BRANCHES.shown(request, rows, form=form, totals={"branch": _("All branches"), **total_of(rows)}).answer(
        title=_("Joint goals by branch"),
        crumbs=[_all()],
        lead=f"{place.name} · {form.of_year}",
        notes=[WITHOUT % {"counter": len(rows), "without": without}] if rows else [],
        buttons=[excel(request, reverse("assessment:goal-counts-export"))],
    )


@requires(VIEW)
@require_safe
def goal_counts_export(request: PageRequest) -> FileResponse:
    """The same as a workbook."""
    place, form, rows = _counts_asked_for(request)
    record_export(action="export_goals", place=place, rows=len(rows), by=request.user)
    name = _("Joint goals counted %(place)s %(year)s.xlsx") % {"place": place.name, "year": form.of_year}
    return BRANCHES.exported(request, rows, file=name, sheet=_("Joint goals"))


def _counts_asked_for(request: PageRequest) -> tuple[Organization, GoalCountForm, list[GoalCounts]]:
    place = place_asked_for(request, VIEW)
    form = GoalCountForm(request.GET, today=request.today)
    branches = Organization.objects.below(place.path).branches().standing_on(request.today).in_tree_order()
    rows = goal_counts(place.path, form.of_year, form.narrow(branches))
    return place, form, form.kept(rows)

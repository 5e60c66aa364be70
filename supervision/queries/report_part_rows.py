"""The records behind the figures of suggestions, talks, problems, matters and appraisals."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from members.choices import Capability
from members.models import HelpRequest
from members.paths import subtree
from members.queries.records import help_of
from supervision.choices import Grade, InspectionState, ProblemSource, SuggestionOutcome
from supervision.models import AppraisalRound, Appraisee, Inspection, Matter, Problem, Suggestion, Talk
from supervision.queries.problem_figures import condition as problem_condition
from supervision.queries.report_pairs import AskedPair, pairs_asked
from supervision.queries.report_rows import Record, Rows, Source

Condition = Callable[[date, date], Q]
"""First and last day → which rows."""
ON_TIME = Q(answered_on__lte=F("due_on"))


def within(day: str, also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    """Rows whose `day` lies in the period."""
    return lambda first, last: Q(**{f"{day}__range": (first, last)}) & also


VIEW = Capability.VIEW_SUPERVISION


def _of(source: Any, condition: Condition, *related: str, place: str = "organization") -> Rows:
    """Rows of a model, or of a queryset, in the subtree, with what their line shows."""

    def rows(path: str, first: date, last: date, on: date) -> QuerySet[Any]:
        every = source.all() if isinstance(source, QuerySet) else source.objects.all()
        found = every.filter(subtree(f"{place}__path", [path])).filter(condition(first, last))
        return found.select_related(place, *related).order_by("pk")

    return rows


def _help(condition: Condition) -> Rows:
    def rows(path: str, first: date, last: date, on: date) -> QuerySet[HelpRequest]:
        found = help_of(path, "asked_on").filter(condition(first, last))
        return found.select_related("member").order_by("asked_on", "pk")

    return rows


def _unanswered(first: date, last: date) -> Q:
    """As of the last day: what was answered later counts too."""
    return Q(asked_on__lte=last, due_on__lt=last) & (Q(answered_on__isnull=True) | Q(answered_on__gt=last))


def _graded(condition: Q) -> Condition:
    return within("round__closed_on", condition)


def _answered(also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    """Asked in the period, and answered by its end."""
    return lambda first, last: Q(asked_on__range=(first, last), answered_on__lte=last) & also


SUGGESTIONS: dict[str, Condition] = {
    "asked": within("asked_on"),
    "answered": _answered(),
    "answered_on_time": _answered(ON_TIME),
    "solved": _answered(Q(outcome=SuggestionOutcome.SOLVED)),
    "overdue": _unanswered,
}
HELP: dict[str, Condition] = {"asked": within("asked_on"), "answered": _answered()}


def _problem(name: str, also: Q = Q()) -> Condition:  # noqa: B008 - a condition is never changed
    return lambda first, last: problem_condition(name, first, last) & also


PROBLEMS: dict[str, Condition] = {
    **{name: _problem(name) for name in ("found", "accepted", "dropped", "unsettled", "overdue")},
    **{f"from_{source}": _problem("found", Q(problem_list__source=source)) for source in ProblemSource.values},
}
MATTERS: dict[str, Condition] = {
    "proposed": within("proposed_on"),
    "decided": within("decided_on"),
    "without_opinion": within("decided_on", Q(opinion_on__isnull=True) | Q(opinion_on__gt=F("decided_on"))),
    "executed": within("executed_on"),
    "reviewed": within("reviewed_on"),
}
GRADES: dict[str, Condition] = {
    **{grade: _graded(Q(grade=grade)) for grade in Grade.values},
    "ungraded": _graded(Q(grade="")),
}


def _show_suggestion(one: Suggestion) -> Record:
    note = one.get_outcome_display() if one.outcome else ""
    return Record(one.get_kind_display(), one.organization.name, one.asked_on, note, one.get_absolute_url())


def _show_help(one: HelpRequest) -> Record:
    return Record(one.member.name, "", one.asked_on, "", reverse("members:help-answer", args=[one.key]))


def _show_talk(one: Talk) -> Record:
    title = f"{one.first.name} · {one.second.name}"
    return Record(title, one.organization.name, one.held_on, one.get_occasion_display(), one.get_absolute_url())


def _show_problem(one: Problem) -> Record:
    return Record(one.text, one.organization.name, one.found_on, one.get_state_display(), one.get_absolute_url())


def _show_inspection(one: Inspection) -> Record:
    """While the findings are being written, the branch has no page of it to open."""
    url = "" if one.state == InspectionState.VISITED else one.get_absolute_url()
    return Record(one.subject, one.organization.name, one.visit_on, one.get_state_display(), url)


def _show_matter(one: Matter) -> Record:
    return Record(one.title, one.organization.name, one.proposed_on, one.get_kind_display(), one.get_absolute_url())


def _show_round(one: AppraisalRound) -> Record:
    return Record(str(one.year), one.organization.name, one.closed_on, one.get_state_display(), one.get_absolute_url())


def _show_appraisee(one: Appraisee) -> Record:
    place = one.round.organization.name
    return Record(one.member.name, place, one.round.closed_on, one.get_grade_display(), one.round.get_absolute_url())


def _show_pair(one: AskedPair) -> Record:
    return Record(one.names, one.place, None, "", reverse("supervision:talk-list"))


PART_SOURCES: dict[str, Source] = {
    **{
        f"suggestions.{name}": Source(VIEW, _of(Suggestion, which), _show_suggestion)
        for name, which in SUGGESTIONS.items()
    },
    **{f"help.{name}": Source(Capability.VIEW_CONTACTS, _help(which), _show_help, "") for name, which in HELP.items()},
    "talks.talks": Source(VIEW, _of(Talk, within("held_on"), "first", "second"), _show_talk),
    "talks.pairs_due": Source(VIEW, lambda path, _first, last, _on: pairs_asked(path, last), _show_pair),
    "talks.pairs_done": Source(VIEW, lambda path, _first, last, _on: pairs_asked(path, last, done=True), _show_pair),
    **{
        f"problems.{name}": Source(VIEW, _of(Problem.objects.handed_over(), which), _show_problem)
        for name, which in PROBLEMS.items()
    },
    "inspections.inspections": Source(
        VIEW, _of(Inspection, within("visit_on", ~Q(state=InspectionState.PLANNED))), _show_inspection
    ),
    **{f"matters.{name}": Source(VIEW, _of(Matter, which), _show_matter) for name, which in MATTERS.items()},
    "appraisals.rounds_closed": Source(VIEW, _of(AppraisalRound, within("closed_on")), _show_round),
    **{
        f"appraisals.{name}": Source(
            VIEW, _of(Appraisee, which, "member", place="round__organization"), _show_appraisee, "round__organization"
        )
        for name, which in GRADES.items()
    },
}

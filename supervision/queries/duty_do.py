"""The one row that a duty is about, by the address where it is done: what waits longest comes first."""

from collections.abc import Callable, Mapping
from datetime import date

from django.urls import reverse

from members.models import Organization, User
from supervision.choices import LOWER_GRADES, ProblemState, RoundState
from supervision.models import Appraisee, Matter, Problem, Suggestion
from supervision.models.matter import MatterQuerySet
from supervision.rules.matters import MatterState

Find = Callable[[Organization, User, str, date], str]


def address_of(kind: str, place: Organization, user: User, *, period: str, due: date) -> str:
    """Empty where nothing waits any more. One query."""
    return KINDS[kind](place, user, period, due)


def _suggestion(place: Organization, user: User, period: str, due: date) -> str:
    rows = Suggestion.objects.visible_to(user).filter(organization=place).unanswered()
    found = rows.filter(due_on__gte=due).order_by("due_on", "pk").first()
    return reverse("supervision:suggestion-answer", args=[found.pk]) if found else ""


def _problem(place: Organization, user: User, period: str, due: date) -> str:
    rows = Problem.objects.visible_to(user).filter(organization=place, state=ProblemState.OPEN)
    found = rows.filter(due_on__gte=due).order_by("due_on", "pk").first()
    return found.get_absolute_url() if found else ""


def _opinion(place: Organization, user: User, period: str, due: date) -> str:
    """The period of an opinion is the month of the proposal."""
    rows = _matters(place, user, MatterState.OPINION).filter(proposed_on__gte=f"{period[:7]}-01")
    found = rows.order_by("proposed_on", "key").first()
    return reverse("supervision:matter-opinion", args=[found.pk]) if found else ""


def _review(place: Organization, user: User, period: str, due: date) -> str:
    found = _matters(place, user, MatterState.REVIEW).order_by("executed_on", "key").first()
    return reverse("supervision:matter-review", args=[found.pk]) if found else ""


def _matters(place: Organization, user: User, state: MatterState) -> MatterQuerySet:
    return Matter.objects.visible_to(user).filter(organization=place).waiting_for(state)


def _help(place: Organization, user: User, period: str, due: date) -> str:
    """Who was graded lower, and whose help isn't on record as done."""
    rows = Appraisee.objects.visible_to(user).filter(round__organization=place, round__year=int(period[:4]))
    waiting = rows.filter(grade__in=LOWER_GRADES, followed_up_on__isnull=True, round__state=RoundState.CLOSED)
    found = waiting.order_by("follow_up_due_on", "pk").first()
    return reverse("supervision:appraisee-detail", args=[found.pk]) if found else ""


KINDS: Mapping[str, Find] = {
    "suggestion": _suggestion,
    "rectification": _problem,
    "major_matter_opinion": _opinion,
    "major_matter_review": _review,
    "appraisal_follow_up": _help,
}

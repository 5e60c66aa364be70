"""Practices as pages read them: the library, one's own that aren't published, and what one could be written about."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from assessment.choices import PracticeState
from assessment.practices.models import Adoption, Practice, PracticeQuerySet
from members.choices import Capability
from members.models import Member, Organization, User
from members.paths import subtree
from supervision.choices import ProblemState, SuggestionOutcome
from supervision.problems.models import Problem, ProblemQuerySet
from supervision.scope import held_at
from supervision.suggestions.models import Suggestion, SuggestionQuerySet

MOST_SOURCES = 20
MOST_DRAFTS = 10
RECORD = Capability.RECORD_ASSESSMENT


def with_adoptions(rows: PracticeQuerySet) -> PracticeQuerySet:
    """Each has `adopted_by`: how many branches do it too."""
    counted = Adoption.objects.filter(practice=OuterRef("pk")).order_by().values("practice").annotate(n=Count("pk"))
    return rows.annotate(adopted_by=Coalesce(Subquery(counted.values("n")), 0)).select_related("organization")


def library(user: User) -> PracticeQuerySet:
    """What everybody with an office reads, newest first."""
    return with_adoptions(Practice.objects.visible_to(user).published()).order_by("-published_on", "key")


def unpublished(user: User) -> PracticeQuerySet:
    """Drafts and what was withdrawn, of the branches for which one writes."""
    rows = Practice.objects.filter(held_at(user, RECORD)).exclude(state=PracticeState.PUBLISHED)
    return rows.select_related("organization").order_by("organization__path", "title", "key")[:MOST_DRAFTS]


def writing_for(user: User, on: date) -> QuerySet[Organization]:
    """The standing branches for which one writes and adopts practices."""
    return Organization.objects.visible_to(user, RECORD).branches().standing_on(on).in_tree_order()


def unit_kind_of(user: User, on: date) -> str:
    """Of the first branch for which one writes; empty where nobody has said."""
    return writing_for(user, on).values_list("unit_kind", flat=True).first() or ""


def adopting(practice: Practice, user: User, on: date) -> QuerySet[Organization]:
    """Those of them that could do it too and don't yet."""
    done = Adoption.objects.filter(practice=practice).values("organization")
    return writing_for(user, on).exclude(pk=practice.organization_id).exclude(pk__in=done)


def adoptions_of(practice: Practice) -> QuerySet[Adoption]:
    """Which branches do it too, in the order in which they began: it is no order of merit."""
    return practice.adoptions.select_related("organization")


def names_at(branch: Organization) -> list[str]:
    """Of everybody who stands or stood on the branch's roster, its groups with it."""
    inside = Q(subtree("roster_path", [branch.path])) | Q(subtree("affiliations__organization__path", [branch.path]))
    return list(Member.objects.filter(inside).order_by().values_list("name", flat=True).distinct())


@dataclass(frozen=True, slots=True)
class Sources:
    """What a branch solved and its members know of: the newest of each."""

    problems: ProblemQuerySet
    suggestions: SuggestionQuerySet


def sources_of(branch: Organization, user: User) -> Sources:
    """Of this branch, as far as the user reads it."""
    problems = solved_problems().visible_to(user).filter(organization=branch).order_by("-settled_on", "pk")
    suggestions = solved_suggestions().visible_to(user).filter(organization=branch).order_by("-answered_on", "pk")
    return Sources(problems[:MOST_SOURCES], suggestions[:MOST_SOURCES])


def solved_problems() -> ProblemQuerySet:
    """Put right and accepted, and not kept from the members."""
    rows = Problem.objects.filter(state=ProblemState.ACCEPTED, is_internal=False)
    return rows.select_related("organization")


def solved_suggestions() -> SuggestionQuerySet:
    """Solved, and shared with the members."""
    rows = Suggestion.objects.filter(outcome=SuggestionOutcome.SOLVED, is_shared=True)
    return rows.select_related("organization")

"""Whose view is asked for: of branches on themselves and each other, of members on their branch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState
from assessment.models import Assessment, BranchView, SatisfactionAnswered
from assessment.models.assessment import AssessmentQuerySet
from assessment.models.scope import held_at
from members.choices import Capability
from members.links import Link
from members.models import Organization, User
from members.paths import subtree
from supervision.scope import of_own_branch


@dataclass(frozen=True, slots=True)
class AskedView:
    """A view that `viewer` is asked for; `given` None: not yet."""

    assessment: Assessment
    viewer: Organization
    given: BranchView | None

    @property
    def is_own(self) -> bool:
        return self.assessment.organization_id == self.viewer.pk


def views_asked(user: User) -> list[AskedView]:
    """Of the branches where the user records: each on itself, then on the others of its committee. Three queries."""
    collecting = Assessment.objects.filter(state=AssessmentState.COLLECTING).select_related("organization", "scheme")
    own = list(
        collecting.filter(held_at(user, Capability.RECORD_ASSESSMENT)).order_by("-scheme__year", "organization__path")
    )
    others = _beside(collecting, own)
    given = {
        (one.assessment_id, one.organization_id): one
        for one in BranchView.objects.filter(organization__in=[one.organization_id for one in own])
    }
    found = []
    for mine in own:
        about = [mine] if mine.scheme.weight_self else []
        about += [one for one in others if _looks_at(mine, one)]
        found += [AskedView(one, mine.organization, given.get((one.pk, mine.organization_id))) for one in about]
    return found


def satisfaction_asked(user: User) -> AssessmentQuerySet:
    """Assessments of the branch on whose roster the user stands that ask its members, with whether they answered."""
    rows = Assessment.objects.filter(state=AssessmentState.COLLECTING, scheme__weight_members__gt=0)
    answered = SatisfactionAnswered.objects.filter(assessment=OuterRef("pk"), member=user.standing.member_id)
    mine = rows.filter(of_own_branch(user)).annotate(has_answered=Exists(answered))
    return mine.select_related("organization", "scheme").order_by("-scheme__year", "key")


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member is asked about the own branch. One query."""
    if user.standing.member_id is None:
        return
    asked = [one for one in satisfaction_asked(user)[:10] if not one.has_answered]  # type: ignore[attr-defined]
    if asked:
        text = _("One question about %(branch)s in %(year)s. Nobody sees who answered what.")
        words = {"branch": asked[0].organization.name, "year": asked[0].scheme.year}
        yield Link("chat-dots", _("How is my branch doing?"), text % words, reverse("assessment:satisfaction-mine"))


def _beside(rows: AssessmentQuerySet, own: list[Assessment]) -> list[Assessment]:
    schemes = {one.scheme_id for one in own if one.scheme.weight_peer}
    parents = {one.organization.parent_path for one in own}
    near = subtree("organization__path", parents)
    found = rows.filter(near, scheme__in=schemes).order_by("organization__path") if schemes else []
    return [one for one in found if one.organization.parent_path in parents]


def _looks_at(mine: Assessment, other: Assessment) -> bool:
    return (
        mine.scheme_id == other.scheme_id
        and mine.organization_id != other.organization_id
        and mine.organization.parent_path == other.organization.parent_path
    )

"""What a branch gives itself, and what other branches of the same committee give it."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState, ViewSource
from assessment.models import Assessment, BranchView
from assessment.services.assessing import locked, put_on_record
from members.models import Organization, User
from members.services.refused import Refused


@transaction.atomic
def give_view(
    *, assessment: Assessment, organization: Organization, points: Decimal, words: str, key: UUID, on: date, by: User
) -> BranchView:
    """Said anew as often as one likes until the assessment is shown. Raises Refused."""
    held = locked(assessment)
    source = ViewSource.SELF if held.organization_id == organization.pk else ViewSource.PEER
    _demand_asked(held, organization, source)
    if points > held.scheme.total:
        raise Refused(_("That is more than the scheme has points."), "points")
    facts = {"source": source, "points": points, "words": words.strip(), "by": by, "given_on": on}
    given, is_new = BranchView.objects.get_or_create(
        assessment=held, organization=organization, defaults={"pk": key, **facts}
    )
    if not is_new:
        if (given.points, given.words) == (points, words.strip()):
            return given
        BranchView.objects.filter(pk=given.pk).update(**facts)
        given.refresh_from_db()
    put_on_record(held, action="give_view", by=by, subject=given)
    return given


def _demand_asked(held: Assessment, organization: Organization, source: ViewSource) -> None:
    if held.state != AssessmentState.COLLECTING:
        raise Refused(_("The assessment is put together already; views stay as they were given."))
    weight = held.scheme.weight_self if source == ViewSource.SELF else held.scheme.weight_peer
    if not weight:
        raise Refused(_("This scheme doesn't ask for that view."))
    if source == ViewSource.PEER and organization.parent_path != held.organization.parent_path:
        raise Refused(_("Branches look at each other within one committee."))

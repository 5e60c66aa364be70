"""From the first look of the branch to the lock: one step after the other, none of them back."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState
from assessment.models import Assessment, Band, IndicatorScore, Scheme
from assessment.queries.publishing import hindrances, may_be_published_again
from assessment.rules.periods import is_provisional
from assessment.services.assessing import locked, put_on_record
from assessment.services.computing import store
from members.models import User
from members.services.refused import Refused

Points = dict[tuple[str, str], Decimal | None]
"""By code and title of the indicator."""


@dataclass(frozen=True, slots=True)
class Changed:
    """An indicator that came to something else than before; None: not scored."""

    code: str
    title: str
    before: Decimal | None
    after: Decimal | None


def objectable_until(scheme: Scheme, *, on: date) -> date:
    """The last day for objections to what is shown that day."""
    return on + timedelta(days=scheme.objection_days)


@transaction.atomic
def show_to_branch(*, assessment: Assessment, on: date, by: User, until: date | None = None) -> Assessment:
    """From now on the branch sees everything and may object. Computed once more by then.

    `until`: the last day for objections, as many days on as the scheme gives unless more are said. Raises Refused.
    """
    held = locked(assessment)
    if held.state != AssessmentState.COLLECTING:
        return held
    least = objectable_until(held.scheme, on=on)
    if until and until < least:
        raise Refused(_("The scheme gives its branches until %(day)s to object.") % {"day": least}, "until")
    held.state, held.shown_on = AssessmentState.SHOWN, on
    held.objections_until = until or least
    held.save(update_fields=["state", "shown_on", "objections_until"])
    store(assessment=held, on=on, by=by)
    put_on_record(held, action="show_assessment", by=by)
    return held


@transaction.atomic
def publish(*, assessment: Assessment, on: date, by: User, day: date | None = None, words: str = "") -> list[Changed]:
    """For the first time, or again because the record has changed; what is new since it was last computed.

    `day`: on which it is published, today unless it is said; `words` stand on its page. Raises Refused.
    """
    day = day or on
    held = locked(assessment)
    if held.state == AssessmentState.PUBLISHED and not may_be_published_again(held, on=on):
        return []
    if held.state not in (AssessmentState.SHOWN, AssessmentState.PUBLISHED):
        raise Refused(_("Show it to the branch first; after the time for objections it can be published."))
    if sentences := hindrances(held, on=on):
        raise Refused(" ".join(sentences))
    if day > on or (held.shown_on and day < held.shown_on):
        raise Refused(_("It is published between the day on which it was shown to the branch and today."), "day")
    before = _points(held)
    store(assessment=held, on=on, by=by)
    changed = _differing(before, _points(held))
    held.state, held.published_on, held.published_words = AssessmentState.PUBLISHED, day, words
    held.save(update_fields=["state", "published_on", "published_words"])
    put_on_record(held, action="publish_assessment", by=by, details={"changed": len(changed)})
    return changed


@transaction.atomic
def lock(*, assessment: Assessment, on: date, by: User) -> Assessment:
    """Nothing changes any more, whatever the record says later. Raises Refused."""
    held = locked(assessment)
    if held.state == AssessmentState.LOCKED:
        return held
    if held.state != AssessmentState.PUBLISHED:
        raise Refused(_("Only a published assessment is locked."))
    if is_provisional(held.scheme.year, on):
        raise Refused(_("The year isn't over yet, so the points can still change."))
    if may_be_published_again(held, on=on):
        raise Refused(_("The record says something else by now. Publish it again first."))
    held.state, held.locked_on = AssessmentState.LOCKED, on
    held.save(update_fields=["state", "locked_on"])
    put_on_record(held, action="lock_assessment", by=by)
    return held


@transaction.atomic
def decide_grade(*, assessment: Assessment, band: Band, meeting: str, day: date, on: date, by: User) -> Assessment:
    """What a meeting decided, kept apart from what the points come to. Raises Refused."""
    held = locked(assessment)
    if held.state == AssessmentState.LOCKED:
        raise Refused(_("It is locked."))
    if held.state == AssessmentState.COLLECTING:
        raise Refused(_("Show it to the branch first; a grade is decided on what the branch has seen."))
    if band.scheme_id != held.scheme_id:
        raise Refused(_("Choose a grade of this scheme."), "band")
    if day > on:
        raise Refused(_("That day hasn't come yet."), "day")
    if (held.decided_band_id, held.decided_with, held.decided_on) == (band.pk, meeting, day):
        return held
    held.decided_band, held.decided_with, held.decided_on = band, meeting, day
    held.save(update_fields=["decided_band", "decided_with", "decided_on"])
    put_on_record(held, action="decide_grade", by=by, details={"rank": band.rank})
    return held


def _points(assessment: Assessment) -> Points:
    rows = IndicatorScore.objects.filter(assessment=assessment).order_by("indicator__position")
    found = rows.values_list("indicator__code", "indicator__title", "points")
    return {(code, title): points for code, title, points in found}


def _differing(before: Points, after: Points) -> list[Changed]:
    return [
        Changed(code, title, before.get((code, title)), points)
        for (code, title), points in after.items()
        if before.get((code, title)) != points
    ]

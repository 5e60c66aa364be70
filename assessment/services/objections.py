"""A branch disagrees with an indicator, and the level above answers; both can read both."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState, ObjectionOutcome
from assessment.models import Assessment, Indicator, Objection
from assessment.services.assessing import locked, put_on_record
from assessment.services.computing import store
from assessment.services.values import enter_value
from members.models import User
from members.services.refused import Refused


@transaction.atomic
def raise_objection(
    *, assessment: Assessment, indicator: Indicator, text: str, key: UUID, on: date, by: User
) -> Objection:
    """Until the day that the branch was told. The same key twice is once. Raises Refused."""
    held = locked(assessment)
    if known := Objection.objects.filter(pk=key, assessment=held).first():
        return known
    _demand_possible(held, indicator, on)
    try:
        with transaction.atomic():
            new = Objection.objects.create(
                pk=key, assessment=held, indicator=indicator, text=text.strip(), raised_by=by, raised_on=on
            )
    except IntegrityError:
        raise Refused(_("The branch has objected to this indicator already.")) from None
    put_on_record(held, action="raise_objection", by=by, subject=new)
    return new


@transaction.atomic
def answer_objection(
    *,
    objection: Objection,
    outcome: str,
    answer: str,
    key: UUID,
    on: date,
    by: User,
    points: Decimal | None = None,
) -> Objection:
    """`points`: what it comes to where the branch was right; a second person confirms them. Raises Refused."""
    held = locked(objection.assessment)
    found = Objection.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=objection.pk)
    if found.answered_on:
        return _answered(found, outcome, answer, by)
    if found.raised_by_id == by.pk:
        raise Refused(_("You objected yourself: somebody else answers."))
    if outcome == ObjectionOutcome.UPHELD and points is None:
        raise Refused(_("Say how many points the indicator comes to."), "points")
    found.outcome, found.answer = ObjectionOutcome(outcome), answer.strip()
    found.answered_by, found.answered_on = by, on
    found.save(update_fields=["outcome", "answer", "answered_by", "answered_on"])
    put_on_record(held, action="answer_objection", by=by, subject=found, details={"outcome": outcome})
    if outcome == ObjectionOutcome.UPHELD and points is not None:
        enter_value(assessment=held, about=found.indicator, value=points, basis=found.answer, key=key, by=by)
    elif outcome == ObjectionOutcome.RECORD_FIRST:
        store(assessment=held, on=on, by=by)
    return found


def _answered(found: Objection, outcome: str, answer: str, by: User) -> Objection:
    """The same answer once more is a double click; another one isn't taken."""
    if (found.outcome, found.answer, found.answered_by_id) != (outcome, answer.strip(), by.pk):
        raise Refused(_("It has been answered already."))
    return found


def _demand_possible(held: Assessment, indicator: Indicator, on: date) -> None:
    if held.state != AssessmentState.SHOWN or held.objections_until is None:
        raise Refused(_("A branch objects while its assessment is shown to it."))
    if on > held.objections_until:
        raise Refused(_("The time for objections is over. Speak with the committee."))
    if indicator.scheme_id != held.scheme_id or indicator.below.exists():
        raise Refused(_("Choose an indicator that gives points."), "indicator")

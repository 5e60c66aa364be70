"""What members say of their branch's work: added to sums and kept nowhere (docs/adr/0011-ballots-are-sums.md).

Nothing of an answer may reach a row, an audit entry, a log, a session or a message. That somebody has answered is all.
"""

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from assessment.choices import AssessmentState, Satisfaction
from assessment.models import Assessment, SatisfactionAnswered, SatisfactionTally
from assessment.services.assessing import locked
from members.models import Member
from members.services.refused import Refused


class AlreadyAnswered(Refused):
    """The answer was counted before; nothing was added."""


@transaction.atomic
def give_answer(*, assessment: Assessment, member_id: int, answer: str) -> None:
    """Add one answer to the sums. The claim and the sums are one transaction. Raises AlreadyAnswered, Refused."""
    held = locked(assessment)
    if held.state != AssessmentState.COLLECTING or not held.scheme.weight_members:
        raise Refused(_("Nobody asks this at the moment."))
    if answer not in Satisfaction.values:
        raise Refused(_("Choose one of the answers."), "answer")
    if not Member.objects.below(held.organization.path).filter(pk=member_id).exists():
        raise Refused(_("Only members of the branch are asked."))
    _row, is_new = SatisfactionAnswered.objects.get_or_create(assessment=held, member_id=member_id)
    if not is_new:
        raise AlreadyAnswered(_("Your answer has been counted already. It counts once."))
    _add(held, answer)


def _add(held: Assessment, answer: str) -> None:
    """Every sum is written by every answer, by one or by nothing: which row changed last says nothing."""
    more = Case(When(answer=answer, then=Value(1)), default=Value(0))
    SatisfactionTally.objects.filter(assessment=held).update(count=F("count") + more)

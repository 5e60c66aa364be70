"""What people add to an assessment: values by hand, objections, views and the members' answers."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from assessment.assessments.judging_queries import clauses_without_value, upheld_without_value
from assessment.assessments.models import (
    OPEN,
    Assessment,
    BranchView,
    ManualValue,
    Objection,
    SatisfactionAnswered,
    SatisfactionTally,
)
from assessment.assessments.services import lock_assessment, record_act, store
from assessment.choices import AssessmentState, ClauseKind, ObjectionOutcome, Satisfaction, ValueState, ViewSource
from assessment.schemes.models import Clause, Indicator
from meetings.documents import NotADocument, bare_document
from members.models import Member, Organization, User
from members.refused import Refused

MOST_FOUND = Decimal(1000)


@transaction.atomic
def enter_value(
    *,
    assessment: Assessment,
    about: Clause | Indicator,
    value: Decimal,
    basis: str,
    key: UUID,
    by: User,
    content: bytes = b"",
) -> ManualValue:
    """What was found for a clause, or the points of an indicator after an objection. The same key twice is once.

    Raises Refused.
    """
    held = lock_assessment(assessment)
    if known := ManualValue.objects.filter(pk=key, assessment=held).first():
        return known
    demand_open(held)
    new = ManualValue(pk=key, assessment=held, value=value, basis=basis.strip(), entered_by=by)
    if isinstance(about, Clause):
        _demand_fitting(held, about, value)
        new.clause = about
    else:
        _demand_upheld(held, about, value)
        new.indicator = about
    _keep(new, content)
    record_act(held, action="enter_value", by=by, subject=new)
    return new


@transaction.atomic
def confirm_values(*, assessment: Assessment, keys: set[UUID], on: date, by: User) -> int:
    """A second person has read the basis of each; how many count from now on. Raises Refused."""
    held = lock_assessment(assessment)
    demand_open(held)
    found = list(ManualValue.objects.select_for_update().filter(assessment=held, pk__in=keys).waiting())
    _refuse_own(found, by)
    if found:
        _decide(found, ValueState.CONFIRMED, by, "")
        store(assessment=held, on=on, by=by)
        record_act(held, action="confirm_values", by=by, details={"rows": len(found)})
    return len(found)


@transaction.atomic
def refuse_value(*, value: ManualValue, reason: str, by: User) -> ManualValue:
    """The second person doesn't agree and says why; the first one enters it anew. Raises Refused."""
    held = lock_assessment(value.assessment)
    demand_open(held)
    found = ManualValue.objects.select_for_update().get(pk=value.pk)
    if found.state == ValueState.REFUSED and found.decided_by_id == by.pk:
        return found
    if found.state != ValueState.WAITING:
        raise Refused(_("Somebody has decided about it already."))
    _refuse_own([found], by)
    _decide([found], ValueState.REFUSED, by, reason.strip())
    record_act(held, action="refuse_value", by=by, subject=found)
    return found


@transaction.atomic
def enter_nothing_found(*, assessment: Assessment, basis: str, key: UUID, by: User) -> int:
    """Not once, for every clause that is counted and has no value yet; how many. The same key twice is once.

    Raises Refused.
    """
    held = lock_assessment(assessment)
    demand_open(held)
    clauses = [one for one in clauses_without_value(held) if one.kind != ClauseKind.MANUAL and not one.tiers]
    new = [
        ManualValue(
            pk=uuid5(key, str(one.pk)), assessment=held, clause=one, value=0, basis=basis.strip(), entered_by=by
        )
        for one in clauses
    ]
    ManualValue.objects.bulk_create(new)
    if new:
        record_act(held, action="enter_nothing_found", by=by, details={"rows": len(new)})
    return len(new)


def demand_open(held: Assessment) -> None:
    """Raise Refused once it is published: from then on only the record changes it."""
    if held.state not in OPEN:
        raise Refused(_("It is published; values that people enter stay as they are."))


def _demand_fitting(held: Assessment, clause: Clause, value: Decimal) -> None:
    indicator = clause.indicator
    if indicator.scheme_id != held.scheme_id or clause.metric:
        raise Refused(_("The record says this by itself; nobody enters it."))
    _demand_nothing_waits(ManualValue.objects.filter(assessment=held, clause=clause).waiting().exists())
    most = {ClauseKind.MANUAL: indicator.max_points, ClauseKind.RATIO_STEP: Decimal(100)}
    if value > most.get(ClauseKind(clause.kind), MOST_FOUND):
        raise Refused(_("That is more than there can be."), "value")


def _demand_upheld(held: Assessment, indicator: Indicator, value: Decimal) -> None:
    """Points of a whole indicator are only entered when the branch was right about it."""
    if indicator.pk not in {one.indicator_id for one in upheld_without_value(held)}:
        raise Refused(_("Points of a whole indicator are entered after an objection in which the branch was right."))
    _demand_nothing_waits(ManualValue.objects.filter(assessment=held, indicator=indicator).waiting().exists())
    if value > indicator.max_points:
        raise Refused(_("That is more than there can be."), "value")


def _demand_nothing_waits(waits: bool) -> None:
    if waits:
        raise Refused(_("Another value for this waits for a second person already."))


def _refuse_own(found: list[ManualValue], by: User) -> None:
    if any(one.entered_by_id == by.pk for one in found):
        raise Refused(_("You entered it yourself: somebody else has to read the basis and confirm it."))


def _keep(new: ManualValue, content: bytes) -> None:
    if content:
        try:
            kind, bare = bare_document(content)
        except NotADocument:
            sentence = _("Choose a PDF, a Word document (.docx), a JPEG or a PNG picture of at most 10 MB.")
            raise Refused(sentence, "file") from None
        new.file.save(f"{get_random_string(24)}.{kind}", ContentFile(bare), save=False)
    new.save(force_insert=True)


def _decide(found: list[ManualValue], state: ValueState, by: User, reason: str) -> None:
    for one in found:
        one.state, one.decided_by, one.decided_at, one.refused_because = state, by, timezone.now(), reason
    ManualValue.objects.bulk_update(found, ["state", "decided_by", "decided_at", "refused_because"])


@transaction.atomic
def raise_objection(
    *, assessment: Assessment, indicator: Indicator, text: str, key: UUID, on: date, by: User
) -> Objection:
    """Until the day that the branch was told. The same key twice is once. Raises Refused."""
    held = lock_assessment(assessment)
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
    record_act(held, action="raise_objection", by=by, subject=new)
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
    held = lock_assessment(objection.assessment)
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
    record_act(held, action="answer_objection", by=by, subject=found, details={"outcome": outcome})
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


class AlreadyAnswered(Refused):
    """The answer was counted before; nothing was added."""


@transaction.atomic
def give_answer(*, assessment: Assessment, member_id: int, answer: str) -> None:
    """Add one answer to the sums. The claim and the sums are one transaction. Raises AlreadyAnswered, Refused."""
    held = lock_assessment(assessment)
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


@transaction.atomic
def give_view(
    *, assessment: Assessment, organization: Organization, points: Decimal, words: str, key: UUID, on: date, by: User
) -> BranchView:
    """Said anew as often as one likes until the assessment is shown. Raises Refused."""
    held = lock_assessment(assessment)
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
    record_act(held, action="give_view", by=by, subject=given)
    return given


def _demand_asked(held: Assessment, organization: Organization, source: ViewSource) -> None:
    if held.state != AssessmentState.COLLECTING:
        raise Refused(_("The assessment is put together already; views stay as they were given."))
    weight = held.scheme.weight_self if source == ViewSource.SELF else held.scheme.weight_peer
    if not weight:
        raise Refused(_("This scheme doesn't ask for that view."))
    if source == ViewSource.PEER and organization.parent_path != held.organization.parent_path:
        raise Refused(_("Branches look at each other within one committee."))

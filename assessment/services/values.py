"""What a person found for a clause: it counts when a second person has read its basis."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from assessment.choices import ClauseKind, ValueState
from assessment.models import Assessment, Clause, Indicator, ManualValue
from assessment.models.assessment import OPEN
from assessment.queries.publishing import upheld_without_value
from assessment.queries.values import clauses_without_value
from assessment.services.assessing import locked, put_on_record
from assessment.services.computing import store
from meetings.documents import NotADocument, bare_document
from members.models import User
from members.services.refused import Refused

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
    held = locked(assessment)
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
    put_on_record(held, action="enter_value", by=by, subject=new)
    return new


@transaction.atomic
def confirm_values(*, assessment: Assessment, keys: set[UUID], on: date, by: User) -> int:
    """A second person has read the basis of each; how many count from now on. Raises Refused."""
    held = locked(assessment)
    demand_open(held)
    found = list(ManualValue.objects.select_for_update().filter(assessment=held, pk__in=keys).waiting())
    _refuse_own(found, by)
    if found:
        _decide(found, ValueState.CONFIRMED, by, "")
        store(assessment=held, on=on, by=by)
        put_on_record(held, action="confirm_values", by=by, details={"rows": len(found)})
    return len(found)


@transaction.atomic
def refuse_value(*, value: ManualValue, reason: str, by: User) -> ManualValue:
    """The second person doesn't agree and says why; the first one enters it anew. Raises Refused."""
    held = locked(value.assessment)
    demand_open(held)
    found = ManualValue.objects.select_for_update().get(pk=value.pk)
    if found.state == ValueState.REFUSED and found.decided_by_id == by.pk:
        return found
    if found.state != ValueState.WAITING:
        raise Refused(_("Somebody has decided about it already."))
    _refuse_own([found], by)
    _decide([found], ValueState.REFUSED, by, reason.strip())
    put_on_record(held, action="refuse_value", by=by, subject=found)
    return found


@transaction.atomic
def enter_nothing_found(*, assessment: Assessment, basis: str, key: UUID, by: User) -> int:
    """Not once, for every clause that is counted and has no value yet; how many. The same key twice is once.

    Raises Refused.
    """
    held = locked(assessment)
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
        put_on_record(held, action="enter_nothing_found", by=by, details={"rows": len(new)})
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

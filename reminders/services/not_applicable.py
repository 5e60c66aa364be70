"""A branch says that a duty doesn't apply this time. Duties stay computed: this only says what to think of one."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from members.models import Member, Organization, User
from members.services.refused import Refused
from reminders.models import NotApplicable
from reminders.queries.duties import duties_below
from reminders.rules.desk import DutyKey, key_of
from rulebook.values import DutyState


def say_not_applicable(
    *, key: UUID, organization: Organization, kind: str, period: str, member: Member | None, reason: str, by: User,
    on: date,
) -> NotApplicable:  # fmt: skip
    """Put on record that a duty of the year of `on` doesn't apply, and why. The same `key` again changes nothing.

    Raises Refused without a reason, for a duty that isn't asked for, one that is done, or one that was said already.
    """
    if there := NotApplicable.objects.filter(pk=key, organization=organization).first():
        return there
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why it doesn't apply: whoever takes over the branch will ask."), "reason")
    _refuse_unless_asked((kind, organization.code, period, str(member.pk) if member else None), organization, on)
    row = NotApplicable(
        key=key, organization=organization, kind=kind, period=period, member=member, reason=reason, said_by=by
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record_act("say_not_applicable", row, by, [("reason", "", reason)])
    except IntegrityError:
        raise Refused(_("Somebody has already said of this that it doesn't apply.")) from None
    return row


@transaction.atomic
def take_back(*, row: NotApplicable, by: User) -> None:
    """The duty is asked for again. Raises Refused when that was said before."""
    row = NotApplicable.objects.select_for_update().select_related("organization").get(pk=row.pk)
    if row.taken_back_at:
        raise Refused(_("This was taken back already."))
    row.taken_back_by, row.taken_back_at = by, timezone.now()
    row.save(update_fields=["taken_back_by", "taken_back_at"])
    _record_act("take_back_not_applicable", row, by, [])


def _refuse_unless_asked(wanted: DutyKey, organization: Organization, on: date) -> None:
    found = [duty for duty in duties_below(organization.path, on=on) if key_of(duty) == wanted]
    if not found:
        raise Refused(_("Nothing of this kind is asked for in that period. The desk may have changed meanwhile."))
    if all(duty.state == DutyState.DONE for duty in found):
        raise Refused(_("This is done already."))


def _record_act(action: str, row: NotApplicable, by: User, changes: list[tuple[str, object, object]]) -> None:
    record(
        action=action,
        by=by,
        subject=row,
        organization_code=row.organization.code,
        changes=changes,
        details={"kind": row.kind, "period": row.period},
    )

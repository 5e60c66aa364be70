"""Counting desks and forms, and saying that a duty doesn't apply."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import OfficeKind
from members.models import Member, Organization, User
from members.paths import STEP
from members.refused import Refused
from reminders.desk.count_queries import FIGURES, counts_at
from reminders.desk.models import DeskCount, NotApplicable
from reminders.desk.queries import duties_below
from reminders.desk.rules import DutyKey, key_of
from rulebook.values import DutyState

AT_ONCE = 400
"""Branches that are counted together: some thirty queries, and the duties of so many in memory."""


def count_desks(*, on: date) -> int:
    """Count the duties of every standing branch; how many branches. Each part is stored when it is counted, so that
    a round that is cut off loses only its part; branches that stand no longer lose their row."""
    begun, branches = timezone.now(), 0
    paths = list(Organization.objects.branches().standing_on(on).in_tree_order().values_list("path", flat=True))
    for part in parts(paths):
        branches += _count(part, on)
    DeskCount.objects.filter(counted_at__lt=begun).delete()
    return branches


def parts(paths: Sequence[str], length: int = STEP) -> Iterator[str]:
    """The highest places that have at most AT_ONCE of the branches below them. `paths` in order."""
    for place, inside in groupby(paths, key=lambda path: path[:length]):
        below = list(inside)
        if len(below) <= AT_ONCE or below[0] == place:
            yield place
        else:
            yield from parts(below, length + STEP)


@transaction.atomic
def _count(path: str, on: date) -> int:
    rows = counts_at(path, on=on)
    facts = ["counted_on", "counted_at", "overdue_kinds", *FIGURES]
    DeskCount.objects.bulk_create(
        rows, batch_size=200, update_conflicts=True, unique_fields=["organization"], update_fields=facts
    )
    return len(rows)


ONE_MORE = """
INSERT INTO reminders_effort (organization_id, month, forms, fields)
SELECT id, %s, 1, %s FROM members_organization WHERE path = %s
ON CONFLICT (organization_id, month)
DO UPDATE SET forms = reminders_effort.forms + 1, fields = reminders_effort.fields + excluded.fields
"""


def count_form(*, path: str, office: OfficeKind, fields: int, on: date) -> None:
    """One form more in the month of `on`, at the organization of the office; a group leader's counts for the branch.

    One statement, so that eight officers at once lose none.
    """
    place = path[:-STEP] if office == OfficeKind.GROUP_LEADER else path
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ONE_MORE, [on.replace(day=1), fields, place])


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

"""What is put on record about arrears: a good reason, and the branch's consent to quarterly payment."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Arrangement, ArrearsReason
from dues.services.levelling import lock_members
from dues.services.payments import is_own
from members.models import Member, Organization, User
from members.paths import STEP
from members.services.refused import Refused


@transaction.atomic
def record_reason(
    *, key: UUID, member: Member, first: date, until: date | None, reason: str, by: User, on: date
) -> ArrearsReason:
    """A reason that stops the ladder for the months from `first` until before `until`. Raises Refused.

    The same key twice stores it once.
    """
    lock_members([member.pk])
    if known := ArrearsReason.objects.filter(pk=key).first():
        return known
    demand_other(member, by)
    demand_months(first, until)
    if not reason.strip():
        raise Refused(_("Write the reason down in a few words."), "reason")
    stored = ArrearsReason.objects.create(
        key=key, member=member, valid_from=first, valid_until=until, reason=reason.strip(), recorded_on=on,
        recorded_by=str(by),
    )  # fmt: skip
    _record_act("record_arrears_reason", stored, by, since=f"{first:%Y-%m}")
    return stored


@transaction.atomic
def end_reason(*, reason: ArrearsReason, until: date, by: User) -> ArrearsReason:
    """From the month `until` on the reason no longer holds. Raises Refused."""
    demand_other(reason.member, by)
    demand_months(reason.valid_from, until)
    if ArrearsReason.objects.filter(another_end(until), pk=reason.pk).update(valid_until=until):
        _record_act("end_arrears_reason", reason, by, until=f"{until:%Y-%m}")
    return ArrearsReason.objects.get(pk=reason.pk)


@transaction.atomic
def agree_quarterly(
    *, key: UUID, member: Member, first: date, agreed_on: date, because: str, by: User, on: date
) -> Arrangement:
    """The branch agrees that the member pays once a quarter (article 12). Raises Refused.

    The same key twice stores it once.
    """
    lock_members([member.pk])
    if known := Arrangement.objects.filter(pk=key).first():
        return known
    demand_other(member, by)
    if agreed_on > on:
        raise Refused(_("The day lies in the future."), "agreed_on")
    if not because.strip():
        raise Refused(_("Article 12 asks for special circumstances: write them down in a few words."), "because")
    later = Q(valid_until__isnull=True) | Q(valid_until__gt=first)
    if Arrangement.objects.filter(later, member=member).exists():
        raise Refused(_("Quarterly payment is agreed for these months already: end that first."), "first")
    stored = Arrangement.objects.create(
        key=key, member=member, valid_from=first, agreed_on=agreed_on, because=because.strip(), recorded_by=str(by)
    )
    _record_act("agree_quarterly_dues", stored, by, since=f"{first:%Y-%m}")
    return stored


@transaction.atomic
def end_quarterly(*, arrangement: Arrangement, until: date, by: User) -> Arrangement:
    """From the month `until` on the member pays monthly again. Raises Refused."""
    demand_other(arrangement.member, by)
    demand_months(arrangement.valid_from, until)
    if Arrangement.objects.filter(another_end(until), pk=arrangement.pk).update(valid_until=until):
        _record_act("end_quarterly_dues", arrangement, by, until=f"{until:%Y-%m}")
    return Arrangement.objects.get(pk=arrangement.pk)


def another_end(until: date) -> Q:
    """Rows that don't end there already: said twice, it is said once."""
    return Q(valid_until=None) | ~Q(valid_until=until)


def demand_other(member: Member, by: User) -> None:
    """Nobody puts on record what excuses himself. Raises Refused."""
    if is_own(member, by):
        raise Refused(_("Nobody decides about his own dues: another officer of the branch records this."))


def demand_months(first: date, until: date | None) -> None:
    """Raises Refused where the end lies before the beginning."""
    if until is not None and until < first:
        raise Refused(_("The end lies before the beginning."), "until")


def _record_act(action: str, row: ArrearsReason | Arrangement, by: User, **details: object) -> None:
    record(action=action, by=by, subject=row, organization_code=code_of(row.member), details=details)


def code_of(member: Member) -> str:
    """Code of the branch on whose roster the member is; empty: on none."""
    places = Organization.objects.filter(path__in=[member.roster_path, member.roster_path[:-STEP]])
    branch = places.branches().first()
    return branch.code if branch else ""

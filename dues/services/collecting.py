"""Cash handed in at a meeting: all of it recorded in one step, each payment with a receipt of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from dues.choices import PaymentWay
from dues.models import Payment, PaymentProposal
from dues.services.levelling import lock_members
from dues.services.payments import NewPayment, demand_possible, is_own, record_payment
from dues.services.proposals import propose_payment
from members.models import Member, Organization, User
from members.services.refused import Refused


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one member handed in, in fen; `reason` where months are older than the rule generally allows."""

    member: Member
    fen: int
    reason: str = ""


class RefusedLine(Refused):
    """Nothing at all was stored, because of one line. `member` is its primary key; `sentence` leaves the name out."""

    def __init__(self, member: Member, refusal: Refused) -> None:
        super().__init__(_("%(name)s: %(sentence)s") % {"name": member.name, "sentence": refusal}, refusal.field)
        self.member, self.sentence = member.pk, str(refusal)


def key_for(form: UUID, member: Member) -> UUID:
    """A member's payment on this form: the same form sent twice names the same payments."""
    return uuid5(form, str(member.key))


@transaction.atomic
def collect_cash(
    *, key: UUID, organization: Organization, lines: Sequence[HandedIn], paid_on: date, by: User, on: date
) -> tuple[list[Payment], list[PaymentProposal]]:
    """Record every line, numbered in the order given, or none. One's own line waits for a second person.

    `key` comes with the form. Raises RefusedLine, and Refused where nobody is ticked.
    """
    if not lines:
        raise Refused(_("Tick who handed something in."))
    lock_members([line.member.pk for line in lines])
    payments, proposals = [], []
    for line in lines:
        new = _payment(key, organization, line, paid_on)
        try:
            if is_own(line.member, by):
                proposals.append(propose_payment(new, by=by, on=on))
            else:
                payments.append(record_payment(new, by=by, on=on))
        except Refused as refusal:
            raise RefusedLine(line.member, refusal) from refusal
    return payments, proposals


def check_cash(*, organization: Organization, lines: Sequence[HandedIn], paid_on: date, on: date) -> None:
    """Raise RefusedLine for the first line that couldn't be recorded now. Stores nothing and holds nothing."""
    for line in lines:
        try:
            demand_possible(_payment(uuid4(), organization, line, paid_on), on)
        except Refused as refusal:
            raise RefusedLine(line.member, refusal) from refusal


def _payment(key: UUID, organization: Organization, line: HandedIn, paid_on: date) -> NewPayment:
    return NewPayment(
        key=key_for(key, line.member),
        organization=organization,
        member=line.member,
        amount_fen=line.fen,
        paid_on=paid_on,
        way=PaymentWay.CASH,
        reason=line.reason,
    )

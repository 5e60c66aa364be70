"""Money that came in: recorded once, spread over the months, reversed with a reason."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import PayerKind, PaymentKind
from dues.models import Payment
from dues.queries.balance import months_of
from dues.rules.payment import advance, back_payment, voluntary, way_allowed
from dues.services.levelling import level, lock_members
from dues.services.receipts import issue_receipt
from members.models import Member, Organization, User
from members.queries.local_rules import in_force_at
from members.services.refused import Refused
from rulebook.rule import NoRule
from rulebook.values import Verdict


@dataclass(frozen=True, kw_only=True)
class NewPayment:
    """What was handed over. `key` comes with the form: the same key is the same money."""

    key: UUID
    organization: Organization
    member: Member
    amount_fen: int
    paid_on: date
    way: str
    voluntary_fen: int = 0
    payer_kind: str = PayerKind.SELF
    payer_name: str = ""
    payer: Member | None = None
    reason: str = ""


@transaction.atomic
def record_payment(new: NewPayment, *, by: User | str, on: date, confirmed_by: str = "") -> Payment:
    """Store a payment with its receipt and settle the oldest months. The same key twice stores it once.

    Raises Refused: two persons are needed, dated in the future, a forbidden way, too far back without a reason, more
    than is owed.
    """
    lock_members([new.member.pk])
    known = Payment.objects.filter(pk=new.key).first()
    if known:
        return _same(known, new)
    _demand_second_person(new, by, confirmed_by)
    demand_possible(new, on)
    payment = Payment.objects.create(
        **vars(new), recorded_by=str(by), confirmed_by=confirmed_by, recorded_at=timezone.now()
    )
    level([new.member.pk], on=on)
    receipt = issue_receipt(payment)
    _record("record_payment", payment, by, receipt=str(receipt), fen=payment.amount_fen)
    return payment


@transaction.atomic
def reverse_payment(payment: Payment, *, key: UUID, reason: str, by: User | str, on: date) -> Payment:
    """Take a payment back by a line with the negative amount; the receipt stays and says so. Raises Refused."""
    lock_members([payment.member_id])
    known = Payment.objects.filter(reverses=payment.pk).first()
    if known and known.pk == key:
        return known
    if known or payment.kind == PaymentKind.REVERSAL:
        raise Refused(_("This payment was already reversed."))
    if is_own(payment.member, by):
        raise Refused(_("Nobody takes his own payment back: ask another officer of the branch."))
    if not reason.strip():
        raise Refused(_("Say why the payment is taken back."), "reason")
    reversal = Payment.objects.create(
        key=key,
        organization=payment.organization,
        member=payment.member,
        kind=PaymentKind.REVERSAL,
        amount_fen=-payment.amount_fen,
        voluntary_fen=-payment.voluntary_fen,
        paid_on=payment.paid_on,
        paid_precision=payment.paid_precision,
        way=payment.way,
        reverses=payment,
        reason=reason.strip(),
        recorded_by=str(by),
        recorded_at=timezone.now(),
    )
    level([payment.member_id], on=on)
    _record("reverse_payment", reversal, by, reason=reason.strip(), fen=reversal.amount_fen)
    return reversal


def is_own(member: Member, by: User | str) -> bool:
    """Whether somebody would record his own dues."""
    return isinstance(by, User) and by.member_id == member.pk


def _same(known: Payment, new: NewPayment) -> Payment:
    if (known.member_id, known.amount_fen, known.paid_on) != (new.member.pk, new.amount_fen, new.paid_on):
        raise Refused(_("This form was already used for another payment. Open the page again."))
    return known


def _demand_second_person(new: NewPayment, by: User | str, confirmed_by: str) -> None:
    if is_own(new.member, by) and not confirmed_by:
        raise Refused(_("Nobody records his own dues alone: another officer of the branch has to confirm it."))


def demand_possible(new: NewPayment, on: date) -> None:
    """Raise Refused for what the rules don't allow. Hold the member's row meanwhile, or another payment slips in."""
    try:
        _demand_allowed(new, on)
    except NoRule as gap:  # the day lies before the provisions of 2008
        raise Refused(str(gap), "paid_on") from gap


def _demand_allowed(new: NewPayment, on: date) -> None:
    _demand_sound(new, on)
    local = in_force_at(new.organization.path, on=new.paid_on)
    months = months_of(new.member.pk)
    still_open = [month for month in months if month.open_fen]
    if still_open and not new.reason:
        oldest = still_open[0]
        carried = oldest.open_carried_fen
        _demand(back_payment(oldest.month, new.paid_on, local, carried_fen=carried), "reason")
    ahead = new.amount_fen - new.voluntary_fen - sum(month.open_fen for month in still_open)
    if ahead > 0:
        before = sum(max(month.settled_fen - month.owed_fen, 0) for month in months)
        _demand(advance(ahead + before, _monthly(new.member, new.paid_on), new.paid_on, local), "amount")


def _demand_sound(new: NewPayment, on: date) -> None:
    if new.amount_fen <= 0:
        raise Refused(_("Give an amount above zero."), "amount")
    if not 0 <= new.voluntary_fen <= new.amount_fen:
        raise Refused(_("Voluntary is a part of the amount: it can't be more."), "voluntary")
    if new.paid_on > on:
        raise Refused(_("The day lies in the future: give the day on which the money came in."), "paid_on")
    _demand(way_allowed(new.way, new.paid_on), "way")
    _demand(voluntary(new.voluntary_fen, new.paid_on), "voluntary")


def _monthly(member: Member, on: date) -> int:
    basis = member.bases.holding(on.replace(day=1)).first()
    return basis.amount_fen if basis else 0


def _demand(verdict: Verdict, field: str) -> None:
    if not verdict:
        article = "；".join(str(citation) for citation in verdict.citations)
        raise Refused(f"{verdict.reason} {article}".strip(), field)


def _record(action: str, payment: Payment, by: User | str, reason: str = "", **details: object) -> None:
    record(
        action=action,
        by=by,
        subject=payment,
        organization_code=payment.organization.code,
        reason=reason,
        details=details,
    )

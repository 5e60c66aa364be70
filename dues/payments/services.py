"""Recording payments with their receipts, taking them back, proposals that wait for another officer."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import PayerKind, PaymentKind, PaymentWay, ProposalState
from dues.ledger.payment_models import Payment, PaymentProposal, Receipt, ReceiptLine, ReceiptSeries
from dues.ledger.queries import months_of, settled_by
from dues.ledger.services import level, lock_members
from dues.payments.rules import advance, back_payment, voluntary, way_allowed
from members.models import Member, Organization, User
from members.pages.queries import names_of
from members.refused import Refused
from members.regulations.queries import in_force_at
from rulebook.rule import NoRule
from rulebook.values import Verdict


def issue_receipt(payment: Payment) -> Receipt:
    """The next number of the branch in the year of today, with the words and months that it keeps.

    Call it in the payment's transaction, once it settles its months: from then on they stay.
    """
    now = timezone.now()
    year = timezone.localdate(now).year
    receipt = Receipt.objects.create(
        payment=payment,
        organization=payment.organization,
        year=year,
        number=_next_number(payment.organization, year),
        token=secrets.token_hex(16),
        issued_at=now,
        branch_name=payment.organization.name,
        member_name=payment.member.name,
        payer_name=payment.payer.name if payment.payer else payment.payer_name,
        received_by=names_of([payment.recorded_by]).get(payment.recorded_by, payment.recorded_by),
    )
    settled = settled_by([payment.pk])[payment.pk]
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, month=one.month, amount_fen=one.fen, carried_over=one.carried_over)
        for one in settled
    )
    return receipt


def _next_number(organization: Organization, year: int) -> int:
    """The series' row stays held until the transaction ends, so that the next one waits and none is skipped."""
    ReceiptSeries.objects.get_or_create(organization=organization, year=year)
    series = ReceiptSeries.objects.select_for_update().get(organization=organization, year=year)
    ReceiptSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    return series.last + 1


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


@transaction.atomic
def propose_payment(new: NewPayment, *, by: User, on: date) -> PaymentProposal:
    """Keep what an officer entered about his own dues. The same key twice is kept once. Raises Refused.

    One at a time: a second one would be for months that the first has already paid.
    """
    lock_members([new.member.pk])
    known = PaymentProposal.objects.filter(pk=new.key).first()
    if known:
        return known
    if not is_own(new.member, by):
        raise Refused(_("Only one's own dues wait for a second person."))
    if PaymentProposal.objects.waiting().filter(member=new.member).exists():
        raise Refused(_("What you entered about your own dues still waits for a second person."))
    demand_possible(new, on)
    facts = {name: getattr(new, name) for name in ("key", "organization", "member", "amount_fen", "voluntary_fen")}
    proposal = PaymentProposal.objects.create(
        **facts, paid_on=new.paid_on, way=new.way, reason=new.reason, proposed_by=str(by)
    )
    _record_proposal("propose_payment", proposal, by)
    return proposal


@transaction.atomic
def confirm_proposal(proposal: PaymentProposal, *, by: User, on: date) -> Payment:
    """Record the payment under both names; a second click finds it done. Raises Refused."""
    lock_members([proposal.member_id])
    proposal = _locked(proposal)
    if proposal.state == ProposalState.CONFIRMED:
        return Payment.objects.get(pk=proposal.pk)
    _demand_second(proposal, by)
    payment = record_payment(_as_payment(proposal), by=proposal.proposed_by, on=on, confirmed_by=str(by))
    _decide(proposal, ProposalState.CONFIRMED, by)
    _record_proposal("confirm_proposal", proposal, by)
    return payment


@transaction.atomic
def decline_proposal(proposal: PaymentProposal, *, by: User) -> None:
    """Nothing is recorded: the money didn't come, or not like this. Raises Refused."""
    proposal = _locked(proposal)
    if proposal.state == ProposalState.DECLINED:
        return
    _demand_second(proposal, by)
    _decide(proposal, ProposalState.DECLINED, by)
    _record_proposal("decline_proposal", proposal, by)


def may_decide(proposal: PaymentProposal, by: User) -> bool:
    """Never who entered it, and never whose dues they are, under whatever user name."""
    return str(by) != proposal.proposed_by and by.member_id != proposal.member_id


def _locked(proposal: PaymentProposal) -> PaymentProposal:
    return PaymentProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)


def _demand_second(proposal: PaymentProposal, by: User) -> None:
    if proposal.state != ProposalState.WAITING:
        raise Refused(_("This was already decided."))
    if not may_decide(proposal, by):
        raise Refused(_("These are your own dues: another officer of the branch has to look at them."))


def _as_payment(proposal: PaymentProposal) -> NewPayment:
    return NewPayment(
        key=proposal.pk,
        organization=proposal.organization,
        member=proposal.member,
        amount_fen=proposal.amount_fen,
        voluntary_fen=proposal.voluntary_fen,
        paid_on=proposal.paid_on,
        way=proposal.way,
        reason=proposal.reason,
    )


def _decide(proposal: PaymentProposal, state: ProposalState, by: User) -> None:
    PaymentProposal.objects.filter(pk=proposal.pk).update(state=state, decided_by=str(by), decided_at=timezone.now())


def _record_proposal(action: str, proposal: PaymentProposal, by: User) -> None:
    record(
        action=action,
        by=by,
        subject=proposal,
        organization_code=proposal.organization.code,
        details={"fen": proposal.amount_fen},
    )


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

"""Nobody records his own dues alone: what an officer enters about himself waits until a second one confirms it."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import ProposalState
from dues.models import Payment, PaymentProposal
from dues.services.levelling import lock_members
from dues.services.payments import NewPayment, demand_possible, is_own, record_payment
from members.models import User
from members.services.refused import Refused


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
    _record("propose_payment", proposal, by)
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
    _record("confirm_proposal", proposal, by)
    return payment


@transaction.atomic
def decline_proposal(proposal: PaymentProposal, *, by: User) -> None:
    """Nothing is recorded: the money didn't come, or not like this. Raises Refused."""
    proposal = _locked(proposal)
    if proposal.state == ProposalState.DECLINED:
        return
    _demand_second(proposal, by)
    _decide(proposal, ProposalState.DECLINED, by)
    _record("decline_proposal", proposal, by)


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


def _record(action: str, proposal: PaymentProposal, by: User) -> None:
    record(
        action=action,
        by=by,
        subject=proposal,
        organization_code=proposal.organization.code,
        details={"fen": proposal.amount_fen},
    )

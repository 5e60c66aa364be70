"""Batches of dues that a branch hands up, and the committee's word that they arrived."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Remittance, RemittedPayment
from dues.queries.upwards import not_handed_up
from dues.rules.upwards import remittance_rule, share_of
from members.models import Organization, User
from members.queries.local_rules import in_force_at
from members.services.refused import Refused
from rulebook.rule import LocalChoiceRequired, Rule


@transaction.atomic
def hand_up(
    *,
    key: UUID,
    branch: Organization,
    first: date,
    last: date,
    sent_on: date,
    by: User | str,
    on: date,
    remark: str = "",
) -> Remittance:
    """Put the branch's payments of these months that no batch holds into one. The same key twice makes it once.

    Raises Refused: a day in the future, months the wrong way round, nothing to hand up, no ratio set above.
    """
    branch = Organization.objects.select_for_update().get(pk=branch.pk)
    if known := Remittance.objects.filter(pk=key).first():
        return known
    _demand_dates(first, last, sent_on, on)
    payments = list(not_handed_up(branch, first, last))
    collected = sum(payment.amount_fen for payment in payments)
    if collected <= 0:
        raise Refused(_("Nothing that came in in these months is still here: choose other months."), "last")
    ratio = _ratio(branch, sent_on)
    remittance = Remittance.objects.create(
        key=key,
        organization=branch,
        receiver=_committee_above(branch),
        first_month=first,
        last_month=last,
        collected_fen=collected,
        ratio=ratio.number,
        amount_fen=share_of(collected, ratio.number),
        rule=ratio.version[:120],
        sent_on=sent_on,
        sent_by=str(by),
        remark=remark,
    )
    RemittedPayment.objects.bulk_create(RemittedPayment(remittance=remittance, payment=one) for one in payments)
    _record("hand_up_dues", remittance, by, fen=remittance.amount_fen, payments=len(payments))
    return remittance


@transaction.atomic
def confirm_remittance(remittance: Remittance, *, received_on: date, by: User, on: date) -> Remittance:
    """The committee says that the money arrived. Twice changes nothing. Raises Refused."""
    remittance = _locked(remittance)
    if remittance.received_on:
        return remittance
    if str(by) == remittance.sent_by:
        raise Refused(_("Whoever handed the money up can't confirm that it arrived."))
    if received_on > on:
        raise Refused(_("The day lies in the future."), "received_on")
    if received_on < remittance.sent_on:
        raise Refused(_("It can't have arrived before it was handed up."), "received_on")
    remittance.received_on, remittance.received_by = received_on, str(by)
    remittance.save(update_fields=["received_on", "received_by"])
    _record("confirm_remittance", remittance, by, fen=remittance.amount_fen)
    return remittance


@transaction.atomic
def take_back_remittance(remittance: Remittance, *, reason: str, by: User) -> None:
    """Undo a batch that the committee hasn't confirmed; its payments can be handed up again. Raises Refused."""
    remittance = _locked(remittance)
    if remittance.received_on:
        raise Refused(_("The committee has confirmed it: it can't be taken back any more."))
    if not reason.strip():
        raise Refused(_("Say why it is taken back."), "reason")
    _record("take_back_remittance", remittance, by, reason=reason.strip(), fen=remittance.amount_fen)
    remittance.lines.all().delete()
    remittance.delete()


def _locked(remittance: Remittance) -> Remittance:
    found = Remittance.objects.select_for_update(of=("self",)).select_related("organization").filter(pk=remittance.pk)
    if (one := found.first()) is None:
        raise Refused(_("This batch was taken back in the meantime."))
    return one


def _demand_dates(first: date, last: date, sent_on: date, on: date) -> None:
    if last < first:
        raise Refused(_("The last month lies before the first."), "last")
    if sent_on > on:
        raise Refused(_("The day lies in the future."), "sent_on")
    if first > sent_on:
        raise Refused(_("These months haven't come yet."), "first")


def _ratio(branch: Organization, on: date) -> Rule:
    try:
        return remittance_rule(on, in_force_at(branch.path, on=on))
    except LocalChoiceRequired as missing:
        raise Refused(
            _("The committee above hasn't set its ratio yet: ask it to record the local rule “%(rule)s”.")
            % {"rule": missing.rule.title}
        ) from missing


def _committee_above(branch: Organization) -> Organization:
    above = Organization.objects.filter(path=branch.parent_path).first()
    if above is None:
        raise Refused(_("There is no committee above this branch."))
    return above


def _record(action: str, remittance: Remittance, by: User | str, reason: str = "", **details: int) -> None:
    code = remittance.organization.code
    record(action=action, by=by, subject=remittance, organization_code=code, reason=reason, details=details)

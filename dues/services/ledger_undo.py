"""Taking an imported ledger back as a whole: lines of the ledger are reversed with the reason, never removed."""

import json
import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import ChargeKind, PaymentKind, ProposalState
from dues.importing.ledger_plan import KEYS
from dues.models import Basis, Charge, ClosedMonth, LedgerImport, Payment, PaymentProposal, RemittedPayment
from dues.models.charge import ChargeQuerySet
from dues.models.payment import PaymentQuerySet
from dues.services.levelling import level, lock_members
from members.choices import ImportState
from members.models import User
from members.services.refused import Refused


@transaction.atomic
def undo_ledger(ledger: LedgerImport, *, by: User | str, on: date) -> LedgerImport:
    """Reverse everything that the import wrote. Raises Refused when something rests on it or a month is closed."""
    locked = LedgerImport.objects.select_for_update(of=("self",)).select_related("organization").get(pk=ledger.pk)
    if locked.state != ImportState.APPLIED:
        raise Refused(_("Only an import that has been stored, and not yet undone, can be undone."))
    if not locked.content:
        raise Refused(_("What was read from this workbook is no longer kept, so the import can't be undone."))
    content = json.loads(locked.content.open())
    members = lock_members(_members(locked, content))
    charges, payments = live_charges(Charge.objects.filter(imported_from=locked)), _payments(locked, content)
    _demand_untouched(locked, charges, payments)
    counts = {"charges": _reverse_charges(charges, locked, by), "payments": _reverse_payments(payments, locked, by)}
    _take_bases_back(locked, content)
    PaymentProposal.objects.filter(pk__in=content["proposals"], state=ProposalState.WAITING).delete()
    level(members, on=on)
    locked.state, locked.undone_at = ImportState.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    code = locked.organization.code
    record(action="undo_dues_ledger", by=by, subject=locked, organization_code=code, details=counts)
    return locked


def live_charges(charges: ChargeQuerySet) -> ChargeQuerySet:
    """Charges without the reversal that would be their next line."""
    reversals = Charge.objects.filter(kind=ChargeKind.REVERSAL, member__in=charges.values("member"))
    reversed_lines = {(line.member_id, line.month, line.turn - 1) for line in reversals}
    gone = [one.pk for one in charges if (one.member_id, one.month, one.turn) in reversed_lines]
    return charges.filter(kind=ChargeKind.CHARGE).exclude(pk__in=gone)


def _members(ledger: LedgerImport, content: dict[str, Any]) -> set[int]:
    rows = (Charge.objects, Payment.objects, Basis.objects)
    ids = {pk for one in rows for pk in one.filter(imported_from=ledger).values_list("member", flat=True)}
    return ids | set(PaymentProposal.objects.filter(pk__in=content["proposals"]).values_list("member", flat=True))


def _payments(ledger: LedgerImport, content: dict[str, Any]) -> PaymentQuerySet:
    """Those of the sheet, and the officer's own ones that a second person has confirmed."""
    confirmed = Payment.objects.live().filter(pk__in=content["proposals"])
    return Payment.objects.live().filter(imported_from=ledger) | confirmed


def _demand_untouched(ledger: LedgerImport, charges: ChargeQuerySet, payments: PaymentQuerySet) -> None:
    closed = ClosedMonth.objects.filter(organization=ledger.organization, month__in=charges.values("month"))
    if month := closed.order_by("month").values_list("month", flat=True).first():
        sentence = _("%(month)s is closed: nothing is taken back in it any more.")
        raise Refused(sentence % {"month": f"{month:%Y-%m}"})
    if RemittedPayment.objects.filter(payment__in=payments).exists():
        raise Refused(_("Some of this money was handed up already. Correct single payments instead."))
    bases = Basis.objects.filter(imported_from=ledger)
    if live_charges(Charge.objects.filter(basis__in=bases).exclude(imported_from=ledger)).exists():
        raise Refused(_("Months were charged by these bases since. Take those charges back first."))
    later = Basis.objects.filter(member__in=bases.values("member"), fixed_at__gt=ledger.applied_at)
    if later.exclude(imported_from=ledger).exclude(valid_until=F("valid_from")).exists():
        raise Refused(_("Bases were fixed for some of these members since. Correct single members instead."))


def _reverse_charges(charges: ChargeQuerySet, ledger: LedgerImport, by: User | str) -> int:
    now = timezone.now()
    rows = [
        Charge(
            member_id=one.member_id, organization_id=one.organization_id, month=one.month, turn=one.turn + 1,
            kind=ChargeKind.REVERSAL, amount_fen=-one.amount_fen, waived_fen=-one.waived_fen, rate=one.rate,
            carried_over=one.carried_over, rules=one.rules, basis_id=one.basis_id, relief_id=one.relief_id,
            reason=_reason(ledger), made_by=str(by), made_at=now,
        )
        for one in charges
    ]  # fmt: skip
    return len(Charge.objects.bulk_create(rows))


def _reverse_payments(payments: PaymentQuerySet, ledger: LedgerImport, by: User | str) -> int:
    now = timezone.now()
    rows = [
        Payment(
            key=uuid.uuid5(KEYS, f"undo {one.pk}"), organization_id=one.organization_id, member_id=one.member_id,
            kind=PaymentKind.REVERSAL, amount_fen=-one.amount_fen, voluntary_fen=-one.voluntary_fen,
            paid_on=one.paid_on, paid_precision=one.paid_precision, way=one.way, reverses=one,
            reason=_reason(ledger), recorded_by=str(by), recorded_at=now,
        )
        for one in payments
    ]  # fmt: skip
    return len(Payment.objects.bulk_create(rows))


def _take_bases_back(ledger: LedgerImport, content: dict[str, Any]) -> None:
    """A basis that held for no month stays as a trace; those it had ended hold again."""
    Basis.objects.filter(imported_from=ledger).update(valid_until=F("valid_from"))
    for key, until in content["ended"]:
        Basis.objects.filter(pk=key).update(valid_until=until or None)


def _reason(ledger: LedgerImport) -> str:
    return (_("The import was undone: %(file)s") % {"file": ledger.file_name})[:200]

"""Importing a branch's own ledger, and taking it back."""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.books.columns import LedgerNote
from dues.books.importing import LEDGER_RULE, LedgerContents, LedgerLine, open_after, sums
from dues.books.plan import KEYS, NewBasis, NewCharge, NewPayment, Plan, plan
from dues.choices import ChargeKind, PaymentKind, PaymentWay, ProposalState
from dues.ledger.models import Basis, Charge, ChargeQuerySet, ClosedMonth, LedgerImport
from dues.ledger.payment_models import Payment, PaymentProposal, PaymentQuerySet
from dues.ledger.services import level, lock_members
from dues.papers import Moved, Touched, touched_by
from dues.upwards.models import RemittedPayment
from members.choices import DatePrecision, ImportState
from members.fields import opened
from members.models import Organization, User
from members.refused import Refused
from members.workbooks.reading import dump_cells

MOST_NOTES = 1_000
"""What is kept to be shown and given back; a sheet with more to say isn't the ledger of a branch."""


@dataclass
class Judged:
    """A workbook beside the record: what it says, and what storing it would add."""

    found: LedgerContents
    plan: Plan
    year: int
    on: date

    @property
    def kept(self) -> list[LedgerLine]:
        """The lines that can be stored."""
        return [line for line in self.found.lines if line.row not in self.plan.refused]

    @property
    def notes(self) -> list[LedgerNote]:
        """By row, what concerns the whole sheet first. Of a row that the record refuses only that counts."""
        found = [note for note in self.found.notes if note.refuses or note.row not in self.plan.refused]
        return sorted([*found, *self.plan.notes], key=lambda note: (note.row, note.cell))

    @property
    def is_blocked(self) -> bool:
        return any(note.blocks for note in self.plan.notes)

    def sums(self) -> dict[str, Any]:
        """{members, paid_total_fen, charged_total_fen} of what can be stored."""
        return sums(LedgerContents(lines=self.kept))


def judge(found: LedgerContents, *, organization: Organization, year: int, on: date) -> Judged:
    """Compare what a workbook says with the record."""
    return Judged(found, plan(found.lines, organization=organization, year=year, on=on), year, on)


def keep_preview(
    judged: Judged, *, key: UUID, organization: Organization, file_name: str, by: User | None
) -> LedgerImport:
    """Keep a workbook until somebody confirms it, with what storing it would touch. The same key twice keeps one."""
    if known := LedgerImport.objects.filter(pk=key).first():
        return known
    touched = touches(judged, organization=organization, by=by)
    content = _content(judged) | ({} if touched is None else {"touched": asdict(touched)})
    return _kept(judged, content, key=key, organization=organization, file_name=file_name, by=by)


def touches(judged: Judged, *, organization: Organization, by: User | None) -> Touched | None:
    """What storing a workbook would touch; None: it can't be stored. Nothing is kept."""
    if judged.is_blocked:
        return None
    about: dict[str, Any] = {"organization": organization, "file_name": "", "by": by}
    return touched_by(
        lambda: confirm_ledger(_kept(judged, _content(judged), key=uuid4(), **about), by=by or "system", on=judged.on),
        members={line.member for line in judged.kept},
        branch=organization,
        on=judged.on,
    )


def kept_touches(kept: LedgerImport) -> Touched | None:
    """What was said of it when it was looked through; None: it can't be stored."""
    found = json.loads(opened(kept.content)).get("touched")
    if not found:
        return None
    months = [Moved(**one | {"month": date.fromisoformat(one["month"])}) for one in found["months"]]
    closed = [date.fromisoformat(one) for one in found["closed"]]
    return Touched(found["receipts"], months, closed, found["published"])


def _kept(
    judged: Judged, content: dict[str, Any], *, key: UUID, organization: Organization, file_name: str, by: User | None
) -> LedgerImport:
    kept, _is_new = LedgerImport.objects.get_or_create(
        pk=key,
        defaults={
            "organization": organization,
            "year": judged.year,
            "file_name": file_name[:200],
            "uploaded_by": by,
            "found": _shown(judged, _own_notes(judged, by)),
            "content": json.dumps(content, ensure_ascii=False, default=str),
        },
    )
    return kept


@transaction.atomic
def confirm_ledger(ledger: LedgerImport, *, by: User | str, on: date) -> LedgerImport:
    """Store what was looked through; confirming twice stores once.

    Raises Refused, with nothing stored, when a month is closed or the record has changed since.
    """
    locked = LedgerImport.objects.select_for_update(of=("self",)).select_related("organization").get(pk=ledger.pk)
    if locked.state != ImportState.PREVIEW:
        return locked
    content = json.loads(locked.content.open())
    lines = [LedgerLine(**line) for line in content["lines"]]
    lock_members(line.member for line in lines)
    made = plan(lines, organization=locked.organization, year=locked.year, on=on)
    _demand_possible(made)
    ended, proposals = _Storing(locked, by).store(made)
    level([line.member for line in lines], on=on)
    kept = {"refused": content["refused"], "headings": content["headings"], "ended": ended, "proposals": proposals}
    locked.content = json.dumps(kept, ensure_ascii=False)
    locked.state, locked.applied_at = ImportState.APPLIED, timezone.now()
    locked.found |= {"stored": _counts(made)}
    locked.save(update_fields=["content", "state", "applied_at", "found"])
    _record("import_dues_ledger", locked, by, members=len(lines), **_counts(made))
    return locked


def _demand_possible(made: Plan) -> None:
    block = next((note for note in made.notes if note.blocks), None)
    if block:
        raise Refused(block.message)
    if made.refused:
        raise Refused(_("The record has changed since the sheet was looked through. Upload it again."))


def _counts(made: Plan) -> dict[str, int]:
    return {"bases": len(made.bases), "charges": len(made.charges), "payments": len(made.payments)}


def _own_notes(judged: Judged, by: User | None) -> list[LedgerNote]:
    """That an officer's own payments are not simply stored."""
    mine = [line for line in judged.kept if by and line.member == by.member_id and line.payments]
    return [LedgerNote(line.row, "own_payments", *line.places.get("name", ("", ""))) for line in mine]


def _shown(judged: Judged, more: list[LedgerNote]) -> dict[str, Any]:
    """What the preview shows, in the clear: no base of anybody."""
    return {
        **judged.sums(),
        "opening_total_fen": sum(line.opening for line in judged.kept),
        "open_months": sum(open_after(line, judged.year)[0] for line in judged.kept),
        "open_total_fen": sum(open_after(line, judged.year)[1] for line in judged.kept),
        "last_month": judged.found.last_month,
        "changed": len(judged.plan.changes),
        "new": _counts(judged.plan),
        "refused_rows": len(judged.found.refused) + len(judged.plan.refused),
        "blocked": judged.is_blocked,
        "unread": judged.found.unread[:40],
        "notes": [note.stored() for note in [*more, *judged.notes][:MOST_NOTES]],
    }


def _content(judged: Judged) -> dict[str, Any]:
    refused = {note.row for note in judged.notes if note.refuses}
    cells = {row.row: dump_cells(row.cells) for row in judged.found.refused}
    cells |= {line.row: dump_cells(line.cells) for line in judged.found.lines if line.row in judged.plan.refused}
    return {
        "lines": [{**asdict(line), "cells": {}} for line in judged.kept],
        "refused": [[row, cells[row]] for row in sorted(refused & cells.keys())[:MOST_NOTES]],
        "headings": judged.found.headings,
    }


class _Storing:
    """Writes a plan. Bases first, because charges name them."""

    def __init__(self, ledger: LedgerImport, by: User | str) -> None:
        self.ledger = ledger
        self.by = by
        self.now = timezone.now()

    def store(self, made: Plan) -> tuple[list[list[str]], list[str]]:
        """The bases that were ended, each with the month it had ended before or "", and the keys of proposals."""
        ended = [self._end(one) for one in made.bases if one.ends]
        Basis.objects.bulk_create([self._basis(one) for one in made.bases])
        bases = _by_member(one.line.member for one in made.charges)
        Charge.objects.bulk_create([self._charge(one, bases) for one in made.charges])
        own = [one for one in made.payments if self._is_own(one)]
        Payment.objects.bulk_create([self._payment(one) for one in made.payments if not self._is_own(one)])
        PaymentProposal.objects.bulk_create([self._proposal(one) for one in own])
        return ended, [str(one.key) for one in own]

    def _is_own(self, one: NewPayment) -> bool:
        """An officer's own payments wait for a second person, as they do everywhere."""
        return isinstance(self.by, User) and self.by.member_id == one.line.member

    def _end(self, one: NewBasis) -> list[str]:
        ended = one.ends
        assert ended is not None
        Basis.objects.filter(pk=ended.pk).update(valid_until=one.begins)
        return [str(ended.pk), ended.valid_until.isoformat() if ended.valid_until else ""]

    def _basis(self, one: NewBasis) -> Basis:
        return Basis(
            member_id=one.line.member,
            year=self.ledger.year,
            category=one.line.category,
            base=str(one.line.base) if one.line.base else "",
            amount_fen=one.line.monthly,
            rate=one.line.rate,
            capped=one.line.capped,
            rules=one.line.rules,
            valid_from=one.begins,
            valid_until=one.until,
            fixed_by=str(self.by),
            imported_from=self.ledger,
        )

    def _charge(self, one: NewCharge, bases: Mapping[int, list[Basis]]) -> Charge:
        basis = None if one.opening else _holding(bases.get(one.line.member, []), one.month)
        by_basis = basis is not None and basis.amount_fen == one.amount
        return Charge(
            member_id=one.line.member,
            organization=self.ledger.organization,
            month=one.month,
            turn=one.turn,
            kind=ChargeKind.CHARGE,
            amount_fen=one.amount,
            waived_fen=one.waived,
            carried_over=one.opening,
            basis=basis,
            rate=basis.rate if basis and by_basis else None,
            rules=basis.rules if basis and by_basis else LEDGER_RULE,
            made_by=str(self.by),
            made_at=self.now,
            imported_from=self.ledger,
        )

    def _payment(self, one: NewPayment) -> Payment:
        return Payment(
            key=one.key,
            organization=self.ledger.organization,
            member_id=one.line.member,
            amount_fen=one.amount,
            paid_on=one.paid_on,
            paid_precision=DatePrecision.DAY if one.is_day else DatePrecision.MONTH,
            way=PaymentWay.LEDGER,
            recorded_by=str(self.by),
            recorded_at=self.now,
            imported_from=self.ledger,
        )

    def _proposal(self, one: NewPayment) -> PaymentProposal:
        return PaymentProposal(
            key=one.key,
            organization=self.ledger.organization,
            member_id=one.line.member,
            amount_fen=one.amount,
            paid_on=one.paid_on,
            way=PaymentWay.LEDGER,
            reason=self.ledger.file_name,
            proposed_by=str(self.by),
        )


def _by_member(members: Iterable[int]) -> dict[int, list[Basis]]:
    rows = Basis.objects.filter(member__in=set(members)).order_by("member", "valid_from")
    return {member: list(bases) for member, bases in groupby(rows, key=lambda basis: basis.member_id)}


def _holding(bases: list[Basis], month: date) -> Basis | None:
    held = (one for one in bases if one.valid_from <= month and (one.valid_until is None or month < one.valid_until))
    return next(held, None)


def _record(action: str, ledger: LedgerImport, by: User | str, **details: int) -> None:
    record(action=action, by=by, subject=ledger, organization_code=ledger.organization.code, details=details)


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

"""Months charged for both entries of one person: reversed with the merging, charged again when it is undone.

The bases of the entry that goes end there too, so that no later run finds the months due after all.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import ChargeKind
from dues.models import Basis, Charge, ClosedMonth
from dues.queries.merging import doubled
from dues.services.levelling import level, lock_members
from members.choices import ImportState
from members.models import Member, Organization, User
from members.services.refused import Refused

Kept = dict[str, Any]
"""What taking it back needs: `charges`, keys of the lines reversed, and `bases`, each with its key and end, or ""."""


@transaction.atomic
def reverse_doubled(kept: Member, merged: Member, *, by: User | str, on: date) -> Kept:
    """Reverse the charges of the entry that goes for months of the one that stays, where nothing is paid on them."""
    lock_members([kept.pk, merged.pk])
    charges = doubled(kept, merged).to_reverse
    if not charges:
        return {}
    _add(charges, ChargeKind.REVERSAL, _("Charged under the other entry of the same person"), by)
    bases = _end_bases(merged, min(one.month for one in charges))
    level([merged.pk], on=on)
    _record("reverse_doubled_dues", merged, charges, by)
    return {"charges": [one.pk for one in charges], "bases": bases}


@transaction.atomic
def charge_doubled_again(merged: Member, done: Kept, *, by: User | str, on: date) -> None:
    """The entries are parted: each owes again what it was charged. Raises Refused where a month was closed since."""
    if not done:
        return
    lock_members([merged.pk])
    charges = list(Charge.objects.filter(pk__in=done["charges"]).exclude(imported_from__state=ImportState.UNDONE))
    _demand_open(charges)
    _add(charges, ChargeKind.CHARGE, _("The two entries were parted again"), by)
    for key, until in done["bases"]:
        Basis.objects.filter(pk=key).update(valid_until=until or None)
    level([merged.pk], on=on)
    _record("charge_doubled_dues_again", merged, charges, by)


def _add(charges: list[Charge], kind: ChargeKind, reason: str, by: User | str) -> None:
    """The next line of each month: the same with the sign of the kind."""
    now, turns = timezone.now(), _turns(charges)
    Charge.objects.bulk_create(_line(one, kind, turns[one.month] + 1, reason, str(by), now) for one in charges)


def _line(one: Charge, kind: ChargeKind, turn: int, reason: str, by: str, now: datetime) -> Charge:
    sign = -1 if kind == ChargeKind.REVERSAL else 1
    return Charge(
        member_id=one.member_id, organization_id=one.organization_id, month=one.month, turn=turn, kind=kind,
        amount_fen=sign * one.amount_fen, waived_fen=sign * one.waived_fen, carried_over=one.carried_over,
        rate=one.rate, rules=one.rules, basis_id=one.basis_id, relief_id=one.relief_id, reason=reason, made_by=by,
        made_at=now, imported_from_id=None if kind == ChargeKind.REVERSAL else one.imported_from_id,
    )  # fmt: skip


def _turns(charges: list[Charge]) -> dict[date, int]:
    """The last line of each of the months."""
    members = {one.member_id for one in charges}
    rows = Charge.objects.filter(member__in=members, month__in=[one.month for one in charges]).order_by("turn")
    return dict(rows.values_list("month", "turn"))


def _end_bases(merged: Member, month: date) -> list[tuple[str, str]]:
    held = Basis.objects.filter(member=merged).exclude(valid_until__lte=month)
    ended = [(str(one.pk), one.valid_until.isoformat() if one.valid_until else "") for one in held]
    for one in held:
        one.valid_until = max(month, one.valid_from)
        one.save(update_fields=["valid_until"])
    return ended


def _demand_open(charges: Iterable[Charge]) -> None:
    for one in charges:
        if ClosedMonth.objects.filter(organization=one.organization_id, month=one.month).exists():
            sentence = _("%(month)s was closed since: nothing is charged in it any more, so the entries stay together.")
            raise Refused(sentence % {"month": f"{one.month:%Y-%m}"})


def _record(action: str, merged: Member, charges: list[Charge], by: User | str) -> None:
    code = Organization.objects.values_list("code", flat=True).get(pk=charges[0].organization_id) if charges else ""
    months = "、".join(f"{one.month:%Y-%m}" for one in charges)
    fen = sum(one.amount_fen - one.waived_fen for one in charges)
    record(action=action, by=by, subject=merged, organization_code=code, details={"month": months, "fen": fen})

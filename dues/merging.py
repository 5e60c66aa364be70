"""What merging two entries of one person does to the ledger: lines never move.

Months charged for both are reversed with the merging and charged again when it is undone. The bases of the entry that
goes end there too, so that no later run finds the months due after all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from dues.choices import ChargeKind
from dues.ledger.models import Basis, Charge, ClosedMonth
from dues.ledger.payment_models import Payment
from dues.ledger.queries import open_months, settled, standing_charges
from dues.ledger.services import level, lock_members
from dues.papers import published_at
from members.choices import ImportState
from members.models import Member, Organization, User
from members.pages.links import Link
from members.refused import Refused


def lines_of_both(kept: Member, merged: Member) -> tuple[int, int]:
    """Charges and payments of each of the two; where neither has any, the bases that were fixed."""
    mine, other = (_charges_and_payments(one) for one in (kept, merged))
    if mine or other:
        return mine, other
    return kept.bases.count(), merged.bases.count()


def _charges_and_payments(member: Member) -> int:
    return member.charges.count() + member.payments.count()


@dataclass(frozen=True, slots=True)
class Doubled:
    """Charges of the entry that goes, of months that the one that stays was charged too."""

    to_reverse: list[Charge]
    """Nothing was paid on them and their months are open: the merging reverses them."""
    paid: list[date]
    closed: list[date]
    followed: bool
    """The entry that goes was charged alone for later months: its bases can't simply end."""


def doubled(kept: Member, merged: Member) -> Doubled:
    """What merging the two does to their charges. Three queries."""
    mine = set(standing_charges().filter(member=kept).values_list("month", "carried_over"))
    others = list(standing_charges().filter(member=merged).annotate(settled=settled()).order_by("month"))
    twice = [one for one in others if (one.month, one.carried_over) in mine]
    places = {(one.organization_id, one.month) for one in twice}
    closed = set(
        ClosedMonth.objects.filter(organization__in={place for place, _month in places}).values_list(
            "organization", "month"
        )
    )
    first = min((one.month for one in twice), default=date.max)
    return Doubled(
        [one for one in twice if not one.settled and (one.organization_id, one.month) not in closed],  # type: ignore[attr-defined]
        [one.month for one in twice if one.settled],  # type: ignore[attr-defined]
        sorted({month for place, month in places & closed}),
        any(one.month > first for one in others if one not in twice),
    )


def reversals(kept: Member, merged: Member) -> Iterator[str]:
    """What the merging does by itself to what was charged twice, in sentences."""
    if charges := doubled(kept, merged).to_reverse:
        yield _(
            "Dues of the same months were charged for both (%(months)s). Merging reverses those of the entry that "
            "goes; parting the entries charges them again."
        ) % {"months": _said([one.month for one in charges])}
        published = published_at(charges[0].organization, {one.month.year for one in charges})
        if published:
            yield _(
                "Published figures: %(names)s. They stay as they were published; the correction is shown beside them."
            ) % {"names": "、".join(map(str, published))}


def obstacles(kept: Member, merged: Member) -> Iterator[Link]:
    """Money on months charged for both, such months that are closed, and what the entry that goes still owes."""
    found = doubled(kept, merged)
    yield from _paid_for(merged, found.paid)
    if found.closed:
        sentence = _("Dues were charged for both in months that are closed (%(months)s): nothing is reversed there.")
        yield _on_the_page_of(merged, sentence % {"months": _said(found.closed)})
    if found.to_reverse and found.followed:
        sentence = _(
            "Dues of the same months were charged for both (%(months)s). Fix the base of the entry that goes as 0 from "
            "%(first)s on: then its charges are reversed."
        )
        twice = [one.month for one in found.to_reverse]
        yield _on_the_page_of(merged, sentence % {"months": _said(twice), "first": _said(twice[:1])})
    settled_first = {*found.paid, *found.closed, *(one.month for one in found.to_reverse)}
    if owed := [one.month for one in open_months(merged.pk) if one.month not in settled_first]:
        sentence = _(
            "The entry that goes still owes dues of %(month)s. Record the payment or reverse the charge first."
        )
        yield _on_the_page_of(merged, sentence % {"month": _said(owed[:1])})


def _paid_for(merged: Member, months: list[date]) -> Iterator[Link]:
    """The payments that would lie on months which the entry that stays has as well."""
    paid = Payment.objects.live().filter(member=merged, allocations__month__in=months).distinct().in_order()
    for one in paid:
        sentence = _("Money of %(day)s lies on the entry that goes. Reverse it, and record it on the one that stays.")
        text = sentence % {"day": one.paid_on.isoformat()}
        yield Link("cash-coin", _("To the payment"), text, reverse("dues:payment-detail", args=[one.pk]))


def _on_the_page_of(merged: Member, text: str) -> Link:
    url = reverse("dues:member-detail", args=[merged.key])
    return Link("cash-coin", _("To the dues of the entry that goes"), text, url)


def _said(months: list[date]) -> str:
    return "、".join(f"{month:%Y-%m}" for month in months)


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

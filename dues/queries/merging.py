"""What merging two entries of one person does to the ledger, and what has to be settled first: lines never move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from dues.models import Charge, ClosedMonth, Payment
from dues.queries.balance import open_months, settled, standing_charges
from dues.queries.own_rows import has, readable
from dues.queries.papers import published_at
from members.choices import MergeState
from members.links import Link
from members.models import Member, User


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


def entries_of(member: Member) -> list[Member]:
    """The entries that were merged into the member's, and those merged into them before. Their dues stay with them."""
    found: list[Member] = []
    asked = [member] if has(member, "merged") else []
    while asked:
        asked = list(Member.objects.filter(merged_by__kept__in=asked, merged_by__state=MergeState.DONE).order_by("pk"))
        found += asked
    return found


def readable_entries(member: Member, user: User) -> list[Member]:
    """Those of them of whose dues the user may read."""
    return [one for one in entries_of(member) if readable(user, one.key)[0]]

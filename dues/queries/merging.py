"""What of the ledger has to be settled before two entries of one person are merged: lines of it never move."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from dues.models import Payment
from dues.queries.balance import open_months, standing_charges
from dues.queries.own_rows import has, readable
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


def obstacles(kept: Member, merged: Member) -> Iterator[Link]:
    """Months charged for both, money that lies on them, and what the entry that goes still owes. Four queries."""
    mine, other = (set(standing_charges().filter(member=one).values_list("month", flat=True)) for one in (kept, merged))
    if twice := sorted(mine & other):
        yield from _paid_for(merged, twice)
        sentence = _(
            "Dues of the same months were charged for both (%(months)s). Fix the base of the entry that goes as 0 from "
            "%(first)s on: then its charges are reversed."
        )
        yield _on_the_page_of(merged, sentence % {"months": _said(twice), "first": _said(twice[:1])})
    if owed := [one.month for one in open_months(merged.pk) if one.month not in twice]:
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

"""What of the ledger has to be settled before two entries of one person are merged: lines of it never move."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dues.queries.balance import open_months, standing_charges
from dues.queries.own_rows import has, readable
from members.choices import MergeState
from members.models import Member, User


def lines_of_both(kept: Member, merged: Member) -> tuple[int, int]:
    """Charges and payments of each of the two; where neither has any, the bases that were fixed."""
    mine, other = (_charges_and_payments(one) for one in (kept, merged))
    if mine or other:
        return mine, other
    return kept.bases.count(), merged.bases.count()


def _charges_and_payments(member: Member) -> int:
    return member.charges.count() + member.payments.count()


def obstacles(kept: Member, merged: Member) -> Iterator[str]:
    """The same month charged for both, and what the entry that goes still owes. Three queries."""
    mine, other = (set(standing_charges().filter(member=one).values_list("month", flat=True)) for one in (kept, merged))
    if twice := sorted(mine & other):
        months = "、".join(f"{month:%Y-%m}" for month in twice[:6])
        yield _("Dues of the same month were charged for both (%(months)s). Reverse one of the two first.") % {
            "months": months
        }
    if owed := open_months(merged.pk):
        yield _("The entry that goes still owes dues of %(month)s. Record the payment or reverse the charge first.") % {
            "month": f"{owed[0].month:%Y-%m}"
        }


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

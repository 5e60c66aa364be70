"""What of the ledger has to be settled before two entries of one person are merged: lines of it never move."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dues.queries.balance import open_months, standing_charges
from members.models import Member


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

"""Two entries with one identity number: recorded by branches of which neither sees the other's roster.

Neither is told, so that nobody learns from a number who stands on another roster. Whoever keeps or imports both, mostly
the committee above, merges them, moves the person, or has the number corrected.
"""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from members.links import Link
from members.models import Member, User
from members.queries.merging import mergeable

MOST = 20


def disputes(user: User) -> list[tuple[Member, Member]]:
    """The entry that had the number first, and the one that was recorded later. Two queries."""
    later = list(mergeable(user).filter(number_disputed=True).order_by("pk")[:MOST])
    if not later:
        return []
    others: QuerySet[Member] = mergeable(user).with_prints({one.national_id_print for one in later})
    first = {one.national_id_print: one for one in others.order_by("-number_disputed", "-pk")}
    pairs = [(first[one.national_id_print], one) for one in later if one.national_id_print in first]
    return [(earlier, one) for earlier, one in pairs if earlier.pk != one.pk]


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """A line for each pair, to the page on which two entries are merged."""
    for earlier, later in disputes(user):
        text = _("%(first)s, %(second)s: is it one person? Merge the entries, or have the number corrected.")
        names = {"first": earlier.name, "second": later.name}
        url = f"{reverse('members:merge-new', args=[earlier.key])}?other={later.key}"
        yield Link("people", _("Two entries with one identity number"), text % names, url)

"""What an act would touch of what was issued and published, found by doing it and taking it back."""

from collections.abc import Callable, Collection
from datetime import date

from django.db import transaction

from dues.queries.papers import Touched, compare, papers
from members.models import Organization
from members.services.refused import Refused


class _TakenBack(Exception):
    """Raised so that nothing of the act stays."""


def touched_by(
    act: Callable[[], object], *, members: Collection[int], branch: Organization, on: date
) -> Touched | None:
    """Compare the record before and after the act; nothing of it is stored. None: the act would be refused."""
    before = papers(members, branch, on=on)
    found: list[Touched] = []
    try:
        with transaction.atomic():
            act()
            found.append(compare(before, papers(members, branch, on=on)))
            raise _TakenBack
    except _TakenBack:
        return found[0]
    except Refused:
        return None

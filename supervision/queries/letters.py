"""What inspectors see of letters without opening one, and what a committee is told: counts, none below three."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from members.paths import subtree
from supervision.models import InspectorKey, Letter, LetterBox
from supervision.rules.letters import few
from supervision.rules.routing import FEWEST


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Of one committee and year; None where it would be one or two, or let one or two be told from the other figure."""

    code: str
    name: str
    received: int | None
    closed: int | None


def with_too_few_readers(letters: Iterable[UUID], readers: Iterable[InspectorKey]) -> set[UUID]:
    """Keys of those letters that fewer than two of these inspectors' keys open: they are to be sealed anew."""
    wanted = set(letters)
    boxes = LetterBox.objects.filter(letter__in=wanted, inspector_key__in=[key.pk for key in readers])
    opened = Counter(boxes.values_list("letter", flat=True))
    return {letter for letter in wanted if opened[letter] < FEWEST}


def letter_counts(path: str, year: int, *, on: date) -> list[LetterCounts]:
    """Committees at and below the path to which letters came in that year, up to the end of the month before `on`.

    Of the running month nothing is counted, or the figure would tell in which minute a letter came in.
    """
    first, last = date(year, 1, 1), min(date(year + 1, 1, 1), on.replace(day=1))
    counted = Letter.objects.filter(subtree("organization__path", [path]), received_on__gte=first, received_on__lt=last)
    closed = Count("pk", filter=Q(closed_on__lt=on.replace(day=1)))
    rows = counted.values_list("organization__code", "organization__name").order_by("organization__path")
    figures = rows.annotate(received=Count("pk"), closed=closed).values_list(
        "organization__code", "organization__name", "received", "closed"
    )
    return [LetterCounts(code, name, *few(received, closed)) for code, name, received, closed in figures]

"""What inspectors see of letters without opening one, and what a committee is told: counts, none below three."""

from dataclasses import dataclass
from datetime import date

from members.models import User
from supervision.models import Letter

FEWEST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Of one committee and year; None where it would be one or two, or let one or two be told from the other figure."""

    code: str
    name: str
    received: int | None
    closed: int | None


@dataclass(frozen=True, slots=True)
class LetterDuty:
    """What one inspector has to do with one letter. `kind`: letter_accept, letter_answer, letter_reseal."""

    kind: str
    letter: Letter
    due_on: date | None
    is_overdue: bool
    is_binding: bool
    """The writer gave a name: the rule's working days bind."""


def letter_duties(user: User, *, on: date) -> list[LetterDuty]:
    """For the inspector's own page only: on any other desk it would be a trace."""
    raise NotImplementedError


def letter_counts(path: str, year: int, *, on: date) -> list[LetterCounts]:
    """Committees at and below the path to which letters came in that year, up to the end of the month before `on`."""
    raise NotImplementedError

"""How long letters are kept, and that they are destroyed then."""

from datetime import date, timedelta

from django.db import transaction

from members.queries.local_rules import in_force_at
from rulebook.book import rule
from supervision.models import Letter
from supervision.rules.letters import KEEP
from supervision.services.letter_sealing import empty, locked


def shred_due(*, on: date) -> int:
    """Empty every letter whose time is over; how many.

    That is so long after it was closed, and where a named writer is still to be told the result, not before that.
    """
    due = [
        letter for letter in Letter.objects.unshredded().closed().select_related("organization") if _is_due(letter, on)
    ]
    for letter in due:
        with transaction.atomic():
            empty(locked(letter), on=on)
    return len(due)


def kept_until(letter: Letter) -> date | None:
    """The last day on which a letter is there; None while it is not closed."""
    if letter.closed_on is None:
        return None
    local = in_force_at(letter.organization.path, on=letter.closed_on)
    return letter.closed_on + timedelta(days=rule(KEEP, letter.closed_on, local).whole)


def _is_due(letter: Letter, on: date) -> bool:
    last = kept_until(letter)
    owed = letter.is_named and letter.answer_due_on is not None and letter.answered_on is None
    return last is not None and last < on and not owed

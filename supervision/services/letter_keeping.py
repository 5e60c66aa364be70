"""How long letters are kept, and that they are destroyed then."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from members.queries.local_rules import in_force_at
from members.retention import BATCH, ForGood, Kind
from rulebook.book import rule
from supervision.models import Letter
from supervision.rules.letters import KEEP
from supervision.services.letter_sealing import empty, locked


def shred_due(*, on: date, most: int | None = None) -> int:
    """Empty every letter whose time is over, or so many of them; how many.

    That is so long after it was closed, and where a named writer is still to be told the result, not before that.
    """
    due = [
        letter for letter in Letter.objects.unshredded().closed().select_related("organization") if _is_due(letter, on)
    ]
    for letter in due[:most]:
        with transaction.atomic():
            empty(locked(letter), on=on)
    return len(due[:most])


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


RETAINED = (
    Kind(
        code="letters",
        title=_("Sealed letters"),
        goes=_("The letter, what came with it, and what was written about it; its keys are destroyed."),
        stays=_("Its days and its committee, which are shown as counts of three and more."),
        since=_("after it was closed"),
        rule_key=KEEP,
        remove=lambda due: shred_due(on=due.on, most=BATCH),
    ),
    ForGood(
        _("Reports, decisions and sums of appraisals"),
        _("Adopted papers stand as they were issued. No ballot is kept, so none has to go."),
    ),
)

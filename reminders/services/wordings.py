"""Wordings are written: by the program itself, and by a committee for what is below it."""

from django.db import transaction

from reminders.models import Wording
from reminders.queries.wordings import program_texts


@transaction.atomic
def program_wordings() -> int:
    """Make sure that the program's own texts, as this version has them, are stored; says how many were added.

    A text that any version stored before is found again, so that two versions side by side don't add in turns.
    """
    rows = Wording.objects.filter(organization__isnull=True)
    stored = set(rows.values_list("kind", "addressee", "language", "subject", "text"))
    missing = [(slot, text) for slot, text in program_texts().items() if (*slot, *text) not in stored]
    for slot, text in missing:
        Wording.objects.create(**slot._asdict(), **text._asdict())
    return len(missing)

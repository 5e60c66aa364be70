"""Rows of letters as an inspector's list shows them."""

from django.db.models import QuerySet

from supervision.choices import LetterState
from supervision.models import Letter

WHOLE = Letter.objects.select_related("organization")
LINES = Letter.objects.select_related("organization").defer("ciphertext", "writer_box")


def narrowed(letters: QuerySet[Letter], state: str) -> QuerySet[Letter]:
    """Open ones first; named ones before others of the same day, as the rule on real names asks."""
    if state in LetterState.values:
        letters = letters.filter(state=state)
    return letters.order_by("closed_on", "accept_due_on", "-is_named", "key")

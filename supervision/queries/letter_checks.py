"""What `manage.py verify` asks of sealed letters: that each can be read by two, and by the recovery key."""

from collections.abc import Iterator

from django.utils import timezone

from audit.verification import Check
from supervision.models import Letter
from supervision.queries.letters import with_too_few_readers


def letter_checks() -> Iterator[Check]:
    """Counts only: a letter isn't named."""
    kept = Letter.objects.unshredded()
    few = len(with_too_few_readers(kept.values_list("pk", flat=True), on=timezone.localdate()))
    yield _none("letter_readers", few, "letters that fewer than two inspectors can read; a reader seals them anew")
    lost = kept.exclude(boxes__recovery_key__isnull=False).count()
    yield _none("letter_recovery", lost, "letters that no recovery key opens")
    left = Letter.objects.filter(ciphertext="", boxes__isnull=False) | Letter.objects.filter(
        ciphertext="", messages__isnull=False
    )
    yield _none("letter_shredded", left.distinct().count(), "destroyed letters of which something is left")


def _none(name: str, count: int, what: str) -> Check:
    return Check(name, not count, f"{count} {what}" if count else "none")

"""Taking away what was kept long enough: each kind in batches, in whatever night it was interrupted."""

import logging
from datetime import date

from django.db import transaction
from django.utils import timezone

from audit.services import record
from members.models import Removal
from members.retention import Kind, kinds

log = logging.getLogger(__name__)


def carry_out(*, on: date) -> dict[str, int]:
    """Take away what is over on that day; how many of each kind. Again on the same day it changes nothing.

    A kind that fails doesn't keep the others. It is gone on with when this is called again.
    """
    return {kind.code: removed for kind in kinds() if (removed := _carry_out(kind, on)) is not None}


def _carry_out(kind: Kind, on: date) -> int | None:
    try:
        Removal.objects.get_or_create(kind=kind.code, night=on)
        for left in Removal.objects.filter(kind=kind.code, finished_at=None, night__lt=on):
            _finish(left, kind)
        while _take_batch(kind, on):
            pass
        return _finish(Removal.objects.get(kind=kind.code, night=on), kind)
    except Exception:
        log.exception("Removing %s was interrupted and is tried again.", kind.code)
        return None


@transaction.atomic
def _take_batch(kind: Kind, on: date) -> bool:
    """One batch and its number, both or neither; whether there may be more."""
    removal = Removal.objects.select_for_update().get(kind=kind.code, night=on)
    if removal.finished_at:
        return False
    taken = kind.remove(kind.due(on))
    if kind.kept:
        removal.removed += taken
        removal.save(update_fields=["removed"])
    return taken > 0


@transaction.atomic
def _finish(removal: Removal, kind: Kind) -> int:
    """Close the night with its entry, once. Where the number is told nobody, each night has one, whatever went."""
    removal = Removal.objects.select_for_update().get(pk=removal.pk)
    if removal.finished_at:
        return removal.removed
    removal.finished_at = timezone.now()
    removal.save(update_fields=["finished_at"])
    details = {"kind": kind.code, **({"removed": removal.removed} if kind.kept else {})}
    if removal.removed or not kind.kept:
        record(action="remove_overdue", by="system", subject=None, details=details)
    Removal.objects.filter(kind=kind.code, removed=0, night__lt=removal.night).exclude(finished_at=None).delete()
    return removal.removed

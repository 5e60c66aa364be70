"""What `manage.py verify` asks of supervision.

What `manage.py verify` asks of sealed letters: that each can be read by two, and by the recovery key.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit.verification import Check
from audit.watched import EACH_ROW, WHOLE_TABLE
from supervision.choices import KeyState
from supervision.letters.custody_services import is_signed_now
from supervision.letters.key_record import key_faults, recovery_faults
from supervision.letters.models import CustodyKey, InspectorKey, Letter, LetterBox, RecoveryKey, SealedName
from supervision.letters.queries import (
    is_proved,
    keys_of_inspectors,
    short_of_readers_since,
    trusted_keys,
    with_too_few_readers,
)

WATCHED = {
    "supervision.AppraisalRound": EACH_ROW,
    "supervision.Appraisee": ("round_id",),
    "supervision.MutualAppraisal": ("about_id",),
    "supervision.Tally": ("appraisee_id",),
    "supervision.PaperCount": EACH_ROW,
    "supervision.InspectorKey": EACH_ROW,
    "supervision.RecoveryKey": EACH_ROW,
    "supervision.DeclaredRelative": EACH_ROW,
    "supervision.Letter": WHOLE_TABLE,
    "supervision.LetterBox": WHOLE_TABLE,
    "supervision.LetterMessage": WHOLE_TABLE,
    "supervision.LetterFile": WHOLE_TABLE,
    "supervision.CustodyKey": EACH_ROW,
    "supervision.SealedName": WHOLE_TABLE,
    "supervision.NameRequest": WHOLE_TABLE,
    "supervision.Matter": EACH_ROW,
    "supervision.Suggestion": EACH_ROW,
    "supervision.Inspection": EACH_ROW,
    "supervision.ProblemList": EACH_ROW,
    "supervision.Problem": EACH_ROW,
    "supervision.ProblemStep": EACH_ROW,
    "supervision.Report": EACH_ROW,
    "supervision.ReportStep": EACH_ROW,
    "supervision.Checklist": EACH_ROW,
    "supervision.ChecklistItem": ("checklist_id",),
    "supervision.SelfCheck": EACH_ROW,
    "supervision.SelfCheckAnswer": ("check_made_id",),
    "supervision.Talk": EACH_ROW,
    "supervision.TalkNote": ("talk_id",),
}


def checks() -> Iterator[Check]:
    yield from letter_checks()


def letter_checks() -> Iterator[Check]:
    """Counts only: a letter isn't named, a key without a valid signature is."""
    yield from _key_checks()
    kept = Letter.objects.unshredded()
    yield _reader_check(list(kept.values_list("pk", flat=True)))
    others = LetterBox.objects.exclude(inspector_key=None).exclude(inspector_key__state=KeyState.IN_USE)
    count = (others | _sealed_to_another(LetterBox, "inspector_key", "recovery_key")).count()
    yield _none("letter_boxes", count, "letters sealed to a key that isn't in use, or isn't what its row says now")
    count = _sealed_to_another(SealedName, "inspector_key", "recovery_key", "custody_key").count()
    yield _none("letter_names", count, "names of writers sealed to a key that isn't what its row says now")
    lost = kept.exclude(boxes__recovery_key__isnull=False).count()
    yield _none("letter_recovery", lost, "letters that no recovery key opens")
    rests = Q(boxes__isnull=False) | Q(messages__isnull=False) | Q(files__isnull=False) | Q(names__isnull=False)
    left = Letter.objects.filter(rests, ciphertext="").distinct().count()
    yield _none("letter_shredded", left, "destroyed letters of which something is left")


def _sealed_to_another(model: type[Model], *keys: str) -> QuerySet[Any]:
    """Rows of which the public key of their sealing isn't that of the key they name: it was another for a moment."""
    known = Coalesce(*(f"{key}__public_key" for key in keys))
    return model._default_manager.exclude(sealed_to="").exclude(sealed_to=known)


def _reader_check(letters: list[UUID]) -> Check:
    """What an ordinary withdrawal or the end of an office left to be sealed anew is said, and isn't wrong."""
    readers = keys_of_inspectors(on=timezone.localdate())
    few = with_too_few_readers(letters, readers)
    waiting = short_of_readers_since(few)
    if wrong := len(few - waiting):
        return _none(
            "letter_readers", wrong, "letters that fewer than two inspectors can read; a reader seals them anew"
        )
    told = f"{len(waiting)} letters wait to be sealed anew: keys of their readers were withdrawn or their offices ended"
    return Check("letter_readers", True, told if waiting else "none")


def _key_checks() -> Iterator[Check]:
    """Names whose key is in use without a signature that counts: put there by somebody, or to be signed again."""
    known = trusted_keys()
    rows = InspectorKey.objects.in_use().exclude(pk__in=known).select_related("user", "organization").order_by("pk")
    named = "; ".join(f"{row.user.get_full_name()} ({row.organization.code}, {row.pk})" for row in rows)
    unsigned = [f"in use without a valid signature: {named}"] if named else []
    yield _all_of("inspector_keys", [*unsigned, *key_faults()])
    foreign = [row for row in RecoveryKey.objects.filter(withdrawn_on=None) if not is_proved(row)]
    unproved = [f"not made by this program, or before keys were signed: {row.pk}" for row in foreign]
    yield _all_of("recovery_key", [*unproved, *recovery_faults()])
    custody = CustodyKey.objects.filter(withdrawn_on=None).select_related("user")
    void = [row.user.get_full_name() for row in custody if not is_signed_now(row)]
    yield _all_of(
        "custody_key", [f"not signed by the recovery key, make_custody_key makes it anew: {name}" for name in void]
    )


def _all_of(name: str, faults: list[str]) -> Check:
    return Check(name, not faults, "; ".join(faults) or "none")


def _none(name: str, count: int, what: str) -> Check:
    return Check(name, not count, f"{count} {what}" if count else "none")

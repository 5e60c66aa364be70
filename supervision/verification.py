"""What `manage.py verify` asks of supervision.

What `manage.py verify` asks of sealed letters: that each can be read by two, and by the recovery key.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from audit.models import Entry
from audit.verification import Check
from audit.watched import EACH_ROW, WHOLE_TABLE
from members.choices import OfficeKind
from members.models import Office
from supervision.choices import KeyState
from supervision.letters.custody_services import is_signed_by, is_signed_now
from supervision.letters.key_record import (
    CLOSED,
    EARLY,
    Since,
    approved_since,
    day_of,
    key_faults,
    made_since,
    print_of,
    recovery_faults,
)
from supervision.letters.models import CustodyKey, InspectorKey, Letter, LetterBox, RecoveryKey
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
    others = LetterBox.objects.exclude(inspector_key=None).exclude(inspector_key__state=KeyState.IN_USE).count()
    yield _none("letter_boxes", others, "letters sealed to a key that isn't in use")
    yield _sealing_check()
    lost = kept.exclude(boxes__recovery_key__isnull=False).count()
    yield _none("letter_recovery", lost, "letters that no recovery key opens")
    rests = Q(boxes__isnull=False) | Q(messages__isnull=False) | Q(files__isnull=False) | Q(names__isnull=False)
    left = Letter.objects.filter(rests, ciphertext="").distinct().count()
    yield _none("letter_shredded", left, "destroyed letters of which something is left")


def _sealing_check() -> Check:
    """A row of a key or an office, or an entry, can be another for a moment; what was sealed meanwhile is kept."""
    lawful, offices = _lawful_keys(), _inspectors_days()

    def is_strange(what: str, public: str, day: str, mark: str = "") -> bool:
        on, (since, is_over) = date.fromisoformat(day), lawful[what].get(public, (date.max, True))
        in_time = since <= on and mark != EARLY and (mark == CLOSED or not is_over)
        held = public not in offices or any(first <= on <= last for first, last in offices[public])
        return not (in_time and held)

    kept = Letter.objects.unshredded().values_list("sealed_to", flat=True)
    count = sum(any(is_strange(*one.split()) for one in sealed_to) for sealed_to in kept)
    return _none("letter_sealings", count, "letters once sealed, or their names, to a key that wasn't a reader's then")


Days = list[tuple[date, date]]
"""From and until, each of them included: what changes on a day is true on that day before and after."""


def _inspectors_days() -> dict[str, Days]:
    """By the public half of each inspector's key: when its owner held the office and could log in.

    An office that was ended for an earlier day was held until the entry says so.
    """
    held: dict[tuple[int, int], Days] = defaultdict(list)
    ended = {one.subject_id: day_of(one) for one in Entry.objects.filter(action="end_office").in_order()}
    rows = Office.objects.filter(kind=OfficeKind.INSPECTOR)
    for office, place, first, last, *users in rows.values_list(
        "pk", "organization", "valid_from", "valid_until", "user", "member__user"
    ):
        until = max(last or date.max, ended.get(str(office), date.min))
        for user in {user for user in users if user is not None}:
            held[place, user].append((first or date.min, until))
    closed = _closed_days()
    keys = InspectorKey.objects.values_list("public_key", "organization", "user")
    return {print_of(public): _without(held[place, user], closed[user]) for public, place, user in keys}


def _closed_days() -> dict[int, Days]:
    """By user: while the record says that they couldn't log in."""
    closed: dict[int, Days] = defaultdict(list)
    for entry in Entry.objects.filter(action__in=("deactivate_user", "activate_user")).in_order():
        days = closed[int(entry.subject_id)]
        if entry.action == "deactivate_user":
            days.append((day_of(entry), date.max))
        elif days:
            days[-1] = (days[-1][0], day_of(entry))
    return closed


def _without(days: Days, closed: Days) -> Days:
    for shut, opened in closed:
        parts = [part for first, last in days for part in ((first, min(last, shut)), (max(first, opened), last))]
        days = [(first, last) for first, last in parts if first <= last]
    return days


def _lawful_keys() -> dict[str, dict[str, Since]]:
    """By what is sealed and the public half. No mark of a custodian's key is on record: its signature counts."""
    recovery = made_since()
    both = approved_since() | {row.public_key: since for row, since in recovery.items()}
    signed = [row for row in CustodyKey.objects.all() if any(is_signed_by(root, row) for root in recovery)]
    names = both | {row.public_key: (row.made_on, bool(row.withdrawn_on)) for row in signed}
    kinds = {"letter": both, "name": names}
    return {what: {print_of(key): since for key, since in found.items()} for what, found in kinds.items()}


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

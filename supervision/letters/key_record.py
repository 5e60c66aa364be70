"""What the record says of keys, and to which keys a letter was ever sealed.

Rows can be edited and put back; an entry can't without `verify` naming it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.models import Entry
from audit.queries import anchor_breaks, breaks
from audit.schema import definition_faults
from members.refused import Refused
from supervision.choices import KeyState
from supervision.letters.models import CustodyKey, InspectorKey, Letter, RecoveryKey
from supervision.letters.rules import FEWEST

MADE_BY_INSPECTOR = ("make_inspector_key", "change_passphrase")
APPROVED, WITHDRAWN = "approve_inspector_key", "withdraw_inspector_key"
MADE = ("make_recovery_key", "lose_recovery_key")
Holder = tuple[str, object]
"""A user; or a key whose row doesn't say any more whose it is."""
CLOSED, EARLY = "closed", "early"
"""Stands behind a sealing to a key whose time ended, or began, later."""
Since = tuple[date, bool]
"""Since which day letters may be sealed to a key, and whether that is over."""


@dataclass(slots=True)
class KeyTerm:
    """Holder and code of the committee, and since when the record has the key approved."""

    place: tuple[Holder, str]
    since: date
    is_over: bool = False


def marked(row: InspectorKey | RecoveryKey) -> dict[str, str]:
    """What an entry holds fast of a key: whose it is and both its public halves. Entries of before lack it."""
    facts = [row._meta.label, row.pk, getattr(row, "user_id", None), row.public_key, row.signing_key]
    text = json.dumps([str(fact) for fact in facts])
    return {"mark": hashlib.sha256(text.encode()).hexdigest()[:32]}


def is_as_recorded(row: InspectorKey) -> bool:
    """Whether nothing was edited since it was approved; true for a key that never was."""
    last = Entry.objects.about(row._meta.label, row.pk).filter(action=APPROVED).in_order().last()
    return last is None or _fits(last, row)


def is_as_made(row: InspectorKey) -> bool:
    """Whether it is the key that its inspector made there, by both its halves. A fingerprint heard says it of one."""
    last = Entry.objects.about(row._meta.label, row.pk).filter(action__in=MADE_BY_INSPECTOR).in_order().last()
    return last is not None and _fits(last, row) and last.organization_code == row.organization.code


def is_last_made(row: RecoveryKey) -> bool:
    """Whether the newest entry of a recovery key is about this one; one of before says of none."""
    last = Entry.objects.filter(action__in=MADE).in_order().last()
    return last is not None and last.details.get("mark") in (None, marked(row)["mark"])


def is_needed(key: InspectorKey) -> bool:
    """Whether fewer than two others would hold approved keys without it, by the record: offices don't count here."""
    held = _held()
    own = {holder for (holder, _place), held_key in held.items() if held_key == str(key.pk)}
    return bool(own) and len({holder for holder, _place in held} - own) < FEWEST


def a_chain_began() -> bool:
    """Whether a recovery key that signs was made here, or a key approved under one."""
    return Entry.objects.filter(action__in=(*MADE, APPROVED), details__has_key="mark").exists()


def an_approval_stands() -> bool:
    return Entry.objects.filter(action=APPROVED).exists()


def holders() -> set[Holder]:
    """Who holds an approved key: approvals less withdrawals, whatever became of rows, offices and log-ins since."""
    return {holder for holder, _place in _held()}


def held_keys() -> set[str]:
    return set(_held().values())


def refuse_broken_record() -> None:
    """Nothing is concluded from a record that was cut or edited, or from tables that are others. Walks all of it.

    Raises Refused.
    """
    faults = chain(breaks(), anchor_breaks(settings.AUDIT_ANCHORS), definition_faults())
    if list(faults):  # to the end: a cursor that is left open outlives the savepoint
        raise Refused(_("The audit trail doesn't hold, see manage.py verify. Put it right first, from a backup."))


def approved_by(day: date) -> set[str]:
    """Keys whose first approval the record has on that day or before: the row's own day could be signed anew."""
    return {key for key, term in _terms().items() if term.since <= day}


def withdrawn_in_record() -> set[str]:
    """Keys that a withdrawal closed for ever, whatever their rows say."""
    return set(Entry.objects.filter(action=WITHDRAWN).values_list("subject_id", flat=True))


def approved_since() -> dict[str, Since]:
    """By the public half; only of rows that are as they were approved."""
    rows = _rows()
    return {
        rows[key].public_key: (term.since, term.is_over) for key, term in _terms().items() if term.place[0][0] == "user"
    }


def made_since() -> dict[RecoveryKey, Since]:
    """The same for recovery keys that sign. Of one whose entry lacks a mark only that it was made is known."""
    rows = {marked(row)["mark"]: row for row in RecoveryKey.objects.exclude(signing_key="")}
    made = list(Entry.objects.filter(action__in=MADE).in_order())
    marks = [entry.details.get("mark") for entry in made]
    unmarked = [row for mark, row in rows.items() if mark not in marks][: marks.count(None)]
    known = {rows[mark]: (day_of(made[at]), at < len(made) - 1) for at, mark in enumerate(marks) if mark in rows}
    return {row: (date.min, bool(row.withdrawn_on)) for row in unmarked} | known


def print_of(public_key: str) -> str:
    """Short, because PostgreSQL keeps the text of a row above 2 kB elsewhere: what is left stays where it lay."""
    return hashlib.sha256(public_key.encode()).hexdigest()[:16]


def note_sealing(letter: Letter, what: str, keys: Iterable[InspectorKey | RecoveryKey | CustodyKey]) -> None:
    """`letter` or `name` is sealed to these keys today; stored with the letter by who calls, in the same write."""
    now = [f"{what} {print_of(key.public_key)} {timezone.localdate()}" for key in keys]
    letter.sealed_to = sorted([*letter.sealed_to, *(one for one in now if one not in letter.sealed_to)])


def mark_sealings(public_key: str, mark: str) -> None:
    """The key's time ends, or begins: what is sealed to it on this very day differs before and after, too.

    A mark stays: what was early isn't made good by closing it.
    """
    known = print_of(public_key)
    for letter in Letter.objects.unshredded().select_for_update().only("sealed_to"):
        marked_now = [
            f"{one} {mark}" if known in one and not one.endswith((CLOSED, EARLY)) else one for one in letter.sealed_to
        ]
        if marked_now != letter.sealed_to:
            letter.sealed_to = marked_now
            letter.save(update_fields=["sealed_to"])


def key_faults() -> Iterator[str]:
    """Where keys of inspectors and entries contradict each other; in sentences for the administrator."""
    rows, held = _rows(), held_keys()
    last = {entry.subject_id: entry for entry in Entry.objects.filter(action=APPROVED).in_order()}
    in_use = {key for key, row in rows.items() if row.state == KeyState.IN_USE}
    for key in sorted(in_use):
        if key not in held or not _fits(last[key], rows[key]):
            yield f"in use, which the record doesn't say: {rows[key].user.get_full_name()} ({key})"
    for key in sorted(held - in_use):
        yield f"approved, not withdrawn and not in use: {last[key].subject_label} ({key})"


def recovery_faults() -> Iterator[str]:
    """The same for recovery keys: each has its entry, and the one in use is the last that was made."""
    rows = {marked(row)["mark"]: row for row in RecoveryKey.objects.exclude(signing_key="")}
    made = [entry.details.get("mark") for entry in Entry.objects.filter(action__in=MADE).in_order()]
    spare = made.count(None)
    unknown = [row for mark, row in rows.items() if mark not in made]
    yield from (f"made by nobody, by the record: {row.pk}" for row in unknown[spare:])
    if gone := [mark for mark in made if mark and mark not in rows]:
        yield f"{len(gone)} that the record names are gone or edited"
    in_use = [mark for mark, row in rows.items() if row.withdrawn_on is None]
    if made and made[-1] and in_use != [made[-1]]:
        yield "in use is another one than the last that was made"


def _held() -> dict[tuple[Holder, str], str]:
    """Holder and code of the committee → key. A later key takes the place of an earlier one, as on the page."""
    return {term.place: key for key, term in _terms().items() if not term.is_over}


def _terms() -> dict[str, "KeyTerm"]:
    """Each key's time by the record. What ended doesn't begin again."""
    rows = _rows()
    terms: dict[str, KeyTerm] = {}
    for entry in Entry.objects.filter(action__in=(APPROVED, WITHDRAWN)).in_order():
        if entry.action == WITHDRAWN:
            _end(terms, [entry.subject_id])
        else:
            key, place = entry.subject_id, (_holder(entry, rows), entry.organization_code)
            _end(terms, [other for other, term in terms.items() if term.place == place and other != key])
            terms.setdefault(key, KeyTerm(place, day_of(entry))).place = place
    return terms


def day_of(entry: Entry) -> date:
    return timezone.localtime(entry.at).date()


def _end(terms: dict[str, "KeyTerm"], keys: Iterable[str]) -> None:
    for term in (terms[key] for key in keys if key in terms):
        term.is_over = True


def _holder(entry: Entry, rows: dict[str, InspectorKey]) -> Holder:
    row = rows.get(entry.subject_id)
    return ("user", row.user_id) if row and _fits(entry, row) else ("key", entry.subject_id)


def _fits(entry: Entry, row: Any) -> bool:
    return row is not None and entry.details.get("mark") in (None, marked(row)["mark"])


def _rows() -> dict[str, InspectorKey]:
    return {str(row.pk): row for row in InspectorKey.objects.select_related("user")}

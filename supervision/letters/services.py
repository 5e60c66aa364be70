"""Letters from the writer's side: writing and adding, how long they are kept, and declared relatives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from itertools import chain
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _, gettext_lazy

from audit.services import record
from meetings.planning.queries import workdays_on_record
from members.models import Organization, User
from members.refused import Refused
from members.regulations.queries import in_force_at
from members.trail.retention import BATCH, ForGood, RetainedKind
from rulebook.book import rule
from supervision.letters import sealing
from supervision.letters.contents import (
    Contents,
    Damaged,
    NamedSubject,
    Receipt,
    WriterView,
    add_message,
    clean_names,
    doubts_about,
    empty,
    letter_place,
    lock_letter,
    opened_contents,
    opened_dialogue,
    reader_keys,
    receipt_cost,
    recovery_in_use,
    routed,
    said,
    said_by,
    seal_boxes,
)
from supervision.letters.custody_services import Writer, custodian_for, requests_of, seal_name
from supervision.letters.inspector_services import attach_files, seal_anew
from supervision.letters.key_record import note_sealing
from supervision.letters.models import CustodyKey, DeclaredRelative, Letter
from supervision.letters.name_rules import Doubt, named_in, names_inside, plain
from supervision.letters.queries import readers
from supervision.letters.rules import KEEP, MEMBER, POSTS, Routing, accept_due

T = TypeVar("T")
KEY = 32
"""Bytes of a letter's key."""
TRIES = 8
"""Receipts that are tried until one finds no other letter."""
MOST_SUBJECTS = 10


def write_letter(
    *,
    subjects: Sequence[NamedSubject],
    text: str,
    name: str = "",
    contact: str = "",
    close: Sequence[str] = (),
    cleared: Sequence[str] = (),
    receipt: str = "",
    on: date,
) -> Receipt:
    """Route, seal, store. `close`: names of people close to the subjects; they must not get it either.

    `cleared`: readers whom it may name and doesn't, as the writer answered (`doubts_of_letter`). Whoever is in doubt
    and not there doesn't get it.

    `receipt`: 24 digits that the form was rendered with (`sealing.receipt()`), so that a double click stores one letter
    and both answers show the same receipt. Empty: a new one. Where a letter lies under it already, what is new in this
    one is added to that.
    Raises Refused, NoReaders where fewer than two inspectors may read it; nothing is stored then.
    """
    contents = replace(_contents(subjects, text, name, contact, close), cleared=clean_names(cleared))
    wanted = sealing.digits_of(receipt)
    if wanted and (before := _written_again(contents, wanted, on)):
        return before
    recovery_in_use()
    custody = custodian_for(contents, on)
    return _stored(contents, routed(contents, on=on), custody, wanted, on)


def doubts_of_letter(
    *, subjects: Sequence[NamedSubject], text: str, close: Sequence[str] = (), on: date
) -> tuple[Doubt, ...]:
    """What to ask the writer before `write_letter`: words that may mean a reader. Raises Refused, NoReaders."""
    contents = _contents(subjects, text, "", "", close)
    recovery_in_use()
    return doubts_about(contents, on=on)


@dataclass(frozen=True, slots=True)
class ReadersAbout:
    """Who would get a letter, without a letter. `excluded`: readers whom the words name or may name."""

    readers: int
    excluded: list[str]
    would_store: bool
    reason: str = ""


def readers_about(about: str, *, organization: Organization, on: date) -> ReadersAbout:
    """As if it were typed as the names and as the text, and no question answered. Raises Refused."""
    contents = _contents([NamedSubject(organization.key, MEMBER, (about,))], about, "", "", ())
    excluded = sorted(named_in(about, [one.name for one in readers(on=on)], is_list=True).all)
    try:
        found = len(routed(contents, on=on).readers)
        recovery_in_use()
    except Refused as refusal:
        return ReadersAbout(0, excluded, False, str(refusal))
    asked = ", ".join(dict.fromkeys(one.words for one in doubts_about(contents, on=on)))
    reason = _("The writer is asked first whether these words mean a reader: %(words)s") % {"words": asked}
    return ReadersAbout(found, excluded, True, reason if asked else "")


def open_by_receipt(receipt: str) -> WriterView | None:
    """The letter and what was said since. None for a wrong receipt, after as long as a right one takes.

    Also None once the letter was shredded. Raises Damaged.
    """
    found = _found(receipt)
    return _seen_by_writer(*found) if found else None


def finds_letter(receipt: str) -> bool:
    """Whether a letter has these first digits; quick, and says nothing about the others."""
    return Letter.objects.unshredded().filter(finder=sealing.finder_of(receipt)).exists()


def doubts_of_addition(*, receipt: str, text: str, on: date) -> tuple[Doubt, ...] | None:
    """What to ask the writer before `add_by_writer`: words that may mean somebody who reads this letter.

    None for a wrong receipt.
    """
    found = _found(receipt)
    return names_inside(text, _names_of_readers(found[0], on)) if found else None


@transaction.atomic
def add_by_writer(
    *, receipt: str, text: str, on: date, key: UUID | None = None, cleared: Sequence[str] = ()
) -> WriterView | None:
    """The writer adds something, once for a key. None for a wrong receipt. Raises Refused, NoReaders, Damaged.

    A reader whom it may name and who isn't among `cleared` loses the letter with it.
    """
    words = said(text)
    found = _found(receipt)
    if found is None:
        return None
    letter, letter_key = lock_letter(found[0]), found[1]
    if add_message(letter, letter_key, words, is_from_writer=True, on=on, key=key):
        _keep_from_named(letter, letter_key, words, cleared, on)
    return _seen_by_writer(letter, letter_key)


def attach_by_writer(*, receipt: str, contents: Sequence[bytes], on: date) -> WriterView | None:
    """The writer adds pictures and PDFs. None for a wrong receipt. Raises Refused, Damaged."""
    found = _found(receipt)
    if found is None:
        return None
    attach_files(letter=found[0], letter_key=found[1], contents=contents, on=on)
    return _seen_by_writer(*found)


def _keep_from_named(letter: Letter, letter_key: bytes, words: str, cleared: Sequence[str], on: date) -> None:
    """Seal it anew where the addition names a reader; who was asked about before may be meant now."""
    named = {one.name for one in names_inside(words, _names_of_readers(letter, on))}
    if not named:
        return
    contents = opened_contents(letter, letter_key)
    kept = tuple(dict.fromkeys([*(one for one in contents.cleared if one not in named), *clean_names(cleared)]))
    seal_anew(letter, replace(contents, cleared=kept), letter_key, on)


def _names_of_readers(letter: Letter, on: date) -> list[str]:
    keys = {str(key) for key in letter.boxes.values_list("inspector_key", flat=True)}
    return [one.name for one in readers(on=on) if one.key in keys]


def _contents(subjects: Sequence[NamedSubject], text: str, name: str, contact: str, close: Sequence[str]) -> Contents:
    words = said(text)
    if not subjects:
        raise Refused(_("Say whom the letter is about."), "subjects")
    if len(subjects) > MOST_SUBJECTS:
        raise Refused(_("Name at most %(most)s in one letter.") % {"most": MOST_SUBJECTS}, "subjects")
    if any(one.post not in POSTS for one in subjects):
        raise Refused(_("Choose which office those hold whom the letter is about."), "subjects")
    cleaned = tuple(NamedSubject(one.organization, one.post, clean_names(one.names)) for one in subjects)
    return Contents(cleaned, words, name.strip(), contact.strip(), clean_names(close))


def _stored(contents: Contents, routing: Routing, custody: CustodyKey | None, wanted: str, on: date) -> Receipt:
    for digits in (wanted or sealing.receipt(), *(sealing.receipt() for _again in range(TRIES))):
        try:
            return _store(contents, routing, custody, digits, on)
        except IntegrityError:  # the finder is taken: by the other click of a double click, or by chance
            if before := _written_again(contents, digits, on):
                return before
    raise Refused(_("The letter could not be stored. Try again."))


def _store(contents: Contents, routing: Routing, custody: CustodyKey | None, digits: str, on: date) -> Receipt:
    organization = Organization.objects.get(path=routing.path)
    letter_key = sealing.new_letter_key()
    letter = Letter(
        finder=sealing.finder_of(digits),
        organization=organization,
        is_named=contents.is_named,
        received_on=on,
        accept_due_on=accept_due(on, workdays_on_record()),
        writer_box=_writer_box(letter_key, contents, digits),
    )
    inside = contents.without_name() if custody else contents
    letter.ciphertext = sealing.encrypt(letter_key, inside.written(), place=letter_place(letter))
    keys = reader_keys(routing)
    note_sealing(letter, "letter", keys)
    if custody:
        note_sealing(letter, "name", [custody, keys[-1]])
    with transaction.atomic():
        letter.save(force_insert=True)
        seal_boxes(letter, letter_key, keys)
        if custody:
            seal_name(letter, Writer(contents.name, contents.contact), custody)
    return Receipt(digits, organization.name, len(routing.readers))


@transaction.atomic
def _written_again(contents: Contents, digits: str, on: date) -> Receipt | None:
    """The receipt of the letter that lies under it already, with what is new added; None where there is none.

    A double click adds nothing. Who went back in the browser and changed the letter finds the change.
    """
    letter = Letter.objects.unshredded().filter(finder=sealing.finder_of(digits)).first()
    if letter is None or _key_of(letter, digits) is None:
        return None
    is_added = _add_what_is_new(lock_letter(letter), digits, contents, on)
    letter.refresh_from_db()
    count = letter.boxes.filter(inspector_key__isnull=False).count()
    return Receipt(digits, letter.organization.name, count, is_added)


def _add_what_is_new(letter: Letter, digits: str, now: Contents, on: date) -> bool:
    """Raises Refused, NoReaders."""
    box = _box_content(letter, digits) or b""
    letter_key, before = box[:KEY], opened_contents(letter, box[:KEY])
    custody = custodian_for(now, on)
    is_name_new = custody is not None and box[KEY:] != _mark(now)
    now, writer = now.without_name() if custody else now, now
    said_before = [before.text, *said_by(opened_dialogue(letter, letter_key), is_writer=True)]
    both = _joined(before, now, on)
    if now.text in said_before and both == before and not is_name_new:
        return False
    if now.text not in said_before:
        add_message(letter, letter_key, now.text, is_from_writer=True, on=on)
    if custody and is_name_new:
        seal_name(letter, Writer(writer.name, writer.contact), custody)
        letter.writer_box = _writer_box(letter_key, writer, digits)
    letter.is_named = letter.is_named or writer.is_named or both.is_named
    letter.save(update_fields=["is_named", "writer_box", "sealed_to"])
    seal_anew(letter, both, letter_key, on)
    return True


def _joined(before: Contents, now: Contents, on: date) -> Contents:
    """The first text, and everybody whom either names. Who was cleared before may be meant now."""
    subjects = _once(before.subjects, now.subjects)
    if len(subjects) > MOST_SUBJECTS:
        raise Refused(_("Name at most %(most)s in one letter.") % {"most": MOST_SUBJECTS}, "subjects")
    meant = {one.name for one in doubts_about(now, on=on)}
    cleared = _once([name for name in before.cleared if name not in meant], now.cleared)
    name, contact = (now.name, now.contact) if now.name or now.contact else (before.name, before.contact)
    close = _once(before.close, now.close)
    return replace(before, subjects=subjects, close=close, cleared=cleared, name=name, contact=contact)


def _once(*parts: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain(*parts)))


def _found(receipt: str) -> tuple[Letter, bytes] | None:
    """The letter and its key. A receipt that finds nothing takes as long as one that doesn't open."""
    digits = sealing.digits_of(receipt)
    letter = Letter.objects.unshredded().filter(finder=sealing.finder_of(digits)).first() if digits else None
    if letter is None:
        sealing.waste_time(receipt, receipt_cost())
        return None
    letter_key = _key_of(letter, digits)
    return (letter, letter_key) if letter_key else None


def _key_of(letter: Letter, digits: str) -> bytes | None:
    """Raises Damaged."""
    content = _box_content(letter, digits)
    return content[:KEY] if content else None


def _writer_box(letter_key: bytes, contents: Contents, digits: str) -> str:
    return sealing.lock(letter_key + _mark(contents), sealing.secret_of(digits), receipt_cost())


def _mark(contents: Contents) -> bytes:
    """Tells whether a name is the one given first. It lies where only the receipt opens: readers could guess names."""
    return blake2b(f"{contents.name}\n{contents.contact}".encode(), digest_size=16).digest()


def _box_content(letter: Letter, digits: str) -> bytes | None:
    """Raises Damaged."""
    try:
        return sealing.unlock(letter.writer_box, sealing.secret_of(digits))
    except sealing.WrongSecret:
        return None
    except sealing.Broken as error:
        raise Damaged from error


def _seen_by_writer(letter: Letter, letter_key: bytes) -> WriterView:
    contents, dialogue = opened_contents(letter, letter_key), opened_dialogue(letter, letter_key)
    return WriterView(letter, contents, dialogue, requests_of(letter, letter_key))


def shred_due(*, on: date, most: int | None = None) -> int:
    """Empty every letter whose time is over, or so many of them; how many.

    That is so long after it was closed, and where a named writer is still to be told the result, not before that.
    """
    due = [
        letter for letter in Letter.objects.unshredded().closed().select_related("organization") if _is_due(letter, on)
    ]
    for letter in due[:most]:
        with transaction.atomic():
            empty(lock_letter(letter), on=on)
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
    RetainedKind(
        code="letters",
        title=gettext_lazy("Sealed letters"),
        goes=gettext_lazy("The letter, what came with it, and what was written about it; its keys are destroyed."),
        stays=gettext_lazy("Its days and its committee, which are shown as counts of three and more."),
        since=gettext_lazy("after it was closed"),
        rule_key=KEEP,
        remove=lambda due: shred_due(on=due.on, most=BATCH),
    ),
    ForGood(
        gettext_lazy("Reports, decisions and sums of appraisals"),
        gettext_lazy("Adopted papers stand as they were issued. No ballot is kept, so none has to go."),
    ),
)


@transaction.atomic
def declare_relative(*, key: UUID, user: User, name: str, relation: str) -> DeclaredRelative:
    """The same `key` again returns the row that is there. Raises Refused."""
    if not plain(name):
        raise Refused(_("Write the name."), "name")
    if not relation.strip():
        raise Refused(_("Write how you are related."), "relation")
    values = {"user": user, "name": name.strip(), "relation": relation.strip()}
    entry, is_new = DeclaredRelative.objects.get_or_create(key=key, defaults=values)
    if entry.user_id != user.pk:
        raise Refused(_("This entry is somebody else's. Load the page again."))
    if is_new:
        record(action="declare_relative", by=user, subject=None)
    return entry


@transaction.atomic
def remove_relative(*, entry: DeclaredRelative, by: User) -> None:
    """One's own entry only; twice is once. Raises Refused."""
    if entry.user_id != by.pk:
        raise Refused(_("This entry is somebody else's. Load the page again."))
    if DeclaredRelative.objects.filter(pk=entry.pk).delete()[0]:
        record(action="remove_relative", by=by, subject=None)

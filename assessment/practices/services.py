"""Practices written, published without names of people, adopted by others."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from assessment.choices import PracticeState
from assessment.practices.models import Adoption, Practice
from assessment.practices.queries import names_at
from audit.services import Change, record
from members.models import Organization, User
from members.refused import Refused

IDENTITY = re.compile(r"(?<!\d)\d{6}[ -]?\d{8}[ -]?\d{3}[\dX](?![\dX])", re.IGNORECASE)
PHONE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
BETWEEN = re.compile(r"[\s·•‧・]")
SHORTEST = 2
"""One character is no full name: it stands in every other word."""


class Private(StrEnum):
    NAME = "name"
    IDENTITY = "identity"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class NameFound:
    """In which field, what, and of a name which."""

    field: str
    what: Private
    name: str = ""


def private_in(texts: Mapping[str, str], names: Iterable[str]) -> NameFound | None:
    """The first thing that gives somebody away. `names`: full names of people, however they are spaced."""
    known = [(name, _plain(name)) for name in names if len(_plain(name)) >= SHORTEST]
    for field, text in texts.items():
        if found := _number_in(field, text) or _name_in(field, text, known):
            return found
    return None


def _number_in(field: str, text: str) -> NameFound | None:
    written = unicodedata.normalize("NFKC", text)
    for pattern, what in ((IDENTITY, Private.IDENTITY), (PHONE, Private.PHONE)):
        if pattern.search(written):
            return NameFound(field, what)
    return None


def _name_in(field: str, text: str, names: list[tuple[str, str]]) -> NameFound | None:
    written = _plain(text)
    return next((NameFound(field, Private.NAME, name) for name, plain in names if plain in written), None)


def _plain(text: str) -> str:
    return BETWEEN.sub("", unicodedata.normalize("NFKC", text)).casefold()


TEXTS = ("title", "problem", "solution", "needs")
SENTENCES: dict[Private, Promise] = {
    Private.NAME: gettext_lazy(
        "“%(field)s” holds the name of somebody of the branch: %(name)s. Say what was done, not by whom."
    ),
    Private.IDENTITY: gettext_lazy("“%(field)s” holds an identity number. Everybody with an office reads this."),
    Private.PHONE: gettext_lazy("“%(field)s” holds a phone number. Everybody with an office reads this."),
}


def write_practice(*, key: UUID, organization: Organization, values: Mapping[str, Any], by: User) -> Practice:
    """A draft: `kind`, `title`, `problem`, `solution`, `needs`. The same key twice stores it once. Raises Refused."""
    same = Practice.objects.filter(pk=key, written_by=by)
    if known := same.first():
        return known
    practice = Practice(key=key, organization=organization, written_by=by, **values)
    _demand_nothing_private(practice)
    try:
        with transaction.atomic():
            practice.save(force_insert=True)
            _record("write_practice", practice, by)
    except IntegrityError:
        if known := same.first():
            return known
        raise
    return practice


@transaction.atomic
def edit_practice(*, practice: Practice, values: Mapping[str, Any], by: User) -> list[str]:
    """The names of what changed. What is published is withdrawn before it is changed. Raises Refused."""
    held = _held(practice)
    if held.state == PracticeState.PUBLISHED:
        raise Refused(_("Others read it and do it. Withdraw it first, then change it and publish it again."))
    changes: list[Change] = [(name, old, new) for name, new in values.items() if (old := getattr(held, name)) != new]
    for name, _old, new in changes:
        setattr(held, name, new)
    _demand_nothing_private(held)
    if changes:
        held.save(update_fields=[name for name, _old, _new in changes])
        _record("edit_practice", held, by, changes)
    return [name for name, _old, _new in changes]


@transaction.atomic
def publish_practice(*, practice: Practice, on: date, by: User) -> None:
    """From now on everybody with an office reads it. Published twice is published once. Raises Refused."""
    held = _held(practice)
    if held.state == PracticeState.PUBLISHED:
        return
    _demand_nothing_private(held)
    _record_state("publish_practice", held, PracticeState.PUBLISHED, by, published_on=on)


@transaction.atomic
def withdraw_practice(*, practice: Practice, by: User) -> None:
    """Nobody but its branch reads it any more; who adopted it goes on doing so. Raises Refused."""
    held = _held(practice)
    if held.state == PracticeState.PUBLISHED:
        _record_state("withdraw_practice", held, PracticeState.WITHDRAWN, by)


@transaction.atomic
def remove_practice(*, practice: Practice, by: User) -> None:
    """Throw a draft away; what was published once stays. Removed twice is once. Raises Refused."""
    held = Practice.objects.select_for_update(of=("self",)).filter(pk=practice.pk).first()
    if held is None:
        return
    if held.published_on is not None:
        raise Refused(_("It was published once, so it stays; withdrawn, only your branch sees it."))
    _record("remove_practice", held, by)
    held.delete()


def adopt_practice(
    *, key: UUID, practice: Practice, organization: Organization, words: str, on: date, by: User
) -> None:
    """The branch does it too. A branch adopts it once, however often it is sent. Raises Refused."""
    if Adoption.objects.filter(practice=practice, organization=organization).exists():
        return
    adoption = Adoption(
        key=key, practice=practice, organization=organization, adopted_on=on, words=words.strip(), by=by
    )
    _demand_words_about_nobody(adoption)
    try:
        with transaction.atomic():
            _demand_adoptable(practice, organization)
            adoption.save(force_insert=True)
            _record_adoption("adopt_practice", adoption, by)
    except IntegrityError:
        if not Adoption.objects.filter(practice=practice, organization=organization).exists():
            raise


@transaction.atomic
def say_how_it_goes(*, adoption: Adoption, words: str, by: User) -> None:
    """Another line than before. Raises Refused."""
    held = Adoption.objects.select_for_update(of=("self",)).filter(pk=adoption.pk).first()
    if held is None:
        raise Refused(_("Your branch doesn't do it any more."))
    old, held.words = held.words, words.strip()
    _demand_words_about_nobody(held)
    if old != held.words:
        held.save(update_fields=["words"])
        _record_adoption("edit_adoption", held, by, [("words", old, held.words)])


@transaction.atomic
def stop_adopting(*, adoption: Adoption, by: User) -> None:
    """The branch doesn't do it any more. Stopped twice is once."""
    held = Adoption.objects.select_for_update(of=("self",)).filter(pk=adoption.pk).first()
    if held is not None:
        _record_adoption("stop_adopting", held, by)
        held.delete()


# --- One way to hold, to change and to record -------------------------------------------------------------------------
def _held(practice: Practice) -> Practice:
    rows = Practice.objects.select_for_update(of=("self",)).select_related("organization")
    held = rows.filter(pk=practice.pk).first()
    if held is None:
        raise Refused(_("It was thrown away in the meantime."))
    return held


def _record_state(action: str, held: Practice, state: PracticeState, by: User, **days: date) -> None:
    changes: list[Change] = [("state", held.state, state)]
    for name, value in {"state": state, **days}.items():
        setattr(held, name, value)
    held.save(update_fields=["state", *days])
    _record(action, held, by, changes)


def _demand_adoptable(practice: Practice, organization: Organization) -> None:
    held = _held(practice)
    if held.state != PracticeState.PUBLISHED:
        raise Refused(_("It was withdrawn in the meantime."))
    if held.organization_id == organization.pk:
        raise Refused(_("It is your own branch's: it does so already."))


def _demand_nothing_private(practice: Practice) -> None:
    texts = {name: getattr(practice, name) for name in TEXTS}
    _demand(texts, practice.organization, Practice)


def _demand_words_about_nobody(adoption: Adoption) -> None:
    _demand({"words": adoption.words}, adoption.organization, Adoption)


def _demand(texts: Mapping[str, str], branch: Organization, model: type[Practice] | type[Adoption]) -> None:
    if found := private_in(texts, names_at(branch)):
        label = getattr(model._meta.get_field(found.field), "verbose_name", "")
        said = {"field": label, "name": found.name}
        raise Refused(SENTENCES[found.what] % said, found.field)


def _record(action: str, practice: Practice, by: User, changes: list[Change] | None = None) -> None:
    code, details = practice.organization.code, {"kind": practice.kind}
    record(action=action, by=by, subject=practice, organization_code=code, changes=changes or (), details=details)


def _record_adoption(action: str, adoption: Adoption, by: User, changes: list[Change] | None = None) -> None:
    code = adoption.organization.code
    record(action=action, by=by, subject=adoption.practice, organization_code=code, changes=changes or ())

"""Recording talks, and the notes of the two who talked."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import Capability
from members.models import Member, Organization, User
from members.refused import Refused
from supervision.talks.models import Talk, TalkNote
from supervision.talks.queries import people_of


def record_talk(
    *, key: UUID, branch: Organization, first: Member, second: Member, held_on: date, occasion: str, on: date, by: User
) -> Talk:
    """Put a talk on record. The same key twice stores it once. Raises Refused."""
    known = Talk.objects.filter(pk=key, organization=branch).first()
    if known:
        return known
    talk = Talk(
        key=key, organization=branch, first=first, second=second, held_on=held_on, occasion=occasion, recorded_by=by
    )
    _refuse_unfit(talk, on)
    if not {first.pk, second.pk} <= set(people_of(branch, on=on).values_list("pk", flat=True)):
        raise Refused(_("Both must belong to %(branch)s.") % {"branch": branch.name}, "second")
    try:
        with transaction.atomic():
            talk.save(force_insert=True)
            _record("record_talk", talk, by)
    except IntegrityError:
        stored = Talk.objects.filter(pk=key, organization=branch).first()
        if stored is None:
            raise
        return stored
    return talk


@transaction.atomic
def correct_talk(*, talk: Talk, values: Mapping[str, Any], reason: str, on: date, by: User) -> list[str]:
    """Another day or another reason for the talk; who talked stays: another pair is another talk. The names of what
    changed. Raises Refused."""
    held = Talk.objects.select_for_update().select_related("organization").get(pk=talk.pk)
    _refuse_without_reason(reason)
    wanted = {name: values[name] for name in ("held_on", "occasion") if name in values}
    changes = [(name, old, new) for name, new in wanted.items() if (old := getattr(held, name)) != new]
    for name, _old, new in changes:
        setattr(held, name, new)
    _refuse_unfit(held, on)
    if changes:
        held.save()
        _record("correct_talk", held, by, changes=changes, reason=reason.strip())
    return [name for name, _old, _new in changes]


@transaction.atomic
def remove_talk(*, talk: Talk, reason: str, by: User) -> None:
    """A talk that never was; what the two wrote of it goes with it. Removed twice is removed once. Raises Refused."""
    _refuse_without_reason(reason)
    if not may_remove(talk, by):
        raise Refused(_("One of the two put this talk on record: only they take it out."), "reason")
    deleted, _tables = Talk.objects.filter(pk=talk.pk).delete()
    if deleted:
        _record("remove_talk", talk, by, reason=reason.strip())


def may_change(talk: Talk, user: User) -> bool:
    """The two, and the branch's officers who keep the record."""
    return talk.is_of(user) or user.access.may(Capability.RECORD_SUPERVISION, talk.organization.path)


def may_remove(talk: Talk, user: User) -> bool:
    """The two; the officers only what an officer put on record: the two's own notes would go with it."""
    return talk.is_of(user) or (may_change(talk, user) and not talk.is_their_own)


def _refuse_unfit(talk: Talk, on: date) -> None:
    if talk.first_id == talk.second_id:
        raise Refused(_("Nobody talks with themself. Choose somebody else."), "second")
    if talk.held_on > on:
        raise Refused(_("That day hasn't come yet."), "held_on")


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Say why."), "reason")


def _record(action: str, talk: Talk, by: User, **more: Any) -> None:
    record(action=action, by=by, subject=talk, organization_code=talk.organization.code, **more)


@transaction.atomic
def write_note(*, talk: Talk, text: str, by: User) -> TalkNote | None:
    """Write, change or empty one's own note; None: there is none any more. Raises Refused for anybody but the two."""
    held = Talk.objects.select_for_update().get(pk=talk.pk)
    author = by.access.member_id
    if author is None or not held.is_of(by):
        raise Refused(_("Only the two who talked write here."))
    if not text.strip():
        TalkNote.objects.filter(talk=held, author=author).delete()
        return None
    note, _created = TalkNote.objects.update_or_create(talk=held, author_id=author, defaults={"text": text.strip()})
    return note

"""Situations: begun, corrected, ended, or removed when they were never true. They flag; nothing is decided here."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import Change, record
from members.choices import VOTELESS_KINDS, SituationKind
from members.fields import opened
from members.models import Member, Situation, User
from members.services.people import roster_code
from members.services.refused import Refused

FACTS = ("valid_from", "valid_until", "place", "host", "able_to", "note")
"""What can be corrected; another kind is another situation."""

Values = Mapping[str, Any]
"""Names of FACTS → new values."""


def add_situation(*, key: UUID, member: Member, kind: SituationKind, values: Values, by: User | str) -> Situation:
    """Record that something holds for a member. The same key again returns what is stored.

    Raises Refused: ends before it begins, the same kind is open already, or a decision without its document.
    """
    situation = Situation(key=key, member=member, kind=kind, **values)
    _refuse_unfit(situation)
    try:
        with transaction.atomic():
            if stored := Situation.objects.filter(pk=key, member=member).first():
                return stored
            situation.save(force_insert=True)
            _record("add_situation", situation, by=by)
    except IntegrityError:
        if stored := Situation.objects.filter(pk=key, member=member).first():
            return stored
        _refuse_second(situation)
        raise
    return situation


def correct_situation(*, situation: Situation, values: Values, by: User | str) -> list[str]:
    """Write down what was wrong or has become known; the names of what really changed. Raises Refused."""
    try:
        with transaction.atomic():
            held = _lock(situation)
            changes = _changes(held, values)
            for name, _old, new in changes:
                setattr(held, name, new)
            _refuse_unfit(held)
            if changes:
                held.save()
                _record("correct_situation", held, by=by, changes=changes)
    except IntegrityError:
        _refuse_second(held)
        raise
    return [name for name, _old, _new in changes]


@transaction.atomic
def end_situation(*, situation: Situation, on: date, by: User | str) -> None:
    """It no longer holds from that day on. One that has ended then already stays as it is. Raises Refused."""
    held = _lock(situation)
    if held.valid_until == on:
        return
    if held.valid_until is not None and held.valid_until < on:
        raise Refused(_("It ended on %(day)s. If that is wrong, correct it.") % {"day": held.valid_until}, "on")
    held.valid_until = on
    _refuse_unfit(held, field="on")
    held.save(update_fields=["valid_until"])
    _record("end_situation", held, by=by)


@transaction.atomic
def remove_situation(*, situation: Situation, reason: str, by: User | str) -> None:
    """Delete what was never true. Removed twice is removed once."""
    deleted, _tables = Situation.objects.filter(pk=situation.pk).delete()
    if deleted:
        _record("remove_situation", situation, by=by, reason=reason)


def _lock(situation: Situation) -> Situation:
    return Situation.objects.select_for_update().get(pk=situation.pk)


def _changes(situation: Situation, values: Values) -> list[Change]:
    before = {name: opened(situation.note) if name == "note" else getattr(situation, name) for name in FACTS}
    return [(name, before[name], value) for name, value in values.items() if before[name] != value]


def _record(
    action: str, situation: Situation, *, by: User | str, changes: list[Change] | None = None, reason: str = ""
) -> None:
    record(
        action=action,
        by=by,
        subject=situation.member,
        organization_code=roster_code(situation.member),
        changes=changes or (),
        reason=reason,
        details={"kind": str(situation.kind)},
    )


def _refuse_unfit(situation: Situation, field: str = "valid_until") -> None:
    if situation.valid_from and situation.valid_until and situation.valid_until < situation.valid_from:
        raise Refused(_("It can't end before it begins, on %(day)s.") % {"day": situation.valid_from}, field)
    if situation.kind in VOTELESS_KINDS and not opened(situation.note).strip():
        raise Refused(
            _("This is a decision of the party organization: write down who decided it, when, and the document."),
            "note",
        )


def _refuse_second(situation: Situation) -> None:
    others = Situation.objects.filter(member=situation.member, kind=situation.kind, valid_until__isnull=True)
    if others.exclude(pk=situation.pk).exists():
        raise Refused(
            _("“%(situation)s” is on record already and hasn't ended. Correct that one, or end it first.")
            % {"situation": situation.get_kind_display()},
            "kind",
        )

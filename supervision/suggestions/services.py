"""Suggestions: made, answered, said to be settled, taken back. Who wrote one decides what the others may do with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from audit.services import Change, record
from dues.ledger.queries import branch_of
from members.fields import opened
from members.models import Member, User
from members.refused import Refused
from members.regulations.queries import in_force_at
from supervision.suggestions.models import Suggestion
from supervision.suggestions.rules import answer_due

Values = Mapping[str, Any]
"""Field → value."""


def make_suggestion(*, key: UUID, member: Member, values: Values, asked_on: date, on: date, by: User) -> Suggestion:
    """A member's suggestion to their branch: `kind`, `text`, `is_shared`, `shows_name`. The clock runs from `asked_on`.

    `by` is the member, or an officer who writes it down for somebody without an account. Raises Refused.
    """
    branch = branch_of(member)
    if branch is None:
        raise Refused(_("Only who stands on a roster has a branch that could answer."), "member")
    _refuse_future(asked_on, on, "asked_on")
    _refuse_empty(values["text"], _("Write what you suggest."), "text")
    due_on = answer_due(asked_on, local=in_force_at(branch.path, on=asked_on))
    days = {"asked_on": asked_on, "due_on": due_on, "recorded_by": by}
    return _store_once(Suggestion(key=key, organization=branch, member=member, **days, **values), by=by)


@transaction.atomic
def answer_suggestion(*, suggestion: Suggestion, values: Values, on: date, by: User) -> list[str]:
    """The branch's `answer`, its `outcome`, `answered_on` and `is_thanked`; one that is there is corrected.

    What the member said of an answer doesn't hold for another one: they are asked again. Raises Refused.
    """
    held = _held(suggestion)
    _refuse_future(values["answered_on"], on, "answered_on")
    if values["answered_on"] < held.asked_on:
        raise Refused(_("That is before it was asked, on %(day)s.") % {"day": held.asked_on}, "answered_on")
    _refuse_empty(values["answer"], _("Write what was done, or why it can't be done."), "answer")
    first = held.answered_on is None
    changes = _changed(held, values)
    if first:
        held.answered_by = by
    elif {"answer", "outcome"} & {name for name, _old, _new in changes}:
        held.is_settled = None
    if changes:
        held.save()
        _record(held, action="answer_suggestion" if first else "correct_suggestion", by=by, changes=changes)
    return [name for name, _old, _new in changes]


@transaction.atomic
def say_settled(*, suggestion: Suggestion, is_settled: bool, by: User) -> None:
    """The member says whether it is settled with that. It reopens nothing; it is shown. Raises Refused."""
    held = _held(suggestion)
    if held.member_id != by.member_id:
        raise Refused(_("Only who made the suggestion says whether it is settled."))
    if held.answered_on is None:
        raise Refused(_("It hasn't been answered yet."))
    if changes := _changed(held, {"is_settled": is_settled}):
        held.save(update_fields=["is_settled"])
        _record(held, action="settle_suggestion", by=by, changes=changes)


@transaction.atomic
def withdraw_suggestion(*, suggestion: Suggestion, by: User) -> None:
    """Taken back by the member while nobody has answered; twice is once. Raises Refused."""
    held = Suggestion.objects.select_for_update().filter(pk=suggestion.pk).first()
    if held is None:
        return
    if held.member_id != by.member_id:
        raise Refused(_("Only who made the suggestion takes it back."))
    if held.answered_on is not None:
        raise Refused(_("It has been answered and stays. Say whether it is settled."))
    _delete(held, action="withdraw_suggestion", by=by)


@transaction.atomic
def remove_suggestion(*, suggestion: Suggestion, reason: str, by: User) -> None:
    """What an officer wrote down by mistake; what a member wrote stays. Removed twice is once. Raises Refused."""
    held = Suggestion.objects.select_for_update().select_related("recorded_by").filter(pk=suggestion.pk).first()
    if held is None:
        return
    if is_own_words(held):
        raise Refused(_("The member wrote it. Answer it; only the member can take it back."), "reason")
    _refuse_empty(reason, _("Say why. The reason is kept on record."), "reason")
    _delete(held, action="remove_suggestion", reason=reason.strip(), by=by)


def is_own_words(suggestion: Suggestion) -> bool:
    """Whether the member wrote it, not an officer on the member's behalf."""
    return suggestion.recorded_by.member_id == suggestion.member_id


# --- One way to store and to change -----------------------------------------------------------------------------------
def _store_once(row: Suggestion, *, by: User) -> Suggestion:
    """The row's key comes with its form: sent twice, it is stored once."""
    same = Suggestion.objects.filter(pk=row.pk, member=row.member)
    if stored := same.first():
        return stored
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, action="make_suggestion", by=by)
    except IntegrityError:
        if stored := same.first():
            return stored
        raise
    return row


def _held(suggestion: Suggestion) -> Suggestion:
    """The row as it stands now, held until the end of the transaction. Raises Refused where it has gone."""
    rows = Suggestion.objects.select_for_update(of=("self",)).select_related("organization")
    held = rows.filter(pk=suggestion.pk).first()
    if held is None:
        raise Refused(_("The suggestion was taken back in the meantime."))
    return held


def _changed(row: Suggestion, values: Values) -> list[Change]:
    """Sets the values; what was changed by that."""
    held = {name: opened(getattr(row, name)) for name in values}
    changes: list[Change] = [(name, held[name], new) for name, new in values.items() if held[name] != new]
    for name, _old, new in changes:
        setattr(row, name, new)
    return changes


def _delete(row: Suggestion, *, action: str, by: User, reason: str = "") -> None:
    try:
        with transaction.atomic():
            _record(row, action=action, by=by, reason=reason)
            row.delete()
    except ProtectedError:
        raise Refused(_("A list of problems was made from it, so it stays.")) from None


def _record(row: Suggestion, *, action: str, by: User, changes: list[Change] | None = None, reason: str = "") -> None:
    code = row.organization.code
    record(action=action, by=by, subject=row, organization_code=code, changes=changes or (), reason=reason)


# --- What doesn't fit -------------------------------------------------------------------------------------------------
def _refuse_future(day: date, on: date, field: str) -> None:
    if day > on:
        raise Refused(_("That day hasn't come yet."), field)


def _refuse_empty(text: str, sentence: str, field: str) -> None:
    if not text.strip():
        raise Refused(sentence, field)

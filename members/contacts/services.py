"""Contacts, requests for help, and lists to call from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _, ngettext

from audit.models import Entry
from audit.services import Change, record
from members.choices import Capability
from members.fields import SealedField, opened
from members.models.contact import Contact, ContactPerson, HelpRequest
from members.models.member import Member
from members.models.user import User
from members.refused import Refused
from members.roster.services import demand_substance, roster_code

Row = TypeVar("Row", ContactPerson, Contact, HelpRequest)
Values = Mapping[str, Any]
"""Field → value."""


# --- Contact persons ----------------------------------------------------------------------------------------------
def name_contact_person(*, key: UUID, member: Member, values: Values, by: User | str) -> ContactPerson:
    """Somebody who looks after the member: another member, a relative, a neighbour. Raises Refused."""
    return _store_once(ContactPerson(key=key, member=member, **values), action="name_contact_person", by=by)


def correct_contact_person(*, contact_person: ContactPerson, values: Values, by: User | str) -> list[str]:
    """Also ends it, by `valid_until`, and lets it go on. The names of what changed. Raises Refused."""
    return _correct(contact_person, values, action="correct_contact_person", by=by)


def remove_contact_person(*, entry: ContactPerson, reason: str, by: User | str) -> None:
    """Somebody who was named by mistake. Who no longer looks after the member is ended instead."""
    _remove(entry, action="remove_contact_person", reason=reason, by=by)


# --- The contact log ----------------------------------------------------------------------------------------------
@transaction.atomic
def record_contact(
    *, key: UUID, member: Member, values: Values, help_wanted: Values | None, on: date, by: User
) -> Contact:
    """Write down that somebody was in touch, and a request for help that came up, both or neither.

    `help_wanted` holds `request` and `due_on`. Raises Refused for a day to come or a next contact before this one.
    """
    _refuse_future(values["happened_on"], on, "happened_on")
    contact = _store_once(Contact(key=key, member=member, recorded_by=by, **values), action="record_contact", by=by)
    if help_wanted:
        asked = {**help_wanted, "asked_on": contact.happened_on, "contact": contact}
        ask_for_help(key=uuid5(key, "help"), member=member, values=asked, on=on, by=by)
    return contact


def correct_contact(*, contact: Contact, values: Values, on: date, by: User | str) -> list[str]:
    """The names of what changed. Raises Refused."""
    _refuse_future(values.get("happened_on", contact.happened_on), on, "happened_on")
    return _correct(contact, values, action="correct_contact", by=by)


def remove_contact(*, entry: Contact, reason: str, by: User | str) -> None:
    """A contact that never was. A request that came up in it stays."""
    _remove(entry, action="remove_contact", reason=reason, by=by)


# --- Requests for help --------------------------------------------------------------------------------------------
def ask_for_help(*, key: UUID, member: Member, values: Values, on: date, by: User) -> HelpRequest:
    """Write down what a member needs: `request`, `asked_on`, `due_on`. The clock runs. Raises Refused."""
    _refuse_future(values["asked_on"], on, "asked_on")
    return _store_once(HelpRequest(key=key, member=member, recorded_by=by, **values), action="ask_for_help", by=by)


def answer_help(*, help_request: HelpRequest, answer: str, answered_on: date, on: date, by: User) -> list[str]:
    """What was done for the member; an answer that is there is corrected. Raises Refused."""
    _refuse_future(answered_on, on, "answered_on")
    if answered_on < help_request.asked_on:
        raise Refused(_("That is before it was asked, on %(day)s.") % {"day": help_request.asked_on}, "answered_on")
    if not answer.strip():
        raise Refused(_("Write what was done, or why it can't be done."), "answer")
    values: dict[str, Any] = {"answer": answer, "answered_on": answered_on}
    if help_request.answered_by_id is None:
        values["answered_by"] = by
    return _correct(help_request, values, action="answer_help", by=by)


def correct_help(*, help_request: HelpRequest, values: Values, on: date, by: User | str) -> list[str]:
    """Correct the request or move its day. Raises Refused."""
    _refuse_future(values.get("asked_on", help_request.asked_on), on, "asked_on")
    return _correct(help_request, values, action="correct_help", by=by)


def remove_help(*, entry: HelpRequest, reason: str, by: User | str) -> None:
    """A request that was never made. One that was taken back by the member is answered with that."""
    _remove(entry, action="remove_help", reason=reason, by=by)


# --- One way to store, to correct and to remove -------------------------------------------------------------------
def _store_once(row: Row, *, action: str, by: User | str) -> Row:
    """The row's key comes with its form: sent twice, it is stored once."""
    _refuse_unfit(row)
    stored = type(row)._default_manager.filter(pk=row.pk, member=row.member).first()
    if stored:
        return stored
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(action, row.member, by=by)
    except IntegrityError:
        stored = type(row)._default_manager.filter(pk=row.pk, member=row.member).first()
        if stored is None:
            raise
        return stored
    return row


@transaction.atomic
def _correct(row: Row, values: Values, *, action: str, by: User | str) -> list[str]:
    held = type(row)._default_manager.select_for_update().get(pk=row.pk)
    changes = [(name, old, new) for name, new in values.items() if (old := _value(held, name)) != new]
    for name, _old, new in changes:
        setattr(held, name, new)
    _refuse_unfit(held)
    if changes:
        held.save()
        _record(action, held.member, by=by, changes=changes)
    return [name for name, _old, _new in changes]


@transaction.atomic
def _remove(row: ContactPerson | Contact | HelpRequest, *, action: str, reason: str, by: User | str) -> None:
    """Removed twice is removed once; the record keeps that it was there."""
    deleted, _tables = type(row)._default_manager.filter(pk=row.pk).delete()
    if deleted:
        _record(action, row.member, by=by, reason=reason)


def _value(row: models.Model, name: str) -> Any:
    private = isinstance(row._meta.get_field(name), SealedField)
    return opened(getattr(row, name)) if private else getattr(row, name)


def _record(
    action: str, member: Member, *, by: User | str, changes: list[Change] | None = None, reason: str = ""
) -> None:
    record(
        action=action,
        by=by,
        subject=member,
        organization_code=roster_code(member),
        changes=changes or (),
        reason=reason,
    )


# --- What doesn't fit ---------------------------------------------------------------------------------------------
def _refuse_future(day: date, on: date, field: str) -> None:
    if day > on:
        raise Refused(_("That day hasn't come yet."), field)


def _refuse_unfit(row: ContactPerson | Contact | HelpRequest) -> None:
    if isinstance(row, ContactPerson):
        _refuse_unfit_person(row)
    elif isinstance(row, Contact) and row.next_on and row.next_on <= row.happened_on:
        raise Refused(_("The next contact lies after this one, on %(day)s.") % {"day": row.happened_on}, "next_on")
    elif isinstance(row, HelpRequest) and row.due_on < row.asked_on:
        raise Refused(_("It can't be answered before it was asked, on %(day)s.") % {"day": row.asked_on}, "due_on")


def _refuse_unfit_person(row: ContactPerson) -> None:
    if not row.person_id and not row.name.strip():
        raise Refused(_("Choose a member or write a name."), "name")
    if row.person_id == row.member_id:
        raise Refused(_("Nobody is their own contact person. Choose somebody else."), "person")
    if row.valid_from and row.valid_until and row.valid_until < row.valid_from:
        raise Refused(_("It can't end before it begins, on %(day)s.") % {"day": row.valid_from}, "valid_until")


PRINT = "print_phone"
AT_ONCE = 50
"""Members on one list."""
A_DAY = 180
"""Numbers that one person may print within a day."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of one member and of who looks after them, opened; empty where none is recorded."""

    own: str
    of_persons: list[tuple[ContactPerson, str]]


@transaction.atomic
def open_call_list(
    *, people: Sequence[tuple[Member, list[ContactPerson]]], reason: str, now: datetime, by: User
) -> dict[int, Numbers]:
    """Member's id → numbers, each on record with the reason. Raises Refused: no reason, too many, not one's to open."""
    demand_substance(reason)
    User.objects.select_for_update().get(pk=by.pk)  # two lists at once are counted one after the other
    _refuse_too_many(len(people), now=now, by=by)
    for member, _persons in people:
        if not by.access.may(Capability.REVEAL_PRIVATE, member.roster_path):
            raise Refused(_("The phone of %(name)s isn't yours to print.") % {"name": member})
        code = roster_code(member)
        record(
            action="print_phone",
            by=by,
            subject=member,
            organization_code=code,
            reason=reason,
            details={"field": "phone"},
        )
    return {
        member.pk: Numbers(opened(member.phone), [(person, opened(_phone_of(person))) for person in persons])
        for member, persons in people
    }


def _phone_of(person: ContactPerson) -> str:
    return person.phone or (person.person.phone if person.person else "")


def _refuse_too_many(count: int, *, now: datetime, by: User) -> None:
    done = Entry.objects.filter(actor=str(by), action=PRINT, at__gt=now - timedelta(days=1)).count()
    if count > AT_ONCE:
        raise Refused(_("A list holds at most %(most)s members. Narrow it by a filter.") % {"most": AT_ONCE})
    if done + count > A_DAY:
        sentence = ngettext(
            "Within a day one person prints at most %(most)s number. Go on tomorrow.",
            "Within a day one person prints at most %(most)s numbers. Go on tomorrow.",
            A_DAY,
        )
        raise Refused(sentence % {"most": A_DAY})

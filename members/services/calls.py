"""A list to call from: the phone numbers of those who are waiting for a call, on paper for an afternoon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Entry
from audit.services import record
from members.choices import Capability
from members.fields import opened
from members.models import ContactPerson, Member, User
from members.services.people import roster_code
from members.services.private import demand_substance
from members.services.refused import Refused

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
        if not by.standing.may(Capability.REVEAL_PRIVATE, member.roster_path):
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
    return {member.pk: _numbers(member, persons) for member, persons in people}


def put_export_on_record(*, rows: int, by: User) -> None:
    """That the list left the program as a workbook, and how long it was."""
    code = by.standing.held[0].code if by.standing.held else ""
    record(action="export_reach", by=by, subject=by, organization_code=code, details={"rows": rows})


def _numbers(member: Member, persons: list[ContactPerson]) -> Numbers:
    return Numbers(opened(member.phone), [(person, opened(_phone_of(person))) for person in persons])


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

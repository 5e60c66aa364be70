"""Revealing private values: with a reason, on record, not too often, and those of many people only by two persons."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Entry
from audit.services import record
from members.fields import SealedField, opened
from members.models import ExportedMember, Member, User
from members.rules.reasons import says_something
from members.services.people import roster_code
from members.services.refused import Refused

REVEALABLE = tuple(field.name for field in Member._meta.local_fields if isinstance(field, SealedField))
"""The member's private fields."""
REVEAL = "reveal_private"
HOUR = timedelta(hours=1)
ALONE = 50
"""People whose values one person may take along without a second one, where the limit of the hour allows so many."""


def recorded_fields(member: Member) -> list[str]:
    """The private fields in which something is recorded: needs no key."""
    return [field for field in REVEALABLE if getattr(member, field)]


def reveals_left(user: User, *, now: datetime) -> int:
    """How many more values the user may reveal within the hour; whoever stands in a workbook counts as one.

    The record counts, so every process counts the same.
    """
    entries = Entry.objects.by(user).since(now - HOUR)
    in_workbooks = ExportedMember.objects.filter(entry__in=entries.order_by().values("pk")).count()
    done = entries.filter(action=REVEAL).count() + in_workbooks
    return max(0, settings.REVEALS_PER_HOUR - done)


def may_take_alone(user: User, *, people: int, now: datetime) -> bool:
    """Whether the user may take along private values of so many people without a second person."""
    return people <= min(ALONE, reveals_left(user, now=now))


@transaction.atomic
def reveal_private(*, member: Member, field: str, reason: str, now: datetime, by: User) -> str:
    """The value as it was recorded. Raises Refused for an empty field, a missing reason, or too many in an hour."""
    if field not in recorded_fields(member):
        raise Refused(_("Nothing is recorded there."), "field")
    demand_substance(reason)
    refuse_too_many(by, people=1, now=now)
    record(
        action="reveal_private",
        by=by,
        subject=member,
        organization_code=roster_code(member),
        reason=reason.strip(),
        details={"field": field},
    )
    return opened(getattr(member, field))


def demand_substance(reason: str) -> None:
    """Raises Refused unless the reason says something: whoever is looked at reads it."""
    if not says_something(reason):
        raise Refused(
            _("Say in a few words what it is needed for. The reason is kept on record, and the person can read it."),
            "reason",
        )


def refuse_too_many(user: User, *, people: int, now: datetime) -> None:
    """Raises Refused when it is more than one person may see alone. Call it in the transaction of the act."""
    User.objects.select_for_update().get(pk=user.pk)  # two at once are counted one after the other
    if not may_take_alone(user, people=people, now=now):
        raise Refused(_too_many())


def put_members_on_record(*, entry: Entry, members: Iterable[int]) -> None:
    """Whose private values stand in the workbook that the entry tells of: each of them can read it."""
    ExportedMember.objects.bulk_create(
        (ExportedMember(entry=entry, member_id=one) for one in members), batch_size=1_000
    )


def _too_many() -> str:
    limit = settings.REVEALS_PER_HOUR
    return ngettext(
        "You have revealed %(limit)s value within an hour; that is as many as one person may. Try again later.",
        "You have revealed %(limit)s values within an hour; that is as many as one person may. Try again later.",
        limit,
    ) % {"limit": limit}

"""Revealing one private value to one person: with a reason, on record, and not too often."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import Entry
from audit.services import record
from members.fields import SealedField, opened
from members.models import Member, User
from members.services.people import roster_code
from members.services.refused import Refused

REVEALABLE = tuple(field.name for field in Member._meta.local_fields if isinstance(field, SealedField))
"""The member's private fields."""
REVEAL = "reveal_private"
HOUR = timedelta(hours=1)


def recorded_fields(member: Member) -> list[str]:
    """The private fields in which something is recorded: needs no key."""
    return [field for field in REVEALABLE if getattr(member, field)]


def reveals_left(user: User, *, now: datetime) -> int:
    """How many more values the user may reveal within the hour. The record counts, so every process counts the same."""
    done = Entry.objects.by(user).since(now - HOUR).filter(action=REVEAL).count()
    return max(0, settings.REVEALS_PER_HOUR - done)


@transaction.atomic
def reveal_private(*, member: Member, field: str, reason: str, now: datetime, by: User) -> str:
    """The value as it was recorded. Raises Refused for an empty field, a missing reason, or too many in an hour."""
    if field not in recorded_fields(member):
        raise Refused(_("Nothing is recorded there."), "field")
    if not reason.strip():
        raise Refused(_("Say what you need it for. The reason is kept on record."), "reason")
    User.objects.select_for_update().get(pk=by.pk)  # two at once are counted one after the other
    if not reveals_left(by, now=now):
        raise Refused(_too_many())
    record(
        action="reveal_private",
        by=by,
        subject=member,
        organization_code=roster_code(member),
        reason=reason.strip(),
        details={"field": field},
    )
    return opened(getattr(member, field))


def _too_many() -> str:
    limit = settings.REVEALS_PER_HOUR
    return ngettext(
        "You have revealed %(limit)s value within an hour; that is as many as one person may. Try again later.",
        "You have revealed %(limit)s values within an hour; that is as many as one person may. Try again later.",
        limit,
    ) % {"limit": limit}

"""The private address of somebody's calendar: made, made anew, taken back."""

import secrets

from django.db import transaction

from audit.keyring import fingerprint
from audit.services import record
from meetings.models import CalendarFeed
from members.models import User


@transaction.atomic
def make_feed(*, user: User, by: User) -> str:
    """A new token, told this once; only its fingerprint is stored. An earlier address stops working."""
    token = secrets.token_urlsafe(32)
    User.objects.select_for_update().get(pk=user.pk)
    CalendarFeed.objects.filter(user=user).delete()
    CalendarFeed.objects.create(user=user, token_print=fingerprint(token))
    _record("make_calendar_feed", user, by)
    return token


@transaction.atomic
def revoke_feed(*, user: User, by: User) -> None:
    """The address stops working. Twice changes nothing."""
    removed, _rows = CalendarFeed.objects.filter(user=user).delete()
    if removed:
        _record("revoke_calendar_feed", user, by)


def _record(action: str, user: User, by: User) -> None:
    code = by.standing.held[0].code if by.standing.held else ""
    record(action=action, by=by, subject=user, organization_code=code)

"""The private address of somebody's calendar: made, made anew, taken back."""

import secrets

from django.db import transaction

from audit.keyring import fingerprints
from audit.services import record
from meetings.models import CalendarFeed
from meetings.rules.feeds import token_print
from members.models import User


@transaction.atomic
def make_feed(*, user: User, by: User) -> str:
    """A new token, told this once; only its fingerprint is stored. An earlier address stops working."""
    token = secrets.token_urlsafe(32)
    User.objects.select_for_update().get(pk=user.pk)
    CalendarFeed.objects.filter(user=user).delete()
    CalendarFeed.objects.create(user=user, token_print=token_print(token))
    _record("make_calendar_feed", user, by)
    return token


@transaction.atomic
def revoke_feed(*, user: User, by: User) -> None:
    """The address stops working. Twice changes nothing."""
    removed, _rows = CalendarFeed.objects.filter(user=user).delete()
    if removed:
        _record("revoke_calendar_feed", user, by)


def read_feed(token: str) -> CalendarFeed | None:
    """The feed behind a token, if it is still there and its user may log in.

    Addresses made by earlier versions are kept under a fingerprint of the key ring. The first reading moves such a
    row to one that needs no key; one that isn't read before its key leaves the ring has to be made anew.
    """
    current = token_print(token)
    known = CalendarFeed.objects.filter(token_print__in=[current, *fingerprints(token)], user__is_active=True)
    feed = known.select_related("user").first()
    if feed and feed.token_print != current:
        CalendarFeed.objects.filter(pk=feed.pk).update(token_print=current)
    return feed


def _record(action: str, user: User, by: User) -> None:
    code = by.standing.held[0].code if by.standing.held else ""
    record(action=action, by=by, subject=user, organization_code=code)

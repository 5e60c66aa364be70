"""Planning a year, and keeping special days, local kinds and calendars."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from audit.keyring import fingerprints
from audit.services import record
from meetings.meeting.models import LocalKind, Meeting
from meetings.meeting.services import plan_meeting
from meetings.planning.models import CalendarFeed, SpecialDay, ThemeDay
from meetings.planning.rules import ListedDay
from members.models import Organization, User
from members.refused import Refused


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A meeting as the planner's form gave it back."""

    organization: Organization
    kind: str
    period: str
    number: int
    day: date
    starts_at: time | None = None
    place: str = ""

    def key(self, form: UUID) -> UUID:
        """The same line of the same form always becomes the same meeting."""
        return uuid5(form, f"{self.organization.code}/{self.kind}/{self.period}/{self.number}")


@transaction.atomic
def plan_year(*, form: UUID, lines: Iterable[PlannedMeeting], by: User | str) -> list[Meeting]:
    """Plan every line, or none. The same form sent twice plans once."""
    return [plan_meeting(meeting=_meeting(form, line), by=by) for line in lines]


@transaction.atomic
def keep_theme_day(
    *, organization: Organization, day_of_month: int, starts_at: time | None, place: str, by: User | str
) -> ThemeDay:
    """Set the day of the month that a branch keeps."""
    before = ThemeDay.objects.select_for_update().filter(organization=organization).first()
    facts = {"day_of_month": day_of_month, "starts_at": starts_at, "place": place}
    kept, _made = ThemeDay.objects.update_or_create(organization=organization, defaults=facts)
    changes = [(name, getattr(before, name, None), value) for name, value in facts.items()]
    if any(old != new for _name, old, new in changes):
        code = organization.code
        record(action="keep_theme_day", by=by, subject=organization, organization_code=code, changes=changes)
    return kept


def _meeting(form: UUID, line: PlannedMeeting) -> Meeting:
    """A yearly meeting counts for the year it is due in, even when it is held early in the next one."""
    return Meeting(
        pk=line.key(form), organization=line.organization, kind=line.kind, day=line.day, starts_at=line.starts_at,
        place=line.place, counts_for_year=int(line.period[:4]),
    )  # fmt: skip


@transaction.atomic
def record_special_days(*, days: Iterable[ListedDay], by: User | str) -> tuple[int, int]:
    """Store the days, in place of what was recorded for them before; how many are new and how many changed.

    The same list twice changes nothing and leaves no second entry.
    """
    listed = {one.day: one for one in days}
    known = {row.day: (row.kind, row.name) for row in SpecialDay.objects.filter(day__in=listed)}
    fresh = [one for one in listed.values() if known.get(one.day) != (one.kind, one.name)]
    SpecialDay.objects.bulk_create(
        (SpecialDay(day=one.day, kind=one.kind, name=one.name) for one in fresh),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name"],
    )
    new = sum(one.day not in known for one in fresh)
    if fresh:
        record(
            action="record_special_days", by=by, subject=None,
            details={"first": min(listed).isoformat(), "last": max(listed).isoformat(), "new": new,
                     "changed": len(fresh) - new},
        )  # fmt: skip
    return new, len(fresh) - new


@transaction.atomic
def remove_special_day(*, day: SpecialDay, by: User | str) -> None:
    """Forget what was recorded for the day: it is again what the program's calendar or its weekday says."""
    removed, _rows = SpecialDay.objects.filter(pk=day.pk).delete()
    if removed:
        record(action="remove_special_day", by=by, subject=day)


@transaction.atomic
def add_local_kind(*, key: UUID, organization: Organization, name: str, by: User) -> LocalKind:
    """Add a kind, or use a retired one again. The same key twice adds it once. Raises Refused."""
    if known := LocalKind.objects.filter(pk=key).first():
        return known
    kind = LocalKind.objects.select_for_update().filter(organization=organization, name=name).first()
    if kind and kind.is_used:
        raise Refused(_("This kind is there already."), "name")
    if kind is None:
        kind = LocalKind(pk=key, organization=organization, name=name)
    kind.is_used = True
    kind.save()
    record(action="add_local_kind", by=by, subject=kind, organization_code=organization.code)
    return kind


@transaction.atomic
def retire_local_kind(*, kind: LocalKind, by: User) -> None:
    """Plan no new meetings of it; those on record keep their kind. Twice changes nothing."""
    if LocalKind.objects.filter(pk=kind.pk, is_used=True).update(is_used=False):
        record(action="retire_local_kind", by=by, subject=kind, organization_code=kind.organization.code)


def token_print(token: str) -> str:
    """What is stored of a token: a digest without a key, so that it outlives every rotation of the key ring.

    A key is for values that can be guessed, like identity numbers. A token is drawn from 2^256: nobody finds it by
    trying, with or without a key.
    """
    return hashlib.blake2b(token.encode(), person=b"calendar-feed", digest_size=16).hexdigest()


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
    code = by.access.held[0].code if by.access.held else ""
    record(action=action, by=by, subject=user, organization_code=code)

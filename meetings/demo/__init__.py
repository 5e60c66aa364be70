"""The meetings' part of `manage.py demo`: a year of organizational life in the county that `members.demo` made.

The same day gives the same meetings. The branch of the demo's secretary has everything; others are plainer, and some
missed meetings, so that duties are overdue.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import chain
from random import Random

from django.db import transaction

from meetings.attendance.models import Expected
from meetings.choices import MeetingState
from meetings.demo.people import Rolls, evenings, explain, read_rolls, theme_day_of
from meetings.demo.record import (
    BEGINS,
    PLACE,
    Record,
    correct,
    end_tasks,
    plan_next,
    sign_all,
    vote_on_members,
    write_down,
)
from meetings.meeting.models import AgendaItem, Meeting, Session, Speech, Task
from meetings.minutes.models import Minutes
from meetings.minutes.queries import facts_in
from meetings.planning.models import ThemeDay
from meetings.votes.models import MembershipStep, Vote
from members.bulk import refresh_statistics
from members.demo.county import HOME_BRANCH, PLACES
from members.models import Organization

SEED = 1921
AT_ONCE = 500
ASKED_WITHIN, LONG_AGO = timedelta(days=20), timedelta(days=80)
"""How soon after a meeting branches ask why somebody was absent, and how late those do that forget to."""
FORGETFUL = ("nanhu", "dongshan-village", "hospital-1")


@transaction.atomic
def fill(*, on: date) -> None:
    """Add the meetings as they stand on that day."""
    rng = Random(SEED)  # noqa: S311 - who came to an invented meeting is no secret
    places = {place.code: place for place in Organization.objects.all()}
    rolls = read_rolls()
    written = (write_down(evening, rolls, rng) for evening in evenings(places, on))
    records = [record for record in written if record]
    _unlock_last(records)
    _explain(records, rolls, on)
    end_tasks(records, HOME_BRANCH, on)
    vote_on_members(records, HOME_BRANCH, on)
    sign_all(record for record in records if record.meeting.state == MeetingState.LOCKED)
    _store(records)
    _compare(records)
    refresh_statistics(Meeting, Session, Expected, Minutes)
    ThemeDay.objects.bulk_create(_theme_days(places))
    plan_next(places[HOME_BRANCH], rolls, rng, on)
    correct(places[HOME_BRANCH], rng, on)


def _explain(records: Iterable[Record], rolls: Rolls, on: date) -> None:
    """Everywhere somebody has asked why, only in some branches not for weeks."""
    for record in records:
        forgets = record.meeting.organization.code in FORGETFUL
        explain(record.expected, rolls, on - (LONG_AGO if forgets else ASKED_WITHIN))


def _unlock_last(records: Iterable[Record]) -> None:
    """The home branch's latest meeting waits for its signatures."""
    held = (record for record in records if record.meeting.organization.code == HOME_BRANCH)
    last = max(held, key=lambda record: record.meeting.day)
    last.meeting.state = MeetingState.HELD


def _compare(records: Iterable[Record]) -> None:
    """What isn't signed yet agrees with the record as it is."""
    for record in records:
        if record.minutes and record.meeting.state == MeetingState.HELD:
            Minutes.objects.filter(pk=record.meeting.pk).update(facts=facts_in(record.meeting))


def _theme_days(places: dict[str, Organization]) -> list[ThemeDay]:
    return [
        ThemeDay(
            organization=places[place.code], day_of_month=theme_day_of(place.code), starts_at=BEGINS, place=PLACE
        )
        for place in PLACES
        if place.members
    ]  # fmt: skip


def _store(records: list[Record]) -> None:
    """Table by table, in the order in which they point at each other."""
    Meeting.objects.bulk_create((one.meeting for one in records), AT_ONCE)
    Session.objects.bulk_create(chain.from_iterable(one.sessions for one in records))
    Expected.objects.bulk_create(chain.from_iterable(one.expected for one in records), AT_ONCE)
    AgendaItem.objects.bulk_create(chain.from_iterable(one.items for one in records), AT_ONCE)
    Speech.objects.bulk_create(chain.from_iterable(one.speeches for one in records))
    Task.objects.bulk_create(chain.from_iterable(one.tasks for one in records))
    Vote.objects.bulk_create(chain.from_iterable(one.votes for one in records))
    MembershipStep.objects.bulk_create(chain.from_iterable(one.steps for one in records))
    Minutes.objects.bulk_create((one.minutes for one in records if one.minutes), AT_ONCE)

"""The reminders' part of `manage.py demo`: what was told in the last days, and what the planner finds when it runs.

The same day gives the same. Everything is told inside the program or by phone: the demo knows no address outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from branchweb.demo.county import HOME_BRANCH
from branchweb.demo.evenings import PastMeeting, Rolls, read_rolls
from branchweb.demo.meetings import MeetingToStore, accounts_known, sign, write_down
from meetings.attendance.models import Attendance
from meetings.choices import MeetingKind
from meetings.meeting.models import AgendaItem, Meeting
from members.choices import FRAIL_KINDS, OfficeKind
from members.models import ContactPerson, Member, Office, Organization, User
from reminders.channels.services import prefer
from reminders.choices import AnswerChoice, AnswerSource, ChannelKind, MessageKind, MessageState
from reminders.desk.models import Effort
from reminders.desk.rules import last_months
from reminders.desk.services import count_desks
from reminders.messages.models import Message
from reminders.messages.services import answer, release
from reminders.planning.queries import FAR_KINDS, SILENT_KINDS
from reminders.planning.services import plan
from reminders.sending.services import dispatch, record_call, settle

SEED = 4
EARLIER, LATELY = timedelta(days=9), timedelta(days=1)
"""How long ago the branch met; of the second time nobody has been told yet."""
TITLES = {EARLIER: "微党课：身边的榜样", LATELY: "微党课：为群众办一件小事"}
ITEMS = (("领学材料", "领学材料，结合身边事谈体会。"), ("安排下月工作", "明确下月主题党日的时间和分工。"))
FULL_MONTH = 31
RELEASED = (MessageKind.MISSED, MessageKind.INVITATION, MessageKind.DUES)


@dataclass(frozen=True)
class Absent:
    """Who wasn't there. The officer and the member far away have the demo's log-ins of these names."""

    officer: Member
    without_account: Member
    frail: Member
    far: Member
    far_without_account: Member


@transaction.atomic
def fill(*, on: date) -> None:
    """Add what was told as it stands on that day."""
    home = Organization.objects.get(code=HOME_BRANCH)
    secretary = _secretary(home)
    rng, rolls = Random(SEED), read_rolls()  # noqa: S311 - who came to an invented meeting is no secret
    absent = _absent(home, rolls, on)
    for kind in RELEASED:
        release(home, kind, by=secretary)
    _prefer(absent, secretary)
    earlier = _meet(home, EARLIER, absent, rolls, rng, on)
    _tell(_after(on - EARLIER))
    _answer(earlier, absent, secretary, at=_after(on - EARLIER) + timedelta(hours=2))
    _tell(_after(on - EARLIER + timedelta(days=7)), hold=absent.far_without_account)
    settle(_after(on - LATELY))
    _meet(home, LATELY, absent, rolls, rng, on)
    Effort.objects.bulk_create(_efforts(on))
    count_desks(on=on)


def _efforts(on: date) -> Iterator[Effort]:
    """What the branches typed in a year: some twenty forms a month, three or four fields in each."""
    branches = list(Organization.objects.branches().standing_on(on).in_tree_order())
    for month in last_months(on):
        passed = on.day if (month.year, month.month) == (on.year, on.month) else FULL_MONTH
        for number, branch in enumerate(branches):
            forms = (14 + (5 * number + 3 * month.month) % 13) * passed // FULL_MONTH
            yield Effort(organization=branch, month=month, forms=forms, fields=forms * (10 + number % 5) // 3)


# --- Who --------------------------------------------------------------------------------------------------------------
def _secretary(home: Organization) -> User:
    office = Office.objects.select_related("member__user").get(organization=home, kind=OfficeKind.SECRETARY)
    assert office.member is not None  # the demo gives its offices to members
    return office.member.user


def _absent(home: Organization, rolls: Rolls, on: date) -> Absent:
    """Those with a log-in, and for each of the other ways the first who fits."""
    people = [one.member for one in rolls.affiliations[home.path]]
    befallen = {one.pk: rolls.befallen(one.pk, on) for one in people}
    looked_after = set(ContactPerson.objects.holding(on).filter(member__in=people).values_list("member", flat=True))
    users = User.objects.filter(member__in=people).select_related("member")
    log_ins = {one.username: one.member for one in users if one.member}
    told = [one for one in people if befallen[one.pk].isdisjoint(SILENT_KINDS) and one not in log_ins.values()]
    far = [one for one in told if not befallen[one.pk].isdisjoint(FAR_KINDS)]
    frail = [one for one in told if one not in far and not befallen[one.pk].isdisjoint(FRAIL_KINDS)]
    return Absent(
        officer=log_ins["officer"],
        without_account=next(one for one in told if one not in far and one not in frail and not one.party_post),
        frail=next(one for one in frail if one.pk in looked_after),
        far=log_ins["member"],
        far_without_account=next(one for one in far if befallen[one.pk].isdisjoint(FRAIL_KINDS)),
    )


def _prefer(absent: Absent, secretary: User) -> None:
    """One is told nothing at the weekend, one goes to bed early, one may be told at any hour, so that the demo shows
    it whenever it is tried, and one wants no text messages."""
    prefer(person=secretary, values={"workdays_only": True}, by=secretary)
    prefer(person=absent.far, values={"quiet_from": time(20), "quiet_until": time(7)}, by=secretary)
    prefer(person=absent.officer, values={"quiet_from": time(0), "quiet_until": time(0)}, by=secretary)
    prefer(person=absent.without_account, values={"no_channels": [ChannelKind.SMS]}, by=secretary)


# --- What -------------------------------------------------------------------------------------------------------------
def _meet(home: Organization, ago: timedelta, absent: Absent, rolls: Rolls, rng: Random, on: date) -> Meeting:
    """A short lecture, at which those were missing."""
    evening = PastMeeting(home, MeetingKind.PARTY_LECTURE, on - ago, TITLES[ago], ITEMS)
    missing = {one.pk for one in vars(absent).values()}
    record = write_down(evening, rolls, rng, missing)
    assert record is not None  # enough people belong to the demo's branch
    sign(record, accounts_known(), ["officer"])
    return _store(record)


def _store(record: MeetingToStore) -> Meeting:
    record.meeting.save(force_insert=True)
    Attendance.objects.bulk_create(record.expected)
    AgendaItem.objects.bulk_create(record.items)
    if record.minutes:
        record.minutes.save(force_insert=True)
    return record.meeting


def _after(day: date) -> datetime:
    """When the meeting of that day was over for an hour."""
    return timezone.make_aware(datetime.combine(day, time(17, 30)))


def _tell(at: datetime, hold: Member | None = None) -> None:
    """What the planner and the dispatcher did at that time; how somebody makes up for it waits to be reviewed."""
    plan(at)
    Message.objects.filter(kind=MessageKind.MAKE_UP, member=hold, state=MessageState.READY).update(
        state=MessageState.HELD
    )
    dispatch(at)


def _answer(meeting: Meeting, absent: Absent, secretary: User, *, at: datetime) -> None:
    """Two by the link, and a contact person on the phone; another doesn't answer, and stays on the call list."""
    told = {one.member_id: one for one in Message.objects.filter(about=str(meeting.pk))}
    answer(message=told[absent.officer.pk], choice=AnswerChoice.AWAY, source=AnswerSource.LINK, at=at)
    answer(message=told[absent.far.pk], choice=AnswerChoice.STUDIED, source=AnswerSource.LINK, at=at)
    record_call(message=told[absent.frail.pk], result=AnswerChoice.ILL, at=at, by=secretary)

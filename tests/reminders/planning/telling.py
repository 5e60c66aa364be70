"""What the tests of occasions share: a meeting that was closed, planned meetings, and messages made of occasions."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import AgendaItem, Attendance, Meeting
from members.models import Member, Organization
from reminders.channels.rules import SHANGHAI
from reminders.choices import Addressee, ChannelKind, MessageState
from reminders.models import Message, Wording
from reminders.planning.kinds import KINDS
from reminders.planning.rules import Occasion
from tests.cast import TODAY

EVENING = datetime.combine(TODAY, time(20, 30), SHANGHAI)
"""When the meeting of today was closed."""
MINUTE = timedelta(minutes=1)


def held(place: Organization, *, closed_at: datetime = EVENING, items: Iterable[str] = (), **fields) -> Meeting:
    """A theme day that was closed then; nobody is on its list yet."""
    fields = {"kind": MeetingKind.THEME_DAY, "state": MeetingState.HELD, "day": closed_at.date(), **fields}
    made = Meeting.objects.create(organization=place, closed_at=closed_at, counts_for_year=closed_at.year, **fields)
    for position, title in enumerate(items, start=1):
        AgendaItem.objects.create(meeting=made, position=position, title=title)
    return made


def planned(where: Organization, day: date, starts_at: time | None = time(15), **fields) -> Meeting:
    """A general meeting to come, in a room."""
    fields = {"kind": MeetingKind.GENERAL_MEETING, "place": "社区三楼会议室", **fields}
    return Meeting.objects.create(
        organization=where, day=day, starts_at=starts_at, counts_for_year=day.year, state=MeetingState.PLANNED, **fields
    )


def absent(meeting: Meeting, *members: Member, state: str = AttendanceState.ABSENT, **fields) -> None:
    for member in members:
        Attendance.objects.create(
            meeting=meeting, member=member, name=member.name, is_formal=True, state=state, **fields
        )


def told(kind: str, at: datetime, path: str = "") -> list[Occasion]:
    return list(KINDS[kind].due(at, path=path))


def names_told(kind: str, at: datetime) -> set[str]:
    """Whom the occasions concern, by name."""
    members = [one.member_id for one in told(kind, at)]
    return set(Member.objects.filter(pk__in=members).values_list("name", flat=True))


def stored(occasion: Occasion, state: str = MessageState.SENT, language: str = "zh-hans") -> Message:
    """The message that a planner makes of the occasion, without asking who is told by which channel."""
    officer = occasion.user_id is not None
    group = occasion.member_id is None and not officer
    wording = Wording.objects.filter(kind=occasion.kind, language=language).first() or Wording.objects.create(
        kind=occasion.kind, language=language, addressee=Addressee.MEMBER, subject="通知", text="通知"
    )
    return Message.objects.create(
        key=occasion.key, dedupe_key=occasion.dedupe_key, kind=occasion.kind, step=occasion.step, about=occasion.about,
        organization_id=occasion.organization_id, member_id=occasion.member_id, user_id=occasion.user_id,
        addressee=Addressee.GROUP_CHAT if group else Addressee.OFFICER if officer else Addressee.MEMBER,
        channel=ChannelKind.WECOM if group else ChannelKind.EMAIL, wording=wording, values=dict(occasion.values),
        state=state, planned_at=occasion.due_at, due_at=occasion.due_at, expires_at=occasion.expires_at,
        sent_at=occasion.due_at if state == MessageState.SENT else None,
    )  # fmt: skip


def stands(message: Message, at: datetime) -> bool:
    return message.pk in KINDS[message.kind].standing([message], at=at)

"""Messages as the outbox holds them, about a meeting that somebody missed."""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from meetings.choices import AttendanceState
from meetings.models import Attendance, Meeting
from members.models import Member, Organization
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.models import Message, Wording
from tests.cast import Cast, make_member
from tests.meetings.votes.voting import hold

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten in the morning of the cast's day, in Shanghai."""
TEXT = "您好，{姓名}：11月24日的会您没有到。\n请点这里说明原因：{回复链接}"
LINK = f"http://127.0.0.1:8000/a/{'x' * 43}/"
VALUES = {"name": "李国强", "answer_link": LINK}


def missed_meeting(cast: Cast, formal: int = 3, **fields: object) -> Meeting:
    """A meeting of the branch that is over; 李国强 was absent and nobody knows why."""
    meeting = hold(cast, formal=formal, present=formal, **fields)
    Meeting.objects.filter(pk=meeting.pk).update(state="held", closed_at=timezone.now())
    Attendance.objects.filter(meeting=meeting, member=cast.li).update(state=AttendanceState.ABSENT)
    meeting.refresh_from_db()
    return meeting


def wording(kind: str = MessageKind.MISSED, language: str = "zh-hans", text: str = TEXT) -> Wording:
    return Wording.objects.get_or_create(
        kind=kind, addressee=Addressee.MEMBER, language=language, organization=None, subject="您没有到会", text=text
    )[0]


def tell(
    organization: Organization,
    member: Member | None,
    *,
    about: object = "",
    kind: str = MessageKind.MISSED,
    language: str = "zh-hans",
    **fields: object,
) -> Message:
    """A message that was sent by text message, unless said otherwise."""
    state = fields.setdefault("state", MessageState.SENT)
    number = Message.objects.count()
    given = {
        "dedupe_key": f"{kind}:{about}:{member and member.pk}:{number}",
        "about": str(about),
        "addressee": Addressee.MEMBER,
        "channel": ChannelKind.SMS,
        "wording": wording(kind, language),
        "values": VALUES,
        "planned_at": AT + timedelta(seconds=number),
        "due_at": AT,
        "expires_at": AT + timedelta(days=14),
        "sent_at": AT if state == MessageState.SENT else None,
    }
    return Message.objects.create(kind=kind, organization=organization, member=member, **{**given, **fields})


def many_members(cast: Cast, number: int) -> list[Member]:
    return [make_member(f"党员{one:02}", cast.branch) for one in range(1, number + 1)]


def of_use_now(**fields: object) -> dict[str, object]:
    """Due an hour ago and of use for a week: pages read the real clock."""
    now = timezone.now()
    return {"due_at": now - timedelta(hours=1), "expires_at": now + timedelta(days=7), **fields}

"""The messages of the full cast: sent, to be called, held and lost, in every branch."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from meetings.models import Meeting
from members.models import ContactPerson, Member, Organization
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.messages.rules import LINK, STANDS
from reminders.messages.services import answer_link
from reminders.models import Answer, Attempt, Message, Preference, Release, Wording

if TYPE_CHECKING:
    from tests.full_cast import FullCast

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
ALWAYS = datetime(2099, 1, 1, tzinfo=UTC)
"""Pages read the real clock: of use until then."""
HELD, LOST, SENT, TO_CALL = MessageState.HELD, MessageState.UNKNOWN, MessageState.SENT, MessageState.TO_CALL


def messages(full: "FullCast") -> None:
    """By whom each is about; `held` and `lost` are about `zhang`, and `zhang` can log in."""
    cast, meeting = full.cast, full.rows[Meeting]
    told(full, "zhang", cast.branch, cast.zhang, meeting["branch"], user=cast.member, channel=ChannelKind.IN_APP)
    told(full, "wang", cast.next_branch, cast.wang, meeting["next-branch"])
    told(full, "zhao", cast.other_branch, cast.zhao, meeting["other-branch"])
    told(full, "held", cast.branch, cast.zhang, meeting["branch"], state=HELD)
    told(full, "lost", cast.branch, cast.zhang, meeting["branch"], state=LOST)
    relative = {"addressee": Addressee.CONTACT_PERSON, "contact_person": full.rows[ContactPerson]["li"]}
    told(full, "li", cast.branch, cast.li, meeting["branch"], state=TO_CALL, channel=ChannelKind.BY_HAND, **relative)
    for place, by in ((cast.branch, cast.secretary), (cast.next_branch, cast.next_secretary)):
        full.keep(Release.objects.create(organization=place, kind=MessageKind.MAKE_UP, released_by=by), place.code)
    for name in ("zhang", "li", "wang", "zhao"):
        full.keep(Preference.objects.create(member=getattr(cast, name)), name)
    full.keep(Preference.objects.create(user=cast.administrator), "administrator")


def told(
    full: "FullCast", name: str, place: Organization, member: Member, about: Model, state: str = SENT,
    **fields: object,
) -> None:  # fmt: skip
    addressee = fields.setdefault("addressee", Addressee.MEMBER)
    wording, _made = Wording.objects.get_or_create(
        kind=MessageKind.MISSED, addressee=addressee, language="zh-hans", organization=None, subject="您没有到会",
        text="{name}：会议没有到，请说明原因：{answer_link}",
    )  # fmt: skip
    message = Message(
        dedupe_key=f"missed:{name}", kind=MessageKind.MISSED, about=str(about.pk), organization=place, member=member,
        wording=wording, state=state, planned_at=AT, due_at=AT, expires_at=ALWAYS,
        sent_at=AT if state == SENT else None, **{"channel": ChannelKind.SMS, **fields},
    )  # fmt: skip
    message.values = {"name": member.name, LINK: STANDS}
    message.save()
    message.token = answer_link(message.key, message.kind).split("/")[-2]  # type: ignore[attr-defined]
    full.keep(message, name)
    if state == SENT:
        Attempt.objects.create(
            message=message, number=1, channel=message.channel, started_at=AT, ended_at=AT, result="sent", by="worker"
        )
        Answer.objects.create(message=message, sealed_choice="away", source="link", answered_at=AT)

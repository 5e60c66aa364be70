"""Rows of the outbox for tests."""

import uuid
from datetime import UTC, datetime, timedelta

from members.models import Member, Organization
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.models import Message, Wording

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""The cast's day at half past ten in Shanghai: nobody's quiet hours."""


def a_wording(text: str = "您好。", kind: MessageKind = MessageKind.DUES, language: str = "zh-hans") -> Wording:
    wording, _ = Wording.objects.get_or_create(
        kind=kind, addressee=Addressee.MEMBER, language=language, subject="提醒", text=text
    )
    return wording


def store_messages(member: Member, number: int = 1, **fields: object) -> list[Message]:
    """So many messages about a member, ready and due unless `fields` say otherwise."""
    state = fields.get("state", MessageState.READY)
    standard = {
        "kind": MessageKind.DUES,
        "about": "2026-11",
        "organization": Organization.objects.get(path=member.roster_path),
        "member": member,
        "addressee": Addressee.MEMBER,
        "user": getattr(member, "user", None),
        "channel": ChannelKind.EMAIL,
        "planned_at": AT - timedelta(hours=1),
        "due_at": AT - timedelta(minutes=1),
        "expires_at": AT + timedelta(days=7),
        "sent_at": AT if state == MessageState.SENT else None,
    }
    given = {"wording": fields.pop("wording", None) or a_wording(), **standard, **fields}
    return Message.objects.bulk_create([Message(dedupe_key=f"test {uuid.uuid4()}", **given) for _ in range(number)])

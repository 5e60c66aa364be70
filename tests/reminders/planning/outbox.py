"""Rows of the outbox for tests."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from members.models import Member, Organization
from reminders.choices import Addressee, ChannelKind, MessageKind, MessageState
from reminders.models import Message, Wording
from reminders.planning import kinds
from reminders.planning.rules import Occasion, dedupe_key

AT = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
"""The cast's day at half past ten in Shanghai: nobody's quiet hours."""


def a_wording(text: str = "您好。", kind: MessageKind = MessageKind.DUES, language: str = "zh-hans") -> Wording:
    wording, _ = Wording.objects.get_or_create(
        kind=kind, addressee=Addressee.MEMBER, language=language, subject="提醒", text=text
    )
    return wording


def store_messages(member: Member, number: int = 1, /, **fields: object) -> list[Message]:
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


VALUES = {
    "name": "张英", "member": "张英", "branch": "红旗社区第一党支部", "months": "2026年10月", "amount": "12.50元",
    "ways": "交给组织委员",
}  # fmt: skip


@dataclass
class FakeKind:
    """In place of `reminders.planning.member_kinds`: what should be told, and what is done already."""

    occasions: list[Occasion] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    """Dedupe keys."""
    values: dict[str, str] = field(default_factory=dict)
    """What they say as of now, where that isn't what they said when they were planned."""

    def due(self, at: datetime, *, path: str = "") -> Iterator[Occasion]:
        yield from (one for one in self.occasions if one.due_at <= at)

    def standing(self, messages: Sequence[Message], *, at: datetime) -> Mapping[uuid.UUID, Mapping[str, str]]:
        return {one.pk: one.values | self.values for one in messages if one.dedupe_key not in self.done}


def only_kind(monkeypatch: pytest.MonkeyPatch, kind: MessageKind = MessageKind.DUES) -> FakeKind:
    """Let the planner and the dispatcher know this kind alone."""
    fake = FakeKind()
    monkeypatch.setattr(kinds, "KINDS", {kind: fake}, raising=False)
    return fake


def occasions_for(
    members: Iterable[Member], about: str = "2026-11", kind: MessageKind = MessageKind.DUES, **fields: object
) -> list[Occasion]:
    """One each; due an hour ago, of use for a week."""
    standard = {"due_at": AT - timedelta(hours=1), "expires_at": AT + timedelta(days=7), "values": VALUES, "step": 1}
    return [
        Occasion(
            kind=kind,
            about=about,
            organization_id=Organization.objects.get(path=member.roster_path).pk,
            dedupe_key=dedupe_key(kind, about, member.pk),
            **{**standard, "member_id": member.pk, **fields},
        )
        for member in members
    ]

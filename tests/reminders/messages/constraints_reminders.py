"""What the database itself refuses of messages and duties; gathered by `tests/test_constraints.py`."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

from reminders.models import (
    Answer,
    Attempt,
    ChannelSetup,
    DeskCount,
    Effort,
    Heartbeat,
    Message,
    NotApplicable,
    Preference,
    Release,
    Wording,
)
from tests.cast import TODAY

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
KEY = uuid.UUID(int=1)


def wording_of(cast: Any) -> Wording:
    found = Wording.objects.filter(subject="测试").first()
    return found or Wording.objects.create(**LAWFUL[Wording](cast) | {"subject": "测试"})


def message_of(cast: Any) -> Message:
    return Message.objects.get_or_create(key=KEY, defaults=LAWFUL[Message](cast) | {"dedupe_key": "first"})[0]


LAWFUL: dict[type[models.Model], Any] = {
    Answer: lambda cast: {
        "message": message_of(cast), "sealed_choice": "away", "source": "link", "answered_at": NOW,
    },
    Attempt: lambda cast: {
        "message": message_of(cast), "number": 1, "channel": "email", "started_at": NOW, "by": "system",
    },
    ChannelSetup: lambda cast: {
        "organization": cast.branch, "kind": "wecom", "name": "支部群", "address": "https://robot.example/send",
    },
    DeskCount: lambda cast: {
        "organization": cast.branch, "counted_on": TODAY, "counted_at": NOW, "overdue": 1, "this_week": 0,
        "this_month": 0, "done": 2, "not_applicable": 0,
        "overdue_kinds": {"theme_day": 1},
    },
    Effort: lambda cast: {"organization": cast.branch, "month": date(2026, 11, 1)},
    Heartbeat: lambda cast: {"name": "beat", "seen_at": NOW},
    Message: lambda cast: {
        "dedupe_key": "second", "kind": "missed", "about": "1", "organization": cast.branch, "member": cast.zhang,
        "addressee": "member", "user": cast.member, "channel": "in_app", "wording": wording_of(cast),
        "planned_at": NOW, "due_at": NOW, "expires_at": NOW + timedelta(days=14),
    },
    NotApplicable: lambda cast: {
        "organization": cast.branch, "kind": "theme_day", "period": "2026-11", "reason": "全体外出培训",
        "said_by": cast.secretary,
    },
    Preference: lambda cast: {"member": cast.zhang},
    Release: lambda cast: {"organization": cast.branch, "kind": "missed", "released_by": cast.secretary},
    Wording: lambda cast: {
        "kind": "missed", "addressee": "member", "language": "zh-hans", "organization": cast.district,
        "subject": "您没能到会", "text": "大家惦记着您。", "written_by": cast.district_staff,
    },
}  # fmt: skip

REFUSED: list[tuple[type[models.Model], str, Any]] = [
    (Answer, "answer_has_choice", {"sealed_choice": ""}),
    (Answer, "answer_recorded_by_somebody", {"source": "call"}),
    (Attempt, "attempt_result_known", {"result": "perhaps", "ended_at": NOW}),
    (Attempt, "attempt_ends_with_result", {"result": "sent"}),
    (ChannelSetup, "channel_setup_kind_known", {"kind": "email"}),
    (ChannelSetup, "channel_setup_has_name", {"name": ""}),
    (ChannelSetup, "channel_setup_has_address", {"address": ""}),
    (DeskCount, "desk_count_says_what_is_late", {"overdue_kinds": {}}),
    (Effort, "effort_month_by_first_day", {"month": TODAY}),
    (Heartbeat, "heartbeat_has_name", {"name": ""}),
    (Message, "message_says_what_it_is", {"dedupe_key": ""}),
    (Message, "message_kind_known", {"kind": "gossip"}),
    (Message, "message_state_known", {"state": "lost"}),
    (Message, "message_channel_known", {"channel": "pigeon"}),
    (Message, "message_addressee_known", {"addressee": "neighbour"}),
    (Message, "message_sent_has_moment", {"state": "sent"}),
    (Message, "message_inbox_is_somebodys", {"user": None}),
    (Message, "message_to_group_is_about_nobody", {"channel": "wecom"}),
    (Message, "message_emptied_when_over", {"emptied_on": "2026-11-24"}),
    (NotApplicable, "not_applicable_has_reason", {"reason": ""}),
    (NotApplicable, "not_applicable_taken_back_by_somebody", {"taken_back_at": NOW}),
    (Preference, "preference_is_one_persons", {"member": None}),
    (Release, "release_kind_known", {"kind": "gossip"}),
    (Wording, "wording_kind_known", {"kind": "gossip"}),
    (Wording, "wording_addressee_known", {"addressee": "neighbour"}),
    (Wording, "wording_language_known", {"language": "la"}),
    (Wording, "wording_has_subject", {"subject": ""}),
    (Wording, "wording_has_text_or_is_given_back", {"text": ""}),
    (Wording, "wording_written_by_somebody", {"written_by": None}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (Answer, "message", {}, {}),
    (Attempt, "attempt_number_once", {}, {}),
    (ChannelSetup, "channel_setup_one_in_use", {}, {}),
    (DeskCount, "organization", {}, {}),
    (Effort, "effort_once_a_month", {}, {}),
    (Message, "dedupe_key", {}, {}),
    (NotApplicable, "not_applicable_once", {}, {}),
    (NotApplicable, "not_applicable_once_per_member", {"member": lambda cast: cast.zhang}, {}),
    (Preference, "member", {}, {}),
    (Preference, "user", {"member": None, "user": lambda cast: cast.secretary}, {}),
    (Release, "release_once_in_force", {}, {}),
]

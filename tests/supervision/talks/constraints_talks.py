"""What the database refuses about talks, their notes, lists and self-checks."""

import uuid
from datetime import date
from typing import Any

from django.db import models

from supervision.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer, Talk, TalkNote

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
KEY = uuid.UUID(int=6)


def talk_of(cast: Any) -> Talk:
    return Talk.objects.get_or_create(key=KEY, defaults=LAWFUL[Talk](cast))[0]


def list_of(cast: Any) -> Checklist:
    return Checklist.objects.get_or_create(key=KEY, defaults=LAWFUL[Checklist](cast))[0]


def item_of(cast: Any) -> ChecklistItem:
    return ChecklistItem.objects.get_or_create(key=KEY, defaults=LAWFUL[ChecklistItem](cast))[0]


def check_of(cast: Any) -> SelfCheck:
    return SelfCheck.objects.get_or_create(key=KEY, defaults=LAWFUL[SelfCheck](cast))[0]


LAWFUL: dict[type[models.Model], Any] = {
    Talk: lambda cast: {
        "organization": cast.branch, "first": cast.zhang, "second": cast.li, "held_on": MAY,
        "recorded_by": cast.secretary,
    },
    TalkNote: lambda cast: {"talk": talk_of(cast), "author": cast.zhang, "text": "谈了工作"},
    Checklist: lambda cast: {"organization": cast.county, "title": "党员自查清单", "valid_from": MARCH},
    ChecklistItem: lambda cast: {"checklist": list_of(cast), "position": 1, "text": "按月交纳党费"},
    SelfCheck: lambda cast: {"member": cast.zhang, "checklist": list_of(cast), "made_on": MAY},
    SelfCheckAnswer: lambda cast: {"check_made": check_of(cast), "item": item_of(cast), "mark": "met"},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Talk, "talk_is_between_two", {"second": lambda cast: cast.zhang}),
    (Talk, "talk_occasion_known", {"occasion": "gossip"}),
    (TalkNote, "talk_note_says_something", {"text": ""}),
    (Checklist, "checklist_ends_after_beginning", {"valid_until": date(2026, 2, 1)}),
    (Checklist, "checklist_has_title", {"title": ""}),
    (ChecklistItem, "checklist_item_says_something", {"text": ""}),
    (SelfCheck, "self_check_shared_after_making", {"shared_on": MARCH}),
    (SelfCheckAnswer, "self_check_answer_says_something", {"mark": ""}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (TalkNote, "talk_note_one_per_person", {}, {"text": "又谈了一次"}),
    (ChecklistItem, "checklist_item_position_once", {}, {"text": "另一条"}),
    (SelfCheckAnswer, "self_check_answer_one_per_line", {}, {"mark": "partly"}),
]

"""Suggestions for tests: made and answered by the services, as the pages do it."""

import uuid
from datetime import date, timedelta
from typing import Any

from members.models import Member, User
from supervision.models import Suggestion
from supervision.suggestions.services import answer_suggestion, make_suggestion
from tests.cast import TODAY

TEXT = "活动室的暖气不热，能不能修一修"


def facts(**changes: Any) -> dict[str, Any]:
    return {"kind": "conditions", "text": TEXT, "is_shared": True, "shows_name": True, **changes}


def suggest(
    member: Member, by: User, asked_on: date = TODAY, key: uuid.UUID | None = None, **changes: Any
) -> Suggestion:
    values = facts(**changes)
    return make_suggestion(key=key or uuid.uuid4(), member=member, values=values, asked_on=asked_on, on=TODAY, by=by)


def answer(suggestion: Suggestion, by: User, answered_on: date = TODAY, **changes: Any) -> Suggestion:
    values = {"outcome": "solved", "answer": "已换了阀门", "answered_on": answered_on, "is_thanked": True, **changes}
    answer_suggestion(suggestion=suggestion, values=values, on=TODAY, by=by)
    return Suggestion.objects.get(pk=suggestion.pk)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)

"""What the database refuses about joint goals and their steps."""

import uuid
from datetime import date
from typing import Any

from django.db import models

from assessment.models import Goal, GoalStep

APRIL = date(2026, 4, 8)
KEY = uuid.UUID(int=7)


def goal_of(cast: Any) -> Goal:
    return Goal.objects.get_or_create(key=KEY, defaults=LAWFUL[Goal](cast))[0]


LAWFUL: dict[type[models.Model], Any] = {
    Goal: lambda cast: {
        "organization": cast.branch, "year": 2026, "title": "装上电梯", "target": "六部", "party_work": "楼长上门",
        "responsible_name": "周主任", "planned_on": APRIL,
    },
    GoalStep: lambda cast: {"goal": goal_of(cast), "on": APRIL, "text": "签了协议", "by": cast.secretary},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Goal, "goal_has_both_sides", {"title": ""}),
    (Goal, "goal_has_both_sides", {"target": ""}),
    (Goal, "goal_has_both_sides", {"party_work": ""}),
    (Goal, "goal_somebody_answers_for_it", {"responsible_name": ""}),
    (Goal, "goal_somebody_answers_for_it", {"responsible": lambda cast: cast.zhang}),
    (Goal, "goal_check_is_whole", {"checked_on": APRIL}),
    (Goal, "goal_check_is_whole", {"check_words": "过半"}),
    (Goal, "goal_check_is_whole", {"on_track": True}),
    (Goal, "goal_checked_has_day", {"state": "checked"}),
    (Goal, "goal_result_is_whole", {"state": "reached"}),
    (Goal, "goal_result_is_whole", {"ended_on": APRIL}),
    (Goal, "goal_result_is_whole", {"state": "dropped", "ended_on": APRIL}),
    (GoalStep, "goal_step_says_something", {"text": ""}),
]
SAID_ELSEWHERE = {(Goal, "goal_state_known")}

"""What the database refuses about practices and where they are taken over; `tests/test_constraints.py` gathers it."""

import uuid
from typing import Any

from assessment.models import Adoption, Practice
from tests.cast import TODAY

KEY = uuid.UUID(int=9)


def practice_of(cast: Any) -> Practice:
    return Practice.objects.get_or_create(key=KEY, defaults=LAWFUL[Practice](cast))[0]


LAWFUL: dict[Any, Any] = {
    Practice: lambda cast: {
        "organization": cast.branch, "kind": "dues", "title": "按季交纳", "problem": "忘记交纳", "solution": "月初提醒",
        "written_by": cast.secretary,
    },
    Adoption: lambda cast: {
        "practice": practice_of(cast), "organization": cast.next_branch, "adopted_on": TODAY,
        "by": cast.next_secretary,
    },
}  # fmt: skip
REFUSED: list[tuple[Any, str, dict[str, Any]]] = [
    (Practice, "practice_kind_known", {"kind": "gossip"}),
    (Practice, "practice_state_known", {"state": "praised"}),
    (Practice, "practice_says_problem_and_solution", {"title": ""}),
    (Practice, "practice_says_problem_and_solution", {"problem": ""}),
    (Practice, "practice_says_problem_and_solution", {"solution": ""}),
    (Practice, "practice_published_has_day", {"state": "published"}),
]
TWICE: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = [
    (Adoption, "adoption_once_a_branch", {}, {"words": "又采用了一次"}),
]

"""What the database itself refuses about suggestions; gathered by `tests/test_constraints.py`."""

from datetime import date
from typing import Any

from supervision.models import Suggestion

ASKED, DUE, DAY = date(2026, 11, 1), date(2026, 11, 16), date(2026, 11, 9)


def answered(cast: Any) -> Any:
    return cast.secretary


ANSWER = {"answered_on": DAY, "answered_by": answered, "answer": "已换了阀门", "outcome": "solved"}

LAWFUL: dict[Any, Any] = {
    Suggestion: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "kind": "work", "text": "暖气不热", "asked_on": ASKED,
        "due_on": DUE, "recorded_by": cast.member,
    },
}  # fmt: skip

REFUSED: list[tuple[Any, str, dict[str, Any]]] = [
    (Suggestion, "suggestion_kind_known", {"kind": "gossip"}),
    (Suggestion, "suggestion_says_something", {"text": ""}),
    (Suggestion, "suggestion_due_after_asking", {"due_on": date(2026, 10, 31)}),
    (Suggestion, "suggestion_answer_is_whole", {"outcome": "solved"}),
    (Suggestion, "suggestion_answer_is_whole", {"answered_on": DAY}),
    (Suggestion, "suggestion_answer_is_whole", ANSWER | {"answered_by": None}),
    (Suggestion, "suggestion_answer_is_whole", ANSWER | {"outcome": "forgotten"}),
    (Suggestion, "suggestion_answer_is_whole", ANSWER | {"answer": ""}),
    (Suggestion, "suggestion_settled_after_answer", {"is_settled": True}),
    (Suggestion, "suggestion_settled_after_answer", {"is_thanked": True}),
]

TWICE: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = []

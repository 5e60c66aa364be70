"""What the database refuses about major matters."""

from datetime import date
from typing import Any

from django.db import models

from supervision.models import Matter

MAY, JUNE, JULY = date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 10)

LAWFUL: dict[type[models.Model], Any] = {
    Matter: lambda cast: {
        "organization": cast.branch, "kind": "project", "title": "修路", "proposal": "修东巷的路", "proposed_on": MAY,
        "proposed_by": "居委会", "opinion": "agrees", "opinion_on": MAY, "decision": "adopted", "decided_on": JUNE,
        "decided_by": "居民会议",
    },
}  # fmt: skip
NO_OPINION = {"opinion": "", "opinion_on": None}
NO_DECISION = {"decision": "", "decided_on": None, "decided_by": ""}
DONE = {"executed_on": JULY, "execution_text": "修好了"}
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Matter, "matter_kind_known", {"kind": "gossip"}),
    (Matter, "matter_says_what_and_who", {"title": ""}),
    (Matter, "matter_says_what_and_who", {"proposal": ""}),
    (Matter, "matter_says_what_and_who", {"proposed_by": ""}),
    (Matter, "matter_opinion_is_whole", {"opinion": ""}),
    (Matter, "matter_opinion_is_whole", {"opinion_on": None}),
    (Matter, "matter_opinion_is_whole", {"opinion": "perhaps"}),
    (Matter, "matter_opinion_is_whole", {**NO_OPINION, "opinion_text": "同意"}),
    (Matter, "matter_decision_is_whole", {"decision": ""}),
    (Matter, "matter_decision_is_whole", {"decided_on": None}),
    (Matter, "matter_decision_is_whole", {"decided_by": ""}),
    (Matter, "matter_decision_is_whole", {"decision": "perhaps"}),
    (Matter, "matter_decision_is_whole", {**NO_DECISION, "decision_text": "通过"}),
    (Matter, "matter_executed_after_decision", {**DONE, "executed_on": MAY}),
    (Matter, "matter_executed_after_decision", {**DONE, "execution_text": ""}),
    (Matter, "matter_executed_after_decision", {"execution_text": "修好了"}),
    (Matter, "matter_executed_after_decision", {**DONE, **NO_DECISION}),
    (Matter, "matter_reviewed_after_execution", {"reviewed_on": JULY, "review_text": "好"}),
    (Matter, "matter_reviewed_after_execution", {**DONE, "reviewed_on": JUNE, "review_text": "好"}),
    (Matter, "matter_reviewed_after_execution", {**DONE, "reviewed_on": JULY}),
    (Matter, "matter_reviewed_after_execution", {**DONE, "review_text": "好"}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = []

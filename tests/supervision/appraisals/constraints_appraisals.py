"""What the database itself refuses about appraisals; gathered by `tests/test_constraints.py`."""

from datetime import date
from typing import Any

from supervision.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally

DAY = date(2026, 11, 24)


def a_round(cast: Any) -> AppraisalRound:
    return AppraisalRound.objects.get_or_create(organization=cast.next_branch, year=2025, defaults={"opened_on": DAY})[
        0
    ]


def an_appraisee(cast: Any) -> Appraisee:
    return Appraisee.objects.get_or_create(round=a_round(cast), member=cast.wang)[0]


LAWFUL: dict[Any, Any] = {
    AppraisalRound: lambda cast: {"organization": cast.branch, "year": 2026, "opened_on": DAY},
    Appraisee: lambda cast: {"round": a_round(cast), "member": cast.zhang},
    MutualAppraisal: lambda cast: {"about": an_appraisee(cast), "author": cast.zhang, "text": "热心"},
    Tally: lambda cast: {"appraisee": an_appraisee(cast), "mark": "qualified"},
    PaperCount: lambda cast: {"round": a_round(cast), "by": cast.secretary, "figures": {}},
}

REFUSED: list[tuple[Any, str, dict[str, Any]]] = [
    (AppraisalRound, "appraisal_round_state_known", {"state": "asleep"}),
    (AppraisalRound, "appraisal_round_method_known", {"method": "shouting"}),
    (AppraisalRound, "appraisal_round_closed_has_day", {"state": "closed"}),
    (AppraisalRound, "appraisal_round_closed_has_day", {"closed_on": DAY}),
    (Appraisee, "appraisee_grade_known", {"grade": "splendid"}),
    (Appraisee, "appraisee_ungraded_has_no_grade", {"is_graded": False, "grade": "excellent"}),
    (Appraisee, "appraisee_votes_with_ballot", {"has_ballot": False, "has_voted": True}),
    (Appraisee, "appraisee_self_appraisal_is_whole", {"self_appraisal": "学习认真"}),
    (Appraisee, "appraisee_self_appraisal_is_whole", {"self_appraised_on": DAY}),
    (Appraisee, "appraisee_follow_up_is_said", {"followed_up_on": DAY}),
    (MutualAppraisal, "mutual_appraisal_says_something", {"text": ""}),
    (Tally, "tally_mark_known", {"mark": "splendid"}),
]

TWICE: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = [
    (AppraisalRound, "appraisal_round_once_a_year", {}, {}),
    (Appraisee, "appraisee_once_in_a_round", {}, {}),
    (MutualAppraisal, "mutual_appraisal_once_per_pair", {}, {}),
    (Tally, "tally_one_per_mark", {}, {}),
    (PaperCount, "paper_count_once_per_person", {}, {}),
]

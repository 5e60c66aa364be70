"""What the database refuses about assessments, values, objections, views and what members say."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from assessment.models import (
    Assessment,
    Band,
    BranchView,
    Clause,
    ClauseScore,
    Indicator,
    IndicatorScore,
    ManualValue,
    Objection,
    SatisfactionAnswered,
    SatisfactionTally,
    Scheme,
)

DAY, LATER = date(2026, 11, 2), date(2026, 11, 12)


def _scheme(cast: Any) -> Scheme:
    facts = {"organization": cast.district, "code": "k", "title": "考核办法", "year": 2026}
    return Scheme.objects.get_or_create(key=UUID(int=71), defaults=facts)[0]


def _band(cast: Any) -> Band:
    facts = {"scheme": _scheme(cast), "rank": 1, "name": "好", "at_least": 0}
    return Band.objects.get_or_create(key=UUID(int=72), defaults=facts)[0]


def _indicator(cast: Any) -> Indicator:
    facts = {"scheme": _scheme(cast), "position": 1, "code": "1", "title": "党员大会", "max_points": 5}
    return Indicator.objects.get_or_create(key=UUID(int=73), defaults=facts)[0]


def _clause(cast: Any) -> Clause:
    facts = {"indicator": _indicator(cast), "position": 1, "kind": "manual", "text": "看记录"}
    return Clause.objects.get_or_create(key=UUID(int=74), defaults=facts)[0]


def _assessment(cast: Any) -> Assessment:
    facts = {"scheme": _scheme(cast), "organization": cast.branch}
    return Assessment.objects.get_or_create(key=UUID(int=75), defaults=facts)[0]


def _score(cast: Any) -> IndicatorScore:
    facts = {"state": "scored", "points": 4}
    return IndicatorScore.objects.get_or_create(
        assessment=_assessment(cast), indicator=_indicator(cast), defaults=facts
    )[0]


def _decided(cast: Any) -> dict[str, Any]:
    return {"state": "confirmed", "decided_by": cast.county_staff, "decided_at": timezone.now()}


SHOWN = {"shown_on": DAY, "objections_until": LATER}
LAWFUL: dict[type[models.Model], Any] = {
    Assessment: lambda cast: {"scheme": _scheme(cast), "organization": cast.branch},
    IndicatorScore: lambda cast: {
        "assessment": _assessment(cast), "indicator": _indicator(cast), "state": "scored", "points": 4,
    },
    ClauseScore: lambda cast: {"score": _score(cast), "clause": _clause(cast), "state": "scored", "points": 4},
    ManualValue: lambda cast: {
        "assessment": _assessment(cast), "clause": _clause(cast), "value": 4, "basis": "台账",
        "entered_by": cast.district_staff,
    },
    Objection: lambda cast: {
        "assessment": _assessment(cast), "indicator": _indicator(cast), "text": "已补", "raised_by": cast.secretary,
        "raised_on": DAY,
    },
    BranchView: lambda cast: {
        "assessment": _assessment(cast), "organization": cast.branch, "source": "self", "points": 90,
        "by": cast.secretary, "given_on": DAY,
    },
    SatisfactionTally: lambda cast: {"assessment": _assessment(cast), "answer": "satisfied"},
    SatisfactionAnswered: lambda cast: {"assessment": _assessment(cast), "member": cast.zhang},
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Assessment, "assessment_state_known", {"state": "gossip", "shown_on": DAY, "objections_until": LATER}),
    (Assessment, "assessment_decision_is_whole", {"decided_band": _band}),
    (Assessment, "assessment_decision_is_whole", {"decided_with": "党委会"}),
    (Assessment, "assessment_decision_is_whole", {"decided_on": DAY}),
    (Assessment, "assessment_objections_after_showing", {"shown_on": LATER, "objections_until": DAY}),
    (Assessment, "assessment_objections_after_showing", {"objections_until": DAY}),
    (Assessment, "assessment_shown_has_day", {"state": "shown"}),
    (Assessment, "assessment_published_has_day", {"state": "published", **SHOWN}),
    (Assessment, "assessment_locked_has_day", {"state": "locked", "published_on": LATER, **SHOWN}),
    (Assessment, "assessment_locked_has_day", {"locked_on": LATER}),
    (IndicatorScore, "indicator_score_has_points_when_scored", {"points": None}),
    (IndicatorScore, "indicator_score_has_points_when_scored", {"state": "unknown"}),
    (ClauseScore, "clause_score_has_points_when_scored", {"points": None}),
    (ClauseScore, "clause_score_has_points_when_scored", {"state": "waiting"}),
    (ManualValue, "manual_value_has_basis", {"basis": ""}),
    (ManualValue, "manual_value_not_negative", {"value": -1}),
    (ManualValue, "manual_value_of_clause_or_indicator", {"clause": None}),
    (ManualValue, "manual_value_of_clause_or_indicator", {"indicator": _indicator}),
    (ManualValue, "manual_value_decided_by_somebody", {"state": "confirmed"}),
    (ManualValue, "manual_value_decided_by_somebody", {"decided_by": lambda cast: cast.county_staff}),
    (
        ManualValue, "manual_value_by_two_persons",
        {"state": "confirmed", "decided_by": lambda cast: cast.district_staff, "decided_at": timezone.now()},
    ),
    (ManualValue, "manual_value_refused_with_reason", {"refused_because": "不对"}),
    (Objection, "objection_says_something", {"text": ""}),
    (Objection, "objection_answer_is_whole", {"answer": "以台账为准"}),
    (Objection, "objection_answer_is_whole", {"answered_on": DAY}),
    (BranchView, "branch_view_source_known", {"source": "members"}),
    (BranchView, "branch_view_points_not_negative", {"points": -1}),
    (SatisfactionTally, "satisfaction_answer_known", {"answer": "gossip"}),
]  # fmt: skip
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (Assessment, "assessment_once_by_a_scheme", {}, {}),
    (IndicatorScore, "indicator_score_once", {}, {}),
    (ClauseScore, "clause_score_once", {}, {}),
    (Objection, "objection_once_an_indicator", {}, {"text": "又一条"}),
    (BranchView, "branch_view_once", {}, {"points": 80}),
    (SatisfactionTally, "satisfaction_tally_once", {}, {}),
    (SatisfactionAnswered, "satisfaction_answered_once", {}, {}),
]

from assessment.models.assessment import Assessment, ClauseScore, IndicatorScore
from assessment.models.cadre import CadrePost, Conditions, Training
from assessment.models.goal import Goal, GoalStep
from assessment.models.judging import (
    BranchView,
    ManualValue,
    Objection,
    SatisfactionAnswered,
    SatisfactionTally,
)
from assessment.models.practice import Adoption, Practice
from assessment.models.rollup import LevelMedian, RollUp, RollUpState
from assessment.models.scheme import Band, Clause, Indicator, Scheme, SchemeImport

__all__ = [
    "Adoption",
    "Assessment",
    "Band",
    "BranchView",
    "CadrePost",
    "Clause",
    "ClauseScore",
    "Conditions",
    "Goal",
    "GoalStep",
    "Indicator",
    "IndicatorScore",
    "LevelMedian",
    "ManualValue",
    "Objection",
    "Practice",
    "RollUp",
    "RollUpState",
    "SatisfactionAnswered",
    "SatisfactionTally",
    "Scheme",
    "SchemeImport",
    "Training",
]

from assessment.assessments.models import (
    Assessment,
    BranchView,
    ClauseScore,
    IndicatorScore,
    ManualValue,
    Objection,
    SatisfactionAnswered,
    SatisfactionTally,
)
from assessment.cadres.models import CadrePost, Conditions, Training
from assessment.dashboard.models import LevelMedian, RollUp, RollUpState
from assessment.goals.models import Goal, GoalStep
from assessment.practices.models import Adoption, Practice
from assessment.schemes.models import Band, Clause, Indicator, Scheme, SchemeImport

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

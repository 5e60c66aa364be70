from supervision.models.appraisal import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from supervision.models.letter import (
    DeclaredRelative,
    InspectorKey,
    Letter,
    LetterBox,
    LetterFile,
    LetterMessage,
    RecoveryKey,
)
from supervision.models.matter import Matter
from supervision.models.problem import Inspection, Problem, ProblemList, ProblemStep
from supervision.models.report import Report, ReportStep
from supervision.models.self_check import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from supervision.models.suggestion import Suggestion
from supervision.models.talk import Talk, TalkNote

__all__ = [
    "AppraisalRound",
    "Appraisee",
    "Checklist",
    "ChecklistItem",
    "DeclaredRelative",
    "Inspection",
    "InspectorKey",
    "Letter",
    "LetterBox",
    "LetterFile",
    "LetterMessage",
    "Matter",
    "MutualAppraisal",
    "PaperCount",
    "Problem",
    "ProblemList",
    "ProblemStep",
    "RecoveryKey",
    "Report",
    "ReportStep",
    "SelfCheck",
    "SelfCheckAnswer",
    "Suggestion",
    "Talk",
    "TalkNote",
    "Tally",
]

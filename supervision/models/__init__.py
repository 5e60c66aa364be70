from supervision.models.appraisal import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from supervision.models.custody import CustodyKey, NameRequest, SealedName
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
    "CustodyKey",
    "DeclaredRelative",
    "Inspection",
    "InspectorKey",
    "Letter",
    "LetterBox",
    "LetterFile",
    "LetterMessage",
    "Matter",
    "MutualAppraisal",
    "NameRequest",
    "PaperCount",
    "Problem",
    "ProblemList",
    "ProblemStep",
    "RecoveryKey",
    "Report",
    "ReportStep",
    "SealedName",
    "SelfCheck",
    "SelfCheckAnswer",
    "Suggestion",
    "Talk",
    "TalkNote",
    "Tally",
]

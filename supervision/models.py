from supervision.appraisals.models import AppraisalRound, Appraisee, MutualAppraisal, PaperCount, Tally
from supervision.letters.models import (
    CustodyKey,
    DeclaredRelative,
    InspectorKey,
    Letter,
    LetterBox,
    LetterFile,
    LetterMessage,
    NameRequest,
    RecoveryKey,
    SealedName,
)
from supervision.matters.models import Matter
from supervision.problems.models import Inspection, Problem, ProblemList, ProblemStep
from supervision.reports.models import Report, ReportStep
from supervision.self_checks.models import Checklist, ChecklistItem, SelfCheck, SelfCheckAnswer
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk, TalkNote

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

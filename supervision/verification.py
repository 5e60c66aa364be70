"""What `manage.py verify` asks of supervision."""

from collections.abc import Iterator

from audit.verification import Check
from audit.watched import EACH_ROW, WHOLE_TABLE
from supervision.queries.letter_checks import letter_checks

WATCHED = {
    "supervision.AppraisalRound": EACH_ROW,
    "supervision.Appraisee": ("round_id",),
    "supervision.MutualAppraisal": ("about_id",),
    "supervision.Tally": ("appraisee_id",),
    "supervision.PaperCount": EACH_ROW,
    "supervision.InspectorKey": EACH_ROW,
    "supervision.RecoveryKey": EACH_ROW,
    "supervision.DeclaredRelative": EACH_ROW,
    "supervision.Letter": WHOLE_TABLE,
    "supervision.LetterBox": WHOLE_TABLE,
    "supervision.LetterMessage": WHOLE_TABLE,
    "supervision.LetterFile": WHOLE_TABLE,
    "supervision.CustodyKey": EACH_ROW,
    "supervision.SealedName": WHOLE_TABLE,
    "supervision.NameRequest": WHOLE_TABLE,
    "supervision.Matter": EACH_ROW,
    "supervision.Suggestion": EACH_ROW,
    "supervision.Inspection": EACH_ROW,
    "supervision.ProblemList": EACH_ROW,
    "supervision.Problem": EACH_ROW,
    "supervision.ProblemStep": EACH_ROW,
    "supervision.Report": EACH_ROW,
    "supervision.ReportStep": EACH_ROW,
    "supervision.Checklist": EACH_ROW,
    "supervision.ChecklistItem": ("checklist_id",),
    "supervision.SelfCheck": EACH_ROW,
    "supervision.SelfCheckAnswer": ("check_made_id",),
    "supervision.Talk": EACH_ROW,
    "supervision.TalkNote": ("talk_id",),
}


def checks() -> Iterator[Check]:
    yield from letter_checks()

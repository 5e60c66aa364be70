"""What `manage.py verify` asks of assessment: that the roll-ups are what a recount says."""

from collections.abc import Iterator

from django.utils import timezone

from assessment.dashboard.models import RollUpState
from assessment.dashboard.services import check
from audit.verification import Check
from audit.watched import EACH_ROW

WATCHED = {
    "assessment.Scheme": EACH_ROW,
    "assessment.Band": EACH_ROW,
    "assessment.Indicator": EACH_ROW,
    "assessment.Clause": EACH_ROW,
    "assessment.Assessment": EACH_ROW,
    "assessment.IndicatorScore": ("assessment_id",),
    "assessment.ClauseScore": ("score_id",),
    "assessment.CadrePost": EACH_ROW,
    "assessment.Training": EACH_ROW,
    "assessment.Conditions": EACH_ROW,
    "assessment.Goal": EACH_ROW,
    "assessment.GoalStep": EACH_ROW,
    "assessment.ManualValue": EACH_ROW,
    "assessment.Objection": EACH_ROW,
    "assessment.BranchView": EACH_ROW,
    "assessment.SatisfactionTally": ("assessment_id",),
    "assessment.SatisfactionAnswered": ("assessment_id",),
    "assessment.Practice": EACH_ROW,
    "assessment.Adoption": EACH_ROW,
}
UNWATCHED = {
    "assessment.SchemeImport": "A workbook that was looked at; what it became is watched",
    "assessment.RollUp": "Computed from the record, and recounted by `rollups_recounted`",
    "assessment.LevelMedian": "Computed from roll-ups",
    "assessment.RollUpState": "How far roll-ups have followed",
}

NAME = "rollups_recounted"


def checks() -> Iterator[Check]:
    yield _recounted()


def _recounted() -> Check:
    """Entries of the trail that wait for the minute's round are taken in first: they are no difference."""
    today = timezone.localdate()
    if not RollUpState.objects.filter(rebuilt_at__isnull=False).exists():
        return Check(NAME, True, "none made yet")
    differing = check(on=today)
    return Check(NAME, not differing, f"{differing} rows differ from a recount" if differing else "all agree")

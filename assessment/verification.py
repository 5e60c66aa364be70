"""What `manage.py verify` asks of assessment: that the roll-ups are what a recount says."""

from collections.abc import Iterator

from django.utils import timezone

from assessment.models import RollUpState
from assessment.services.rollups import check
from audit.verification import Check

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

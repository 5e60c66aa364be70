"""The roll-ups as a job, for the page that shows all work in the background."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.models import RollUpState
from assessment.queries.rollup_feed import head_number
from members.choices import Capability
from members.jobs import Job, JobState
from members.models import User

READERS = (Capability.VIEW_DASHBOARD, Capability.WATCH_JOBS)


def rollup_jobs(user: User, *, on: date) -> list[Job]:
    """How far the figures of the dashboard follow the record, for who reads them or watches the machinery."""
    state = RollUpState.objects.filter(rebuilt_at__isnull=False).first()
    moment = (state.followed_at or state.rebuilt_at) if state else None
    if state is None or moment is None or not user.standing.may_any(READERS):
        return []
    is_done = state.entry_number == head_number() and timezone.localdate(state.rebuilt_at) == on
    return [
        Job(
            queue="rollups",
            key="rollups",
            title=_("Monthly figures of the branches"),
            place="",
            state=JobState.DONE if is_done else JobState.WAITING,
            asked_at=moment,
            asked_by="",
            note=_note(state, f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"),
        )
    ]


def _note(state: RollUpState, moment: str) -> str:
    if state.differing:
        facts = {"moment": moment, "count": state.differing}
        return _("As of %(moment)s; %(count)s rows were wrong at the last check and were made anew") % facts
    return _("As of %(moment)s") % {"moment": moment}

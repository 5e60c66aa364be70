"""Work in the background as one page shows it. Each app lists its own; `settings.JOBS` names the functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SHOWN_FOR = timedelta(days=30)
"""What ended longer ago is on its own app's pages, or nowhere."""
MOST = 30
"""The newest of each sort that are shown."""


class JobState(StrEnum):
    PROPOSED = "proposed"
    """Somebody else has to agree first."""
    WAITING = "waiting"
    RUNNING = "running"
    ASKS = "asks"
    """Somebody has to look at it before it goes on."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DECLINED = "declined"


LABELS: Mapping[JobState, Promise] = {
    JobState.PROPOSED: _("Waits for a second person"),
    JobState.WAITING: _("Waiting"),
    JobState.RUNNING: _("Under way"),
    JobState.ASKS: _("Waits for you"),
    JobState.DONE: _("Done"),
    JobState.FAILED: _("Failed"),
    JobState.CANCELLED: _("Cancelled"),
    JobState.DECLINED: _("Not agreed to"),
}
BADGES: Mapping[JobState, str] = {
    JobState.PROPOSED: "warn",
    JobState.WAITING: "info",
    JobState.RUNNING: "info",
    JobState.ASKS: "warn",
    JobState.DONE: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "quiet",
    JobState.DECLINED: "bad",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: an import, an export, a count. `queue` is the Celery queue that carries it."""

    queue: str
    key: str
    """Tells it from the others on the page."""
    title: str
    place: str
    state: JobState
    asked_at: datetime
    asked_by: str
    done: int = 0
    total: int | None = None
    """None: nobody knows yet how much it is."""
    problem: str = ""
    """What went wrong, and what to do about it."""
    note: str = ""
    """What else is to be said: until when a file is kept, what is waited for."""
    url: str = ""
    file_url: str = ""
    """Where its workbook is fetched."""
    cancel_url: str = ""
    """POST there stops it; empty when it can't be stopped."""
    retry_url: str = ""
    """POST there tries again."""

    @property
    def is_busy(self) -> bool:
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def asks(self) -> bool:
        """Whether it stands still until somebody does something."""
        return self.state in {JobState.ASKS, JobState.FAILED}

    @property
    def label(self) -> Promise:
        return LABELS[self.state]

    @property
    def badge(self) -> str:
        return BADGES[self.state]

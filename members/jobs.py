"""Work in the background as one page shows it. Each app lists its own; `settings.JOBS` names the functions."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: an import, an export, a count. `queue` is the Celery queue that carries it."""

    queue: str
    title: str
    place: str
    state: JobState
    asked_at: datetime
    asked_by: str
    done: int = 0
    total: int | None = None
    """None: nobody knows yet how much it is."""
    problem: str = ""
    url: str = ""
    cancel_url: str = ""
    """POST there stops it; empty when it can't be stopped."""

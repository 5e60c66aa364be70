"""All work in the background that concerns somebody, of every app."""

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from members.jobs import Job
from members.models import User


def jobs_of(user: User, *, on: date) -> list[Job]:
    """What waits or is under way comes first, then what asks for somebody; each newest first."""
    jobs = [job for name in settings.JOBS for job in import_string(name)(user, on=on)]
    return sorted(jobs, key=lambda job: (not job.is_busy, not job.asks, -job.asked_at.timestamp()))

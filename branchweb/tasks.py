"""A backup each night, and how long each is kept."""

import fcntl
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from branchweb.backup.making import make_backup
from reminders.jobs.queries import NAME, backups_in


@shared_task
def back_up() -> None:
    """Every hour: the backup of the night, where it isn't there yet."""
    back_up_if_due(timezone.now())


HOUR = 2
"""Of the night, in local time; a night that was missed is made up for in any later hour."""
KEPT: tuple[tuple[int, Callable[[datetime], object]], ...] = (
    (7, lambda moment: moment.date()),
    (5, lambda moment: moment.isocalendar()[:2]),
    (12, lambda moment: (moment.year, moment.month)),
)
"""How many days, weeks and months keep the newest of their backups."""


def back_up_if_due(at: datetime) -> bool:
    """Make the backup of the night unless it is there, and remove those no longer kept. Whether one was made.

    Raises OSError where the folder isn't there: it is never made, it may be a disk that isn't mounted.
    """
    folder: Path | None = settings.BACKUP_DIR
    if folder is None:
        return False
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False  # another worker is at it
        if not is_due(backups_in(folder), at):
            return False
        for left in folder.glob(".branchweb-*.unfinished.*"):
            shutil.rmtree(left)
        make_backup(folder / at.astimezone(UTC).strftime(NAME), sealed_to=settings.BACKUP_KEY)
        there = backups_in(folder)
        for moment in set(there) - kept(there):
            shutil.rmtree(there[moment])
    return True


def is_due(moments: Iterable[datetime], at: datetime) -> bool:
    """Whether there is none since the last time that it was two at night."""
    local = timezone.localtime(at)
    night = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return local >= night and not any(moment >= night for moment in moments)


def kept(moments: Iterable[datetime]) -> set[datetime]:
    newest_first = sorted(moments, reverse=True)
    keep: set[datetime] = set()
    for count, period in KEPT:
        newest_of: dict[object, datetime] = {}
        for moment in newest_first:
            newest_of.setdefault(period(timezone.localtime(moment)), moment)
        keep |= set(list(newest_of.values())[:count])
    return keep

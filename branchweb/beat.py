"""The clock: Celery's own, which also says in the database that it is alive."""

import logging
import time
from datetime import timedelta
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from reminders.jobs.models import Heartbeat

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)


class LivingScheduler(PersistentScheduler):
    """Writes the heartbeat `beat` at most each half minute. Without the database it goes on waking workers up."""

    _said_at = float("-inf")

    def tick(self, *arguments: Any, **options: Any) -> float:
        if time.monotonic() - self._said_at >= EVERY.total_seconds():
            self._said_at = time.monotonic()
            say_alive()
        seconds: float = super().tick(*arguments, **options)
        return min(seconds, EVERY.total_seconds() / 2)


def say_alive() -> None:
    try:
        Heartbeat.beat("beat", at=timezone.now())
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database can't be reached, the clock's sign of life is left out: %s", error)
    finally:
        connection.close()

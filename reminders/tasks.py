"""Work in the background. The rows say what is to be done; a task that is lost is done by the next minute's."""

import logging
from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_ready
from django.db import DatabaseError, connection
from django.utils import timezone

from reminders.desk.services import count_desks as count
from reminders.jobs.models import Heartbeat
from reminders.planning.services import plan_at_pace
from reminders.sending.delivery import give_up_of
from reminders.sending.services import dispatch, settle

log = logging.getLogger(__name__)

SECONDS_OF_WORK = 50.0
"""A round leaves the rest to the next minute's, which another worker may take."""
FORGOTTEN_AFTER = timedelta(days=30)


@shared_task(bind=True)
def plan_messages(self: "Task[[], None]") -> None:
    """Each minute: what should be told by now stands in the outbox."""
    planned = plan_at_pace(timezone.now())
    say_alive("planner", name_of(self.request.hostname))
    if planned:
        log.info("%s messages planned.", planned)


@shared_task(bind=True)
def dispatch_messages(self: "Task[[], None]") -> None:
    """Each minute: what is due goes out."""
    by = name_of(self.request.hostname)
    say_alive(by)
    done = dispatch(timezone.now(), seconds=SECONDS_OF_WORK, by=by)
    say_alive("dispatcher", by)
    if done.dispatched or done.failed:
        log.info("%s messages sent, %s failed.", done.dispatched, done.failed)


@shared_task
def settle_messages() -> None:
    """Each night: which messages have led to something; and workers that are gone for good are forgotten."""
    log.info("What %s messages asked for is done.", settle(timezone.now()))
    Heartbeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


@shared_task
def count_desks() -> None:
    """Each hour: the counts of all desks, which the levels above read."""
    log.info("The desks of %s branches counted.", count(on=timezone.localdate()))
    say_alive("count_desks")


@worker_ready.connect
def take_stock(sender: Any, **_more: Any) -> None:
    """A worker that begins says of what it was sending when it ended that nobody knows what became of it."""
    try:
        left = give_up_of(name_of(sender.hostname), timezone.now())
    except DatabaseError as error:
        log.warning("The database can't be reached; what was being sent is looked at later: %s", error)
    else:
        if left:
            log.warning("%s messages were perhaps sent: the worker had been interrupted.", left)
    finally:
        connection.close()


def name_of(worker: str | None) -> str:
    """How a worker stands among the signs of life, and at attempts: `worker celery@host`."""
    return f"worker {worker or 'here'}"[:120]


def say_alive(*names: str) -> None:
    for name in names:
        Heartbeat.beat(name, at=timezone.now())

"""Work in the background. The trail says what is to be done; a round that is lost is done by the next one."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from assessment.assessments.services import compute_waiting, freshen
from assessment.dashboard.services import check, follow, rebuild, rebuild_medians, refresh_medians

log = logging.getLogger(__name__)


@shared_task
def follow_rollups() -> None:
    """Each minute: what is new in the record is in the roll-ups. The first round of a day computes them anew."""
    entries = follow(on=timezone.localdate())
    if entries:
        log.info("%s entries of the record taken into the roll-ups.", entries)


@shared_task
def rebuild_rollups() -> None:
    """Each night: the roll-ups are compared with a recount, made anew where they differ, and the medians with them."""
    today = timezone.localdate()
    if differing := check(on=today):
        log.error("%s rows of the roll-ups differed from a recount and are made anew.", differing)
        rebuild(on=today)
    rebuild_medians(on=today)


@shared_task
def refresh_rollup_medians() -> None:
    """Each hour: the medians of the current month, quarter and year."""
    refresh_medians(on=timezone.localdate())


@shared_task
def compute_assessments() -> None:
    """At once when many are begun, and each minute: assessments that wait for being computed."""
    if computed := compute_waiting(on=timezone.localdate()):
        log.info("%s assessments computed.", computed)


@shared_task
def freshen_assessments() -> None:
    """Every ten minutes: what is published is compared with the record where something was put on record since."""
    if changed := freshen(on=timezone.localdate()):
        log.info("%s published assessments say something else than the record, or the same again.", changed)


def start_computing() -> None:
    """Hand the work to a worker. Without a broker the rows wait for the minute's round, and the page says so."""
    try:
        compute_assessments.delay()
    except (OperationalError, OSError) as error:
        log.warning("The broker can't be reached, assessments wait: %s", error)

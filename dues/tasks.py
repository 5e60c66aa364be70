"""Work in the background. The rows say what is to be done; a task that is lost is done by the next round."""

import logging

from celery import shared_task
from django.utils import timezone

from dues.charging.services import charge_month
from dues.units import month_of
from members.models import Organization

log = logging.getLogger(__name__)


@shared_task
def charge_current_month() -> None:
    """Every night: charge the month of today to every branch. On the first that is everybody, later who came since.

    Nothing is charged twice. Each tree is a transaction of its own: one that fails doesn't keep the others.
    """
    today = timezone.localdate()
    for top in Organization.objects.filter(depth=1):
        try:
            done = charge_month(top, month_of(today), by="system", on=today)
        except Exception:
            log.exception("The dues of %s were not charged; the next round tries again.", top.code)
        else:
            log.info("%s: %s charged, %s without a base.", top.code, done.charged, done.without_base)

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from audit.row_checks import count_round, differences
from audit.services import anchor, check_chain


@shared_task
def anchor_record() -> None:
    """Each minute: the end of the chain is written outside the database and carried off."""
    anchor(settings.AUDIT_ANCHORS, at=timezone.now())


@shared_task
def check_record() -> None:
    """Walk the chain and recount the rows; the audit page says what was found."""
    differing = next(differences(rounds=settings.AUDIT_ROUND), None)
    check_chain(anchors=settings.AUDIT_ANCHORS, rows_differ=differing is not None)


@shared_task
def number_rows() -> None:
    """Number the sums over rows anew, in the database and outside it."""
    count_round(settings.AUDIT_ROUND)

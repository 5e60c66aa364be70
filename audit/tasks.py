from celery import shared_task
from django.conf import settings

from audit.queries import write_anchor
from audit.row_checks import count_round, differences
from audit.services import check_chain


@shared_task
def anchor_record() -> None:
    """Write the head of the chain outside the database, so that a cut tail is found."""
    write_anchor(settings.AUDIT_ANCHORS)


@shared_task
def check_record() -> None:
    """Walk the chain and recount the rows; the audit page says what was found."""
    differing = next(differences(rounds=settings.AUDIT_ROUND), None)
    check_chain(anchors=settings.AUDIT_ANCHORS, rows_differ=differing is not None)


@shared_task
def number_rows() -> None:
    """Number the sums over rows anew, in the database and outside it."""
    count_round(settings.AUDIT_ROUND)

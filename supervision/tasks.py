"""Work in the background; what is lost of it is done by the next round."""

from celery import shared_task
from django.utils import timezone

from supervision.services.letter_keeping import shred_due


@shared_task
def shred_letters() -> None:
    """Every night: destroy sealed letters whose time is over."""
    shred_due(on=timezone.localdate())

from celery import shared_task
from django.utils import timezone

from branchweb.backup.schedule import back_up_if_due


@shared_task
def back_up() -> None:
    """Every hour: the backup of the night, where it isn't there yet."""
    back_up_if_due(timezone.now())

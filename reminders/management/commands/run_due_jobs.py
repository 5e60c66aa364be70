"""Plans what is due and sends it, brings roll-ups up to date and anchors the audit record, once and without Celery.

Also on another day than today, to try out what happens.
"""

import argparse
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from assessment.dashboard.services import follow
from audit.row_checks import count_round
from audit.services import anchor
from reminders.messages.models import Message
from reminders.planning.services import plan
from reminders.sending.services import dispatch
from rulebook.console import JsonCommand

NOON = time(12)


def moment(text: str) -> datetime:
    """`2026-11-24T10:30` in Shanghai, or with another zone behind it; a day alone is its noon."""
    try:
        day = parse_date(text)
        found = datetime.combine(day, NOON) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2999:
        raise argparse.ArgumentTypeError(_("%(text)r is no moment: write 2026-11-24T10:30.") % {"text": text})
    return found if timezone.is_aware(found) else timezone.make_aware(found)


class Command(JsonCommand):
    help = __doc__

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=moment, metavar="MOMENT", help="as if it were then, such as 2026-11-24T10:30")

    def work(self, *, at: datetime | None, **options: Any) -> dict[str, int]:
        at = at or timezone.now()
        planned = plan(at)
        done = dispatch(at, by="run_due_jobs")
        follow(on=timezone.localdate(at))
        anchor(settings.AUDIT_ANCHORS, at=at)
        count_round(settings.AUDIT_ROUND)
        waiting = Message.objects.waiting().count()
        return {"planned": planned, "dispatched": done.dispatched, "failed": done.failed, "waiting": waiting}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("Planned: %(planned)s. Sent: %(dispatched)s. Failed: %(failed)s. Waiting: %(waiting)s.") % answer

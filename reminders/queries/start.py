"""What the start page says to somebody about messages to them."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.links import Link
from members.models import User
from reminders.choices import MessageKind
from reminders.models import Message

ASKING = (MessageKind.MISSED, MessageKind.MAKE_UP)
"""Kinds that end with a question."""


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """The messages that wait for an answer, or haven't been read; nothing when there are none. One query."""
    begun = timezone.make_aware(datetime.combine(on, time.min))
    waits = Q(kind__in=ASKING, answer__isnull=True, settled_at__isnull=True, expires_at__gte=begun)
    inbox = Message.objects.inbox_of(user).order_by()
    found = inbox.aggregate(to_answer=Count("pk", filter=waits), unread=Count("pk", filter=Q(read_at__isnull=True)))
    if sentence := _sentence(**found):
        yield Link("chat-dots", _("My messages"), sentence, reverse("reminders:inbox"))


def _sentence(*, to_answer: int, unread: int) -> str:
    if to_answer:
        found = ngettext("%(count)s waits for your answer.", "%(count)s wait for your answer.", to_answer)
        return found % {"count": to_answer}
    if unread:
        return ngettext("%(count)s not read yet.", "%(count)s not read yet.", unread) % {"count": unread}
    return ""

"""What the start page says to somebody about messages: those to them, and those that an officer has to see to."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.choices import Capability
from members.links import Link
from members.models import User
from reminders.choices import MessageKind, MessageState
from reminders.models import Message
from reminders.queries.messages import messages_of

ASKING = (MessageKind.MISSED, MessageKind.MAKE_UP)
"""Kinds that end with a question."""


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """Whom to call, and what waits to be looked at before it goes out; nothing when there is none. One query."""
    if not user.standing.may_any([Capability.SEND_MESSAGES]):
        return
    due = Q(state=MessageState.TO_CALL, due_at__lt=_begin_of(on + timedelta(days=1)), expires_at__gte=_begin_of(on))
    rows = messages_of(user, Capability.SEND_MESSAGES).order_by()
    held = Q(state=MessageState.HELD)
    found = rows.filter(due | held).aggregate(calls=Count("pk", filter=due), held=Count("pk", filter=held))
    yield from _work(**found)


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """The messages that wait for an answer, or haven't been read; nothing when there are none. One query."""
    waits = Q(kind__in=ASKING, answer__isnull=True, settled_at__isnull=True, expires_at__gte=_begin_of(on))
    inbox = Message.objects.inbox_of(user).order_by()
    found = inbox.aggregate(to_answer=Count("pk", filter=waits), unread=Count("pk", filter=Q(read_at__isnull=True)))
    if sentence := _sentence(**found):
        yield Link("chat-dots", _("My messages"), sentence, reverse("reminders:inbox"))


def _work(*, calls: int, held: int) -> Iterator[Link]:
    if calls:
        text = ngettext("%(count)s call to make.", "%(count)s calls to make.", calls)
        yield Link("telephone", _("Call list"), text % {"count": calls}, reverse("reminders:call-list"))
    if held:
        text = ngettext("%(count)s message waits to be looked at", "%(count)s messages wait to be looked at", held)
        yield Link("eye", _("To review"), text % {"count": held}, reverse("reminders:review-list"))


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _sentence(*, to_answer: int, unread: int) -> str:
    if to_answer:
        found = ngettext("%(count)s waits for your answer.", "%(count)s wait for your answer.", to_answer)
        return found % {"count": to_answer}
    if unread:
        return ngettext("%(count)s not read yet.", "%(count)s not read yet.", unread) % {"count": unread}
    return ""

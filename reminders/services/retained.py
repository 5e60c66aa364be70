"""How long the text of messages is kept (`members.retention`)."""

from django.utils.translation import gettext_lazy as _

from members.paths import subtree
from members.retention import BATCH, Due, Kind
from reminders.choices import WAITING
from reminders.models import Answer, Message

TOLD = Message.objects.exclude(state__in=WAITING).filter(emptied_on=None)


def empty_messages(due: Due) -> int:
    """Text and answer go; that somebody was told, of what kind of thing, how and when, stays. What waits is let be."""
    over = TOLD.filter(due.rows("planned_at", "organization__path", moments=True)).order_by("planned_at", "pk")
    keys = list(over.values_list("pk", flat=True)[:BATCH])
    Answer.objects.filter(message__in=keys).delete()
    return Message.objects.filter(pk__in=keys).update(values={}, emptied_on=due.on)


RETAINED = (
    Kind(
        code="messages",
        title=_("Texts of messages"),
        goes=_("The text, and what was answered."),
        stays=_("Who was told, of what kind of thing, by which channel, when, and what became of it."),
        since=_("after it was planned"),
        rule_key="keep.messages.months",
        remove=empty_messages,
        kept=lambda paths: TOLD.filter(subtree("organization__path", paths)).count(),
    ),
)

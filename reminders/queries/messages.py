"""What was sent on behalf of somebody's branches, to whom and in which words, as pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from members.choices import Capability
from members.models import Member, User
from members.paths import subtree
from reminders.choices import Addressee, MessageState
from reminders.models import Message
from reminders.models.message import MessageQuerySet
from reminders.queries.answering import REASONS
from reminders.rules.filling import Unfilled, filled
from reminders.rules.links import LINK

PEOPLE = ("organization", "member", "contact_person__person", "user", "setup", "answer")
"""What a line of a list shows of a message beside its own columns."""
MOST_FOUND = 500
"""So many members a search looks up; who types so little that more fit, types on."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in its words."""

    subject: str
    text: str


def messages_of(user: User, capability: Capability = Capability.VIEW_MESSAGES) -> MessageQuerySet:
    """What was sent on behalf of the places of the user's offices; what was only sent to oneself isn't among it."""
    paths = user.standing.paths(capability)
    return Message.objects.visible_to(user, capability).filter(subtree("organization__path", paths))


def narrowed(messages: MessageQuerySet, user: User, given: Mapping[str, Any]) -> MessageQuerySet:
    """Those that a filter asks for: `q` finds members as the roster does, the others are codes. Empty asks nothing."""
    if text := (given.get("q") or "").strip():
        inside = Member.objects.visible_to(user, Capability.VIEW_MESSAGES)
        messages = messages.filter(member__in=list(inside.search(text).values_list("pk", flat=True)[:MOST_FOUND]))
    for name in ("kind", "state", "channel"):
        if given.get(name):
            messages = messages.filter(**{name: given[name]})
    return messages


def told(message: Message) -> str:
    """Who is told, by name."""
    if message.addressee == Addressee.GROUP_CHAT:
        return message.setup.name if message.setup else str(message.get_addressee_display())
    if message.addressee == Addressee.CONTACT_PERSON and message.contact_person:
        return str(message.contact_person)
    if message.addressee == Addressee.OFFICER:
        return message.user.get_full_name() if message.user else ""
    return message.member.name if message.member else ""


def letter(message: Message, *, asks_here: bool = False) -> Letter:
    """The words as they were sent, or would be. The link to answer by isn't among them: whoever reads it can answer.

    `asks_here`: the question stands beside it, so the line that leads to it is left out, unless it is the only one.
    """
    if message.emptied_on:
        kept = _("The text is no longer kept. What it was about, and that it was sent, stays on record.")
        return Letter(str(message.get_kind_display()), kept)
    hidden = _("[link to answer by]")
    link = {LINK: hidden} if LINK in message.values else {}
    try:
        subject, text = filled(message.wording, {**message.values, **link})
    except Unfilled:
        return Letter(message.wording.subject, message.wording.text)
    rest = "\n".join(line for line in text.splitlines() if hidden not in line)
    return Letter(subject, rest if asks_here and rest.strip() else text)


def answered(message: Message) -> Promise | str:
    """What was answered, as others say it; empty without an answer."""
    return REASONS[message.answer.choice] if hasattr(message, "answer") else ""


@dataclass(frozen=True, slots=True)
class Heap:
    """Messages of a kind for one branch that wait to be looked at."""

    kind: str
    kind_name: str
    code: str
    organization: str
    number: int


def held_heaps(user: User) -> list[Heap]:
    """What waits for a reviewer, by branch and kind. One query."""
    held = messages_of(user, Capability.SEND_MESSAGES).held()
    rows = held.values_list("organization__path", "kind", "organization__code", "organization__name")
    counted = rows.annotate(number=Count("pk")).order_by("organization__path", "kind")
    names = dict(Message._meta.get_field("kind").flatchoices)
    return [Heap(kind, str(names[kind]), code, name, number) for _path, kind, code, name, number in counted]


def attempts_shown(message: Message) -> list[Any]:
    """Each try to get it out, in order."""
    return list(message.attempts.order_by("number"))


CAN_BE_SENT_AGAIN = (MessageState.UNKNOWN, MessageState.DEAD)

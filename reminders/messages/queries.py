"""Messages: lists, one message, its question, and what goes out without a look."""

import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from meetings.attendance.models import Attendance, AttendanceChange
from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from members.choices import Capability
from members.models import Member, Organization, User
from members.pages.links import Link
from members.paths import contains, subtree
from reminders.choices import Addressee, AnswerChoice, MessageKind, MessageState
from reminders.messages.models import Answer, Message, MessageQuerySet, Release
from reminders.messages.rules import LINK, PURPOSES, AttendanceOnRecord, Closed, choices_of, closed
from reminders.messages.text_rules import Unfilled, filled

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
    paths = user.access.paths(capability)
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


REASONS: dict[str, Promise] = {
    AnswerChoice.ILL: gettext_lazy("Was ill"),
    AnswerChoice.AWAY: gettext_lazy("Was away"),
    AnswerChoice.DID_NOT_KNOW: gettext_lazy("Did not know of the meeting"),
    AnswerChoice.OTHER: gettext_lazy("Another reason, not told"),
    AnswerChoice.STUDIED: gettext_lazy("Has studied the material"),
}
"""The answers as others say them: in the record of the meeting, and on the buttons of a contact person."""

CLOSED: dict[Closed, Promise] = {
    Closed.NOT_EXPECTED: gettext_lazy(
        "There is nothing to answer any more. Ask the branch secretary if you have a question."
    ),
    Closed.NOT_OVER: gettext_lazy("The meeting isn't over yet. Answer when it is."),
    Closed.TOOK_PART: gettext_lazy("The meeting is recorded as attended or made up for. Nothing more is needed."),
    Closed.SAID_OTHERWISE: gettext_lazy(
        "The branch has recorded this already. If it isn't right, tell the branch secretary."
    ),
    Closed.MINUTES: gettext_lazy("The minutes are locked. If your answer isn't right, tell the branch secretary."),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks, and how far that is."""

    message: Message
    meeting: Meeting | None
    expected: Attendance | None
    given: Answer | None
    closed: Closed | None

    @property
    def choices(self) -> list[tuple[str, Promise | str]]:
        """Code and words of each answer, as the person who is asked would say them."""
        other = self.message.addressee == Addressee.CONTACT_PERSON
        return [(one.value, REASONS[one] if other else one.label) for one in choices_of(self.message.kind)]

    @property
    def why_closed(self) -> Promise | str:
        return CLOSED[self.closed] if self.closed else ""

    @property
    def said(self) -> Promise | str:
        """The answer on record; empty while there is none."""
        return dict(self.choices).get(self.given.choice.value, "") if self.given else ""


def question_of(message: Message, *, locked: bool = False) -> Question:
    """At most six queries. `locked`: hold the attendance's row, inside a transaction that holds the meeting's."""
    meeting = meeting_of(message)
    rows = Attendance.objects.select_for_update(of=("self",)) if locked else Attendance.objects.all()
    expected = rows.filter(meeting=meeting, member=message.member_id).first() if meeting else None
    given = Answer.objects.filter(message=message).first()
    purpose = PURPOSES.get(message.kind)
    why = closed(purpose, _known(meeting, expected, message)) if purpose else Closed.NOT_EXPECTED
    return Question(message, meeting, expected, given, why)


def meeting_of(message: Message) -> Meeting | None:
    """The meeting that the message is about; None for what is about something else, or was called off."""
    try:
        key = UUID(message.about)
    except ValueError:
        return None
    return Meeting.objects.select_related("organization").filter(pk=key).first()


def mark_key(message_key: UUID, number: int) -> UUID:
    """The key of the mark that an answer makes, when so many were there before it."""
    return uuid.uuid5(message_key, f"answer {number}")


def _known(meeting: Meeting | None, expected: Attendance | None, message: Message) -> AttendanceOnRecord:
    if meeting is None or expected is None:
        return AttendanceOnRecord()
    return AttendanceOnRecord(
        state=expected.state,
        is_over=meeting.state in (MeetingState.HELD, MeetingState.LOCKED),
        is_locked=meeting.state == MeetingState.LOCKED,
        has_reason=bool(expected.reason),
        is_answered_last=bool(expected.reason) and _is_answered_last(expected, message),
    )


def _is_answered_last(expected: Attendance, message: Message) -> bool:
    """Whether the last mark is that of an answer to this message, or to another stage of its kind."""
    marks = list(AttendanceChange.objects.filter(attendance=expected).values_list("pk", flat=True))
    stages = Message.objects.filter(kind=message.kind, about=message.about, member=message.member_id)
    answered = stages.filter(answer__isnull=False).values_list("pk", flat=True)
    return bool(marks) and marks[-1] in {mark_key(key, len(marks) - 1) for key in answered}


MASS = 10
"""So many messages of a kind for one branch at once are looked at before they go out."""
UNREVIEWED = (MessageKind.DIGEST, MessageKind.DUE_NOW, MessageKind.TERM, MessageKind.READERS)
"""To officers, about their own work."""


def paths_of(organizations: Collection[int]) -> dict[int, str]:
    """Organization → its path, in one query."""
    return dict(Organization.objects.filter(pk__in=organizations).values_list("pk", "path"))


def to_review(kind: MessageKind, organizations: Iterable[int], paths: dict[int, str]) -> set[int]:
    """Where messages of the kind have to be looked at: where a round brings many, or some are being looked at already,
    and nobody at or above has released the kind. `organizations`: one for each message of the round."""
    if kind in UNREVIEWED:
        return set()
    counts = Counter(organizations)
    held = set(Message.objects.held().filter(kind=kind).values_list("organization", flat=True).distinct())
    released = list(Release.objects.in_force().filter(kind=kind).values_list("organization__path", flat=True))
    return {
        place
        for place, count in counts.items()
        if (count >= MASS or place in held) and not any(contains(above, paths[place]) for above in released)
    }


ASKING = (MessageKind.MISSED, MessageKind.MAKE_UP)
"""Kinds that end with a question."""


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """Whom to call, and what waits to be looked at before it goes out; nothing when there is none. One query."""
    if not user.access.may_any([Capability.SEND_MESSAGES]):
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

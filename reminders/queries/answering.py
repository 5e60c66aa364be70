"""A question to somebody, and what the meeting's record says about it."""

import uuid
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingState
from meetings.models import Expected, Mark, Meeting
from reminders.choices import Addressee, AnswerChoice
from reminders.models import Answer, Message
from reminders.rules.answering import Closed, Known, closed
from reminders.rules.links import PURPOSES, choices_of

REASONS: dict[str, Promise] = {
    AnswerChoice.ILL: _("Was ill"),
    AnswerChoice.AWAY: _("Was away"),
    AnswerChoice.DID_NOT_KNOW: _("Did not know of the meeting"),
    AnswerChoice.OTHER: _("Another reason, not told"),
    AnswerChoice.STUDIED: _("Has studied the material"),
}
"""The answers as others say them: in the record of the meeting, and on the buttons of a contact person."""

CLOSED: dict[Closed, Promise] = {
    Closed.NOT_EXPECTED: _("There is nothing to answer any more. Ask the branch secretary if you have a question."),
    Closed.NOT_OVER: _("The meeting isn't over yet. Answer when it is."),
    Closed.TOOK_PART: _("The meeting is recorded as attended or made up for. Nothing more is needed."),
    Closed.SAID_OTHERWISE: _("The branch has recorded this already. If it isn't right, tell the branch secretary."),
    Closed.MINUTES: _("The minutes are locked. If your answer isn't right, tell the branch secretary."),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks, and how far that is."""

    message: Message
    meeting: Meeting | None
    expected: Expected | None
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
    rows = Expected.objects.select_for_update(of=("self",)) if locked else Expected.objects.all()
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


def _known(meeting: Meeting | None, expected: Expected | None, message: Message) -> Known:
    if meeting is None or expected is None:
        return Known()
    return Known(
        state=expected.state,
        is_over=meeting.state in (MeetingState.HELD, MeetingState.LOCKED),
        is_locked=meeting.state == MeetingState.LOCKED,
        has_reason=bool(expected.reason),
        is_answered_last=bool(expected.reason) and _is_answered_last(expected, message),
    )


def _is_answered_last(expected: Expected, message: Message) -> bool:
    """Whether the last mark is that of an answer to this message, or to another rung of its ladder."""
    marks = list(Mark.objects.filter(expected=expected).values_list("pk", flat=True))
    rungs = Message.objects.filter(kind=message.kind, about=message.about, member=message.member_id)
    answered = rungs.filter(answer__isnull=False).values_list("pk", flat=True)
    return bool(marks) and marks[-1] in {mark_key(key, len(marks) - 1) for key in answered}
